"""How much one address may hold open at once: connections, and requests that are under way.

A rate limits how often somebody comes; this limits how much of the desk they keep. Both are counts
in this process's memory, and what is counted ends with its connection.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class AtOnce:
    """So many at once for each key."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._now: Counter[str] = Counter()

    def take(self, key: str) -> bool:
        """Take one more of `key`. Gives false, and takes none, when it has all that it may."""
        if self._now[key] >= self._most:
            return False
        self._now[key] += 1
        return True

    def give_back(self, key: str) -> None:
        """Give one of `key` back that was taken."""
        self._now[key] -= 1
        if self._now[key] <= 0:
            # What is kept are only those that hold something: a flood of keys fills no memory.
            del self._now[key]

    @contextmanager
    def one(self, key: str) -> Iterator[bool]:
        """Take one for the length of the block. Gives whether it was there to be taken."""
        taken = self.take(key)
        try:
            yield taken
        finally:
            if taken:
                self.give_back(key)

    def __len__(self) -> int:
        return len(self._now)

    def held(self) -> int:
        """Give how many are taken, of all keys."""
        return self._now.total()
