"""When the clinic was open in a period, made once and asked many times."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import accumulate


class OpenTimes:
    """The spans in which the clinic was open, in order and apart from each other."""

    def __init__(self, spans: Iterable[tuple[datetime, datetime]]) -> None:
        """Take the spans as aware moments."""
        # In UTC: a night with a change of the clock is no trap.
        known = [(opens.astimezone(UTC), closes.astimezone(UTC)) for opens, closes in spans]
        self._opens = [opens for opens, _ in known]
        self._closes = [closes for _, closes in known]
        lasted = ((closes - opens).total_seconds() for opens, closes in known)
        self._before = [0.0, *accumulate(lasted)]

    def are_at(self, at: datetime) -> bool:
        """Say whether the clinic was open at `at`."""
        last = bisect_right(self._opens, at) - 1
        return last >= 0 and at < self._closes[last]

    def seconds(self, start: datetime, end: datetime) -> float:
        """Give for how many seconds between two moments the clinic was open."""
        return max(0.0, self._until(end) - self._until(start))

    def _until(self, at: datetime) -> float:
        last = bisect_right(self._opens, at) - 1
        if last < 0:
            return 0.0
        in_it = min(self._closes[last], at) - self._opens[last]
        return self._before[last] + in_it.total_seconds()
