"""A real supervisor with small processes of our own."""

import itertools
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from nightdesk.run import ready
from nightdesk.run.places import LONGEST_SOCKET_PATH, Places
from nightdesk.run.ports import Ports
from nightdesk.run.processes import (
    Service,
    State,
    Supervisor,
    service_environment,
    services,
    supervisor_config,
)
from nightdesk.run.progress import StepFailed

SLEEPS = Service(
    "sleeper", (sys.executable, "-u", "-c", "import time; print('up'); time.sleep(600)")
)


@pytest.fixture
def places(tmp_path):
    made = Places.from_environment({"NIGHTDESK_VAR": str(tmp_path / "100 % var")})
    made.make()
    return made


@pytest.fixture
def supervisor(places):
    one = Supervisor(places)
    yield one
    one.stop()


def wait_for(condition, seconds=20):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    pytest.fail(f"did not happen within {seconds} s")


def pid_of(supervisor, name="sleeper"):
    return next((s.pid for s in supervisor.states() if s.name == name and s.pid), 0)


def exists(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_killed_process_is_started_again_and_stop_ends_all(supervisor, places):
    supervisor.start((SLEEPS,), dict(os.environ))
    first = wait_for(lambda: pid_of(supervisor))
    wait_for(lambda: [s for s in supervisor.states() if s.state == "RUNNING"])
    os.kill(first, signal.SIGKILL)
    second = wait_for(lambda: pid_of(supervisor) not in (0, first) and pid_of(supervisor))

    supervisor.stop()

    assert not supervisor.alive
    assert not exists(second)
    assert "up" in (places.logs / "sleeper.log").read_text()


def test_one_that_hangs_is_started_anew_by_one_call(supervisor, monkeypatch):
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    supervisor.start((Service("desk", (sys.executable, "-c", deaf)),), dict(os.environ))
    first = wait_for(lambda: pid_of(supervisor, "desk"))
    wait_for(lambda: [s for s in supervisor.states() if s.state == "RUNNING"])
    call, calls = supervisor._call, []

    def once(*arguments):
        calls.append(arguments)
        return call(*arguments) if len(calls) == 1 else None

    with monkeypatch.context() as patched:
        patched.setattr(supervisor, "_call", once)
        supervisor.start_anew("desk")
    # Stopped by one call and started by a second, it would be left stopped where that fails.
    wait_for(lambda: pid_of(supervisor, "desk") not in (0, first))
    wait_for(lambda: [s for s in supervisor.states() if s.state == "RUNNING"])
    assert not exists(first)


def test_process_that_does_not_come_up_is_named_with_its_log(supervisor, places):
    ends = Service("rasa", (sys.executable, "-c", "print('no such model'); raise SystemExit(3)"))
    supervisor.start((ends,), dict(os.environ))

    with pytest.raises(StepFailed) as caught:
        ready.wait_until_ready(supervisor, places, Ports(*free_ports()), seconds=30)

    assert "rasa does not start" in str(caught.value)
    assert "no such model" in str(caught.value)


def test_slow_start_names_who_is_missing(supervisor, places):
    supervisor.start((SLEEPS,), dict(os.environ))

    with pytest.raises(StepFailed, match="rasa was not ready within 2 s"):
        ready.wait_until_ready(supervisor, places, Ports(*free_ports()), seconds=2)


def test_processes_end_with_their_supervisor(supervisor):
    supervisor.start((SLEEPS,), dict(os.environ))
    pid = wait_for(lambda: pid_of(supervisor))
    supervisor._process.kill()

    wait_for(lambda: not exists(pid))


def test_process_counts_as_failed_after_some_starts():
    counter = ready.StartCounter()
    states = [State("desk", "STARTING", 1, started, 0) for started in range(1, 6)]

    assert [counter.given_up([state]) for state in states] == ["", "", "", "desk", "desk"]


def test_deep_folder_gets_a_short_socket(tmp_path):
    deep = Places.from_environment({"NIGHTDESK_VAR": str(tmp_path / ("deep" * 30))})
    flat = Places.from_environment({"NIGHTDESK_VAR": "/srv/nightdesk"})

    assert len(str(deep.socket)) <= LONGEST_SOCKET_PATH
    assert flat.socket.parent == flat.supervisor_config.parent


def test_rasa_and_actions_listen_on_loopback_only_without_rasas_api(places):
    rasa, actions, desk = services(places, Ports(1, 2, 3))

    assert "--enable-api" not in rasa.command
    assert rasa.command[rasa.command.index("--interface") + 1] == "127.0.0.1"
    assert "nightdesk.run.actions_process" in actions.command
    assert desk.command[-1] == "serve"


def test_only_the_desk_is_given_the_keys_of_the_record(places):
    told = "import os; print('keys' if 'DESK_ENCRYPTION_KEYS' in os.environ else 'no keys')"
    environment = {**os.environ, "DESK_ENCRYPTION_KEYS": "one"}
    found = {}
    for service in services(places, Ports(1, 2, 3)):
        # What stands before the program itself.
        before = itertools.takewhile(lambda word: word == "env" or word[0] == "-", service.command)
        command = [*before, sys.executable, "-c", told]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        found[service.name] = done.stdout.strip()
    assert found == {"rasa": "no keys", "actions": "no keys", "desk": "keys"}


def test_configuration_survives_odd_folder_names(places):
    assert f"logfile={str(places.logs).replace('%', '%%')}" in supervisor_config(places, (SLEEPS,))


def test_every_process_knows_the_ports(places):
    environment = service_environment(places, Ports(8001, 5006, 5056), {})

    assert environment["ACTIONS_PORT"] == "5056"
    assert environment["RASA_URL"] == "http://127.0.0.1:5006"
    assert environment["RASA_TELEMETRY_ENABLED"] == "false"


def free_ports():
    with socket.socket() as a, socket.socket() as b, socket.socket() as c:
        for probe in (a, b, c):
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in (a, b, c)]
