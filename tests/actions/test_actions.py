"""The actions as the action server runs them, on the project's own data."""

import os

import pytest
import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import files
from actions.action_conditions import ActionConditions
from actions.action_logistics import ActionLogistics
from actions.action_not_in_source import ActionNotInSource
from nightdesk_contract.outcome import LOGISTICS_TOPICS


@pytest.fixture(autouse=True)
def fresh_files(at_root):
    caches = (files.clinic_file, files.topic_phrases, files.conditions)
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


def run(action, intent: str | None, *conditions: str) -> dict:
    """Give the one response that an action sends for a message."""
    entities = [{"entity": "condition", "value": name} for name in conditions]
    found = {"name": intent, "confidence": 0.9}
    message = {"intent": found, "intent_ranking": [found], "entities": entities, "text": "x"}
    tracker = Tracker("visitor", {}, message, [], False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    assert action.run(dispatcher, tracker, {}) == []
    (sent,) = dispatcher.messages
    return sent


@pytest.mark.parametrize("topic", LOGISTICS_TOPICS)
def test_every_topic_is_answered_in_the_example_clinics_words(topic, root):
    sent = run(ActionLogistics(), f"logistics_{topic}")
    words = yaml.safe_load((root / "clinic.yml").read_text(encoding="utf-8"))["logistics"][topic]
    assert sent["response"] == "utter_logistics"
    assert sent["topic"] == topic
    assert sent["answer"] == words.strip()


def test_an_edit_of_the_clinics_file_shows_at_once(tmp_path, monkeypatch, root):
    path = tmp_path / "clinic.yml"
    row = yaml.safe_load((root / "clinic.yml").read_text(encoding="utf-8"))
    row["closed_days"] = []
    path.write_text(yaml.safe_dump(row))
    monkeypatch.setenv("NIGHTDESK_CLINIC", str(path))
    assert run(ActionLogistics(), "logistics_cost")["response"] == "utter_logistics"

    del row["logistics"]["cost"]
    path.write_text(yaml.safe_dump(row))
    os.utime(path, ns=(1, 1))

    sent = run(ActionLogistics(), "logistics_cost")
    assert sent["response"] == "utter_logistics_unset"
    assert sent["phrase"] == "the cost of treatment"


def test_a_topic_outside_the_document_is_named(root):
    sent = run(ActionNotInSource(), "not_in_source_drug_testing")
    assert sent["response"] == "utter_not_in_source"
    assert (sent["topic"], sent["phrase"]) == ("drug_testing", "drug tests")


def test_every_topic_outside_the_document_has_words(root):
    intents = yaml.safe_load((root / "domain.yml").read_text(encoding="utf-8"))["intents"]
    asked = [intent for intent in intents if intent.startswith("not_in_source_")]
    assert len(asked) > 15
    assert all(run(ActionNotInSource(), intent)["phrase"] for intent in asked)


@pytest.mark.parametrize(
    ("conditions", "response"),
    [
        (["depression"], "utter_condition_named"),
        (["bipolar disorder"], "utter_condition_not_named"),
        (["ocd", "bipolar disorder"], "utter_condition_partly_named"),
        ([], "utter_faq_conditions"),
    ],
)
def test_conditions_by_the_document(conditions, response):
    assert run(ActionConditions(), "faq_conditions", *conditions)["response"] == response


def test_only_what_the_document_names_is_said_to_be_named(root):
    row = yaml.safe_load((root / "data/source/conditions.yml").read_text(encoding="utf-8"))
    source = (root / "data/source/benefits-of-ketamine-therapy.txt").read_text(encoding="utf-8")
    for name, shown in row["named_in_document"].items():
        assert shown.casefold() in source.casefold()
        assert run(ActionConditions(), "faq_conditions", name)["named"] == shown
    for name, shown in row["display"].items():
        sent = run(ActionConditions(), "faq_conditions", name)
        assert sent["response"] == "utter_condition_not_named", name
        assert sent["other"] == shown


@pytest.mark.parametrize("action", [ActionLogistics, ActionNotInSource])
def test_an_action_for_a_foreign_intent_fails_rather_than_guesses(action):
    with pytest.raises(ValueError, match="intent"):
        run(action(), "greet")


def test_names_are_those_of_the_domain(root):
    declared = yaml.safe_load((root / "domain.yml").read_text(encoding="utf-8"))["actions"]
    made = [action().name() for action in (ActionConditions, ActionLogistics, ActionNotInSource)]
    assert sorted(made) == sorted(declared)
