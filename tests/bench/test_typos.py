"""`python -m bench.typos`: rows with typos, and the bot scored with and without them."""

import json

import pytest

from bench import typos
from bench.typo_maker import with_typos
from nightdesk.bot.answer import Answer

ROWS = [
    {"text": "is it safe", "label": "faq:safety", "also": [], "source": "https://example.org"},
    {"text": "what does it cost", "label": "logistics:cost"},
    {"text": "who won the match", "label": "out_of_scope", "kind": "sport"},
]


@pytest.fixture
def cases(tmp_path):
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)))
    return path


class FakeBot:
    """Understands words that are spelled right."""

    async def ask(self, text: str) -> Answer:
        outcome = "unknown"
        if "safe" in text:
            outcome = "answer:safety"
        elif "cost" in text:
            outcome = "logistics:cost"
        elif "match" not in text:
            outcome = "answer:what_is"
        return Answer(text, outcome, None, None, 0.9, "", None)


@pytest.fixture
def bot(monkeypatch):
    monkeypatch.setattr(typos, "load_bot", FakeBot)


def rows_in(text):
    return [json.loads(line) for line in text.splitlines()]


def test_rows_keep_all_but_their_text(cases, capsys):
    assert typos.main([str(cases), "--seed", "3"]) == 0
    rows = rows_in(capsys.readouterr().out)
    assert [row["text"] for row in rows] == [with_typos(row["text"], 2, 3) for row in ROWS]
    assert [{**row, "text": ""} for row in rows] == [{**row, "text": ""} for row in ROWS]


def test_out_writes_a_file(cases, tmp_path, capsys):
    out = tmp_path / "typos.jsonl"
    assert typos.main([str(cases), str(cases), "--typos", "1", "--out", str(out)]) == 0
    assert capsys.readouterr().out == ""
    rows = rows_in(out.read_text())
    assert len(rows) == 6
    assert rows[0]["text"] == with_typos("is it safe", 1, 1)


def test_a_file_that_cannot_be_written_is_a_failure(cases, tmp_path, capsys):
    assert typos.main([str(cases), "--out", str(tmp_path / "none" / "x")]) == 1
    assert "No such file" in capsys.readouterr().err


def test_odd_characters_come_out_as_they_went_in(tmp_path, capsys):
    path = tmp_path / "odd.jsonl"
    path.write_text('{"text": "\\ud83d \\u2028 \\u00e9"}\n')
    assert typos.main([str(path)]) == 0
    assert json.loads(capsys.readouterr().out)["text"] == "\ud83d \u2028 \u00e9"


def test_score_compares_the_same_cases_with_and_without(bot, cases, capsys):
    assert typos.main(["--score", "--json", "--typos", "6", str(cases)]) == 0
    out = json.loads(capsys.readouterr().out)
    assert (out["typos"], out["seed"]) == (6, 1)
    row = out["files"]["cases"]
    assert row["clean"]["right"]["percent"] == 100
    assert row["typos"]["cases"] == 3
    right = row["typos"]["right"]["percent"]
    assert right < 100
    assert row["difference"]["right"] == pytest.approx(right - 100, abs=0.01)


def test_score_as_text(bot, cases, capsys):
    assert typos.main(["--score", "--typos", "0", str(cases)]) == 0
    head, right, wrong = capsys.readouterr().out.splitlines()
    assert head.split() == ["cases", "as", "written", "0", "typos", "points"]
    assert right.split()[:4] == ["cases", "3", "right", "100.0"]
    assert right.split()[-1] == "+0.0"
    assert wrong.split()[:2] == ["wrong", "0.0"]


def test_without_a_model_scoring_fails(monkeypatch, cases):
    monkeypatch.setattr(typos, "load_bot", lambda: None)
    assert typos.main(["--score", str(cases)]) == 1


@pytest.mark.parametrize("content", ["", "{}", '{"text": "x", "label": "colour"}'])
def test_a_file_that_cannot_be_scored_is_wrong_use_before_anything_is_loaded(
    monkeypatch, tmp_path, capsys, content
):
    monkeypatch.setattr(typos, "load_bot", lambda: pytest.fail("loaded"))
    path = tmp_path / "bad.jsonl"
    path.write_text(content)
    assert typos.main(["--score", str(path)]) == 2
    assert "bad.jsonl" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [[], ["a", "--typos", "-1"], ["a", "--typos", "two"], ["a", "--json"], ["a", "--speed"],
     ["a", "--score", "--out", "b"]],
)  # fmt: skip
def test_wrong_use(words, capsys):
    with pytest.raises(SystemExit) as caught:
        typos.main(words)
    assert caught.value.code == 2
    assert "usage: python -m bench.typos" in capsys.readouterr().err


def test_help(capsys):
    with pytest.raises(SystemExit) as caught:
        typos.main(["--help"])
    assert caught.value.code == 0
    assert "--score" in capsys.readouterr().out
