"""What is wrong with visitors' words, and how it is told."""

from pathlib import Path

import pytest

from nightdesk_contract.safe_messaging import load_rules
from nightdesk_contract.text_findings import text_findings
from nightdesk_contract.visible_texts import VisibleText

LONG = "Hello there. These are the words of a text that is long enough."


def text(words: str, graded: bool = True, in_crisis: bool = False) -> VisibleText:
    return VisibleText(Path("clinic.yml"), "logistics.cost", words, graded, in_crisis, 7)


def found(one: VisibleText, grade: float | None = 5.0):
    return text_findings([one], load_rules(), (lambda _: grade) if grade is not None else None)


def test_nothing_is_wrong():
    assert found(text(LONG)) == []


def test_unsafe_words_with_the_reason_and_the_better_wording():
    (finding,) = found(text("He committed suicide."))
    row = finding.to_row()
    assert (row["rule"], row["file"], row["key"]) == (
        "committed_suicide",
        "clinic.yml",
        "logistics.cost",
    )
    assert (row["found"], row["line"]) == ('"committed suicide"', 7)
    said = str(finding)
    assert said.startswith("[committed_suicide] clinic.yml, line 7: logistics.cost: found")
    assert "\n  why: " in said
    assert '\n  instead: "died by suicide"' in said


@pytest.mark.parametrize(("grade", "hard"), [(8.0, False), (8.1, True)])
def test_a_text_that_is_hard_to_read_with_its_longest_sentence(grade, hard):
    findings = found(text(LONG), grade)
    assert bool(findings) is hard
    for finding in findings:
        assert finding.grade == grade
        assert finding.longest == "These are the words of a text that is long enough."
        assert "found reading grade 8.1\n  longest sentence: These" in str(finding)


@pytest.mark.parametrize(
    ("one", "grade"),
    [(text(LONG, graded=False), 20.0), (text("A word."), 20.0), (text(LONG), None)],
)
def test_no_grade_counts_where_it_says_nothing_or_is_not_measured(one, grade):
    assert found(one, grade) == []


def test_a_grade_is_measured_with_its_fields_read_as_words():
    measured = []
    text_findings([text("Call {crisis_call} " * 5)], [], lambda words: measured.append(words) or 1)
    assert measured == ["Call it " * 5]


def test_words_for_a_crisis_have_a_rule_of_their_own():
    assert found(text("You can just ask.")) == []
    assert [f.rule for f in found(text("You can just ask.", in_crisis=True))] == ["just"]
