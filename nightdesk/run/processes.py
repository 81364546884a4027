"""The processes of a running Nightdesk, and the supervisor that keeps them."""

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import xmlrpc.client
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nightdesk.run.places import Places
from nightdesk.run.ports import LOOPBACK, Ports
from nightdesk.run.training import quiet_environment, rasa_command

STOP_SECONDS = 10
"""How long a process may take to end before it is killed."""

RETRIES = 30
"""Starts in a row that may fail, with a pause of one second more each time, before a rest."""

_LEASH = Path(__file__).with_name("leash.py")


@dataclass(frozen=True)
class Service:
    """One kept process: its name (also its log's), what starts it, and when it counts as started.

    One that ends before it ran for `steady` seconds is started again after a pause that grows.
    """

    name: str
    command: tuple[str, ...]
    steady: int = 3


DESK_ONLY = ("DESK_ENCRYPTION_KEYS",)
"""Variables of the environment that no other process is given."""

NOT_OF_ACTIONS = ("DATABASE_URL", "TRACKER_URL", "REDIS_URL")
"""Those that the actions have no use for."""


@dataclass(frozen=True)
class State:
    """What the supervisor knows of one process."""

    name: str
    state: str
    pid: int
    started: int
    exit_status: int


def services(places: Places, ports: Ports) -> tuple[Service, ...]:
    """Give the three processes, in the order in which they are started."""
    rasa = (
        *rasa_command(),
        "run",
        "--model",
        str(places.running_model),
        "--port",
        str(ports.rasa),
        "--interface",
        LOOPBACK,
        "--endpoints",
        "endpoints.yml",
        "--credentials",
        "credentials.yml",
    )
    actions = (sys.executable, "-m", "nightdesk.run.actions_process", "--port", str(ports.actions))
    desk = (str(places.root / "desk" / ".venv" / "bin" / "nightdesk-desk"), "serve")
    # The keys of the record are the desk's alone.
    bare = ("env", *(f"--unset={name}" for name in DESK_ONLY))
    return (
        # Longer than the loading of a model that cannot be used: that must not go round and round.
        Service("rasa", (*bare, *rasa), steady=30),
        Service(
            "actions", (*bare, *(f"--unset={name}" for name in NOT_OF_ACTIONS), *actions), steady=10
        ),
        Service("desk", desk, steady=10),
    )


def service_environment(
    places: Places, ports: Ports, environment: Mapping[str, str]
) -> dict[str, str]:
    """Give the environment that every process starts with."""
    return {
        **quiet_environment(places, environment),
        "DESK_HOST": ports.desk_host,
        "DESK_PORT": str(ports.desk),
        "RASA_PORT": str(ports.rasa),
        "ACTIONS_PORT": str(ports.actions),
        "RASA_URL": environment.get("RASA_URL") or f"http://{LOOPBACK}:{ports.rasa}",
    }


def supervisor_config(places: Places, kept: tuple[Service, ...]) -> str:
    """Give the text of supervisord.conf.

    A process that ends is started again at once; one that ends within `startsecs` waits one second
    longer each time, up to RETRIES seconds. Then the watch lets it rest a minute, and it begins
    anew (see `command.watch`): nothing is given up for good. Logs are rotated.
    """
    run = places.supervisor_config.parent
    lines = [
        "; Written by `nightdesk run` at every start.",
        "[supervisord]",
        "nodaemon=true",
        "silent=true",
        f"logfile={_value(places.logs / 'supervisor.log')}",
        "logfile_maxbytes=1MB",
        "logfile_backups=1",
        f"pidfile={_value(run / 'supervisord.pid')}",
        f"childlogdir={_value(places.logs)}",
        f"directory={_value(places.root)}",
        "umask=077",
        "[unix_http_server]",
        f"file={_value(places.socket)}",
        "chmod=0600",
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface",
        "[supervisorctl]",
        f"serverurl=unix://{_value(places.socket)}",
    ]
    for service in kept:
        command = shlex.join([sys.executable, "-S", str(_LEASH), *service.command])
        lines += [
            f"[program:{service.name}]",
            f"command={_value(command)}",
            f"directory={_value(places.root)}",
            "autorestart=true",
            f"startsecs={service.steady}",
            f"startretries={RETRIES}",
            "stopasgroup=true",
            "killasgroup=true",
            f"stopwaitsecs={STOP_SECONDS}",
            "redirect_stderr=true",
            # The supervisor expands this one key twice.
            f"stdout_logfile={_value(_value(places.logs / f'{service.name}.log'))}",
            "stdout_logfile_maxbytes=5MB",
            "stdout_logfile_backups=3",
        ]
    return "\n".join(lines) + "\n"


class Supervisor:
    """supervisord as a child of this process, spoken to over its socket."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._process: subprocess.Popen[bytes] | None = None
        self._seen: dict[str, int] = {}

    def start(self, kept: tuple[Service, ...], environment: Mapping[str, str]) -> None:
        """Write the configuration and start. Raises OSError."""
        config = self._places.supervisor_config
        config.write_text(supervisor_config(self._places, kept))
        output = (self._places.logs / "supervisor.out").open("wb")
        with output:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-S", str(_LEASH)),
                    *(sys.executable, "-W", "ignore", "-m", "nightdesk.run.supervisor_process"),
                    *("-n", "-c", str(config)),
                ],
                cwd=self._places.root,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C reaches us alone; we then stop everything in order.
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        """Whether supervisord itself runs."""
        return self._process is not None and self._process.poll() is None

    def states(self) -> list[State]:
        """Give what is known of each process; nothing while supervisord is still starting."""
        rows: Any = self._call("getAllProcessInfo")
        states = [
            State(
                name=str(row["name"]),
                state=str(row["statename"]),
                pid=int(row["pid"]),
                started=int(row["start"]),
                exit_status=int(row["exitstatus"]),
            )
            for row in rows or []
        ]
        self._seen.update({state.name: state.pid for state in states if state.pid})
        return states

    def start_again(self, name: str) -> None:
        """Start a process that the supervisor has given up on."""
        self._call("startProcess", name, False)

    def start_anew(self, name: str) -> None:
        """End a process that hangs; the supervisor starts it again, as any that has ended.

        One call: where it fails, the process is as it was. Stopped, it would be left so where the
        start fails.
        """
        self._call("signalProcess", name, "KILL")

    def stop(self) -> None:
        """End every process, then the supervisor; kill what does not end."""
        if self._process is None:
            return
        self.states()
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS * 2 + 5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            for pid in self._seen.values():
                # Each leads its own process group.
                with contextlib.suppress(OSError):
                    os.killpg(pid, signal.SIGKILL)

    def _call(self, method: str, *arguments: object) -> object:
        from supervisor.xmlrpc import SupervisorTransport

        server = xmlrpc.client.ServerProxy(
            "http://127.0.0.1",
            SupervisorTransport(None, None, f"unix://{self._places.socket}"),
        )
        try:
            return getattr(server.supervisor, method)(*arguments)
        except (OSError, xmlrpc.client.Error):
            return None
        finally:
            server("close")()


def _value(text: object) -> str:
    """Give `text` for the configuration file, where a percent sign means something."""
    return str(text).replace("%", "%%")
