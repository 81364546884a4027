"""The time that one message may take: over all patterns, readings, lines and pieces of it."""

import time
from collections.abc import Callable

SECONDS = 4.0
"""Two thirds of what the desk waits for a whole turn. An ordinary message takes a hundredth of it;
2,000 characters with each word in disguise, in a dozen lines, take most of it on a busy machine."""

Clock = Callable[[], float]


class Budget:
    """What is left of a message's time, from now on."""

    def __init__(self, seconds: float, clock: Clock = time.monotonic) -> None:
        """Take the seconds that there are and what tells the time."""
        self._clock = clock
        self._until = clock() + seconds

    def left(self) -> float:
        """Give the seconds that are left. Raises TimeoutError when there are none."""
        left = self._until - self._clock()
        if left <= 0:
            raise TimeoutError("the message took too long to judge")
        return left
