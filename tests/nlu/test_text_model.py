"""The linear classifier: what it learns is what it gives back after saving."""

import json
import pickle

import numpy as np
import pytest

from nightdesk.nlu.text_model import Recipe, TextModel

COST = ["how much is it", "what does it cost", "the price please", "is it expensive", "fees"]
HOURS = ["when are you open", "opening hours", "are you open on monday", "what time do you close"]
BYE = ["goodbye", "bye for now", "see you later", "good night then"]
TEXTS = COST + HOURS + BYE
LABELS = ["cost"] * len(COST) + ["hours"] * len(HOURS) + ["bye"] * len(BYE)
NEW = ["is the price high", "when do you open", "bye bye", "", "\U0001f642 \u4f60"]


def vectors_for(texts: list[str]) -> np.ndarray:
    """Unit-length vectors that depend on the text alone."""
    rows = [np.random.default_rng(sum(text.encode()) + 1).normal(size=12) for text in texts]
    return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)


@pytest.fixture(scope="module")
def model():
    return TextModel.fit(TEXTS, vectors_for(TEXTS), LABELS, Recipe())


def test_it_learns(model):
    probabilities = model.probabilities(NEW[:3], np.zeros((3, 12), dtype=np.float32))
    assert [model.classes[i] for i in probabilities.argmax(axis=1)] == ["cost", "hours", "bye"]


def test_probabilities_are_probabilities(model):
    probabilities = model.probabilities(NEW, vectors_for(NEW))
    assert probabilities.shape == (len(NEW), 3)
    assert (probabilities >= 0).all()
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_the_vector_counts(model):
    probabilities = model.probabilities([COST[0]] * 2, vectors_for([COST[0], BYE[0]]))
    cost, bye = model.classes.index("cost"), model.classes.index("bye")
    assert probabilities[0, cost] > probabilities[1, cost]
    assert probabilities[1, bye] > probabilities[0, bye]


@pytest.mark.parametrize("labels", [LABELS, ["bye" if x == "bye" else "other" for x in LABELS]])
def test_saved_and_loaded_it_gives_the_same(tmp_path, labels):
    fitted = TextModel.fit(TEXTS, vectors_for(TEXTS), labels, Recipe(c=3.0, characters=(3, 4)))
    fitted.save(tmp_path / "model")
    loaded = TextModel.load(tmp_path / "model")

    assert loaded.classes == fitted.classes
    assert loaded.recipe == fitted.recipe
    np.testing.assert_allclose(
        loaded.probabilities(NEW, vectors_for(NEW)),
        fitted.probabilities(NEW, vectors_for(NEW)),
        atol=1e-6,
    )


@pytest.mark.parametrize("broken", ["no json", "bad json", "no arrays", "a pickle in the arrays"])
def test_a_model_that_is_not_whole_is_not_loaded(model, tmp_path, broken):
    model.save(tmp_path)
    if broken == "no json":
        (tmp_path / "model.json").unlink()
    elif broken == "bad json":
        (tmp_path / "model.json").write_text("{")
    elif broken == "no arrays":
        (tmp_path / "model.npz").unlink()
    else:
        (tmp_path / "model.npz").write_bytes(pickle.dumps({"weights": 1}))
    with pytest.raises((OSError, ValueError, KeyError)):
        TextModel.load(tmp_path)


def test_nothing_in_a_saved_model_can_run(model, tmp_path):
    model.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.json", "model.npz"]
    json.loads((tmp_path / "model.json").read_text())
    with np.load(tmp_path / "model.npz", allow_pickle=False) as arrays:
        assert {arrays[name].dtype.kind for name in arrays.files} == {"f"}
