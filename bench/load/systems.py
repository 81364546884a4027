"""What is measured: real processes of a Nightdesk and of a stock Rasa, and what they use."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from deploy.local.machine import free_port
from nightdesk.run import leash
from nightdesk.run.places import Places
from nightdesk.run.ports import LOOPBACK, Ports
from nightdesk.run.processes import service_environment, services
from nightdesk.run.progress import StepFailed
from nightdesk.run.training import quiet_environment

START_WITHIN = 180.0
STOP_WITHIN = 15.0

NO_LIMIT = "9000000"
"""All visitors of a measurement come from one address, far more of them than any does."""


@dataclass(frozen=True)
class Process:
    """What starts one process, and the address that answers once it works."""

    name: str
    command: tuple[str, ...]
    ready: str
    environment: Mapping[str, str]
    folder: Path


@dataclass(frozen=True)
class System:
    """Processes that serve visitors together, and the addresses that visitors come to."""

    name: str
    processes: tuple[Process, ...]
    urls: tuple[str, ...]


def desk_system(
    places: Places, var: Path, model: Path, number: int, database: str, quiet: float | None
) -> System:
    """Give a Nightdesk with `number` of each process, in the state folder `var`.

    Each desk asks a Rasa of its own, and each Rasa has its own actions: a visitor stays with one
    desk. `quiet` is the seconds that a short message waits for another one (None: as it comes).
    """
    processes: list[Process] = []
    urls = []
    for index in range(number):
        ports = Ports(desk=free_port(), rasa=free_port(), actions=free_port())
        own = replace(places, var=var / str(index), models=places.models)
        own.supervisor_config.parent.mkdir(parents=True, exist_ok=True)
        link = own.running_model
        link.unlink(missing_ok=True)
        link.symlink_to(model)
        environment = {
            **service_environment(own, ports, _bare(os.environ)),
            "DATABASE_URL": database,
            "DESK_ADDRESS_CONVERSATIONS_PER_MINUTE": NO_LIMIT,
            "DESK_ADDRESS_MESSAGES_PER_MINUTE": NO_LIMIT,
            "DESK_ADDRESS_CONNECTIONS": NO_LIMIT,
            "DESK_REQUIRE_TOTP": "none",
            **({} if quiet is None else {"DESK_BURST_QUIET": f"{quiet:g}"}),
        }
        ready = {
            "rasa": f"http://{LOOPBACK}:{ports.rasa}/",
            "actions": f"http://{LOOPBACK}:{ports.actions}/health",
            "desk": f"{ports.desk_url}/health/live",
        }
        mark = "" if number == 1 else f" {index + 1}"
        processes += [
            Process(f"{one.name}{mark}", one.command, ready[one.name], environment, places.root)
            for one in services(own, ports)
        ]
        urls.append(ports.desk_url)
    return System("ours", tuple(processes), tuple(urls))


def desk_alone(places: Places, var: Path, rasa_url: str) -> System:
    """Give one desk, as it comes, that asks a Rasa of somebody else's."""
    ports = Ports(desk=free_port(), rasa=free_port(), actions=free_port())
    (desk,) = (one for one in services(places, ports) if one.name == "desk")
    environment = {
        **service_environment(replace(places, var=var), ports, _bare(os.environ)),
        "RASA_URL": rasa_url,
        "DESK_ADDRESS_CONVERSATIONS_PER_MINUTE": NO_LIMIT,
        "DESK_ADDRESS_MESSAGES_PER_MINUTE": NO_LIMIT,
        "DESK_ADDRESS_CONNECTIONS": NO_LIMIT,
        "DESK_REQUIRE_TOTP": "none",
    }
    process = Process(
        desk.name, desk.command, f"{ports.desk_url}/health/live", environment, places.root
    )
    return System("ours", (process,), (ports.desk_url,))


def stock_system(places: Places, folder: Path, model: Path, number: int) -> System:
    """Give `number` stock Rasas that serve `model` from the project in `folder`."""
    environment = quiet_environment(places, _bare(os.environ))
    processes, urls = [], []
    for index in range(number):
        port = free_port()
        url = f"http://{LOOPBACK}:{port}"
        mark = "" if number == 1 else f" {index + 1}"
        command = (
            *(sys.executable, "-m", "rasa", "run", "--model", str(model)),
            *("--port", str(port), "--interface", LOOPBACK),
        )
        processes.append(Process(f"stock{mark}", command, f"{url}/", environment, folder))
        urls.append(url)
    return System("stock", tuple(processes), tuple(urls))


@dataclass
class Running:
    """A system that runs; a context manager that ends it."""

    system: System
    logs: Path
    children: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def __enter__(self) -> "Running":
        try:
            for one in self.system.processes:
                with self._log(one.name).open("wb") as log:
                    self.children[one.name] = subprocess.Popen(
                        [sys.executable, leash.__file__, *one.command],
                        cwd=one.folder,
                        env=dict(one.environment),
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                    )
            for one in self.system.processes:
                self._wait_for(one)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def cpu(self) -> dict[str, float]:
        """Give the seconds of processor that each process has used so far."""
        return {name: cpu_seconds(child.pid) for name, child in self.children.items()}

    def resident(self) -> dict[str, float]:
        """Give each process's resident memory, in MiB."""
        return {name: resident_mib(child.pid) for name, child in self.children.items()}

    def _wait_for(self, one: Process) -> None:
        child, ends = self.children[one.name], time.monotonic() + START_WITHIN
        while time.monotonic() < ends and child.poll() is None:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(one.ready, timeout=5) as said,
            ):
                if said.status == 200:
                    return
            time.sleep(0.2)
        said_last = self._log(one.name).read_text(errors="replace").strip().splitlines()[-3:]
        raise StepFailed(f"{one.name} did not start: {' '.join(said_last) or 'it said nothing'}")

    def _log(self, name: str) -> Path:
        return self.logs / f"{self.system.name}-{name.replace(' ', '-')}.log"

    def _end(self) -> None:
        for child in self.children.values():
            child.terminate()
        for child in self.children.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(STOP_WITHIN)
            if child.poll() is None:
                child.kill()
                child.wait()


def cpu_seconds(pid: int) -> float:
    """Give the seconds of processor that a process and its ended children have used (Linux)."""
    # The name, in brackets, may hold anything.
    values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, values[11:15])) / os.sysconf("SC_CLK_TCK")


def resident_mib(pid: int) -> float:
    """Give a process's resident memory in MiB (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def used(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """Give the seconds of processor between two looks."""
    return {name: after[name] - seconds for name, seconds in before.items()}


def _bare(environment: Mapping[str, str]) -> dict[str, str]:
    """Give the environment without what would set a system of somebody's own."""
    ours = ("DESK_", "NIGHTDESK_", "DATABASE_URL", "REDIS_URL", "RASA_URL", "FORWARDED_")
    return {name: value for name, value in environment.items() if not name.startswith(ours)}


def questions_of(files: Sequence[Path]) -> Iterator[str]:
    """Give the messages of files of cases. Raises CasesError."""
    from nightdesk.evaluation.cases import load_cases

    for path in files:
        for case in load_cases(path, labelled=False):
            yield case.text
