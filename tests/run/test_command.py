import argparse

import pytest

from nightdesk.run import command
from nightdesk.run.places import Places
from nightdesk.run.ports import Ports
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
