"""The stock Rasa's project."""

import yaml

from bench.load.stock import PLACEHOLDER, config, domain, new_intents, prepare, rules
from nightdesk.run.places import Places

INITIAL = {"intents": ["greet"], "responses": {"utter_greet": [{"text": "Hey!"}]}}
INTENTS = ["greet", "faq_safety", "logistics_cost", "faq_safety"]


def test_what_the_initial_project_has_stays_as_it_is():
    assert new_intents(INITIAL, INTENTS) == ["faq_safety", "logistics_cost"]
    found = domain(INITIAL, INTENTS, {"faq_safety": "It says so."})
    assert found["intents"] == ["greet", "faq_safety", "logistics_cost"]
    assert found["responses"]["utter_greet"] == [{"text": "Hey!"}]
    assert found["responses"]["utter_faq_safety"] == [{"text": "It says so."}]
    assert found["responses"]["utter_logistics_cost"] == [{"text": PLACEHOLDER}]
    named = [rule["steps"][0]["intent"] for rule in rules(INITIAL, INTENTS)["rules"]]
    assert named == ["faq_safety", "logistics_cost"]


def test_of_the_default_only_seed_and_epochs_change():
    default = {
        "recipe": "default.v1",
        "language": "en",
        "pipeline": [{"name": "WhitespaceTokenizer"}, {"name": "DIETClassifier", "epochs": 100}],
        "policies": [{"name": "TEDPolicy", "epochs": 100, "max_history": 5}],
    }
    whole = config(default, 1, None)
    assert whole["pipeline"][1] == {"name": "DIETClassifier", "epochs": 100, "random_seed": 1}
    assert whole["policies"][0]["max_history"] == 5
    assert config(default, 1, 2)["policies"][0]["epochs"] == 2


def test_the_project_is_written_whole(tmp_path):
    places = Places.from_environment({})
    stock = prepare(places.root, places.data, tmp_path, 1, 50, None)
    row = yaml.safe_load((tmp_path / "domain.yml").read_text(encoding="utf-8"))
    assert {"greet", "mood_great", "faq_safety"} <= set(row["intents"])
    assert {rule["steps"][0]["intent"] for rule in _rules(tmp_path)} <= set(row["intents"])
    assert "DIETClassifier" in (tmp_path / "config.yml").read_text(encoding="utf-8")
    assert stock.inputs() == prepare(places.root, places.data, tmp_path, 1, 50, None).inputs()
    assert stock.inputs() != prepare(places.root, places.data, tmp_path, 2, 50, None).inputs()


def _rules(folder):
    text = (folder / "data" / "ours" / "our-rules.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["rules"]
