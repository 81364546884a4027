"""Training in a process of its own: what it cost, how far it is, and what is kept of it."""

import sys
from types import SimpleNamespace

import pytest

from bench import training
from bench.inputs import OURS, Pipeline
from bench.training import epochs_done, run_measured, train, train_command
from nightdesk.run.places import Places
from nightdesk.run.progress import StepFailed

WRITES_A_MODEL = """
import pathlib, sys
arguments = sys.argv
folder = pathlib.Path(arguments[arguments.index("--out") + 1])
name = arguments[arguments.index("--fixed-model-name") + 1]
(folder / f"{name}.tar.gz").write_bytes(b"model")
"""
QUIET = SimpleNamespace(note=lambda text: None)


@pytest.fixture
def places(tmp_path):
    return Places.from_environment({}, root=tmp_path)


@pytest.fixture
def pipeline(tmp_path):
    config = tmp_path / "ours.yml"
    config.write_text("pipeline: []")
    return Pipeline(OURS, config, tmp_path / "data", ())


@pytest.fixture
def rasa(monkeypatch):
    def is_(code):
        monkeypatch.setattr(training, "rasa_command", lambda: [sys.executable, "-c", code])

    is_(WRITES_A_MODEL)
    return is_


def measured(tmp_path, code):
    command = [sys.executable, "-c", code]
    return run_measured(command, tmp_path / "a.log", tmp_path, {"PATH": ""}, QUIET)


def test_work_costs_processor_time_and_waiting_does_not(tmp_path):
    busy = measured(tmp_path, "import time\nwhile time.process_time() < 0.6: pass")
    idle = measured(tmp_path, "import time; time.sleep(0.6)")
    assert busy.cpu_s >= 0.6 > 0.4 > idle.cpu_s
    assert idle.wall_s >= 0.6


def test_peak_memory_is_in_mebibytes(tmp_path):
    # This process being larger must not show in what it measures.
    ours = b"x" * 600 * 2**20
    assert 200 < measured(tmp_path, "x = b'x' * 200 * 2**20").peak_mib < 400
    assert len(ours) == 600 * 2**20


def test_a_process_that_a_signal_ended_has_failed(tmp_path):
    with pytest.raises(StepFailed):
        measured(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")


def test_what_a_process_says_is_in_its_log(tmp_path):
    with pytest.raises(StepFailed, match=r"a\.log"):
        measured(tmp_path, "import sys; print('so it is'); sys.exit(3)")
    assert "so it is" in (tmp_path / "a.log").read_text()


def test_trained_it_has_a_model_and_its_cost(rasa, places, pipeline, tmp_path):
    found = train(pipeline, places, tmp_path, reuse=False)
    assert found.model.read_bytes() == b"model"
    assert found.cost.wall_s > 0
    assert found.at.endswith("Z")


def test_an_earlier_model_is_taken_only_when_asked_and_while_it_fits(
    rasa, places, pipeline, tmp_path
):
    first = train(pipeline, places, tmp_path, reuse=False)
    rasa("raise SystemExit(1)")
    assert train(pipeline, places, tmp_path, reuse=True) == first
    pipeline.config.write_text("pipeline: [other]")
    with pytest.raises(StepFailed):
        train(pipeline, places, tmp_path, reuse=True)
    # The failed training has taken the old model with it: it is nobody's now.
    with pytest.raises(StepFailed):
        train(pipeline, places, tmp_path, reuse=True)


@pytest.mark.parametrize("note", ["", "{}", "[]", '{"inputs": "x", "at": "", "cost": {}}'])
def test_a_broken_note_is_no_model(rasa, places, pipeline, tmp_path, note):
    (tmp_path / "ours.json").write_text(note)
    assert train(pipeline, places, tmp_path, reuse=True).model.is_file()


def test_success_without_a_model_is_a_failure(rasa, places, pipeline, tmp_path):
    rasa("print('no data')")
    with pytest.raises(StepFailed, match="gave no model"):
        train(pipeline, places, tmp_path, reuse=False)


def test_both_are_trained_by_rasa_for_understanding_alone(pipeline, tmp_path):
    words = train_command(pipeline, tmp_path)
    assert words[1:5] == ["-m", "nightdesk.run.rasa_process", "train", "nlu"]
    assert str(pipeline.config) in words


def test_threads_are_as_in_the_makefile_and_the_bar_shows(places):
    found = training.environment(places)
    assert found["OMP_NUM_THREADS"] == found["OPENBLAS_NUM_THREADS"] == "1"
    assert found["CUDA_VISIBLE_DEVICES"] == ""
    assert "TQDM_DISABLE" not in found


@pytest.mark.parametrize(
    ("tail", "shown"),
    [
        (b"", ""),
        (b"Training \xff", ""),
        (b"Epochs:   3%|3| \rEpochs:  45%|##| 45/100", "45 % of the epochs"),
    ],
)
def test_how_far_a_network_is(tail, shown):
    assert epochs_done(tail) == shown
