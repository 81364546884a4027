import argparse
import contextlib
import shutil
import signal
import socket

import pytest

from nightdesk.run import command
from nightdesk.run.places import Places
from nightdesk.run.ports import Ports
from nightdesk.run.processes import State
from nightdesk.run.progress import StepFailed, in_words
from nightdesk.run.pulses import Pulses


def parser():
    whole = argparse.ArgumentParser()
    command.register(whole.add_subparsers())
    return whole


def test_commands_are_registered():
    assert parser().parse_args(["run"]).run is command._run
    assert parser().parse_args(["train", "--force"]).force


def test_help_names_the_variables(capsys):
    with pytest.raises(SystemExit):
        parser().parse_args(["run", "--help"])
    said = capsys.readouterr().out
    for name in ("DESK_PORT", "RASA_PORT", "ACTIONS_PORT", "NIGHTDESK_VAR", "Ctrl-C"):
        assert name in said


def test_summary_says_where_everything_is(tmp_path):
    said = command.summary(
        Places.from_environment({"NIGHTDESK_VAR": str(tmp_path)}), Ports(1, 2, 3)
    )

    for part in ("http://127.0.0.1:1/demo", "http://127.0.0.1:1/inbox", "staff add", "Ctrl-C"):
        assert part in said
    assert str(tmp_path) in said


def test_broken_clinic_names_the_key(tmp_path):
    (tmp_path / "clinic.yml").write_text("name: Only a name\n")
    places = Places.from_environment({"NIGHTDESK_CLINIC": str(tmp_path / "clinic.yml")})

    with pytest.raises(StepFailed, match="phone"):
        command.check_clinic(places)


@pytest.mark.parametrize("chosen", ["run", "train"])
def test_a_broken_pattern_stops_it_before_anything_is_trained(
    chosen, tmp_path, root, monkeypatch, capsys
):
    def must_not(*arguments, **named):
        raise AssertionError("trained or started")

    for name in ("ensure_model", "adopt", "Supervisor.start"):
        monkeypatch.setattr(f"nightdesk.run.command.{name}", must_not)
    safety = tmp_path / "data" / "safety"
    shutil.copytree(root / "data" / "safety", safety, ignore=shutil.ignore_patterns("examples"))
    shutil.copy(root / "data" / "shorthand.yml", tmp_path / "data")
    path = safety / "patterns" / "own.yml"
    path.write_text(
        "- id: own\n  category: crisis\n  kind: k\n  level: P1\n  pattern: '(die'\n"
        "  must_fire: [to die]\n  must_not_fire: [diet]\n"
    )
    monkeypatch.setenv("NIGHTDESK_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("NIGHTDESK_DATA", str(tmp_path / "data"))
    for name, port in zip(("DESK_PORT", "RASA_PORT", "ACTIONS_PORT"), free_ports(), strict=True):
        monkeypatch.setenv(name, str(port))
    arguments = parser().parse_args([chosen])
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        assert arguments.run(arguments) == 1
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)

    said = capsys.readouterr().err
    assert said.startswith(
        f"nightdesk: {path} cannot be used:\n  line 5: 0.pattern: found '(die'; "
    )
    assert "allowed: a regular expression" in said


def free_ports():
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
        return [each.getsockname()[1] for each in sockets]


def test_taken_port_is_one_sentence_without_a_traceback(monkeypatch, capsys):
    monkeypatch.setenv("DESK_PORT", "not a port")

    assert command._run(argparse.Namespace(model=None)) == 1
    assert capsys.readouterr().err == (
        "nightdesk: DESK_PORT must be a port number from 1 to 65535.\n"
    )


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.42, "0.4 s"), (12.9, "12 s"), (125, "2 min 5 s")]
)
def test_time_in_words(seconds, words):
    assert in_words(seconds) == words


class Kept:
    """A supervisor of rasa and desk that ends after some looks."""

    def __init__(self, looks, **states):
        self.looks, self.now = looks, {"rasa": "RUNNING", "desk": "RUNNING", **states}
        self.pids, self.started_anew, self.started_again = {"rasa": 7, "desk": 1}, [], []

    @property
    def alive(self):
        self.looks -= 1
        return self.looks >= 0

    def states(self):
        return [State(name, state, self.pids[name], 1, 0) for name, state in self.now.items()]

    def start_anew(self, name):
        self.started_anew.append(name)
        self.pids[name] += 1

    def start_again(self, name):
        self.started_again.append(name)


class Silent:
    """Feels that it hangs."""

    def __init__(self):
        self.felt = []

    def feel(self, pid):
        self.felt.append(pid)
        return "hangs" if len(self.felt) == 1 else None


@pytest.fixture
def places(tmp_path):
    return Places.from_environment({"NIGHTDESK_VAR": str(tmp_path)})


@pytest.mark.parametrize("name", ["rasa", "desk"])
def test_one_that_hangs_is_started_anew(name, places, monkeypatch, capsys):
    monkeypatch.setattr(command, "WATCH_SECONDS", 0.01)
    supervisor, pulse = Kept(20), Silent()
    first = supervisor.pids[name]
    with pytest.raises(StepFailed):
        command.watch(supervisor, places, Pulses(supervisor, {name: pulse}))
    assert supervisor.started_anew == [name]
    assert pulse.felt[0] == first
    assert set(pulse.felt[1:]) == {first + 1}
    assert f"{name} does not answer any more and is started anew" in capsys.readouterr().out


def test_one_that_the_supervisor_gave_up_on_rests_and_is_tried_again_and_again(
    places, monkeypatch, capsys
):
    monkeypatch.setattr(command, "WATCH_SECONDS", 0.01)
    monkeypatch.setattr(command, "START_AGAIN_SECONDS", 0.05)
    supervisor = Kept(100, rasa="FATAL")
    with pytest.raises(StepFailed):
        command.watch(supervisor, places, Pulses(supervisor, {}))
    assert len(supervisor.started_again) > 2
    assert set(supervisor.started_again) == {"rasa"}


def test_one_that_was_given_up_on_has_no_pulse(places):
    pulse = Silent()
    pulses = Pulses(Kept(1), {"rasa": pulse})
    pulses.feel([State("rasa", "FATAL", 0, 1, 1), State("rasa", "BACKOFF", 0, 1, 1)])
    pulses.end()
    assert pulse.felt == []
