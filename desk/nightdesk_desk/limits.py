"""Rate limits: token buckets in this process's memory, and whom an address stands for.

Several desks with one Redis count together: see `shared.limits`.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import AddressValueError, IPv4Address, IPv6Address, IPv6Network
from typing import NamedTuple, Protocol

MOST_KEYS = 50_000
"""What is kept by key; a flood of them cannot fill the memory."""


class Recent[T]:
    """Values by key, at most MOST_KEYS: the longest unchanged are forgotten."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, T] = OrderedDict()

    def get(self, key: str) -> T | None:
        """Give what is kept of `key`."""
        return self._kept.get(key)

    def put(self, key: str, value: T) -> None:
        """Keep a value of `key`."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > MOST_KEYS:
            self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)


class RateLimit:
    """So many acts a minute for each key, and a burst of that many at once at most `burst`."""

    def __init__(
        self, per_minute: int, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.per_minute = per_minute
        self.burst = burst
        self._per_second = per_minute / 60
        self._clock = clock
        self._buckets: Recent[tuple[float, float]] = Recent()

    def wait(self, key: str) -> float:
        """Take one act of `key`. Gives 0.0 if it may go on, else the seconds until it may."""
        at = self._clock()
        left, since = self._buckets.get(key) or (float(self.burst), at)
        left = min(float(self.burst), left + (at - since) * self._per_second)
        allowed = left >= 1
        self._buckets.put(key, (left - 1 if allowed else left, at))
        return 0.0 if allowed else (1 - left) / self._per_second


class Take(NamedTuple):
    """One act, counted by a limit under a key."""

    limit: RateLimit
    key: str


class Limits(Protocol):
    """Where acts are counted."""

    async def wait(self, *takes: Take) -> float:
        """Take one act of each. Gives 0.0 if it may go on, else the seconds until it may."""
        ...


class OwnLimits:
    """Counts in this process alone."""

    async def wait(self, *takes: Take) -> float:
        """Take one act of each. Gives 0.0 if it may go on, else the seconds until it may."""
        return own_wait(*takes)


def own_wait(*takes: Take) -> float:
    """Take one act of each in this process. Gives the seconds until it may go on, or 0.0."""
    return max(take.limit.wait(take.key) for take in takes)


def network_of(address: str) -> str:
    """Give what one client is counted by: an IPv4 address, or the /64 network of an IPv6 one.

    Every IPv6 client has a whole /64 to itself, 2**64 addresses that it can change at will. What
    is no address is given back as it is, cut to 64 characters.
    """
    try:
        return str(IPv4Address(address))
    except AddressValueError:
        pass
    try:
        wide = IPv6Address(address.partition("%")[0])
    except AddressValueError:
        return address[:64]
    if wide.ipv4_mapped is not None:
        return str(wide.ipv4_mapped)
    return str(IPv6Network((wide, 64), strict=False))
