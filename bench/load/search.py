"""The highest rate that a system holds: a search that asks for one rate after the other.

Pure decisions: it never runs anything, so that both systems are searched in the same way.
"""

from dataclasses import dataclass, field

STEP = 1.5
"""How much each rate lies above the one before, until one is not held."""

NEAR = 1.1
"""How near the lowest rate that is not held must lie to the highest that is."""

TRIES = 2
"""A rate that was not held once is tried again: the machine may have had something else to do."""

LEAST = 0.5
"""Messages a second; what is not held even here is not held at all."""


@dataclass
class Search:
    """Tells which rate to try next, and in the end the highest that was held."""

    start: float
    most: float = 1000.0
    highest: float = 0.0
    lowest_failed: float | None = None
    _rate: float = field(init=False)
    _failed: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._rate = self.start

    def rate(self) -> float | None:
        """Give the rate to try now, or None when the search is over."""
        failed = self.lowest_failed
        if self.highest >= self.most or (failed is not None and failed <= LEAST):
            return None
        if failed is not None and self.highest and failed / self.highest <= NEAR:
            return None
        return self._rate

    def tell(self, held: bool) -> None:
        """Take in whether the system held the rate that was asked for."""
        rate = self._rate
        if held:
            self.highest = max(self.highest, rate)
        else:
            self._failed += 1
            if self._failed < TRIES:
                return
            self.lowest_failed = rate
        self._failed = 0
        if self.lowest_failed is None:
            self._rate = min(rate * STEP, self.most)
        elif not self.highest:
            self._rate = max(LEAST, self.lowest_failed / STEP)
        else:
            self._rate = (self.highest * self.lowest_failed) ** 0.5
