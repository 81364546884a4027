"""What both pipelines are trained from: the same lines, and their own configurations."""

import pytest
import yaml

from bench.inputs import (
    QUICK_EPOCHS,
    QUICK_INTENTS,
    QUICK_LINES,
    default_config_file,
    every_nth,
    few_lines,
    line_count,
    our_config,
    prepare,
    rasa_config,
)


@pytest.fixture
def ours(root):
    return yaml.safe_load((root / "config.yml").read_text())


@pytest.fixture
def default():
    return yaml.safe_load(default_config_file().read_text())


def names(config):
    return [row["name"] for row in config["pipeline"]]


def test_ours_is_the_configuration_without_safety_policies_and_importers(ours):
    config = our_config(ours)
    assert set(config) == {"recipe", "assistant_id", "language", "pipeline"}
    assert set(names(ours)) - set(names(config)) == {"nightdesk.safety.component.SafetyDetector"}
    assert all(row in ours["pipeline"] for row in config["pipeline"])


def test_rasas_is_what_rasa_init_leaves_to_rasa(default):
    config = rasa_config(default, seed=1)
    assert names(config) == [
        "WhitespaceTokenizer",
        "RegexFeaturizer",
        "LexicalSyntacticFeaturizer",
        "CountVectorsFeaturizer",
        "CountVectorsFeaturizer",
        "DIETClassifier",
        "EntitySynonymMapper",
        "ResponseSelector",
        "FallbackClassifier",
    ]
    diet, fallback = config["pipeline"][5], config["pipeline"][8]
    assert diet == {
        "name": "DIETClassifier", "epochs": 100, "constrain_similarities": True, "random_seed": 1
    }  # fmt: skip
    assert (fallback["threshold"], fallback["ambiguity_threshold"]) == (0.3, 0.1)


def test_a_trial_has_few_epochs_and_leaves_the_default_alone(default):
    config = rasa_config(default, seed=1, epochs=QUICK_EPOCHS)
    assert [row["epochs"] for row in config["pipeline"] if "epochs" in row] == [QUICK_EPOCHS] * 2
    assert default["pipeline"][5]["epochs"] == 100


def test_few_lines():
    lines = "".join(f"- line {i}\n" for i in range(50))
    kept = few_lines(
        [
            {"intent": QUICK_INTENTS[0], "examples": lines},
            {"intent": "logistics_privacy", "examples": lines},
            {"lookup": "condition", "examples": "- adhd\n"},
        ]
    )
    assert [item.get("intent") for item in kept] == [QUICK_INTENTS[0], None]
    assert kept[0]["examples"].count("\n") == QUICK_LINES


def test_every_nth_line_of_each_intent():
    lookup = {"lookup": "condition", "examples": "- adhd\n- ocd\n"}
    lines = "".join(f"- line {i}\n" for i in range(5))
    kept = every_nth([{"intent": "a", "examples": lines}, lookup], 2)
    assert kept == [{"intent": "a", "examples": "- line 0\n- line 2\n- line 4\n"}, lookup]


class TestPrepare:
    @pytest.fixture
    def data(self, tmp_path):
        folder = tmp_path / "data"
        for name, intent in (("a/cost", "logistics_cost"), ("b/cost", "other")):
            path = folder / "nlu" / f"{name}.yml"
            path.parent.mkdir(parents=True)
            item = {"intent": intent, "examples": f"- how much [is](x) {intent}\n- two\n"}
            path.write_text(yaml.safe_dump({"version": "3.1", "nlu": [item]}))
        return folder

    def test_both_learn_from_one_copy(self, root, data, tmp_path):
        ours, theirs = prepare(root, data, tmp_path / "work", seed=1, quick=False)
        assert (ours.title, theirs.title) == ("ours", "Rasa's default")
        assert ours.data == theirs.data
        assert ours.data != data
        assert line_count(ours) == (4, 2)
        (data / "nlu" / "a" / "cost.yml").unlink()
        assert line_count(theirs) == (4, 2)
        prepare(root, data, tmp_path / "work", seed=1, quick=False)
        assert line_count(theirs) == (2, 1)

    def test_some_of_the_lines_are_the_same_for_both(self, root, data, tmp_path):
        ours, theirs = prepare(root, data, tmp_path / "work", seed=1, quick=False, every=2)
        assert ours.data == theirs.data
        assert line_count(ours) == (2, 2)

    def test_a_trial_takes_few_intents(self, root, data, tmp_path):
        ours, theirs = prepare(root, data, tmp_path / "work", seed=1, quick=True)
        assert line_count(ours) == (2, 1)
        assert f"epochs: {QUICK_EPOCHS}" in theirs.config.read_text()

    def test_what_a_model_depends_on_changes_its_hash(self, root, data, tmp_path):
        ours, theirs = prepare(root, data, tmp_path / "work", seed=1, quick=False)
        before = {ours.inputs(), theirs.inputs()}
        assert len(before) == 2
        _, seeded = prepare(root, data, tmp_path / "work", seed=2, quick=False)
        assert seeded.inputs() not in before
        (ours.data / "nlu" / "a-cost.yml").write_text("nlu: []")
        assert ours.inputs() not in before
        assert any(path.name == "understanding.py" for path in ours.files)
        assert not any(path.suffix == ".py" for path in theirs.files)
