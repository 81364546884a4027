"""Answers and their passages: every rule is broken once on purpose."""

import pytest

from nightdesk_contract.answers import AddedAnswer
from nightdesk_contract.cautions import Caution, PublicSource
from nightdesk_contract.claims import Vocabulary
from nightdesk_contract.findings import Finding
from nightdesk_contract.grounding import (
    Answer,
    answer_added,
    answer_findings,
    answers_in_domain,
    caution_findings,
    item_findings,
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
STUDY = PublicSource("A study", "https://a")
DIZZY = Caution("dizzy", "It is common to feel dizzy for two hours.", (STUDY,), ("speed",))


def findings(
    *texts: str, passages=("speed",), cautions=(), fields=None, file="domain.yml"
) -> list[Finding]:
    answer = Answer("utter_it", file, texts, tuple(passages))
    return list(answer_findings(answer, PASSAGES, VOCABULARY, cautions, fields))


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

    def test_says_what_a_caution_beside_its_passages_says(self):
        said = ("You may get dizzy.", "How long am I dizzy?")
        assert [f.found for f in findings(*said)] == ['effect "dizziness"']
        assert findings(*said, cautions=[DIZZY]) == []
        assert findings(*said, passages=("uses", "speed"), cautions=[DIZZY]) == []

    def test_must_not_say_what_a_caution_beside_another_passage_says(self):
        (found,) = findings("You may get dizzy.", passages=("uses",), cautions=[DIZZY])
        assert (found.rule, found.found) == ("not_in_passages", 'effect "dizziness"')
        assert found.allowed == "what stands in uses, or in a caution beside it"

    def test_must_not_say_more_than_the_caution(self):
        (found,) = findings("You may get dizzy for three hours.", cautions=[DIZZY])
        assert found.found == 'duration "3 hour"'

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


class TestCautions:
    ANSWERS = (Answer("utter_it", "domain.yml", ("It works.",), ("speed",)),)

    @pytest.mark.parametrize(
        ("beside", "keys"),
        [(("speed",), []), (("uses", "speed"), []), (("uses",), ["dizzy"])],
    )
    def test_stand_beside_a_passage_that_an_answer_rests_on(self, beside, keys):
        found = list(caution_findings([Caution("dizzy", "So.", (STUDY,), beside)], self.ANSWERS))
        assert [row.key for row in found] == keys
        assert {row.rule for row in found} <= {"caution_unused"}
        assert {row.file for row in found} <= {"data/cautions.yml"}

    def test_may_say_what_no_passage_says(self):
        assert list(caution_findings([DIZZY], self.ANSWERS)) == []


class TestItems:
    def found(self, name: str, outcome: str, item: object = None) -> list[Finding]:
        custom = {"outcome": outcome} if item is None else {"outcome": outcome, "item": item}
        return list(item_findings({name: [{"text": "So.", "custom": custom}]}, "a.yml"))

    @pytest.mark.parametrize(
        ("name", "outcome", "item"),
        [
            ("utter_it", "answer:speed", "answer:utter_it"),
            ("utter_logistics", "logistics:{topic}", "clinic:{topic}"),
            ("utter_added_answer", "answer:{topic}", "added:{topic}"),
        ],
    )
    def test_an_answer_says_what_it_is_called_where_it_is_signed(self, name, outcome, item):
        assert self.found(name, outcome, item) == []
        for wrong in (None, "answer:utter_other", f" {item}", 5):
            (finding,) = self.found(name, outcome, wrong)
            assert (finding.rule, finding.file, finding.key) == ("item_wrong", "a.yml", name)
            assert finding.allowed == item
            assert str(wrong).strip() in finding.found or finding.found == "no custom.item"

    @pytest.mark.parametrize("outcome", ["smalltalk", "not_in_source:cost", "handover:request"])
    def test_what_answers_nothing_is_called_nothing(self, outcome):
        assert self.found("utter_it", outcome) == []

    def test_every_variation_is_looked_at(self):
        custom = {"outcome": "answer:speed", "item": "answer:utter_it"}
        row = [
            {"text": "So.", "custom": custom},
            {"text": "Thus."},
            {"custom": {"outcome": "answer:speed"}},
        ]
        (finding,) = item_findings({"utter_it": row}, "a.yml")
        assert (finding.key, finding.found) == ("utter_it (3)", "no custom.item")
