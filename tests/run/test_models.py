import os

import pytest

from nightdesk.run import models


@pytest.fixture
def project(tmp_path):
    for name in ("config.yml", "domain.yml", "requirements.lock"):
        (tmp_path / name).write_text(name)
    for name in ("data/nlu/a.yml", "data/safety/b.yml", "nightdesk/nlu/c.py", "nightdesk/run/d.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


def hash_of(project):
    return models.input_hash(models.input_files(project))


@pytest.mark.parametrize(
    "name",
    ["config.yml", "domain.yml", "requirements.lock", "data/nlu/a.yml", "data/safety/b.yml",
     "nightdesk/nlu/c.py"],
)  # fmt: skip
def test_a_changed_input_changes_the_hash(project, name):
    before = hash_of(project)
    (project / name).write_text("changed")

    assert hash_of(project) != before


def test_a_new_a_renamed_and_a_missing_input_change_the_hash(project):
    seen = {hash_of(project)}
    (project / "data/stories").mkdir()
    (project / "data/stories/s.yml").write_text("x")
    seen.add(hash_of(project))
    (project / "data/stories/s.yml").rename(project / "data/stories/t.yml")
    seen.add(hash_of(project))
    (project / "domain.yml").unlink()
    seen.add(hash_of(project))

    assert len(seen) == 4


def test_what_rasa_does_not_load_changes_nothing(project):
    before = hash_of(project)
    (project / "nightdesk/run/d.py").write_text("changed")
    (project / "nightdesk/nlu/__pycache__").mkdir()
    (project / "nightdesk/nlu/__pycache__/c.py").write_text("x")

    assert hash_of(project) == before


def make_model(folder, name, inputs, age):
    model = folder / f"{name}.tar.gz"
    model.write_bytes(b"model")
    models.write_note(model, inputs, 1.0)
    at = 1_700_000_000 - age
    os.utime(folder / f"{name}.json", (at, at))
    return model


def test_model_is_found_by_what_it_was_trained_from(tmp_path):
    fits = make_model(tmp_path, "one", "aaa", age=10)
    make_model(tmp_path, "two", "bbb", age=0)

    assert models.find_model(tmp_path, "aaa") == fits
    assert models.find_model(tmp_path, "ccc") is None


def test_model_without_a_note_or_without_itself_does_not_count(tmp_path):
    (tmp_path / "half.tar.gz").write_bytes(b"half")
    make_model(tmp_path, "gone", "aaa", age=0).unlink()
    (tmp_path / "odd.json").write_text("[not json")

    assert models.find_model(tmp_path, "aaa") is None


def test_running_system_keeps_its_model_when_old_ones_are_removed(tmp_path):
    model = make_model(tmp_path, "one", "aaa", age=0)
    own = tmp_path / "run" / "model.tar.gz"
    own.parent.mkdir()
    own.write_bytes(b"of the run before")

    models.adopt(model, own)
    models.prune(tmp_path, keep=0)

    assert not model.exists()
    assert own.read_bytes() == b"model"


def test_old_models_are_removed(tmp_path):
    for number in range(5):
        make_model(tmp_path, f"m{number}", str(number), age=number)

    models.prune(tmp_path)

    assert sorted(path.name for path in tmp_path.glob("*.tar.gz")) == [
        "m0.tar.gz",
        "m1.tar.gz",
        "m2.tar.gz",
    ]
    assert len(list(tmp_path.glob("*.json"))) == 3
