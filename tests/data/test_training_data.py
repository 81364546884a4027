"""The training data: enough of it, rules for all of it, and none of it in the gate's cases."""

import json
import re
from collections import Counter
from datetime import date
from importlib import resources

import pytest

from nightdesk_contract.answers import FAQ_TOPICS
from nightdesk_contract.crisis_lines import load_all_crisis_lines, to_check
from nightdesk_contract.outcome import LOGISTICS_TOPICS, PASSAGES
from nightdesk_contract.passages import load_passages
from tests.data.reading import (
    NEVER_TAUGHT,
    ROOT,
    SAFETY_INTENTS,
    domain_intents,
    examples,
    normal,
    read,
    rules,
    safety_examples,
    topic_names,
    topics,
    training_items,
)

INTENTS = [name for name in domain_intents() if name not in NEVER_TAUGHT]
FEWEST = 30


@pytest.mark.parametrize("intent", INTENTS)
def test_every_intent_has_examples_enough(intent):
    assert len({normal(line) or line for line in examples().get(intent, [])}) >= FEWEST


def test_every_example_is_of_an_intent_of_the_domain():
    assert set(examples()) == set(INTENTS)


def test_no_intent_is_declared_twice():
    assert [name for name, n in Counter(domain_intents()).items() if n > 1] == []


@pytest.mark.parametrize("intent", sorted({*domain_intents(), "nlu_fallback"} - SAFETY_INTENTS))
def test_every_intent_has_a_rule_of_its_own(intent):
    written = [rule["steps"][0].get("intent") for rule in rules()]
    made = [topic.intent for topic in topics()]
    assert [*written, *made].count(intent) == 1


def test_rules_name_what_the_domain_has():
    domain = read("domain.yml")
    actions = {*domain["actions"], *domain["responses"]}
    steps = [step for rule in rules() for step in rule["steps"]]
    assert {s["action"] for s in steps if "action" in s} <= actions
    assert {s["intent"] for s in steps if "intent" in s} <= {*domain_intents(), "nlu_fallback"}


def test_every_action_is_in_a_rule():
    named = {step["action"] for rule in rules() for step in rule["steps"] if "action" in step}
    named |= {topic.action for topic in topics()}
    assert set(read("domain.yml")["actions"]) <= named


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
        groups = read("data/topics.yml")
        assert set(groups) == {"faq", "logistics", "not_in_source"}
        assert set(groups["logistics"]) == set(LOGISTICS_TOPICS)
        taught = {intent for intent in examples() if intent.startswith(tuple(groups))}
        assert taught == {topic.intent for topic in topics()}

    def test_the_clinic_can_fill_in_each_that_is_not_in_the_document(self):
        text = resources.files("nightdesk_contract").joinpath("clinic.schema.json").read_text()
        known = json.loads(text)["properties"]
        assert list(known["topics"]["properties"]) == topic_names("not_in_source")
        assert list(known["logistics"]["properties"]) == topic_names("logistics")

    def test_no_two_topics_share_a_name(self):
        names = [name for group in read("data/topics.yml") for name in topic_names(group)]
        assert len(names) == len(set(names))

    def test_each_question_of_the_document_is_kept_from_added_answers(self):
        asked = {name.removeprefix("faq_") for name in topic_names("faq")}
        assert asked <= {*PASSAGES, *FAQ_TOPICS}

    def test_a_question_about_one_condition_has_a_place_for_it(self):
        rows = [row for group in read("data/topics.yml").values() for row in group.values()]
        named = [row["named"] for row in rows if "named" in row]
        assert named == ["Does it help with {condition}?"]

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

    def test_were_checked_within_half_a_year(self):
        found = to_check(load_all_crisis_lines(self.PATH), date.today())
        assert not found, "\n".join(found)

    @pytest.mark.parametrize("lines", load_all_crisis_lines(PATH).values(), ids=lambda c: c.country)
    def test_have_an_owner_and_a_source(self, lines):
        assert lines.owner
        assert lines.source

    def test_every_country_that_a_clinic_can_be_in_has_lines(self):
        path = resources.files("nightdesk_contract") / "clinic.schema.json"
        allowed = json.loads(path.read_text(encoding="utf-8"))["properties"]["country"]["enum"]
        assert set(allowed) == set(load_all_crisis_lines(self.PATH))

    @pytest.mark.parametrize("lines", load_all_crisis_lines(PATH).values(), ids=lambda c: c.country)
    def test_phrases_name_the_numbers_as_they_are(self, lines):
        word, number = lines.message()
        for language, phrase in lines.reach.items():
            # The number to call, then the number to text: the links of the chat go by that.
            found = re.findall(r"\d[\d ]*\d", phrase.replace("oprimir 2,", ""))
            both = [lines.crisis_call, number]
            assert found == (both[:1] if phrase.startswith("call or text") else both), language
            assert "." not in phrase
            assert word in phrase
        assert lines.write == f"text {lines.crisis_text}"
        assert bool(lines.poison) == bool(lines.poison_help)
        for phrase in lines.poison_help.values():
            assert lines.poison in phrase
        assert bool(lines.abuse_call) == bool(lines.abuse_help)
        assert lines.abuse_call in lines.abuse_help
        assert lines.abuse_text in lines.abuse_help

    @pytest.mark.parametrize(
        "path", ["data/texts/desk.yml", "data/texts/pages.yml", "docs/crisis-protocol.md"]
    )
    def test_no_text_says_to_text_the_number_that_is_called(self, path):
        # Right in the US ("call or text 988"), wrong where another number is texted.
        text = " ".join((ROOT / path).read_text(encoding="utf-8").split())
        assert "{crisis_text}" in text or "{reach}" in text
        assert not re.search(r"text {crisis_call}|call {crisis_text}", text)
