"""The outcome of what a pipeline understood, as the rules and actions would give it."""

from dataclasses import replace

import pytest

from actions.files import Conditions
from actions.reply import Material, reply_about
from bench.outcomes import (
    Asked,
    Condition,
    Parsed,
    Replies,
    answerable,
    load_replies,
    outcome_of,
    read_parsed,
)
from nightdesk_contract.clinic import load_clinic


@pytest.fixture(scope="module")
def replies(root) -> Replies:
    return load_replies(root / "domain.yml", root / "data")


@pytest.mark.parametrize(
    ("intent", "outcome"),
    [
        ("faq_safety", "answer:safety"),
        ("faq_side_effects", "answer:fewer_side_effects"),
        ("faq_benefits", "answer:what_is"),
        ("logistics_cost", "logistics:cost"),
        ("not_in_source_legality", "not_in_source:legality"),
        ("answers_parking", "answer:parking"),
        ("request_human", "handover:request"),
        ("greet", "smalltalk"),
        ("thanks", "smalltalk"),
        ("goodbye", "smalltalk"),
        ("bot_challenge", "smalltalk"),
        ("affirm", "smalltalk"),
        ("deny", "smalltalk"),
        ("out_of_scope", "unknown"),
        ("nonsense", "unknown"),
        ("nlu_fallback", "unknown"),
        ("followup_how_long", "unknown"),
        ("something_else", "unknown"),
    ],
)
def test_outcome_of_an_intent(replies, intent, outcome):
    assert outcome_of(Parsed(intent), replies) == outcome


@pytest.mark.parametrize("intent", ["faq_conditions", "not_in_source_other_conditions"])
@pytest.mark.parametrize(
    ("conditions", "outcome"),
    [
        (["ptsd"], "answer:treatment_resistant"),
        (["adhd"], "not_in_source:other_conditions"),
        (["adhd", "depression"], "answer:treatment_resistant"),
    ],
)
def test_conditions_decide(replies, intent, conditions, outcome):
    parsed = Parsed(intent, conditions=tuple(Condition(name, name) for name in conditions))
    assert outcome_of(parsed, replies) == outcome


def test_without_a_condition_the_intent_decides(replies):
    assert outcome_of(Parsed("faq_conditions"), replies) == "answer:treatment_resistant"
    other = Parsed("not_in_source_other_conditions")
    assert outcome_of(other, replies) == "not_in_source:other_conditions"


@pytest.mark.parametrize("intent", ["faq_conditions", "not_in_source_other_conditions"])
@pytest.mark.parametrize(
    "names", [[], ["ptsd"], ["adhd"], ["ptsd", "adhd"], ["ptsd", "ocd"], ["no such thing"]]
)
def test_it_decides_as_the_action_does(replies, intent, names, clinic):
    known = Conditions(replies.named, {})
    reply = reply_about(intent, names, Material(clinic, {}, {"other_conditions": "that"}, known))
    parsed = Parsed(intent, conditions=tuple(Condition(name, name) for name in names))
    assert outcome_of(parsed, replies) == replies.outcomes[reply.response]


@pytest.fixture(scope="module")
def clinic(root):
    """The clinic's settings without answers of its own to what the document does not answer."""
    return replace(load_clinic(root / "clinic.yml"), logistics={}, topics={})


def test_of_several_questions_the_first_speaks_with_its_own_conditions(replies):
    parsed = Parsed(
        "several_questions",
        conditions=(Condition("adhd", "ADHD"), Condition("ptsd", "PTSD")),
        questions=(Asked("faq_conditions", "is it for PTSD"), Asked("logistics_cost", "price?")),
    )
    assert outcome_of(parsed, replies) == "answer:treatment_resistant"


ROW = {
    "text": "does it help with PTSD",
    "intent": {"name": "faq_conditions", "confidence": 0.5},
    "intent_ranking": [
        {"name": "faq_conditions", "confidence": 0.5},
        {"name": "out_of_scope", "confidence": 0.2},
        {"name": "logistics_cost", "confidence": 0.1},
    ],
    "entities": [
        {"entity": "condition", "value": "PTSD", "start": 18, "end": 22, "extractor": "x"},
        {"entity": "number", "value": 2, "start": 0, "end": 1},
    ],
}


def test_rasas_row_is_read():
    parsed = read_parsed(ROW)
    assert parsed.intent == "faq_conditions"
    assert parsed.conditions == (Condition("ptsd", "PTSD"),)
    assert parsed.questions == ()
    assert read_parsed({"intent": {"name": None}}).intent == "nlu_fallback"


class TestAnswerable:
    def test_is_the_sum_over_what_can_be_answered(self):
        assert answerable(read_parsed(ROW)) == pytest.approx(0.6)

    def test_passes_the_fallback_over(self):
        ranking = (("nlu_fallback", 0.4), ("faq_safety", 0.3), ("out_of_scope", 0.2))
        assert answerable(Parsed("nlu_fallback", ranking)) == pytest.approx(0.3)

    def test_a_sure_out_of_scope_is_surely_not_answerable(self):
        assert answerable(Parsed("out_of_scope", (("out_of_scope", 0.99),))) == 0

    def test_several_questions_count_when_one_can_be_answered(self):
        ranking = (("several_questions", 0.9), ("faq_safety", 0.5))
        asked = (Asked("faq_safety", "a"), Asked("not_in_source_legality", "b"))
        assert answerable(Parsed("several_questions", ranking, questions=asked)) == 1.0
        assert answerable(Parsed("several_questions", ranking, questions=asked[1:])) == 0.5
