"""Keeps visitors' words out of Rasa's logs.

Rasa logs the message of a turn that raised, and its tracebacks carry local variables and the texts
of errors, which quote their input. What went wrong and where is enough to mend it.
"""

import logging
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

SAFE_KEYS = frozenset({"event", "level", "logger", "timestamp", "action_name", "policy_name"})
"""Fields of a structured log line that cannot hold what somebody typed."""


def where(error: BaseException, deepest: int = 12) -> list[str]:
    """Give an error as lines without its text: its type, its cause's type, and the frames."""
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = _frames(current.__traceback__)[-deepest:]
        lines += [type(current).__name__, *(f"  {frame}" for frame in frames)]
        current = current.__cause__ or current.__context__
    return lines


def keep_safe_fields(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop every field of a structlog event but the safe ones; an error becomes `where` it was."""
    error = _error_of(event.get("exc_info"))
    safe: dict[str, Any] = {key: value for key, value in event.items() if key in SAFE_KEYS}
    if error is not None:
        safe["error"] = where(error)
    return safe


class WordlessErrors(logging.Filter):
    """Turns a plain log record's traceback into `where` it was."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite `record` in place; always lets it through."""
        error = _error_of(record.exc_info)
        if error is not None:
            record.msg = "\n".join([record.getMessage(), *where(error)])
            record.args = ()
        record.exc_info = None
        record.exc_text = None
        return True


def _error_of(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple) and len(exc_info) == 3:
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    if exc_info:
        import sys

        return sys.exc_info()[1]
    return None


def _frames(trace: TracebackType | None) -> list[str]:
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames
