"""The whole system, really started: `nightdesk run` on free ports with a state folder of its own.

Used by the live and the browser tests: `from running_system import RunningSystem, running_system`.
"""

import contextlib
import functools
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from log_leaks import leaks, secrets_in, sent, words_in

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / ".venv" / "bin"

PORTS = ("DESK_PORT", "RASA_PORT", "ACTIONS_PORT")
PASSWORD = "quiet harbour at dawn 7"
"""Everybody's of the staff that tests add."""

START_SECONDS = 120.0
"""Long enough for a slow machine; about 10 s on a free one."""

NOT_OURS = ("DATABASE_URL", "TRACKER_URL", "REDIS_URL", "RASA_URL", "ACTIONS_URL")
"""Of the machine's environment: a test's own servers are named in `extra`."""


@dataclass
class RunningSystem:
    """A started system: its addresses, its state folder, and what can be done to its processes."""

    var: Path
    ports: Mapping[str, int]
    environment: Mapping[str, str]
    output: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def url(self) -> str:
        """The desk's address."""
        return f"http://127.0.0.1:{self.ports['DESK_PORT']}"

    @property
    def clinic(self) -> Path:
        """The clinic's settings that this system reads: a copy, free to be changed."""
        return self.var / "clinic.yml"

    def pid(self, name: str) -> int:
        """Give the process id of rasa, actions or desk; 0 while it is not running."""
        text = self._supervisorctl("pid", name)
        return int(text) if text.isdigit() else 0

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        """Send a signal, by default the one that cannot be caught. Gives the process id it hit."""
        pid = self.pid(name)
        assert pid, f"{name} is not running"
        os.kill(pid, number)
        return pid

    def stop_service(self, name: str) -> None:
        """Have the supervisor stop one process and leave it stopped."""
        self._supervisorctl("stop", name)

    def start_service(self, name: str) -> None:
        """Have the supervisor start a process that was stopped."""
        self._supervisorctl("start", name)

    def is_ready(self) -> bool:
        """Whether a known question is answered with its known answer."""
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=15).status_code == 200
        except httpx.HTTPError:
            return False

    def wait_until_ready(self, seconds: float = 90) -> None:
        """Wait for readiness; fails the test after `seconds`."""
        wait_for(self.is_ready, seconds, "the system is not ready")

    def wait_until_live(self, seconds: float = 30) -> None:
        """Wait until the desk itself answers."""

        def live() -> bool:
            with contextlib.suppress(httpx.HTTPError):
                return httpx.get(f"{self.url}/health/live", timeout=5).status_code == 200
            return False

        wait_for(live, seconds, "the desk does not answer")

    def handovers(self, conversation_id: str) -> list[tuple[str, str, str]]:
        """Give (reason, level, state) of a conversation's hand-overs, from the desk's database."""
        address = f"file:{self.var / 'desk.sqlite3'}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=10)) as database:
            return database.execute(
                "SELECT reason, level, state FROM handovers WHERE conversation_id = ? ORDER BY id",
                (conversation_id,),
            ).fetchall()

    def log_text(self) -> str:
        """Give everything that any process has written to its log."""
        logs = sorted((self.var / "log").glob("*.log*"))
        return "\n".join(log.read_text(errors="replace") for log in logs)

    def leaks(self) -> list[str]:
        """Give what the logs hold of people's words, of ids and of secrets: there must be none."""
        words = {*words_in(self.var / "desk.sqlite3"), *sent()}
        log = f"{self.log_text()}\n{self.output.read_text(errors='replace')}"
        return leaks(log, words, [PASSWORD, *secrets_in(self.environment)])

    def stop(self, number: int = signal.SIGINT) -> int:
        """Stop as Ctrl-C does. Gives the exit status."""
        self.process.send_signal(number)
        return self.process.wait(60)

    def _supervisorctl(self, *arguments: str) -> str:
        config = self.var / "run" / "supervisord.conf"
        return subprocess.run(
            [BIN / "supervisorctl", "-c", config, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        ).stdout.strip()


@contextlib.contextmanager
def running_system(var: Path, extra: Mapping[str, str] | None = None) -> Iterator[RunningSystem]:
    """Start the system with its state in `var`, wait until it is ready, and stop it at the end.

    It runs the model that the checkout's own inputs give. `extra` adds to the environment.
    """
    var.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "clinic.yml", var / "clinic.yml")
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    ports |= {name: int(text) for name, text in (extra or {}).items() if name in PORTS}
    environment = {
        **{name: value for name, value in os.environ.items() if name not in NOT_OURS},
        **{name: str(port) for name, port in ports.items()},
        "NIGHTDESK_VAR": str(var),
        "NIGHTDESK_CLINIC": str(var / "clinic.yml"),
        # All of a test run's visitors come from one address.
        "DESK_ADDRESS_CONVERSATIONS_PER_MINUTE": "6000",
        "DESK_ADDRESS_MESSAGES_PER_MINUTE": "6000",
        "DESK_ADDRESS_CONNECTIONS": "2000",
        **(extra or {}),
    }
    output = var / "run.out"
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [BIN / "nightdesk", "run", "--model", trained_model()],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    system = RunningSystem(var, ports, environment, output, process)
    try:
        wait_for(
            lambda: "Nightdesk is running" in output.read_text() or process.poll() is not None,
            START_SECONDS,
            "nightdesk run says nothing",
        )
        assert process.poll() is None, output.read_text()
        yield system
    finally:
        if process.poll() is None:
            system.stop()
    assert system.leaks() == [], "a log holds what none may hold"


@functools.cache
def trained_model() -> str:
    """Give the model for today's inputs, trained if need be: one for all of a test run."""
    done = subprocess.run(
        [BIN / "nightdesk", "train"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().rpartition(": ")[2]


def free_ports(count: int) -> list[int]:
    """Give ports that nothing listens on just now."""
    with contextlib.ExitStack() as held:
        ports = []
        for _ in range(count):
            probe = held.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            ports.append(int(probe.getsockname()[1]))
        return ports


def wait_for(
    condition: Callable[[], bool], seconds: float, otherwise: str, pause: float = 0.25
) -> None:
    """Wait until `condition()`; fails with `otherwise` after `seconds`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(pause)
    raise AssertionError(f"{otherwise} after {seconds:.0f} s")
