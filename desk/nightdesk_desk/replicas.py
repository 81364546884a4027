"""Which of several Rasa processes is asked for a conversation.

All turns of a conversation meet the same process while it works: there they come in order of
arrival, and wait for no lock elsewhere. One that has just failed is asked last, for a while.
"""

import hashlib
import time
from collections.abc import Callable, Sequence

REST = 10.0
"""Seconds for which one that has failed is asked last: about as long as its start takes. Twice
as long each time that it fails again: one that hangs costs a turn its deadline."""
LONGEST_REST = 160.0


class Replicas:
    """The addresses of Rasa's processes, and which of them have failed just now."""

    def __init__(
        self, addresses: Sequence[str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take one address or more."""
        self._addresses = [address.rstrip("/") for address in addresses]
        self._clock = clock
        # Until when each rests, and for how long.
        self._rests: dict[str, tuple[float, float]] = {}

    def in_order(self, sender: str) -> list[str]:
        """Give all addresses in the order in which `sender` asks them."""
        at = self._clock()

        def resting(address: str) -> bool:
            return at < self._rests.get(address, (at, 0.0))[0]

        return sorted(self._addresses, key=lambda each: (resting(each), _weight(each, sender)))

    def failed(self, address: str) -> None:
        """Note that a process could not be reached, broke off, or did not answer in time."""
        at = self._clock()
        until, rest = self._rests.get(address, (at, 0.0))
        if rest and at < until:
            # Turns that were under way at once fail at once: that is one failure.
            return
        rest = min(2 * rest, LONGEST_REST) if rest else REST
        self._rests[address] = (at + rest, rest)

    def worked(self, address: str) -> None:
        """Note that a process has answered."""
        self._rests.pop(address, None)

    def __len__(self) -> int:
        return len(self._addresses)


def _weight(address: str, sender: str) -> bytes:
    # Each conversation has an order of its own: where one process goes, its share is spread.
    return hashlib.sha256(f"{address} {sender}".encode()).digest()
