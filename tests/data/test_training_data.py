"""The training data: enough of it, rules for all of it, and none of it in the gate's cases."""

import json
from collections import Counter
from datetime import date, timedelta

import pytest

from nightdesk_contract.crisis_lines import countries, load_crisis_lines
from nightdesk_contract.outcome import LOGISTICS_TOPICS
from nightdesk_contract.passages import load_passages
from tests.data.reading import (
    ROOT,
    SAFETY_INTENTS,
    examples,
    normal,
    read,
    rules,
    safety_examples,
    training_items,
)

INTENTS = [name for name in read("domain.yml")["intents"] if name not in SAFETY_INTENTS]
FEWEST = 30


@pytest.mark.parametrize("intent", INTENTS)
def test_every_intent_has_examples_enough(intent):
    assert len({normal(line) or line for line in examples().get(intent, [])}) >= FEWEST


def test_every_example_is_of_an_intent_of_the_domain():
    assert set(examples()) == set(INTENTS)


@pytest.mark.parametrize("intent", INTENTS)
def test_every_intent_has_a_rule_of_its_own(intent):
    first = [rule["steps"][0].get("intent") for rule in rules()]
    assert first.count(intent) == 1


def test_rules_name_what_the_domain_has():
    domain = read("domain.yml")
    actions = {*domain["actions"], *domain["responses"]}
    steps = [step for rule in rules() for step in rule["steps"]]
    assert {s["action"] for s in steps if "action" in s} <= actions
    assert {s["intent"] for s in steps if "intent" in s} <= {*INTENTS, "nlu_fallback"}


def test_no_line_is_taught_as_two_things():
    taught: dict[str, set[str]] = {}
    for intent, lines in examples().items():
        for line in lines:
            taught.setdefault(normal(line) or line, set()).add(intent)
    assert {line: intents for line, intents in taught.items() if len(intents) > 1} == {}


def cases() -> dict[str, str]:
    found = {}
    for path in sorted((ROOT / "tests" / "cases").glob("*.jsonl")):
        if path.name == "doors.jsonl":
            continue  # plain questions on purpose: what counts there is the odd form around them
        for line in path.read_text(encoding="utf-8").split("\n"):
            if line.strip():
                found[normal(json.loads(line)["text"])] = path.name
    return {text: name for text, name in found.items() if text}


def test_no_case_of_the_gate_is_taught():
    taught = {normal(line) for lines in examples().values() for line in lines}
    taught |= {normal(line) for line in safety_examples()}
    leaked = {text: name for text, name in cases().items() if text in taught}
    assert len(cases()) > 500
    assert leaked == {}


class TestTopics:
    def test_every_topic_has_a_phrase_and_a_question(self):
        topics = read("data/topics.yml")
        outside = {
            i.removeprefix("not_in_source_") for i in INTENTS if i.startswith("not_in_source")
        }
        assert set(topics["logistics"]) == set(LOGISTICS_TOPICS)
        assert set(topics["not_in_source"]) == outside
        assert set(topics["faq"]) == {i for i in INTENTS if i.startswith("faq_")}
        assert {i.removeprefix("logistics_") for i in INTENTS if i.startswith("logistics_")} == set(
            LOGISTICS_TOPICS
        )

    def test_phrases_and_questions_are_texts_of_their_own(self):
        rows = [row for group in read("data/topics.yml").values() for row in group.values()]
        for key in ("phrase", "question"):
            assert [t for t, n in Counter(row[key] for row in rows).items() if n > 1] == []
        assert all(len(row["question"]) <= 45 for row in rows)
        assert all(row["question"].endswith("?") for row in rows)
        assert not any(row["phrase"].endswith((".", "?")) for row in rows)


class TestConditions:
    def test_every_condition_that_is_found_can_be_shown(self):
        row = read("data/source/conditions.yml")
        shown = {*row["named_in_document"], *row["display"]}
        synonyms = {item["synonym"] for item in training_items() if "synonym" in item}
        assert synonyms
        assert synonyms <= shown

    def test_named_and_not_named_do_not_overlap(self):
        row = read("data/source/conditions.yml")
        assert not set(row["named_in_document"]) & set(row["display"])
        assert len(row["named_in_document"]) == 5


class TestSource:
    def test_the_passages_are_the_document_word_for_word(self):
        passages = list(load_passages(ROOT / "data" / "source").values())
        first, *numbered, last = passages
        text = f"{first.document}\n{first.title}\n{first.text}\n"
        for number, passage in enumerate(numbered, 1):
            text += f"{number}. {passage.title}: {passage.text}\n"
        text += last.text
        source = (ROOT / "data/source/benefits-of-ketamine-therapy.txt").read_text(encoding="utf-8")
        assert text.casefold().split() == source.casefold().split()
        assert last.text.startswith(last.title)


class TestCrisisLines:
    PATH = ROOT / "data" / "safety" / "crisis_lines.yml"

    @pytest.mark.parametrize("country", countries(PATH))
    def test_were_checked_within_half_a_year(self, country):
        checked = load_crisis_lines(self.PATH, country).last_verified
        assert checked <= date.today()
        assert date.today() - checked <= timedelta(days=180)

    def test_the_clinics_country_has_lines(self):
        assert read("clinic.yml")["country"] in countries(self.PATH)
