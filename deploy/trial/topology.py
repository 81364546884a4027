"""The topology as deployed: PostgreSQL, Redis, two Rasas, two desks, the actions, a TLS proxy.

Servers come from the system's packages, the rest runs under the supervisor of `nightdesk run`.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from redis import Redis
from redis.exceptions import RedisError

from deploy.local import nginx, postgres, redis
from deploy.local.machine import LOOPBACK, free_port
from nightdesk.run.models import adopt
from nightdesk.run.places import Places
from nightdesk.run.ports import Ports
from nightdesk.run.processes import Service, Supervisor, service_environment, services
from nightdesk.run.progress import Step, StepFailed
from nightdesk.run.ready import StartCounter, failure, is_ready
from nightdesk.run.training import ensure_model

REPLICAS = 2
READY_WITHIN = 300.0
"""Seconds; some 20 are enough on a machine that does nothing else."""
REDIS_PASSWORD = "of-this-trial-only"  # of a server that ends with the trial


@dataclass(frozen=True)
class Topology:
    """What runs, and where."""

    var: Path
    proxy: nginx.Proxy
    desk_ports: tuple[int, ...]
    private_ports: Mapping[str, int]
    database: str
    tracker: str
    environment: Mapping[str, str]
    supervisor: Supervisor

    @property
    def desks(self) -> tuple[str, ...]:
        """The desks' own addresses, which nobody outside reaches."""
        return tuple(f"http://{LOOPBACK}:{port}" for port in self.desk_ports)

    def kill(self, name: str) -> int:
        """End a process as nothing can prevent. Gives its number. Raises StepFailed."""
        pid = self.pid(name)
        if not pid:
            raise StepFailed(f"{name} is not running")
        os.kill(pid, signal.SIGKILL)
        return pid

    def pid(self, name: str) -> int:
        """Give a process's number, 0 while it does not run."""
        return next((s.pid for s in self.supervisor.states() if s.name == name), 0)

    def stop_redis(self) -> None:
        """End Redis, for good."""
        client = Redis.from_url(self.environment["REDIS_URL"])
        # It answers by ending.
        with contextlib.suppress(RedisError):
            client.shutdown(nosave=True)

    def add_staff(self, username: str, password: str) -> None:
        """Make an account on the command line. Raises StepFailed."""
        desk = Places.from_environment().root / "desk" / ".venv" / "bin" / "nightdesk-desk"
        done = subprocess.run(
            [desk, "staff", "add", username, "--first-name", username.title(), "--password-stdin"],
            env=dict(self.environment),
            input=f"{password}\n",
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )
        if done.returncode:
            raise StepFailed(f"No account could be made: {done.stderr.strip()}")


@contextlib.contextmanager
def running(var: Path) -> Iterator[Topology]:
    """Start everything with state and logs in `var`; it ends with the block.

    Raises StepFailed, NotInstalled and ServerFailed.
    """
    usual = Places.from_environment()
    model = ensure_model(usual)
    places = Places.from_environment({"NIGHTDESK_VAR": str(var)})
    places.make()
    adopt(model, places.running_model)
    shutil.copy(usual.clinic, var / "clinic.yml")
    with contextlib.ExitStack() as held:
        with Step("Starting PostgreSQL and Redis"):
            server = held.enter_context(postgres.cluster(sync=False))
            locks = held.enter_context(redis.server(password=REDIS_PASSWORD))
            database, tracker = two_databases(server)
        ports = _ports()
        environment = {
            **service_environment(places, ports[0], os.environ),
            "NIGHTDESK_CLINIC": str(var / "clinic.yml"),
            "DATABASE_URL": database,
            "TRACKER_URL": tracker,
            "REDIS_URL": locks,
            "RASA_URL": ",".join(f"http://{LOOPBACK}:{each.rasa}" for each in ports),
            "DESK_REQUIRE_TOTP": "none",
            # Each message is a turn of its own, so that turns can be counted.
            "DESK_BURST_QUIET": "0",
            # All visitors come from one address.
            "DESK_MESSAGES_PER_MINUTE": "6000",
            "DESK_ADDRESS_MESSAGES_PER_MINUTE": "60000",
            "DESK_ADDRESS_CONVERSATIONS_PER_MINUTE": "60000",
            "DESK_ADDRESS_CONNECTIONS": "20000",
        }
        supervisor = Supervisor(places)
        held.callback(supervisor.stop)
        supervisor.start(kept(places, ports), environment)
        wait_until_ready(supervisor, places, ports)
        proxy = held.enter_context(
            nginx.proxy([f"{LOOPBACK}:{each.desk}" for each in ports], keep=var)
        )
        private = {
            "PostgreSQL": int(server.rpartition(":")[2].split("/")[0]),
            "Redis": int(locks.rpartition(":")[2].split("/")[0]),
            "actions": ports[0].actions,
            **{f"rasa-{at + 1}": each.rasa for at, each in enumerate(ports)},
            **{f"desk-{at + 1}": each.desk for at, each in enumerate(ports)},
        }
        yield Topology(
            var=var,
            proxy=proxy,
            desk_ports=tuple(each.desk for each in ports),
            private_ports=private,
            database=database,
            tracker=tracker,
            environment=environment,
            supervisor=supervisor,
        )


def two_databases(server: str) -> tuple[str, str]:
    """Make the desk's database and Rasa's, each with an account that reaches no other."""
    base = server.rpartition("/")[0]
    host = base.rpartition("@")[2]
    with contextlib.closing(psycopg2.connect(server)) as connection:
        connection.autocommit = True
        for name in ("nightdesk", "tracker"):
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE ROLE {name} LOGIN")
                cursor.execute(f"CREATE DATABASE {name} OWNER {name}")
                cursor.execute(f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")
    return f"postgresql://nightdesk@{host}/nightdesk", f"postgresql://tracker@{host}/tracker"


def kept(places: Places, ports: tuple[Ports, ...]) -> tuple[Service, ...]:
    """Give what the supervisor keeps: of each part but the actions, one for each of `ports`."""
    found = []
    for at, each in enumerate(ports):
        rasa, actions, desk = services(places, each)
        # Rasa has no use for the desk's database, nor the desk for Rasa's.
        found.append(Service(f"rasa-{at + 1}", ("env", "--unset=DATABASE_URL", *rasa.command)))
        found.append(
            Service(
                f"desk-{at + 1}",
                ("env", "--unset=TRACKER_URL", f"DESK_PORT={each.desk}", *desk.command),
            )
        )
        if at == 0:
            found.append(actions)
    return tuple(found)


def wait_until_ready(supervisor: Supervisor, places: Places, ports: tuple[Ports, ...]) -> None:
    """Return once each desk has got the known answer and each Rasa listens. Raises StepFailed."""
    counter, until = StartCounter(), time.monotonic() + READY_WITHIN
    with Step("Starting two Rasas, two desks and the actions"):
        while time.monotonic() < until:
            failed = counter.given_up(supervisor.states())
            if failed:
                raise StepFailed(failure(failed, "does not start", places.logs / f"{failed}.log"))
            if all(answers(f"http://{LOOPBACK}:{each.rasa}/") for each in ports) and all(
                is_ready(each.desk_url) for each in ports
            ):
                return
            time.sleep(0.5)
    raise StepFailed(f"Not ready within {READY_WITHIN:.0f} s; the logs are in {places.logs}")


def answers(url: str) -> bool:
    """Whether something answers there at all."""
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError):
        return False
    return True


def _ports() -> tuple[Ports, ...]:
    actions = free_port()
    return tuple(Ports(free_port(), free_port(), actions) for _ in range(REPLICAS))
