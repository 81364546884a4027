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


class HangingDesk:
    """A supervisor whose desk hangs, then is started anew; then it ends itself."""

    def __init__(self):
        self.pid, self.alive, self.started_anew = 1, True, []

    def states(self):
        return [State("rasa", "RUNNING", 7, 1, 0), State("desk", "RUNNING", self.pid, 1, 0)]

    def start_anew(self, name):
        self.started_anew.append(name)
        self.pid += 1
        self.alive = False


class Silent:
    """Feels that the desk hangs."""

    def __init__(self):
        self.felt = []

    def feel(self, pid):
        self.felt.append(pid)
        return "hangs"


def test_a_desk_that_hangs_is_started_anew(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "WATCH_SECONDS", 0)
    supervisor, pulse = HangingDesk(), Silent()
    with pytest.raises(StepFailed):
        command.watch(supervisor, Places.from_environment({"NIGHTDESK_VAR": str(tmp_path)}), pulse)
    assert (supervisor.started_anew, pulse.felt) == (["desk"], [1])
    assert "desk does not answer any more and is started anew" in capsys.readouterr().out
