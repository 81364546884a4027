"""Decisions about these acts: what each needs, and why it is refused."""

from datetime import datetime, timedelta

from nightdesk_contract.outcome import LEVELS, Level, more_serious

from nightdesk_desk.handover_rules import RefusalCode

REOPEN_WITHIN = timedelta(days=7)
"""How long after the end a hand-over can be opened again; later, a new one begins."""

MAX_WHY = 500
MAX_NOTE = 4000


def pass_refusal(
    state: str, *, mine: bool, to: int, me: int, may_sign_in: bool
) -> RefusalCode | None:
    """Say why a hand-over cannot be passed on to the account `to`, or None.

    `may_sign_in` is false for an account that is disabled or not there.
    """
    if state != "taken":
        return "not_possible"
    if not mine:
        return "not_yours"
    return None if may_sign_in and to != me else "no_colleague"


def notice_refusal(waits: bool, *, mine: bool) -> RefusalCode | None:
    """Say why nobody can say that they have seen it, or None; `waits`: there is something to see.

    That is a case passed on without an act since, or words of the visitor's that nobody answered.
    """
    if not waits:
        return "not_possible"
    return None if mine else "not_yours"


def level_refusal(state: str, level: str, to: str, why: str, *, mine: bool) -> RefusalCode | None:
    """Say why the level cannot become `to`, or None.

    Anybody may raise it. Only whoever has taken it may lower it, or anybody while nobody has.
    """
    if state == "resolved":
        return "not_possible"
    if to not in LEVELS or to == level:
        return "same_level"
    if is_lower(level, to) and state == "taken" and not mine:
        return "not_yours"
    return why_refusal(why)


def reopen_refusal(
    resolved_at: datetime | None, at: datetime, why: str, *, newest: bool
) -> RefusalCode | None:
    """Say why a resolved hand-over cannot be opened again at `at`, or None.

    Takes when it was resolved (None: it is not), and whether it is the conversation's last one.
    """
    if resolved_at is None or not newest:
        return "not_possible"
    if at - resolved_at > REOPEN_WITHIN:
        return "too_old"
    return why_refusal(why)


def why_refusal(why: str) -> RefusalCode | None:
    """Say what is wrong with a reason in words, or None."""
    if not why.strip():
        return "needs_why"
    return "why_too_long" if len(why.strip()) > MAX_WHY else None


def note_refusal(text: str) -> RefusalCode | None:
    """Say what is wrong with a private note, or None."""
    if not text.strip():
        return "empty_note"
    return "note_too_long" if len(text.strip()) > MAX_NOTE else None


def is_lower(level: str, than: str) -> bool:
    """Say whether `than` is less serious than `level`: a change to it lowers."""
    return level != than and more_serious(_level(level), _level(than)) == level


def calls_anew(state: str) -> bool:
    """Say whether raising the level starts the waiting clock again.

    Whoever has seen a mild case has not yet acted on a serious one; whoever has taken it is at it.
    """
    return state in ("open", "acknowledged")


def _level(text: str) -> Level:
    return LEVELS[LEVELS.index(text)]
