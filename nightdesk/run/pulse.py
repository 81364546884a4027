"""Whether a process still answers: one that hangs is alive for the supervisor, and does nothing."""

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Literal

ASK_EVERY = 15.0
"""Seconds between questions."""
SILENT_QUESTIONS = 6
"""Questions in a row without any answer, a minute and a half, after which the desk is started anew.

Not a time: a machine that slept, or that was stopped for a while, would have heard nothing all the
time, and one question without an answer would end a desk that is well.
"""
BEHIND_ASK_EVERY, BEHIND_SILENT_QUESTIONS = 5.0, 4
"""The same for rasa and actions, at most a minute. Sooner than the desk, which people look at while
it migrates or is slow; meanwhile each message without an answer is handed over."""
ANSWER_WITHIN = 10.0

Answer = Literal["works", "stands still", "silent"]
News = Literal["hangs", "stands still", "works again"]


_straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Past any proxy of the environment: what is silent there is not the desk."""


def ask(url: str, path: str = "/health/workers") -> Answer:
    """Ask whether the desk's work in the background goes on."""
    try:
        with _straight.open(f"{url}{path}", timeout=ANSWER_WITHIN):
            return "works"
    except urllib.error.HTTPError as error:
        # Whatever else it says, it answers.
        return "stands still" if error.code == 503 else "works"
    except (OSError, ValueError, http.client.HTTPException):
        # Or it speaks no HTTP.
        return "silent"


def ask_any(url: str) -> Answer:
    """Ask whether anything answers at `url`; whatever it says, it works."""
    return "silent" if ask(url, path="") == "silent" else "works"


class Pulse:
    """Asks from time to time, and says what has changed."""

    def __init__(
        self,
        question: Callable[[], Answer],
        clock: Callable[[], float] = time.monotonic,
        every: float = ASK_EVERY,
        silent_questions: int = SILENT_QUESTIONS,
    ) -> None:
        """Take the question, a clock in seconds, and when a silence is one too long."""
        self._question = question
        self._clock = clock
        self._every = every
        self._silent_questions = silent_questions
        self._asked_at = clock()
        self._pid = 0
        self._heard = False
        self._silent = 0
        self._stands_still = False

    def feel(self, pid: int) -> News | None:
        """Ask the process `pid` if it is time. Gives what is new: "hangs" calls for a new start.

        Silence counts after its first answer: one that starts may have a database to change.
        """
        if pid != self._pid:
            self._pid, self._heard, self._silent = pid, False, 0
        if self._clock() - self._asked_at < self._every:
            return None
        answer = self._question()
        self._asked_at = self._clock()
        if answer == "silent":
            self._silent += self._heard
            if self._silent < self._silent_questions:
                return None
            self._silent = 0
            return "hangs"
        self._heard, self._silent = True, 0
        before, self._stands_still = self._stands_still, answer == "stands still"
        if before == self._stands_still:
            return None
        return "stands still" if self._stands_still else "works again"
