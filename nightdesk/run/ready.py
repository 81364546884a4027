"""Waiting until a known question is answered with its known answer, through the desk."""

import socket
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from nightdesk.run.places import Places
from nightdesk.run.ports import LOOPBACK, Ports
from nightdesk.run.processes import State, Supervisor
from nightdesk.run.progress import Step, StepFailed

READY_SECONDS = 120.0
STARTS_ALLOWED = 3
"""A process that was started this often before the system was ready does not come up."""

TAIL_LINES = 15


class StartCounter:
    """Counts how often each process was started, from the supervisor's start times."""

    def __init__(self) -> None:
        self._starts: dict[str, set[int]] = defaultdict(set)

    def given_up(self, states: Sequence[State]) -> str:
        """Note `states`; give the name of a process that does not come up, or ''."""
        for state in states:
            if state.started:
                self._starts[state.name].add(state.started)
            if state.state == "FATAL" or len(self._starts[state.name]) > STARTS_ALLOWED:
                return state.name
        return ""


def wait_until_ready(
    supervisor: Supervisor, places: Places, ports: Ports, seconds: float = READY_SECONDS
) -> None:
    """Return once the desk answers its readiness question.

    Raises StepFailed, with the last lines of the log that matters, when a process does not come up
    or `seconds` have passed.
    """
    counter = StartCounter()
    until = time.monotonic() + seconds
    with Step("Starting rasa, actions and desk") as step:
        while time.monotonic() < until:
            if not supervisor.alive:
                raise StepFailed(failure("supervisor", "ended", places.logs / "supervisor.out"))
            failed = counter.given_up(supervisor.states())
            if failed:
                raise StepFailed(failure(failed, "does not start", places.logs / f"{failed}.log"))
            missing = _not_listening(ports)
            step.note(f"waiting for {', '.join(missing)}" if missing else "asking a known question")
            if not missing and is_ready(ports.desk_url):
                return
            time.sleep(0.5)
    slow = (_not_listening(ports) or ["desk"])[0]
    raise StepFailed(
        failure(slow, f"was not ready within {seconds:.0f} s", places.logs / f"{slow}.log")
    )


def is_ready(desk_url: str) -> bool:
    """Whether `GET /health/ready` says 200: the desk asked Rasa and got the known answer."""
    try:
        with urllib.request.urlopen(f"{desk_url}/health/ready", timeout=15) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False


def failure(name: str, what: str, log: Path) -> str:
    """Give one sentence on what failed, followed by its log's last lines."""
    lines = [f"{name} {what}; the end of its log, {log}:"]
    try:
        lines += ["  " + line[:300] for line in log.read_text(errors="replace").splitlines()]
    except OSError:
        lines.append("  (it wrote nothing)")
    return "\n".join([lines[0], *lines[1:][-TAIL_LINES:]])


def _not_listening(ports: Ports) -> list[str]:
    parts = (("rasa", ports.rasa), ("actions", ports.actions), ("desk", ports.desk))
    missing = []
    for name, number in parts:
        host = ports.desk_host if name == "desk" else LOOPBACK
        try:
            socket.create_connection((host, number), timeout=0.5).close()
        except OSError:
            missing.append(name)
    return missing
