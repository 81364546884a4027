"""The type of columns that hold what visitors and staff wrote: encrypted where there are keys."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.operators import OperatorType, is_, is_not
from sqlalchemy.types import TypeDecorator, TypeEngine

from nightdesk_desk.privacy import keys


class _ReadInPython(TypeDecorator.Comparator[str]):
    """Refuses SQL that looks into the text: an encrypted one is another each time."""

    def operate(self, op: OperatorType, *other: Any, **kwargs: Any) -> Any:
        """Let only IS NULL and IS NOT NULL pass. Raises TypeError for anything else."""
        if op in (is_, is_not) or other == (None,):
            return super().operate(op, *other, **kwargs)
        raise TypeError("an encrypted column cannot be compared in SQL: read it and compare it")

    reverse_operate = operate


class EncryptedText(TypeDecorator[str]):
    """A text that is encrypted when it is written and read as it was.

    A text whose key is missing reads as `keys.UNREADABLE`: a page must not break on it.
    """

    impl = Text
    cache_ok = True

    @property
    def comparator_factory(self) -> Callable[..., TypeEngine.Comparator[Any]]:  # type: ignore[override]
        """Give what makes expressions of a column."""
        return _ReadInPython

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Give the form in which the text is kept."""
        return None if value is None else keys.current().stored(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Give the text, or that it cannot be read."""
        if value is None:
            return None
        try:
            return keys.current().read(value)
        except keys.KeyMissing:
            return keys.UNREADABLE
