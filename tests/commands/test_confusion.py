"""`nightdesk confusion`: options, what is printed, and that other commands do not pay for it."""

import json
import subprocess
import sys

import numpy as np
import pytest
import yaml

from nightdesk import cli
from nightdesk.commands import confusion
from nightdesk.encoder import WeightsRefused
from nightdesk.nlu.text_model import Recipe

LINES = {
    "faq_safety": ["is it safe", "any danger", "how risky is it", "is this dangerous"],
    "logistics_cost": ["what does it cost", "price please", "how much is it", "the fees"],
    "greet": ["hello", "hi there", "good morning", "hey"],
}


@pytest.fixture
def data(tmp_path, monkeypatch):
    items = [
        {"intent": intent, "examples": "".join(f"- {line}\n" for line in lines)}
        for intent, lines in LINES.items()
    ]
    (tmp_path / "nlu").mkdir()
    (tmp_path / "nlu" / "a.yml").write_text(yaml.safe_dump({"nlu": items}))
    (tmp_path / "shorthand.yml").write_text("u: you\n")
    (tmp_path / "safety").mkdir()
    (tmp_path / "safety" / "protected_words.yml").write_text("medicines: [ketamine]\n")
    monkeypatch.setenv("NIGHTDESK_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def model(monkeypatch):
    """A model that takes everything for a question of cost."""

    def train(texts, intents):
        return lambda asked: [("logistics_cost", 0.5) for _ in asked]

    monkeypatch.setattr(confusion, "trainer", lambda places: train)


def test_text(data, model, capsys):
    assert cli.main(["confusion", "--folds", "2"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("Right: 33.3 % of 12 lines")
    assert "faq_safety → logistics_cost" in captured.out
    assert "Fold 2 of 2" in captured.err


def test_json_and_picture(data, model, tmp_path, capsys):
    picture = tmp_path / "c.svg"
    assert cli.main(["confusion", "--json", "--seed", "3", "--picture", str(picture)]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["folds"], row["seed"], row["lines"]) == (5, 3, 12)
    assert "12 training lines, 5 folds" in picture.read_text()


def test_a_picture_that_cannot_be_written_is_a_failure(data, model, tmp_path, capsys):
    assert cli.main(["confusion", "--picture", str(tmp_path / "none" / "c.png")]) == 1
    assert "No such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [["--folds", "1"], ["--folds", "x"], ["--pairs", "-1"], ["--picture", "c.jpg"], ["a.yml"]],
)
def test_wrong_use(words, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["confusion", *words])
    assert caught.value.code == 2
    assert "usage: nightdesk" in capsys.readouterr().err


def test_data_that_cannot_be_used(data, model, capsys):
    (data / "nlu" / "b.yml").write_text("nlu: [")
    assert cli.main(["confusion"]) == 1
    assert "b.yml" in capsys.readouterr().err
    (data / "nlu" / "b.yml").write_text("nlu: []")
    assert cli.main(["confusion", "--folds", "13"]) == 2
    assert "too few" in capsys.readouterr().err


def test_weights_that_are_not_the_published_ones(data, monkeypatch, capsys):
    def refuse(places):
        raise WeightsRefused("other weights")

    monkeypatch.setattr(confusion, "trainer", refuse)
    assert cli.main(["confusion"]) == 1
    assert "other weights" in capsys.readouterr().err


def test_the_real_classifier_learns_and_judges(data, encoder, capsys):
    assert cli.main(["confusion", "--folds", "4", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["right"]["percent"] > 50


def test_without_a_file_that_training_reads(data, encoder, capsys):
    (data / "shorthand.yml").unlink()
    assert cli.main(["confusion"]) == 1
    assert "shorthand.yml" in capsys.readouterr().err


def test_the_recipe_is_the_configurations(tmp_path):
    path = tmp_path / "config.yml"
    path.write_text(
        "pipeline: [{name: a.SentenceIntentClassifier, c: 3.0, dense_weight: 2.0, near: 0.5}]"
    )
    recipe = confusion.recipe_in(path)
    assert (recipe.c, recipe.dense_weight) == (3.0, 2.0)
    path.write_text("pipeline: [{name: DIETClassifier}]")
    assert confusion.recipe_in(path).c == Recipe().c


def test_a_text_is_encoded_once():
    asked: list[str] = []

    def encode(texts):
        asked.extend(texts)
        return np.array([[float(len(text))] for text in texts])

    once = confusion.remembering(encode)
    assert once(["a", "bb", "a"]).tolist() == [[1.0], [2.0], [1.0]]
    assert once(["bb", "ccc"]).tolist() == [[2.0], [3.0]]
    assert asked == ["a", "bb", "ccc"]


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("nightdesk.commands.confusion", {"numpy", "sklearn", "onnxruntime", "matplotlib"}),
        ("nightdesk.cli", {"matplotlib", "rasa"}),
    ],
)
def test_no_other_command_waits_for_what_this_one_needs(module, heavy):
    code = f"import sys, {module}; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(found.stdout.split())
    assert module in loaded
    assert not loaded & heavy
