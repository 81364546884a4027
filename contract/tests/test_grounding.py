"""Answers and their passages: every rule is broken once on purpose."""

import pytest

from nightdesk_contract.answers import AddedAnswer
from nightdesk_contract.claims import Vocabulary
from nightdesk_contract.findings import Finding
from nightdesk_contract.grounding import (
    Allowed,
    Answer,
    allowed_findings,
    answer_added,
    answer_findings,
    answers_in_domain,
    unanswered_findings,
)
from nightdesk_contract.passages import Passage
from nightdesk_contract.quantities import Grammar

VOCABULARY = Vocabulary(
    Grammar(
        numbers={"two": 2, "three": 3},
        multipliers={"hundred": 100},
        vague=frozenset({"few", "many"}),
        units={"hours": "hour", "days": "day", "weeks": "week", "%": "percent"},
    ),
    times=["hour", "day", "week"],
    words={
        "condition": {"anxiety": "anxiety", "autism": "autism", "PTSD": "ptsd"},
        "drug": {"sertraline": "sertraline", "antidepressant": "antidepressant"},
        "effect": {"dizzy": "dizziness"},
    },
)
PASSAGES = {
    "speed": "It works in a few hours to a few days; an antidepressant takes weeks.",
    "uses": "It is used for anxiety and PTSD.",
}
DIZZY = Allowed("dizzy", ("it is common to feel dizzy.",), "So it is.", (("A study", "https://a"),))


def findings(
    *texts: str, passages=("speed",), allowed=(), fields=None, file="domain.yml"
) -> list[Finding]:
    answer = Answer("utter_it", file, texts, tuple(passages))
    return list(answer_findings(answer, PASSAGES, VOCABULARY, allowed, fields))


class TestAnAnswer:
    def test_says_what_its_passage_says(self):
        assert findings("In few days or in few hours. Antidepressants need weeks.") == []

    def test_rests_on_any_of_its_passages(self):
        assert findings("For anxiety, within a few days.", passages=("speed", "uses")) == []

    @pytest.mark.parametrize(
        ("text", "claim"),
        [
            ("It takes three sessions.", 'number "3"'),
            ("It takes 3 sessions.", 'number "3"'),
            ("It helps 70 %.", 'number "70 percent"'),
            ("Many feel better.", 'number "many"'),
            ("It works in two hours.", 'duration "2 hour"'),
            ("It works in hours.", 'duration "hour"'),
            ("It takes a few weeks.", 'duration "few week"'),
            ("It helps with autism.", 'condition "autism"'),
            ("It helps with anxiety.", 'condition "anxiety"'),
            ("It is like sertraline.", 'drug "sertraline"'),
            ("You may get dizzy.", 'effect "dizziness"'),
        ],
    )
    def test_must_not_say_what_no_passage_says(self, text, claim):
        (found,) = findings("It works fast.", text)
        assert (found.rule, found.file, found.key) == ("not_in_passages", "domain.yml", "utter_it")
        assert found.found == claim
        assert "speed" in found.allowed
        assert str(found).startswith("domain.yml: utter_it: found ")

    def test_without_a_passage(self):
        assert [f.rule for f in findings("It works.", passages=())] == ["no_passage"]

    def test_with_a_passage_that_nobody_knows(self):
        (found,) = findings("It works.", passages=("speed", "other"))
        assert (found.rule, found.found) == ("unknown_passage", "passage 'other'")
        assert found.allowed == "speed, uses"

    def test_what_is_allowed_beside_the_passages(self):
        said = "Please know: It is\ncommon to feel dizzy."
        assert [f.rule for f in findings(said)] == ["not_in_passages"]
        assert findings(said, allowed=[DIZZY]) == []

    def test_only_as_it_stands(self):
        said = "It is not common to feel dizzy."
        assert [f.rule for f in findings(said, allowed=[DIZZY])] == ["not_in_passages"]
        twice = "It is common to feel dizzy. You feel dizzy for days."
        assert [f.found for f in findings(twice, allowed=[DIZZY])] == [
            'duration "day"',
            'effect "dizziness"',
        ]

    def test_fields_are_checked_with_all_that_they_can_hold(self):
        fields = {"named": "anxiety, PTSD", "other": ""}
        text = "It is for {named}, not {other}."
        assert findings(text, passages=("uses",), fields=fields) == []
        fields["named"] = "anxiety, autism"
        (found,) = findings(text, passages=("uses",), fields=fields)
        assert found.found == 'condition "autism"'

    def test_a_field_that_nobody_can_check(self):
        (found,) = findings("It is {so}.", fields={"named": ""})
        assert (found.rule, found.found) == ("unknown_field", "the field {so}")
        assert "named" in found.allowed


class TestInADomain:
    def test_answers_alone_with_all_that_is_seen(self):
        responses = {
            "utter_hello": [{"text": "Hello", "custom": {"outcome": "smalltalk"}}],
            "utter_added_answer": [{"text": "{answer}", "custom": {"outcome": "answer:{topic}"}}],
            "utter_plain": [{"text": "No custom"}],
            "utter_fast": [
                {
                    "text": "Fast.",
                    "buttons": [{"title": "How fast?", "payload": "How fast?"}],
                    "custom": {"outcome": "answer:speed", "passages": ["uses", "speed"]},
                },
                {"text": "Quick.", "custom": {"outcome": "answer:speed"}},
            ],
        }
        assert answers_in_domain(responses, "domain.yml") == [
            Answer("utter_fast", "domain.yml", ("Fast.", "How fast?"), ("uses", "speed")),
            Answer("utter_fast (2)", "domain.yml", ("Quick.",), ("speed",)),
        ]

    def test_rests_on_what_is_shown_and_not_on_the_outcomes_passage_beside_it(self):
        custom = {"outcome": "answer:speed", "passages": ["uses"]}
        (answer,) = answers_in_domain({"utter_it": [{"text": "So.", "custom": custom}]}, "a.yml")
        assert answer.passages == ("uses",)

    def test_a_frame_that_says_something_of_its_own_is_an_answer(self):
        frame = {"text": "Two: {answer}", "custom": {"outcome": "answer:{topic}"}}
        (answer,) = answers_in_domain({"utter_added_answer": [frame]}, "domain.yml")
        rules = {f.rule for f in answer_findings(answer, PASSAGES, VOCABULARY)}
        assert rules == {"no_passage", "unknown_field", "not_in_passages"}

    def test_an_outcome_without_a_passage_is_one_answer_without(self):
        responses = {"utter_it": [{"text": "So.", "custom": {"outcome": "answer:"}}]}
        (answer,) = answers_in_domain(responses, "domain.yml")
        assert answer.passages == ()


def test_an_added_answer_rests_on_its_own_passage():
    passage = Passage("parking", "Parking", "Two places.", "Leaflet")
    added = AddedAnswer("parking", "Parking", "Where can I park?", "Two places.", passage, ())
    answer = answer_added(added)
    assert answer == Answer("parking", "data/answers/parking.yml", ("Two places.",), ("parking",))


class TestEveryPassage:
    ANSWERS = (Answer("utter_it", "domain.yml", ("It works.",), ("speed",)),)

    @pytest.mark.parametrize(
        ("reasons", "found"),
        [
            ({"uses": "Asked for nowhere."}, []),
            ({"uses": ""}, [("passage_without_answer", "uses")]),
            ({}, [("passage_without_answer", "uses")]),
            (
                {"uses": "So.", "speed": "Not asked for."},
                [("answered_after_all", "speed")],
            ),
        ],
    )
    def test_has_an_answer_or_a_reason(self, reasons, found):
        rows = unanswered_findings(self.ANSWERS, PASSAGES, reasons, "data/sources.yml")
        assert [(row.rule, row.key) for row in rows] == found


class TestAllowedTexts:
    def rules(self, *phrases: str) -> list[str]:
        said = ("It is common to feel dizzy. So it is.",)
        answers = [Answer("utter_it", "domain.yml", said, ("speed",))]
        entry = Allowed("it", phrases, "So.", (("A study", "https://a"),))
        return [f.rule for f in allowed_findings([entry], answers, VOCABULARY)]

    def test_stand_in_an_answer(self):
        assert self.rules("it is common to feel dizzy.") == []
        assert self.rules("it is rare to feel dizzy.") == ["allowed_unused"]

    def test_allow_something(self):
        assert self.rules("so it is.") == ["allowed_needless"]
