"""What was said so far in a conversation: a pure reading of Rasa's events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nightdesk_contract.outcome import NOT_GIVEN

_WITH_STAFF = "handover:request"

TOPICAL = ("answer:", "logistics:", "not_in_source:")
"""How the outcomes of replies about a topic begin."""

NOT_OURS = ("out_of_scope", "other_language")
"""Intents that are understood and yet answered "unknown"."""

FORGOTTEN_AFTER = 3
"""After so many turns without a topic, "how long?" leans on nothing any more."""


@dataclass(frozen=True)
class Turn:
    """One finished turn: the visitor's intent, and the `custom` parts of the bot's replies."""

    intent: str | None
    customs: tuple[Mapping[str, Any], ...]

    @property
    def outcomes(self) -> list[str]:
        """The outcomes of the replies, in their order."""
        return [str(custom["outcome"]) for custom in self.customs if "outcome" in custom]


def turns_before(events: Sequence[Mapping[str, Any]]) -> list[Turn]:
    """Give the finished turns, oldest first; the message that is being answered is not one.

    A turn whose answer did not reach the visitor, as nobody has signed it, ended with staff.
    """
    turns: list[tuple[str | None, list[Mapping[str, Any]]]] = []
    for event in events:
        if event.get("event") == "user":
            if turns and (event.get("metadata") or {}).get(NOT_GIVEN) is True:
                turns[-1][1][:] = [{"outcome": _WITH_STAFF}]
            intent = ((event.get("parse_data") or {}).get("intent") or {}).get("name")
            turns.append((intent, []))
        elif event.get("event") == "bot" and turns:
            custom = (event.get("data") or {}).get("custom")
            if isinstance(custom, Mapping):
                turns[-1][1].append(custom)
    return [Turn(intent, tuple(customs)) for intent, customs in turns[:-1]]


def topic_before(turns: Sequence[Turn]) -> str | None:
    """Give the outcome of the latest reply about a topic, or None when that is too long ago.

    A hand-over ends it: after one, nothing is guessed from what came before.
    """
    for turn in reversed(turns[-FORGOTTEN_AFTER:]):
        if any(outcome.startswith("handover:") for outcome in turn.outcomes):
            return None
        topical = [outcome for outcome in turn.outcomes if outcome.startswith(TOPICAL)]
        if topical:
            return topical[-1]
    return None


def misses_before(turns: Sequence[Turn]) -> int:
    """Give how many turns in a row, up to now, were not understood.

    What is understood, but not ours to answer, ends no such row and adds nothing to it.
    """
    count = 0
    for turn in reversed(turns):
        if set(turn.outcomes) != {"unknown"}:
            break
        count += turn.intent not in NOT_OURS
    return count


def offered(turns: Sequence[Turn]) -> Mapping[str, Any]:
    """Give what the last turn offered: `offers` ("staff") and `options` (intents) and `about`
    (conditions), as it said.
    """
    found: dict[str, Any] = {}
    for custom in turns[-1].customs if turns else ():
        found.update({key: custom[key] for key in ("offers", "options", "about") if key in custom})
    return found
