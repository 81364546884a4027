"""The table: what it says, and where it goes."""

import pytest

from bench.table import BEGIN, END, NoPlace, as_markdown, between_marks, write


def figure(count, percent):
    return {"count": count, "percent": percent, "low": percent - 2.0, "high": percent + 2.0}


def score(right, wrong):
    return {
        "cases": 200,
        "right": figure(int(2 * right), right),
        "wrong_answer": figure(int(2 * wrong), wrong),
        "withheld": figure(4, 2.0),
    }


def system(right, wrong, at="2026-05-02T10:00Z", **other):
    scores = {"clean": score(right, wrong), "typos": score(right - 5, wrong + 1)}
    return {
        "scores": {"all": scores, "files": {"faq": scores}},
        "off_topic": {
            "auroc": 0.9811, "low": 0.97, "high": 0.99,
            "found": 9, "off_topic": 10, "answerable": 80,
        },
        "training": {"cpu_s": 4200.0, "wall_s": 2500.5, "peak_mib": 1700, "at": at},
        "ready_s": 11.04, "load_s": 1.52, "resident_mib": 705,
        "parse_ms": {"p50": 3.11, "p99": 6.4, "messages": 1200},
        **other,
    }  # fmt: skip


def results(**other):
    points = {"points": 9.5, "low": 6.1, "high": 12.9}
    return {
        "date": "2026-05-02T09:00Z",
        "machine": {"cores": 2, "memory_gib": 24, "architecture": "Linux x86_64"},
        "versions": {"Python": "3.10.13", "rasa": "3.6.21"},
        "settings": {"seed": 1, "typos": 2, "starts": 3, "quick": False, "every": 1},
        "data": {"lines": 12035, "intents": 61},
        "cases": {"files": {"faq": 174}, "left_out": 43, "off_topic": 57},
        "systems": {"ours": system(92.0, 1.0), "rasa": system(82.5, 8.0)},
        "compared": {"clean": points, "typos": points},
        "goals": [
            {"goal": "less memory", "reached": "0.79 of Rasa's", "met": True, "missed": None},
            {"goal": "no slower", "reached": "1.2", "met": False, "missed": "must be at most 1"},
        ],
        **other,
    }


def cells(text, name):
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {name}")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_it_says_how_it_was_measured():
    text = as_markdown(results())
    assert "2 cores, 24 GiB, Linux x86_64" in text
    assert "Python 3.10.13, rasa 3.6.21" in text
    assert "12,035 training lines, 61 intents; seed 1" in text
    assert "faq (174); 43 that need the safety detector" in text
    assert "trial" not in text
    assert "earlier run" not in text


def test_figures_stand_beside_each_other_with_what_lies_between_them():
    text = as_markdown(results())
    assert cells(text, "**right, all")[1:] == [
        "92.0 % (90.0–94.0)", "82.5 % (80.5–84.5)", "+9.5 points (+6.1 to +12.9)"
    ]  # fmt: skip
    assert cells(text, "**wrong answers, all")[3] == "0.12 (2 to 16)"
    assert cells(text, "wrong answers, with 2 typos")[3] == "0.22 (4 to 18)"
    assert cells(text, "faq: right")[1:3] == ["92.0 % (90.0–94.0)", "82.5 % (80.5–84.5)"]
    assert cells(text, "training, CPU s")[1:] == ["4,200", "4,200", "1.00"]
    assert cells(text, "off-topic AUROC")[1] == "0.981 (0.970–0.990)"
    assert cells(text, "off-topic found")[1] == "90 %"


def test_every_row_has_its_four_cells():
    lines = as_markdown(results()).split("\n\n")[1].splitlines()
    assert len(lines) > 15
    assert {line.count("|") for line in lines} == {5}


def test_goals_say_by_how_much_they_were_missed():
    text = as_markdown(results())
    assert cells(text, "less memory")[1:] == ["0.79 of Rasa's", "yes"]
    assert cells(text, "no slower")[1:] == ["1.2", "no: must be at most 1"]


def test_a_trial_run_says_that_it_is_one():
    settings = {"seed": 1, "typos": 2, "starts": 1, "quick": True, "every": 1}
    assert "the figures mean nothing" in as_markdown(results(settings=settings))


def test_a_run_on_some_of_the_lines_says_so():
    settings = {"seed": 1, "typos": 2, "starts": 1, "quick": False, "every": 4}
    assert "one in 4 of our lines" in as_markdown(results(settings=settings))
    assert "of our lines" not in as_markdown(results())


def test_models_of_an_earlier_run_are_named():
    systems = {"ours": system(92.0, 1.0), "rasa": system(82.5, 8.0, at="2026-05-01T07:00Z")}
    text = as_markdown(results(systems=systems))
    assert "trained in an earlier run: rasa 2026-05-01T07:00Z" in text


def test_without_off_topic_messages_the_rows_are_missing():
    systems = {"ours": system(92.0, 1.0, off_topic=None), "rasa": system(82.5, 8.0)}
    assert "AUROC" not in as_markdown(results(systems=systems))


DOCUMENT = f"# Head\n\n{BEGIN}\n\nold\n\n{END}\n\ntail\n"


def test_the_rest_of_the_document_stays(tmp_path):
    path = tmp_path / "b.md"
    path.write_text(DOCUMENT)
    write(path, "new")
    assert path.read_text() == f"# Head\n\n{BEGIN}\n\nnew\n\n{END}\n\ntail\n"
    write(path, "old")
    assert path.read_text() == DOCUMENT


@pytest.mark.parametrize("document", ["", "text", BEGIN, END, f"{END} {BEGIN}"])
def test_without_marks_there_is_no_place(document):
    with pytest.raises(NoPlace, match="missing"):
        between_marks(document, "new")


def test_the_projects_own_document_has_a_place(root):
    assert "new" in between_marks((root / "docs" / "benchmarks.md").read_text(), "new")
