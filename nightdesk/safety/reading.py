"""A reading of a message and how it is changed without losing the way back."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class View:
    """A reading of a message: `text`, and for each of its characters where it came from.

    `origins` are the places in the original message, `ends` the places behind what was read
    ("&#107;" is one character); without `ends` each character was one.
    """

    text: str
    origins: tuple[int, ...]
    ends: tuple[int, ...] = ()

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Give the (start, end) in the original message that a span of this view covers."""
        if start >= end or not self.origins:
            return (0, 0)
        return (self.origins[start], self.end_of(end - 1))

    def end_of(self, index: int) -> int:
        """Give the place in the original message behind the character at `index`."""
        return self.ends[index] if self.ends else self.origins[index] + 1

    def gap(self, index: int) -> int:
        """Give how many original characters lie between a character and the one after it."""
        return self.origins[index + 1] - self.end_of(index)


Edit = tuple[int, int, str]
"""A span of a reading, and what is to stand there."""


def edited(view: View, edits: Iterable[Edit]) -> View:
    """Give a reading with spans of it replaced. `edits` are in order and do not overlap.

    A replacement's characters come from the span's, spread evenly; an insertion comes from the
    character behind it.
    """
    edits = list(edits)
    if not edits:
        return view
    parts: list[str] = []
    origins: list[int] = []
    ends: list[int] = []
    at = 0

    def keep(start: int, end: int) -> None:
        parts.append(view.text[start:end])
        origins.extend(view.origins[start:end])
        ends.extend(view.ends[start:end] or (place + 1 for place in view.origins[start:end]))

    for start, end, text in edits:
        keep(at, start)
        parts.append(text)
        for j in range(len(text)):
            first = start + j * (end - start) // len(text)
            origins.append(view.origins[first])
            if start == end:
                ends.append(view.origins[first])
            else:
                after = start + (j + 1) * (end - start) // len(text)
                ends.append(view.end_of(max(first, after - 1)))
        at = end
    keep(at, len(view.text))
    return View("".join(parts), tuple(origins), tuple(ends))
