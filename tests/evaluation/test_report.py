"""Figures, intervals, the table and the gate."""

import pytest

from nightdesk.evaluation.cases import Case
from nightdesk.evaluation.interval import wilson
from nightdesk.evaluation.judge import judge
from nightdesk.evaluation.report import (
    ThresholdsError,
    about_figure,
    about_table,
    all_figures,
    below,
    by_group,
    figures,
    level_figures,
    levels_table,
    load_thresholds,
    misses,
    table,
)


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [
        # Published examples: Newcombe 1998 (81/263, 15/148, 0/20, 1/29), and 10/10.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (10, 10, 0.7225, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_wilson_against_known_values(hits, total, low, high):
    assert wilson(hits, total) == pytest.approx((low, high), abs=5e-5)


def test_wilson_stays_within_zero_and_one_and_narrows():
    for hits in range(51):
        low, high = wilson(hits, 50)
        assert 0 <= low <= hits / 50 <= high + 1e-12 <= 1 + 1e-12
    assert wilson(50, 100)[1] - wilson(50, 100)[0] > wilson(500, 1000)[1] - wilson(500, 1000)[0]


ROWS = [
    judge(Case("how much", "logistics:cost", "cost"), "logistics:cost"),
    judge(Case("price", "logistics:cost", "cost"), "answer:safety"),
    judge(Case("is it safe", "faq:safety", "faq"), "unknown"),
    judge(Case("safe?", "faq:safety", "faq"), "handover:crisis"),
]


def test_figures():
    row = figures(ROWS)
    assert row["cases"] == 4
    assert row["right"] == {"count": 1, "percent": 25.0, "low": 4.6, "high": 69.9}
    assert (row["wrong_answer"]["count"], row["withheld"]["count"]) == (1, 2)
    assert row["false_alarm"]["percent"] == 25.0


def test_figures_of_nothing():
    assert figures([])["right"] == {"count": 0, "percent": 0.0, "low": 0.0, "high": 100.0}


def test_by_group():
    groups = by_group(ROWS, "label")
    assert list(groups) == ["faq:safety", "logistics:cost"]
    assert groups["logistics:cost"]["right"]["percent"] == 50.0
    assert by_group(ROWS, "kind")["faq"]["cases"] == 2


def test_the_table_names_the_file_its_kinds_and_its_figures():
    head, whole, *kinds = table("faq", ROWS).splitlines()
    assert head.split() == ["cases", "right", "wrong", "withheld", "alarm"]
    assert whole.split()[:3] == ["faq", "4", "25.0"]
    assert [line.split()[:3] for line in kinds] == [["cost", "2", "50.0"], ["faq", "2", "0.0"]]


def test_misses_show_what_was_not_right():
    lines = misses(ROWS).splitlines()
    assert len(lines) == 3
    assert lines[0].split() == ["logistics:cost", "answer:safety", "'price'"]


@pytest.mark.parametrize(
    ("limits", "failures"),
    [
        ({}, 0),
        ({"right_at_least": 25}, 0),
        ({"right_at_least": 25.1}, 1),
        ({"wrong_answer_at_most": 25}, 0),
        ({"wrong_answer_at_most": 24.9}, 1),
        ({"right_at_most": 25, "false_alarm_at_least": 26, "withheld_at_most": 10}, 2),
    ],
)
def test_the_gate(limits, failures):
    assert len(below("faq.jsonl", figures(ROWS), limits)) == failures


def test_a_failure_says_what_is_and_what_must_be():
    (failure,) = below("faq.jsonl", figures(ROWS), {"right_at_least": 80})
    assert failure == "faq.jsonl: right is 25.0 %, must be at least 80 %"


LEVELLED = [
    judge(Case("a", "crisis", level="P0"), "handover:crisis", "P0"),
    judge(Case("b", "crisis", level="P0"), "handover:crisis", "P1"),
    judge(Case("c", "crisis", level="P1"), "handover:crisis", "P1"),
    judge(Case("d", "request", level="P3"), "unknown"),
    judge(Case("e", "crisis"), "handover:crisis", "P1"),
]


class TestLevels:
    def test_figures_of_the_cases_that_name_one(self):
        row = level_figures(LEVELLED)
        assert (row["level_right"]["cases"], row["level_right"]["percent"]) == (4, 50.0)
        assert (row["emergency_found"]["cases"], row["emergency_found"]["percent"]) == (2, 50.0)
        assert level_figures(ROWS) == {}

    def test_an_emergency_that_nobody_handed_over_is_not_found(self):
        row = level_figures([judge(Case("a", "crisis", level="P0"), "answer:safety")])
        assert row["emergency_found"]["percent"] == 0.0

    def test_the_table_says_what_was_taken_for_what(self):
        assert levels_table(ROWS) == ""
        lines = levels_table(LEVELLED).splitlines()
        assert lines[0].startswith("level right   50.0")
        assert lines[1].startswith("P0 found as P0   50.0")
        assert lines[2:] == ["  P0 taken for P1: 1", "  P3 taken for no hand-over: 1"]

    def test_a_wrong_level_is_listed_with_the_misses(self):
        assert [line.split()[-1] for line in misses(LEVELLED).splitlines()] == ["'b'", "'d'"]

    @pytest.mark.parametrize(
        ("limits", "failures"),
        [
            ({"level_right_at_least": 50, "emergency_found_at_least": 50}, 0),
            ({"level_right_at_least": 51}, 1),
            ({"emergency_found_at_least": 95}, 1),
        ],
    )
    def test_the_gate_fails_below_the_levels_asked_for(self, limits, failures):
        row = {**figures(LEVELLED), **level_figures(LEVELLED)}
        assert len(below("levels.jsonl", row, limits)) == failures

    def test_levels_that_no_case_names_cannot_pass(self):
        row = {**figures(ROWS), **level_figures(ROWS)}
        assert len(below("faq.jsonl", row, {"level_right_at_least": 1})) == 1


ABOUT = [
    judge(Case("a", "crisis", about="abuse"), "handover:crisis", "P1", "abuse"),
    judge(Case("b", "crisis", about="abuse"), "handover:crisis", "P1", "own"),
    judge(Case("c", "crisis", about="own"), "answer:safety"),
    judge(Case("d", "crisis"), "handover:crisis", "P1", "own"),
]


class TestWhatACrisisIsAbout:
    def test_the_figure_is_of_the_cases_that_say_so(self):
        row = about_figure(ABOUT)
        assert (row["about_right"]["cases"], row["about_right"]["percent"]) == (3, 33.33)
        assert about_figure(ROWS) == {}

    def test_the_table_says_what_was_taken_for_what(self):
        assert about_table(ROWS) == ""
        head, *rest = about_table(ABOUT).splitlines()
        assert head.startswith("text about the right thing   33.3")
        assert rest == ["  abuse taken for own: 1", "  own taken for no crisis: 1"]

    def test_the_gate_fails_below_what_is_asked_for(self):
        row = all_figures(ABOUT)
        assert below("t.jsonl", row, {"about_right_at_least": 33}) == []
        assert len(below("t.jsonl", row, {"about_right_at_least": 34})) == 1
        assert len(below("t.jsonl", all_figures(ROWS), {"about_right_at_least": 1})) == 1


class TestThresholds:
    def test_limits_by_file(self, tmp_path):
        path = tmp_path / "t.yml"
        path.write_text("a.jsonl: {right_at_least: 80, wrong_answer_at_most: 1.5}")
        assert load_thresholds(path) == {
            "a.jsonl": {"right_at_least": 80, "wrong_answer_at_most": 1.5}
        }

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            ("a: [", "cannot be read"),
            ("", "expected a mapping"),
            ("- a", "expected a mapping"),
            ("a.jsonl:", "a.jsonl: expected limits"),
            ("a.jsonl: {}", "a.jsonl: expected limits"),
            ("a.jsonl: 80", "a.jsonl: expected limits"),
            ("a.jsonl: {right: 80}", "a.jsonl.right"),
            ("a.jsonl: {right_at_leest: 80}", "a.jsonl.right_at_leest"),
            ("a.jsonl: {speed_at_least: 80}", "a.jsonl.speed_at_least"),
            ("a.jsonl: {right_at_least: high}", "found 'high'"),
            ("a.jsonl: {right_at_least: true}", "found True"),
            ("a.jsonl: {right_at_least: }", "found None"),
        ],
    )
    def test_a_file_that_cannot_be_used_is_told_why(self, tmp_path, content, says):
        path = tmp_path / "t.yml"
        path.write_text(content)
        with pytest.raises(ThresholdsError) as caught:
            load_thresholds(path)
        assert says in str(caught.value)

    def test_no_file_and_no_text(self, tmp_path):
        with pytest.raises(ThresholdsError, match="FileNotFoundError"):
            load_thresholds(tmp_path / "t.yml")
        (tmp_path / "t.yml").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(ThresholdsError, match="UnicodeDecodeError"):
            load_thresholds(tmp_path / "t.yml")

    def test_the_projects_own_limits_are_for_files_that_exist(self, root):
        folder = root / "tests" / "cases"
        limits = load_thresholds(folder / "thresholds.yml")
        assert limits
        assert all((folder / name).is_file() for name in limits)
