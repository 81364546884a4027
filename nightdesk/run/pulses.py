"""The pulses of all processes, felt beside each other: one that hangs holds nobody else's up."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from nightdesk.run.ports import LOOPBACK, Ports
from nightdesk.run.processes import State
from nightdesk.run.pulse import (
    BEHIND_ASK_EVERY,
    BEHIND_SILENT_QUESTIONS,
    News,
    Pulse,
    ask,
    ask_any,
)

THERE = ("STARTING", "RUNNING")
"""States in which a process may answer. Its silence counts only after its first answer."""


class Felt(Protocol):
    """What can be felt: a pulse."""

    def feel(self, pid: int) -> News | None:
        """Ask the process `pid` if it is time, and give what is new."""


class Keeper(Protocol):
    """What starts a process anew: the supervisor."""

    def start_anew(self, name: str) -> None:
        """End a process that hangs; it is started again."""


def pulses_of(ports: Ports) -> dict[str, Pulse]:
    """Give a pulse for each process that `nightdesk run` keeps."""

    def behind(port: int, path: str) -> Pulse:
        url = f"http://{LOOPBACK}:{port}{path}"
        return Pulse(
            lambda: ask_any(url),
            every=BEHIND_ASK_EVERY,
            silent_questions=BEHIND_SILENT_QUESTIONS,
        )

    return {
        "rasa": behind(ports.rasa, "/"),
        "actions": behind(ports.actions, "/health"),
        "desk": Pulse(lambda: ask(ports.desk_url)),
    }


class Pulses:
    """Feels each pulse in a thread of its own, one question of each at a time."""

    def __init__(self, keeper: Keeper, pulses: Mapping[str, Felt]) -> None:
        self._keeper = keeper
        self._pulses = pulses
        self._threads = ThreadPoolExecutor(max(1, len(pulses)), thread_name_prefix="pulse")
        self._asked: dict[str, Future[None]] = {}

    def feel(self, states: Sequence[State]) -> None:
        """Begin to feel the pulse of every process that is there; does not wait for answers."""
        for state in states:
            asked = self._asked.get(state.name)
            if state.name not in self._pulses or state.state not in THERE or not state.pid:
                continue
            if asked is None or asked.done():
                self._asked[state.name] = self._threads.submit(self._feel, state.name, state.pid)

    def end(self) -> None:
        """Begin no more questions. Those under way end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _feel(self, name: str, pid: int) -> None:
        news = self._pulses[name].feel(pid)
        if news is None:
            return
        print(told(name, news), flush=True)
        if news == "hangs":
            self._keeper.start_anew(name)


def told(name: str, news: News) -> str:
    """Give what is said at the screen of news of a process."""
    if news == "hangs":
        return f"{name} does not answer any more and is started anew"
    if news == "stands still":
        return (
            f"{name} answers, but its work in the background stands still: staff may not be "
            "told of hand-overs (GET /health/workers says what)"
        )
    return f"{name}'s work in the background goes on again"
