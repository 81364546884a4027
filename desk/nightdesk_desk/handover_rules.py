"""What staff may do with a hand-over, from which state, and what each act needs."""

from collections.abc import Iterable
from typing import Literal

from nightdesk_contract.outcome import LEVELS, Level

Act = Literal["acknowledge", "take", "release", "resolve"]
CaseCode = Literal["no_colleague", "same_level", "too_old", "needs_why", "why_too_long"]
NoteCode = Literal["empty_note", "note_too_long"]
ActCode = Literal["not_found", "not_possible", "not_yours", "needs_outcome", "written_since"]
RefusalCode = Literal[ActCode, CaseCode, NoteCode]

FROM_STATES: dict[Act, tuple[str, ...]] = {
    "acknowledge": ("open",),
    "take": ("open", "acknowledged"),
    "release": ("taken",),
    "resolve": ("open", "acknowledged", "taken"),
}
"""From which states each act leads on."""

NOTED_AS: dict[Act, str] = {
    "acknowledge": "handover_acknowledged",
    "take": "handover_taken",
    "release": "handover_released",
    "resolve": "handover_resolved",
}
"""What the audit record calls each act."""

OUTCOME_CODES = (
    "answered",
    "called_back",
    "emergency_services",
    "referred",
    "no_reply",
    "not_needed",
)
"""How a hand-over ended; the inbox has the words for them."""

NEEDS_OUTCOME: tuple[Level, ...] = ("P0", "P1")
"""Levels that are closed only with an outcome code and a note, also once they were lowered."""

MAX_NOTE = 4000


class HandoverRefused(Exception):
    """The act is not possible; `code` says why and `state` what the hand-over is in now."""

    def __init__(self, code: RefusalCode, state: str | None = None) -> None:
        super().__init__(code)
        self.code: RefusalCode = code
        self.state = state


def worst_of(levels: Iterable[str]) -> str:
    """Give the most serious of these levels."""
    return min(levels, key=[*LEVELS].index)  # type: ignore[arg-type]


def refusal(
    act: Act,
    state: str,
    level: str,
    *,
    mine: bool,
    outcome_code: str | None,
    note: str | None,
    waits_anew: bool = False,
) -> RefusalCode | None:
    """Say why `act` is not possible on a hand-over, or None when it is.

    `level` is the most serious one that it ever had: lowering it is no way around the record.
    `mine` is whether the one who acts has taken it, `waits_anew` whether its clock runs again
    though somebody has acknowledged it.
    """
    if act == "acknowledge" and state == "acknowledged" and waits_anew:
        return None
    if state not in FROM_STATES[act]:
        return "not_possible"
    if state == "taken" and not mine:
        return "not_yours"
    if act != "resolve":
        return None
    if outcome_code is not None and outcome_code not in OUTCOME_CODES:
        return "needs_outcome"
    if level in NEEDS_OUTCOME and not (outcome_code and note and note.strip()):
        return "needs_outcome"
    return None
