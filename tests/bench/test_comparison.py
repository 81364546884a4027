"""From answers to figures, ratios and goals."""

import json

import pytest

from bench.comparison import (
    Messages,
    Start,
    answers,
    compared,
    goals,
    judged_label,
    off_topic_rows,
    ratio,
    system,
    with_texts,
)
from bench.outcomes import Parsed, Replies
from bench.serving import Answered
from bench.training import Cost, Trained
from nightdesk.evaluation.cases import Case

REPLIES = Replies({"utter_faq_safety": "answer:safety"}, frozenset())
CLEAN = {
    "real": [Case("is it safe", "faq:safety"), Case("who won", "out_of_scope")],
    "own": [Case("price", "logistics:cost"), Case("is it legal", "not_in_source:legality")],
}
MESSAGES = Messages(CLEAN, CLEAN, ["weather", "football"])


def answered(intent, confidence=0.9, ms=1.0):
    return Answered(Parsed(intent, ((intent, confidence),)), ms)


RIGHT = ("faq_safety", "out_of_scope", "logistics_cost", "not_in_source_legality")
WORSE = ("faq_safety", "faq_safety", "nlu_fallback", "not_in_source_legality")


def found(clean, typos=RIGHT, off_topic=("out_of_scope", "out_of_scope")):
    rows = [answered(intent, ms=i + 1.0) for i, intent in enumerate([*clean, *typos, *off_topic])]
    return answers(MESSAGES, rows, REPLIES)


def figures_of(answers_, cpu=100.0, wall=80.0, resident=600.0, ms=None):
    trained = Trained(None, Cost(wall, cpu, 900.0), "2026-01-01T00:00Z")
    row = system(answers_, trained, [Start(12.0, 2.0, resident)] * 3, seed=1)
    if ms is not None:
        row["parse_ms"]["p50"] = ms
    return row


def test_answers_go_to_their_cases():
    ours = found(RIGHT, WORSE)
    assert [row.right for row in ours.clean["real"]] == [True, True]
    assert [row.right for row in ours.typos["real"]] == [True, False]
    assert [row.outcome for row in ours.typos["own"]] == ["unknown", "not_in_source:legality"]
    assert len(ours.ms) == len(MESSAGES.texts()) == 10


def test_scores_are_of_cases_as_written_and_of_off_topic_messages():
    ours = found(RIGHT, WORSE, ("faq_safety", "out_of_scope"))
    assert ours.inside == [0.9, 0.9]
    assert ours.outside == [0.0, 0.9, 0.0]


def test_a_systems_figures():
    row = figures_of(found(WORSE))
    assert row["scores"]["all"]["clean"]["right"]["percent"] == 50
    assert row["scores"]["all"]["clean"]["wrong_answer"]["count"] == 1
    assert row["scores"]["all"]["clean"]["withheld"]["count"] == 1
    assert row["scores"]["files"]["real"]["clean"]["right"]["percent"] == 50
    assert row["scores"]["all"]["typos"]["right"]["percent"] == 100
    # .9 and 0 for what can be answered, .9, 0 and 0 for the rest: 2 of 6 pairs above, 3 alike.
    assert row["off_topic"]["auroc"] == pytest.approx(3.5 / 6, abs=1e-4)
    assert (row["off_topic"]["answerable"], row["off_topic"]["off_topic"]) == (2, 3)
    assert row["parse_ms"] == {"p50": 5.0, "p99": 10.0, "messages": 10}
    assert (row["ready_s"], row["load_s"], row["resident_mib"]) == (12.0, 2.0, 600)
    json.dumps(row)


def test_without_off_topic_messages_there_is_no_area():
    messages = Messages({"a": [Case("price", "logistics:cost")]}, {"a": []}, [])
    assert figures_of(answers(messages, [answered("logistics_cost")], REPLIES))["off_topic"] is None


def test_compared_is_on_the_same_cases():
    both = compared(found(RIGHT), found(WORSE))
    assert both["clean"]["points"] == 50
    assert both["clean"]["low"] < 50 < both["clean"]["high"]
    assert both["typos"]["points"] == 0


class TestGoals:
    @pytest.fixture
    def theirs(self):
        return figures_of(found(WORSE), cpu=1000, wall=900, resident=900, ms=5.0)

    def met(self, ours, theirs, points=8.0):
        return [row["met"] for row in goals(ours, theirs, points)]

    def test_all_met(self, theirs):
        ours = figures_of(found(RIGHT), cpu=100, wall=90, resident=899, ms=5.0)
        assert self.met(ours, theirs) == [True] * 5
        assert {row["missed"] for row in goals(ours, theirs, 8.0)} == {None}

    def test_each_can_be_missed(self, theirs):
        ours = figures_of(found(WORSE), cpu=101, wall=80, resident=900, ms=5.1)
        rows = goals(ours, theirs, 7.5)
        assert [row["met"] for row in rows] == [False] * 5
        assert rows[0]["missed"] == "by 0.5 points"
        assert rows[1]["missed"] == "must be at most 0.2"
        assert rows[3]["missed"] == "must be below 1"

    def test_the_worse_of_both_times_counts(self, theirs):
        assert not self.met(figures_of(found(RIGHT), cpu=50, wall=200), theirs)[2]
        assert not self.met(figures_of(found(RIGHT), cpu=200, wall=50), theirs)[2]

    def test_a_fifth_of_nothing(self):
        none = figures_of(found(RIGHT))
        assert self.met(none, none)[1]
        assert not self.met(figures_of(found(WORSE)), none)[1]


@pytest.mark.parametrize(("ours", "theirs", "share"), [(1, 4, 0.25), (0, 0, 0.0), (1, 0, None)])
def test_ratio(ours, theirs, share):
    assert ratio(ours, theirs) == share


@pytest.mark.parametrize(
    ("label", "part"),
    [("faq:safety", True), ("logistics:cost", True), ("not_in_source:x", True),
     ("out_of_scope", True), ("crisis", False), ("medical_advice", False), ("benign", False)],
)  # fmt: skip
def test_what_needs_the_detector_is_left_out(label, part):
    assert judged_label(Case("x", label)) is part


def test_off_topic_rows():
    rows = [
        Case("a", "benign", "clinc_oos"),
        Case("b", "benign", "joke"),
        Case("c", "out_of_scope"),
    ]
    assert off_topic_rows(rows, "clinc_oos") == ["a", "c"]
    assert off_topic_rows(rows, "") == ["a", "b", "c"]


def test_with_texts_changes_nothing_else():
    (case,) = with_texts([Case("a", "faq:safety", "kind", ("what_is",))], ["b"])
    assert case == Case("b", "faq:safety", "kind", ("what_is",))
