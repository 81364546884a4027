"""Rasa's reading of the training data, with topics and added answers in it."""

import shutil
from pathlib import Path

import pytest
import yaml
from rasa.shared.core.events import ActionExecuted, UserUttered

from nightdesk.answers.importer import TopicsImporter
from nightdesk.answers.topics import ACTION
from nightdesk_contract.answers import AnswerError
from nightdesk_contract.outcome import LOGISTICS_TOPICS
from tests.data.reading import ROOT, SAFETY_INTENTS, all_responses, read

PARKING = [f"where can i park my car {i}" for i in range(10)]
BRAIN = [f"what happens in the brain {i}" for i in range(11)]


def row(title: str, examples: list[str]) -> dict:
    source = {"document": "Leaflet", "text": "It is so."}
    texts = {"title": title, "question": f"{title}?", "answer": "It is so."}
    return {**texts, "source": source, "examples": examples}


def make_data(folder: Path, **answers: dict) -> Path:
    """Make a data folder: the project's topics, a few lines, and added answers."""
    shutil.copy(ROOT / "data" / "topics.yml", folder)
    shutil.copytree(ROOT / "data" / "rules", folder / "rules")
    (folder / "safety").mkdir()
    shutil.copy(ROOT / "data" / "safety" / "replies.yml", folder / "safety")
    (folder / "nlu").mkdir()
    (folder / "nlu" / "cost.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: logistics_cost\n  examples: |\n    - how much is it\n'
        "- lookup: condition\n  examples: |\n    - ptsd\n"
    )
    (folder / "answers").mkdir()
    for topic, content in answers.items():
        path = folder / "answers" / f"{topic}.yml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return folder


def importer(data: Path) -> TopicsImporter:
    return TopicsImporter(
        str(ROOT / "config.yml"),
        str(ROOT / "domain.yml"),
        [str(data / "nlu"), str(data / "rules")],
    )


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """The importer over two added answers: one to a new topic, one to a topic known by name."""
    answers = {"parking": row("Parking", PARKING), "mechanism": row("Brain", BRAIN)}
    data = make_data(tmp_path_factory.mktemp("data"), **answers)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NIGHTDESK_DATA", str(data))
        return importer(data)


@pytest.fixture(scope="module")
def domain(imported):
    return imported.get_domain()


@pytest.fixture(scope="module")
def rules(imported) -> dict[str, str]:
    """The action after the intent of each rule."""
    found: dict[str, str] = {}
    for step in imported.get_stories().story_steps:
        (intent,) = [e.intent_name for e in step.events if isinstance(e, UserUttered)]
        # A rule begins and ends with actions of its own: "..." and listening.
        names = [e.action_name for e in step.events if isinstance(e, ActionExecuted)]
        (action,) = [name for name in names if name not in ("...", "action_listen")]
        assert intent not in found, "two rules for one intent"
        found[intent] = action
    return found


@pytest.fixture(scope="module")
def lines(imported) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for example in imported.get_nlu_data().intent_examples:
        found.setdefault(example.get("intent"), []).append(example.get("text"))
    return found


def test_the_domain_has_an_intent_for_every_topic(domain):
    assert {f"logistics_{topic}" for topic in LOGISTICS_TOPICS} <= set(domain.intents)
    topics = read("data/topics.yml")
    assert set(topics["faq"]) <= set(domain.intents)
    assert {f"not_in_source_{t}" for t in topics["not_in_source"]} <= set(domain.intents)


def test_the_domain_has_an_intent_for_an_added_answer_to_a_new_topic_only(domain):
    added = [name for name in domain.intents if name.startswith("answers_")]
    assert added == ["answers_parking"]


def test_the_domain_keeps_what_is_written_in_it(domain):
    written = read("domain.yml")
    assert set(written["intents"]) <= set(domain.intents)
    assert set(all_responses()) == set(domain.responses)
    assert set(written["actions"]) <= set(domain.action_names_or_texts)


@pytest.mark.parametrize(
    ("intent", "action"),
    [
        ("faq_safety", "utter_faq_safety"),
        ("faq_conditions", ACTION),
        ("logistics_cost", ACTION),
        ("not_in_source_mechanism", ACTION),
        ("answers_parking", ACTION),
        ("greet", "utter_greet"),
        ("nlu_fallback", "action_unclear"),
        ("several_questions", "action_several"),
    ],
)
def test_rules(rules, intent, action):
    assert rules[intent] == action


def test_every_intent_but_those_of_safety_has_a_rule(rules, domain):
    built_in = {"restart", "back", "session_start"}
    assert set(domain.intents) - SAFETY_INTENTS - built_in <= set(rules)


def test_an_added_answer_teaches_its_intent(lines):
    assert lines["answers_parking"] == ["Parking?", *PARKING]


def test_an_added_answer_to_a_known_topic_teaches_the_topics_intent(lines):
    taught = lines["not_in_source_mechanism"]
    assert [line for line in taught if line in BRAIN] == BRAIN


def test_written_lines_and_lookups_stay(imported, lines):
    assert lines["logistics_cost"][0] == "how much is it"
    assert [table["name"] for table in imported.get_nlu_data().lookup_tables] == ["condition"]


def test_without_added_answers_there_is_no_more_than_the_topics(tmp_path, monkeypatch):
    data = make_data(tmp_path)
    monkeypatch.setenv("NIGHTDESK_DATA", str(data))
    found = importer(data)
    assert not [name for name in found.get_domain().intents if name.startswith("answers_")]
    taught = {e.get("intent") for e in found.get_nlu_data().intent_examples}
    assert not [name for name in taught if name.startswith("answers_")]


@pytest.mark.parametrize("examples", [PARKING[:9], [], [5] * 10])
def test_a_broken_answer_is_an_error_that_names_its_file(tmp_path, monkeypatch, examples):
    data = make_data(tmp_path, parking=row("Parking", examples))
    monkeypatch.setenv("NIGHTDESK_DATA", str(data))
    with pytest.raises(AnswerError, match=r"parking\.yml: examples"):
        importer(data)


def test_the_project_trains_with_it():
    assert read("config.yml")["importers"] == [
        {"name": f"{TopicsImporter.__module__}.{TopicsImporter.__name__}"}
    ]
