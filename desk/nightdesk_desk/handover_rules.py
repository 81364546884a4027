"""What staff may do with a hand-over, from which state, and what each act needs."""

from typing import Literal

from nightdesk_contract.outcome import Level

Act = Literal["acknowledge", "take", "release", "resolve"]
CaseCode = Literal["no_colleague", "same_level", "too_old", "needs_why", "why_too_long"]
NoteCode = Literal["empty_note", "note_too_long"]
RefusalCode = Literal["not_found", "not_possible", "not_yours", "needs_outcome", CaseCode, NoteCode]

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
"""Levels that are closed only with an outcome code and a note."""

MAX_NOTE = 4000


class HandoverRefused(Exception):
    """The act is not possible; `code` says why and `state` what the hand-over is in now."""

    def __init__(self, code: RefusalCode, state: str | None = None) -> None:
        super().__init__(code)
        self.code: RefusalCode = code
        self.state = state


def refusal(
    act: Act, state: str, level: str, *, mine: bool, outcome_code: str | None, note: str | None
) -> RefusalCode | None:
    """Say why `act` is not possible on a hand-over, or None when it is.

    `mine` is whether the one who acts has taken it.
    """
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
