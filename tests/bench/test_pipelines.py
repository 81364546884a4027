"""`python -m bench.pipelines`: what is asked, and that wrong use is found before the training."""

import json

import pytest

from bench import pipelines
from bench.table import BEGIN, END
from nightdesk.run.progress import StepFailed

ROWS = [
    {"text": "is it safe", "label": "faq:safety"},
    {"text": "what does it cost", "label": "logistics:cost"},
    {"text": "should i take it", "label": "medical_advice"},
    {"text": "\u200b", "label": "out_of_scope"},
]


@pytest.fixture
def cases(tmp_path):
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)))
    return path


@pytest.fixture
def others(tmp_path):
    path = tmp_path / "others.jsonl"
    rows = [{"text": f"row {i}", "label": "benign", "kind": k} for i, k in enumerate("aab")]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "benchmarks.md"
    path.write_text(f"{BEGIN}\n{END}\n")
    return path


@pytest.fixture
def measured(monkeypatch):
    """Nothing is trained; the table is two words."""
    calls: list = []

    def measure(arguments, messages, left_out):
        calls.append((messages, left_out))
        return {"figures": 1}

    monkeypatch.setattr(pipelines, "measure", measure)
    monkeypatch.setattr(pipelines.table, "as_markdown", lambda results: "the table")
    return calls


def read(*words):
    return pipelines.read_messages(pipelines.parser().parse_args([str(word) for word in words]))


def test_cases_for_the_detector_and_those_that_the_door_refuses_are_left_out(cases, others):
    messages, left_out = read(cases, "--offtopic", others, "--offtopic-kind", "a")
    assert [case.text for case in messages.clean["cases"]] == ["is it safe", "what does it cost"]
    assert left_out == 2
    assert messages.off_topic == ["row 0", "row 1"]


def test_typos_are_of_the_same_cases(cases, others):
    messages, _ = read(cases, "--offtopic", others, "--offtopic-kind", "")
    clean, typos = messages.clean["cases"], messages.typos["cases"]
    assert [case.label for case in typos] == [case.label for case in clean]
    assert all(a.text != b.text for a, b in zip(clean, typos, strict=True))
    assert len(messages.texts()) == 2 + 2 + 3


def test_files_of_one_name_are_told_apart(cases, others, tmp_path):
    again = tmp_path / "more" / "cases.jsonl"
    again.parent.mkdir()
    again.write_text(cases.read_text())
    messages, _ = read(cases, again, "--offtopic", others, "--offtopic-kind", "a")
    assert list(messages.clean) == ["cases", "more-cases"]


def test_a_run_writes_the_table_and_the_figures(
    measured, cases, others, document, tmp_path, capsys
):
    words = [str(cases), "--offtopic", str(others), "--offtopic-kind", "a", "--docs", str(document)]
    assert pipelines.main([*words, "--json", str(tmp_path / "out.json")]) == 0
    assert capsys.readouterr().out == "the table\n"
    assert "the table" in document.read_text()
    assert json.loads((tmp_path / "out.json").read_text()) == {"figures": 1}


def test_a_trial_writes_no_document(measured, cases, others, document):
    words = [str(cases), "--offtopic", str(others), "--offtopic-kind", "a", "--docs", str(document)]
    assert pipelines.main([*words, "--quick"]) == 0
    assert "the table" not in document.read_text()
    assert len(measured) == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "no cases"),
        ('{"text": "x"}', "not a JSON object"),
        ('{"text": "x", "label": "colour"}', "unknown label"),
        ('{"text": "x", "label": "crisis"}', "no case that understanding alone can get right"),
    ],
)
def test_files_that_cannot_be_used(measured, tmp_path, capsys, content, says):
    path = tmp_path / "bad.jsonl"
    path.write_text(content)
    assert pipelines.main([str(path)]) == 2
    assert says in capsys.readouterr().err
    assert measured == []


def test_an_off_topic_file_without_such_rows(measured, cases, others, capsys):
    assert pipelines.main([str(cases), "--offtopic", str(others)]) == 2
    assert "no row of the kind 'clinc_oos'" in capsys.readouterr().err


def test_no_place_for_the_table_is_found_before_the_training(measured, cases, others, tmp_path):
    (tmp_path / "empty.md").write_text("")
    words = [str(cases), "--offtopic", str(others), "--offtopic-kind", "a"]
    assert pipelines.main([*words, "--docs", str(tmp_path / "empty.md")]) == 2
    assert pipelines.main([*words, "--docs", str(tmp_path / "none.md")]) == 1
    assert measured == []


def test_a_training_that_fails_is_a_failure(monkeypatch, cases, others, document, capsys):
    def measure(*_):
        raise StepFailed("Training ours failed.")

    monkeypatch.setattr(pipelines, "measure", measure)
    words = [str(cases), "--offtopic", str(others), "--offtopic-kind", "a", "--docs", str(document)]
    assert pipelines.main(words) == 1
    assert "Training ours failed." in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["--typos", "0"], ["--seed", "x"], ["--starts", "0"], ["--fast"]]
)
def test_wrong_use(words, capsys):
    with pytest.raises(SystemExit) as caught:
        pipelines.main(words)
    assert caught.value.code == 2
    assert "usage: python -m bench.pipelines" in capsys.readouterr().err


def test_help(capsys):
    with pytest.raises(SystemExit) as caught:
        pipelines.main(["--help"])
    assert caught.value.code == 0
    assert "--quick" in capsys.readouterr().out
