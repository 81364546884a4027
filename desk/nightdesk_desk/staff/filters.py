"""Which part of the queue is shown: by level, state, reason, and whose it is."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from nightdesk_contract.outcome import HANDOVER_LEVEL, LEVELS

from nightdesk_desk.staff.queue import Case, Queue

STATES = ("waiting", "taken", "resolved")
"""The parts of the queue's page."""

REASONS = tuple(HANDOVER_LEVEL)


class Filters(NamedTuple):
    """What to show; an empty one shows all."""

    level: str = ""
    state: str = ""
    reason: str = ""
    mine: str = ""

    @property
    def values(self) -> dict[str, str]:
        """Give the filters that are set, as fields of a form."""
        return {name: value for name, value in self._asdict().items() if value}

    @property
    def query(self) -> str:
        """Give the filters as they stand behind an address, with the question mark."""
        return f"?{urlencode(self.values)}" if self.values else ""


def read_filters(fields: Mapping[str, object]) -> Filters:
    """Give the filters in an address or a form; what is no choice counts as not set."""

    def one_of(name: str, choices: Collection[str]) -> str:
        value = fields.get(name, "")
        return value if isinstance(value, str) and value in choices else ""

    return Filters(
        level=one_of("level", LEVELS),
        state=one_of("state", STATES),
        reason=one_of("reason", REASONS),
        mine=one_of("mine", ("yes",)),
    )


def narrowed(
    queue: Queue, filters: Filters, me: int, found: Collection[str] | None = None
) -> Queue:
    """Give the queue with only what the filters let through and, if given, what was found.

    `found` are ids of conversations. Alarms stay: no filter may hide one.
    """

    def passes(case: Case) -> bool:
        return (
            filters.level in ("", case.level)
            and filters.reason in ("", case.reason)
            and (not filters.mine or case.taken_by_id == me)
            and (found is None or case.conversation_id in found)
        )

    return queue._replace(
        waiting=_part(queue.waiting, filters.state in ("", "waiting"), passes),
        taken=_part(queue.taken, filters.state in ("", "taken"), passes),
        resolved=_part(queue.resolved, filters.state in ("", "resolved"), passes),
    )


def _part(cases: list[Case], shown: bool, passes: Callable[[Case], bool]) -> list[Case]:
    return [case for case in cases if passes(case)] if shown else []
