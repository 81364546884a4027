"""A real supervisor with small processes of our own."""

import configparser
import itertools
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from nightdesk.run import pulse, ready
from nightdesk.run.places import LONGEST_SOCKET_PATH, Places
from nightdesk.run.ports import Ports
from nightdesk.run.processes import (
    RETRIES,
    Service,
    State,
    Supervisor,
    service_environment,
    services,
    supervisor_config,
)
from nightdesk.run.progress import StepFailed
from nightdesk.run.pulse import Pulse, ask_any
from nightdesk.run.pulses import Pulses, pulses_of

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


def test_one_that_dies_at_once_is_tried_with_growing_pauses_while_others_go_on(
    supervisor, places, tmp_path
):
    starts = tmp_path / "starts"
    dies = f"import time; open({str(starts)!r}, 'a').write(f'{{time.time()}}\\n')"
    kept = (Service("rasa", (sys.executable, "-c", dies)), SLEEPS)
    supervisor.start(kept, dict(os.environ))
    beside = wait_for(lambda: pid_of(supervisor))

    wait_for(lambda: starts.exists() and len(starts.read_text().split()) >= 5, 60)

    at = [float(line) for line in starts.read_text().split()]
    pauses = [later - before for before, later in itertools.pairwise(at[:5])]
    # A slow machine makes them longer, never shorter.
    assert all(pause > number - 0.5 for number, pause in enumerate(pauses, 1)), pauses
    assert pid_of(supervisor) == beside


def test_one_that_dies_after_it_had_begun_counts_as_not_started(places):
    rasa, actions, desk = services(places, Ports(1, 2, 3))
    config = configparser.RawConfigParser(strict=False)
    config.read_string(supervisor_config(places, (rasa, actions, desk)))
    # A model that cannot be used is found out after some ten seconds.
    assert config.getint("program:rasa", "startsecs") >= 20
    for name in ("rasa", "actions", "desk"):
        assert config.getint(f"program:{name}", "startretries") == RETRIES
        assert config.get(f"program:{name}", "autorestart") == "true"


def test_each_process_has_a_pulse(places):
    ports = Ports(1, 2, 3)
    assert set(pulses_of(ports)) == {service.name for service in services(places, ports)}


SERVES = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(404); self.send_header('content-length', '0'); self.end_headers()
http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
"""


def test_one_that_hangs_is_noticed_and_started_anew_while_others_go_on(
    supervisor, monkeypatch, tmp_path
):
    monkeypatch.setattr(pulse, "ANSWER_WITHIN", 0.5)
    port = free_ports()[0]
    serves = tmp_path / "serves.py"
    serves.write_text(SERVES)
    kept = (Service("rasa", (sys.executable, str(serves), str(port))), SLEEPS)
    supervisor.start(kept, dict(os.environ))
    first, beside = wait_for(lambda: pid_of(supervisor, "rasa")), pid_of(supervisor)
    question = f"http://127.0.0.1:{port}/"
    felt = Pulse(lambda: ask_any(question), every=0.1, silent_questions=3)
    pulses = Pulses(supervisor, {"rasa": felt})

    def looks_until(condition):
        def look():
            pulses.feel(supervisor.states())
            return condition()

        return wait_for(look, 60)

    try:
        wait_for(lambda: ask_any(question) == "works")
        until = time.monotonic() + 2
        # One that answers is left alone, whatever it says.
        looks_until(lambda: time.monotonic() > until)
        assert pid_of(supervisor, "rasa") == first
        os.kill(first, signal.SIGSTOP)
        looks_until(lambda: pid_of(supervisor, "rasa") not in (0, first))
        wait_for(lambda: ask_any(question) == "works")
    finally:
        pulses.end()
    assert not exists(first)
    assert pid_of(supervisor) == beside


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
