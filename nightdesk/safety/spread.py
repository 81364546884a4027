"""A crisis that is said in pieces: the present message together with the short ones before it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from nightdesk.safety.verdict import CRISIS, EMERGENCY, Verdict

Judge = Callable[[str], Verdict | None]


def judge_spread(judge: Judge, earlier: Sequence[str], message: str) -> Verdict | None:
    """Give the crisis that `message` completes, or None.

    `earlier` are the pieces before it, oldest first. Where they are a crisis without the message,
    they have fired in their turn, a person is called, and the message is judged for itself. The
    spans are those in `message`; a finding that marks nothing in it is not its own. Raises what
    `judge` raises.
    """
    if not earlier or _crisis(judge(" ".join(earlier))) is not None:
        return None
    for count in range(1, len(earlier) + 1):
        before = " ".join(earlier[-count:])
        found = _crisis(judge(f"{before} {message}"))
        spans = _moved(found, len(before) + 1) if found else ()
        if found and spans:
            return replace(found, spans=spans)
    return None


def _crisis(verdict: Verdict | None) -> Verdict | None:
    return verdict if verdict and verdict.category in (CRISIS, EMERGENCY) else None


def _moved(found: Verdict, start: int) -> tuple[tuple[int, int], ...]:
    return tuple((max(a - start, 0), b - start) for a, b in found.spans if b > start)
