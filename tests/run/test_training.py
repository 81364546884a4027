import sys

import pytest

from nightdesk.run import training
from nightdesk.run.places import Places
from nightdesk.run.progress import StepFailed

WRITES_A_MODEL = """
import pathlib, sys
arguments = sys.argv
folder = pathlib.Path(arguments[arguments.index("--out") + 1])
name = arguments[arguments.index("--fixed-model-name") + 1]
(folder / f"{name}.tar.gz").write_bytes(b"model")
with open("trainings", "a") as count:
    count.write("x")
"""


@pytest.fixture
def places(tmp_path, monkeypatch):
    (tmp_path / "config.yml").write_text("language: en")
    monkeypatch.setattr(training, "rasa_command", lambda: [sys.executable, "-c", WRITES_A_MODEL])
    return Places.from_environment({}, root=tmp_path)


def trainings(places):
    return len((places.root / "trainings").read_text())


def test_trains_once_and_again_when_an_input_changed(places):
    first = training.ensure_model(places)
    assert first.is_file()
    assert training.ensure_model(places) == first
    assert trainings(places) == 1

    (places.root / "config.yml").write_text("language: es")
    assert training.current_model(places) is None
    assert training.ensure_model(places) != first
    assert trainings(places) == 2


def test_force_trains_anyway(places):
    training.ensure_model(places)
    training.ensure_model(places, force=True)

    assert trainings(places) == 2


@pytest.mark.parametrize("code", ["print('a bad story'); raise SystemExit(1)", "print('no data')"])
def test_failed_training_is_one_sentence_and_leaves_nothing(places, monkeypatch, code):
    monkeypatch.setattr(training, "rasa_command", lambda: [sys.executable, "-c", code])

    with pytest.raises(StepFailed) as caught:
        training.ensure_model(places)

    assert str(places.logs / "train.log") in str(caught.value)
    assert "\n" not in str(caught.value)
    assert training.current_model(places) is None
    assert not list(places.models.glob("*.tar.gz"))
    assert not (places.models / ".training").exists()


def test_telemetry_is_off_and_the_gpu_is_left_alone(places):
    environment = training.quiet_environment(places, {"HOME": "/home/x"})

    assert environment["RASA_TELEMETRY_ENABLED"] == "false"
    assert environment["HOME"] == "/home/x"
