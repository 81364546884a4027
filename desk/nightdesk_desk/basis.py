"""What a message of the bot rests on, recorded as it stood when it was said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from nightdesk_contract.cautions import Caution, cautions_for
from nightdesk_contract.outcome import HANDOVER_LEVEL, BotReply, is_name, rests_on
from nightdesk_contract.passages import Passage
from nightdesk_contract.review import Standing, State
from nightdesk_contract.said_as_signed import passages_in, says

ANSWERS = ("answer", "logistics")
"""Kinds of outcome that a clinician signs and a visitor is asked about."""
WITHHELD = "handover:request"


@dataclass(frozen=True)
class Signing:
    """How all items stand now, and whether an answer may be given that is not signed.

    `passages` are all that there are, by id.
    """

    standings: Mapping[str, Standing]
    cautions: Sequence[Caution] = ()
    signed_only: bool = False
    passages: Mapping[str, Passage] = field(default_factory=dict)


def is_answer(outcome: str | None) -> bool:
    """Say whether a message with this outcome answers a question."""
    return (outcome or "").partition(":")[0] in ANSWERS


def served(replies: Sequence[BotReply], signing: Signing, withheld: str) -> list[BotReply]:
    """Give what may be said of the bot's messages, each with what is recorded beside it.

    With `signed_only`, staff take a question whose answer is not signed: the text `withheld` stands
    for all such answers of a turn, where the first of them stood.
    """
    said: list[BotReply] = []
    kept_back: list[str] = []
    place = 0
    for reply in replies:
        if not is_answer(reply.outcome):
            said.append(_noted(reply))
            continue
        standing = _standing(reply, signing)
        if signing.signed_only and _state(reply, standing) != "signed":
            place = place if kept_back else len(said)
            kept_back.append(reply.item or reply.outcome)
            continue
        said.append(_with_basis(reply, standing, signing))
    if kept_back:
        basis = {"withheld": list(dict.fromkeys(kept_back))}
        level = HANDOVER_LEVEL["request"]
        said.insert(place, BotReply(withheld, WITHHELD, level=level, basis=basis))
    return said


def topic_of(intent: str) -> str:
    """Give the name under which `data/topics.yml` has what an intent is about."""
    for group in ("logistics_", "not_in_source_", "answers_"):
        if intent.startswith(group):
            return intent.removeprefix(group)
    return intent


def passages_said(
    names: Iterable[str], basis: Mapping[str, Any] | None, today: Mapping[str, Passage]
) -> list[Passage]:
    """Give the passages of a message with their words as they were when it was said.

    Messages from before those were recorded have today's; `today` are all that there are now.
    """
    kept = {row["id"]: _passage(row) for row in (basis or {}).get("passages", [])}
    found = (kept.get(name) or today.get(name) for name in names)
    return [passage for passage in found if passage is not None]


def _passage(row: Mapping[str, Any]) -> Passage:
    day = row["date"]
    on = date.fromisoformat(day) if day else None
    return Passage(row["id"], row["title"], row["text"], row["document"], on)


def _kept(passage: Passage) -> dict[str, Any]:
    return {
        "id": passage.id,
        "title": passage.title,
        "text": passage.text,
        "document": passage.document,
        "date": passage.date.isoformat() if passage.date else None,
    }


def _noted(reply: BotReply) -> BotReply:
    nearest = [topic for topic in map(topic_of, reply.nearest) if is_name(topic)]
    return _based(reply, {"nearest": nearest} if nearest else None)


def _with_basis(reply: BotReply, standing: Standing | None, signing: Signing) -> BotReply:
    basis: dict[str, Any] = {"review": _review(reply, standing)}
    if reply.item:
        basis["item"] = reply.item
    known = [signing.passages[name] for name in rests_on(reply) if name in signing.passages]
    if known:
        basis["passages"] = [_kept(passage) for passage in known]
    # Also of the passages in the files: a bot with an older domain may name fewer.
    listed = passages_in(standing.item.content) if standing else []
    beside = cautions_for([*rests_on(reply), *listed], signing.cautions)
    if beside:
        basis["cautions"] = [
            {
                "text": caution.text,
                "sources": [{"name": one.name, "url": one.url} for one in caution.sources],
            }
            for caution in beside
        ]
    return _based(reply, basis)


def _based(reply: BotReply, basis: Mapping[str, Any] | None) -> BotReply:
    return replace(reply, basis=basis)


def _standing(reply: BotReply, signing: Signing) -> Standing | None:
    return signing.standings.get(reply.item) if reply.item else None


def _state(reply: BotReply, standing: Standing | None) -> State:
    if standing is None:
        return "unsigned"
    # The bot may still have other words than the files: what counts is what it says.
    if standing.state == "signed" and not says(standing.item.content, reply.text):
        return "changed"
    return standing.state


def _review(reply: BotReply, standing: Standing | None) -> dict[str, str]:
    state = _state(reply, standing)
    signature = standing.signature if standing else None
    if state != "signed" or signature is None:
        return {"state": state}
    return {
        "state": state,
        "reviewer": signature.reviewer,
        "role": signature.role,
        "on": signature.signed_on.isoformat(),
        "next_review": signature.next_review.isoformat(),
    }
