"""The command line: wrong use, exit statuses and what is printed, without loading Rasa."""

import json
from dataclasses import replace
from datetime import date

import pytest

from nightdesk import cli
from nightdesk.bot.answer import Answer, refused
from nightdesk.commands import ask, desk, evaluate
from nightdesk.evaluation.published import BEGIN, END
from nightdesk_contract.cautions import Caution, PublicSource
from nightdesk_contract.door import MessageRefused, clean


class FakeBot:
    """Answers by a word in the message."""

    def __init__(self) -> None:
        self.heard: list[tuple[object, str | None]] = []

    async def ask(self, text: object, conversation: str | None = None) -> Answer:
        self.heard.append((text, conversation))
        try:
            message = clean(text)
        except MessageRefused as error:
            return refused(text, error.code)
        if "die" in message:
            return Answer(str(text), "handover:crisis", "P1", None, 1.0, "Call 988.", "crisis")
        if "broken" in message:
            return Answer(str(text), "handover:bot_unavailable", "P1", None, None, "")
        return Answer(str(text), "answer:safety", None, "safety", 0.9, "It is safe.", "faq_safety")


@pytest.fixture
def bot(monkeypatch):
    bot = FakeBot()
    for module in (ask, evaluate):
        monkeypatch.setattr(module, "load_bot", lambda: bot)
    return bot


@pytest.fixture
def no_bot(monkeypatch):
    for module in (ask, evaluate):
        monkeypatch.setattr(module, "load_bot", lambda: None)


@pytest.fixture
def cases(tmp_path):
    path = tmp_path / "cases.jsonl"
    rows = [
        {"text": "is it safe", "label": "faq:safety"},
        {"text": "i want to die", "label": "crisis"},
        {"text": "how do you do", "label": "benign"},
        {"text": "how does it work in the brain", "label": "not_in_source:mechanism"},
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


@pytest.fixture
def limits(tmp_path):
    path = tmp_path / "limits.yml"
    path.write_text("cases.jsonl: {right_at_least: 75}")
    return path


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nonsense"],
        ["ask", "--loud"],
        ["ask", "one", "two"],
        ["ask", "--jsonl"],
        ["eval"],
        ["eval", "--thresholds"],
        ["eval", "a.jsonl", "--colour"],
    ],
)
def test_wrong_use_is_status_two(words, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(words)
    assert caught.value.code == 2
    assert "usage: nightdesk" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--help"], ["ask", "--help"], ["eval", "--help"]])
def test_help(words, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(words)
    assert caught.value.code == 0
    assert "usage: nightdesk" in capsys.readouterr().out


class TestAsk:
    def test_one_question(self, bot, capsys):
        assert cli.main(["ask", "is it safe"]) == 0
        assert capsys.readouterr().out == "It is safe.\n[answer:safety, source safety]\n"

    def test_cautions_stand_below_the_reply(self, capsys):
        risk = Caution("misuse", "It has a risk.", (PublicSource("A label", "https://a"),), ("x",))
        other = replace(risk, id="off_label", text="It is new.")
        answer = Answer("x", "answer:x", None, "x", 0.9, "So.", cautions=(risk, other))
        assert ask.shown(answer).split("\n") == [
            "So.",
            "[caution misuse] It has a risk.",
            "[caution off_label] It is new.",
            "[answer:x, source x]",
        ]

    def test_a_hand_over_shows_its_level(self, bot, capsys):
        assert cli.main(["ask", "i want to die"]) == 0
        assert "[handover:crisis, level P1]" in capsys.readouterr().out

    def test_without_a_reply_it_says_what_the_desk_would_do(self, bot, capsys):
        cli.main(["ask", "broken"])
        assert "the desk would answer" in capsys.readouterr().out

    @pytest.mark.parametrize("text", ["", "  ", "x" * 2001, "\u200b"], ids=lambda t: ascii(t)[:8])
    def test_odd_questions_are_answered_by_the_door(self, bot, capsys, text):
        assert cli.main(["ask", text]) == 0
        assert "[refused:" in capsys.readouterr().out

    def test_json_for_one_question(self, bot, capsys):
        assert cli.main(["ask", "--json", "is it safe"]) == 0
        assert json.loads(capsys.readouterr().out)["outcome"] == "answer:safety"

    def test_rows_are_answered_in_order_each_in_a_conversation_of_its_own(self, bot, capsys, cases):
        assert cli.main(["ask", "--jsonl", str(cases), str(cases)]) == 0
        rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert len(rows) == 8
        assert rows[1]["text"] == "i want to die"
        assert rows[1]["outcome"] == "handover:crisis"
        assert {conversation for _, conversation in bot.heard} == {None}

    def test_half_a_surrogate_pair_comes_out_as_it_went_in(self, bot, capfdbinary, tmp_path):
        path = tmp_path / "odd.jsonl"
        path.write_text('{"text": "is it safe \\ud83d"}\n{"text": "\\u00e9 \\u2028"}\n')
        assert cli.main(["ask", "--jsonl", str(path)]) == 0
        out = capfdbinary.readouterr().out
        assert [json.loads(line)["text"] for line in out.strip().split(b"\n")] == [
            "is it safe \ud83d",
            "\u00e9 \u2028",
        ]

    def test_question_and_rows_together_are_wrong_use(self, bot, capsys, cases):
        assert cli.main(["ask", "hello", "--jsonl", str(cases)]) == 2
        assert "not both" in capsys.readouterr().err
        assert bot.heard == []

    def test_a_file_that_cannot_be_used_is_wrong_use_before_anything_is_loaded(
        self, bot, capsys, tmp_path
    ):
        (tmp_path / "bad.jsonl").write_text("{}\n")
        assert cli.main(["ask", "--jsonl", str(tmp_path / "bad.jsonl")]) == 2
        assert "bad.jsonl:1" in capsys.readouterr().err
        assert bot.heard == []

    def test_without_a_model_it_fails(self, no_bot):
        assert cli.main(["ask", "hello"]) == 1

    def test_a_chat_is_one_conversation_until_an_empty_line(self, bot, capsys, monkeypatch):
        lines = iter(["is it safe", "i want to die", "", "never read"])
        monkeypatch.setattr("builtins.input", lambda prompt: next(lines))
        assert cli.main(["ask"]) == 0
        assert [text for text, _ in bot.heard] == ["is it safe", "i want to die"]
        assert len({conversation for _, conversation in bot.heard} - {None}) == 1
        assert "Call 988." in capsys.readouterr().out

    def test_a_chat_ends_at_the_end_of_input(self, bot, monkeypatch):
        def ended(prompt):
            raise EOFError

        monkeypatch.setattr("builtins.input", ended)
        assert cli.main(["ask"]) == 0
        assert bot.heard == []


class TestEval:
    def test_above_its_thresholds(self, bot, capsys, cases, limits):
        assert cli.main(["eval", str(cases), "--thresholds", str(limits)]) == 0
        out = capsys.readouterr().out
        assert "No threshold is missed." in out
        assert "75.0" in out

    def test_below_its_thresholds(self, bot, capsys, cases, limits):
        limits.write_text("cases.jsonl: {right_at_least: 76}")
        assert cli.main(["eval", str(cases), "--thresholds", str(limits)]) == 1
        assert "right is 75.0 %, must be at least 76 %" in capsys.readouterr().out

    def test_files_without_thresholds_are_only_scored(self, bot, cases, limits):
        limits.write_text("other.jsonl: {right_at_least: 100}")
        assert cli.main(["eval", str(cases), "--thresholds", str(limits)]) == 0

    def test_misses_are_listed_when_asked_for(self, bot, capsys, cases, limits):
        cli.main(["eval", str(cases), "--thresholds", str(limits)])
        assert "in the brain" not in capsys.readouterr().out
        cli.main(["eval", str(cases), "--thresholds", str(limits), "--misses"])
        assert "in the brain" in capsys.readouterr().out

    def test_json(self, bot, capsys, cases, limits):
        limits.write_text("cases.jsonl: {wrong_answer_at_most: 0}")
        assert cli.main(["eval", str(cases), "--thresholds", str(limits), "--json"]) == 1
        row = json.loads(capsys.readouterr().out)
        assert len(row["below_thresholds"]) == 1
        (file,) = row["files"].values()
        assert (file["cases"], file["right"]["count"]) == (4, 3)
        assert file["by_label"]["crisis"]["right"]["percent"] == 100.0
        assert [miss["outcome"] for miss in file["misses"]] == ["answer:safety"]

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            ('{"text": "x", "label": "weather"}', "unknown label 'weather'"),
            ('{"text": "x"}', "cases.jsonl:1"),
            ("", "no cases"),
        ],
    )
    def test_cases_that_cannot_be_used(self, bot, capsys, cases, limits, content, says):
        cases.write_text(content)
        assert cli.main(["eval", str(cases), "--thresholds", str(limits)]) == 2
        assert says in capsys.readouterr().err
        assert bot.heard == []

    def test_thresholds_that_cannot_be_used(self, bot, capsys, cases, tmp_path):
        assert cli.main(["eval", str(cases), "--thresholds", str(tmp_path / "no.yml")]) == 2
        assert "no.yml" in capsys.readouterr().err
        assert bot.heard == []

    def test_without_a_model_it_fails(self, no_bot, cases, limits):
        assert cli.main(["eval", str(cases), "--thresholds", str(limits)]) == 1

    def test_nothing_is_written_unasked(self, bot, cases, limits, tmp_path):
        before = sorted(tmp_path.iterdir())
        cli.main(["eval", str(cases), "--thresholds", str(limits)])
        assert sorted(tmp_path.iterdir()) == before


class TestEvalWrite:
    @pytest.fixture
    def ask(self, bot, cases, limits, tmp_path, monkeypatch):
        """Evaluate with --write; gives the exit status. The page tells of `cases`."""
        wording = tmp_path / "figures.yml"
        wording.write_text(
            'measured: "{date}"\ngroups:\n- title: T\n  figure: right\n'
            '  says: "{what} {count}/{cases}"\n  rows: [{file: cases, what: Right}]\n'
        )
        (tmp_path / "figures.es.yml").write_text(
            wording.read_text().replace("Right", "Bien").replace("{date}", "El {date}")
        )
        (tmp_path / "desk.yml").write_text(
            'months: M M M M M M M M M M M M\nfull_date: "{number}"\n'
            'months_es: m m m m m m m m m m m m\nfull_date_es: "{month}"\n'
        )
        monkeypatch.setattr(evaluate, "TEXTS", tmp_path)
        (tmp_path / "docs").mkdir()

        def run(*files, target="docs/evaluation.json"):
            names = [str(name) for name in files or [cases]]
            write = ["--write", str(tmp_path / target)]
            return cli.main(["eval", *names, "--thresholds", str(limits), *write])

        return run

    def test_keeps_figures_by_name_without_messages(self, ask, tmp_path):
        assert ask() == 0
        text = (tmp_path / "docs" / "evaluation.json").read_text()
        kept = json.loads(text)
        assert kept["date"] == date.today().isoformat()
        assert kept["files"]["cases"]["right"]["count"] == 3
        assert "want to die" not in text
        assert str(tmp_path) not in text

    def test_puts_them_into_the_page_beside_it(self, ask, tmp_path):
        page = tmp_path / "docs" / "crisis-protocol.md"
        page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
        assert ask() == 0
        assert "### T\n\n- Right 3/4\n" in page.read_text()
        assert "old" not in page.read_text()

    def test_and_into_the_spanish_page_in_spanish(self, ask, tmp_path):
        page = tmp_path / "docs" / "crisis-protocol.es.md"
        page.write_text(f"{BEGIN}\nold\n{END}\n")
        assert ask() == 0
        assert "El m\n\n### T\n\n- Bien 3/4\n" in page.read_text()
        assert not (tmp_path / "docs" / "crisis-protocol.md").exists()

    def test_also_when_a_threshold_is_missed(self, ask, limits, tmp_path):
        limits.write_text("cases.jsonl: {right_at_least: 100}")
        assert ask() == 1
        assert (tmp_path / "docs" / "evaluation.json").is_file()

    def test_what_cannot_be_written_is_wrong_use_before_the_bot_is_asked(
        self, ask, bot, cases, capsys, tmp_path
    ):
        page = tmp_path / "docs" / "crisis-protocol.md"
        assert ask(target="nowhere/evaluation.json") == 2
        assert "no folder" in capsys.readouterr().err
        assert ask(cases, tmp_path / "docs" / ".." / "cases.jsonl") == 2
        assert "two files are called cases" in capsys.readouterr().err
        page.write_text("no markers")
        assert ask() == 2
        assert "lacks" in capsys.readouterr().err
        page.write_text(f"{BEGIN}{END}")
        other = tmp_path / "other.jsonl"
        other.write_text(cases.read_text())
        assert ask(other) == 2
        assert "also tells of cases" in capsys.readouterr().err
        assert bot.heard == []


def test_control_c_is_status_130(monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(ask, "load_bot", interrupted)
    assert cli.main(["ask", "hello"]) == 130


class TestStaff:
    def test_the_desks_own_command_line_gets_the_words(self, monkeypatch, tmp_path, capfd):
        command = tmp_path / "desk"
        command.write_text('#!/bin/sh\necho "$@"\nexit 7\n')
        command.chmod(0o755)
        monkeypatch.setattr(desk, "DESK_COMMAND", command)
        assert cli.main(["staff", "add", "--role", "lead", "--help"]) == 7
        assert capfd.readouterr().out == "staff add --role lead --help\n"

    def test_before_the_desk_is_set_up_it_says_what_to_do(self, monkeypatch, tmp_path, capsys):
        monkeypatch.setattr(desk, "DESK_COMMAND", tmp_path / "none")
        assert cli.main(["staff", "list"]) == 1
        assert "make run" in capsys.readouterr().err
