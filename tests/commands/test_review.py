"""`nightdesk review`: what is signed and what is not, signing, and what has changed since."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from nightdesk import cli
from nightdesk.commands import review
from nightdesk.run.models import input_files
from nightdesk_contract.review import load_signatures
from nightdesk_contract.signed_pages import PROTOCOLS

SAFETY = "answer:utter_faq_safety"
WHO = ("--reviewer", "A. Person", "--role", "Tester")
TODAY = date.today()
A_DAY = timedelta(1)


@pytest.fixture
def project(tmp_path, root, monkeypatch) -> Path:
    """A checkout of one's own, as far as visitors read it."""
    for name in ("source", "texts", "answers"):
        shutil.copytree(root / "data" / name, tmp_path / "data" / name)
    shutil.copytree(root / "desk" / "widget" / "strings", tmp_path / "desk" / "widget" / "strings")
    (tmp_path / "docs").mkdir()
    for name in PROTOCOLS.values():
        shutil.copy(root / "docs" / name, tmp_path / "docs")
    (tmp_path / "data" / "safety").mkdir()
    for name in ("cautions.yml", "sources.yml", "safety/replies.yml", "safety/crisis_lines.yml"):
        shutil.copy(root / "data" / name, tmp_path / "data" / name)
    for name in ("domain.yml", "clinic.yml"):
        shutil.copy(root / name, tmp_path)
    (tmp_path / "data" / "review.yml").write_text("# Who signed.\n\nsignatures: []\n")
    monkeypatch.setattr(review, "ROOT", tmp_path)
    for name in ("NIGHTDESK_CLINIC", "NIGHTDESK_DATA", "NIGHTDESK_DOCS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def terminal(monkeypatch):
    """Somebody sits at the terminal and answers as given."""

    def answers(said: str) -> None:
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", lambda prompt: print(prompt) or said)

    return answers


def sign(*items: str, more: tuple[str, ...] = ("--yes",), who: tuple[str, ...] = WHO) -> int:
    return cli.main(["review", "sign", *items, *who, *more])


def kept(project: Path):
    return load_signatures(project / "data" / "review.yml")


def edit(project: Path, name: str, old: str, new: str) -> None:
    path = project / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def backdate(project: Path, item: str) -> None:
    """Let the next review of an item be today."""
    path = project / "data" / "review.yml"
    row = yaml.safe_load(path.read_text(encoding="utf-8"))
    for entry in row["signatures"]:
        if entry["item"] == item:
            entry.update(date=TODAY - A_DAY, next_review=TODAY)
    path.write_text(yaml.safe_dump(row), encoding="utf-8")


def status(capsys, *options: str) -> tuple[int, str]:
    capsys.readouterr()
    code = cli.main(["review", "status", *options])
    return code, capsys.readouterr().out


class TestStatus:
    def test_nothing_signed_yet(self, project, capsys):
        code, out = status(capsys)
        assert code == 1
        head, answer = out.splitlines()[:2]
        assert head.split() == ["signed", "unsigned", "changed", "due", "total"]
        name, signed, unsigned, *_, total = answer.split()
        assert (name, signed, unsigned) == ("answer", "0", total)
        assert int(total) > 5
        assert "answer:utter_faq_what_is" in out
        assert "--all lists every item" in out
        assert "number:US.emergency" not in out

    def test_all_items_when_asked_for(self, project, capsys):
        code, out = status(capsys, "--all")
        assert code == 1
        for item in (
            SAFETY,
            "clinic:cost",
            "crisis:page.protocol",
            "number:US.emergency",
            "canned:hello",
        ):
            assert f"  {item}  (unsigned)\n" in out

    def test_everything_signed(self, project, capsys):
        assert sign("*") == 0
        code, out = status(capsys)
        assert code == 0
        assert "Everything is signed." in out
        assert SAFETY not in out

    def test_what_has_changed_is_due_or_is_new_needs_attention(self, project, capsys):
        assert sign("*") == 0
        edit(project, "domain.yml", "utter_faq_rapid_relief:", "utter_faq_quick_relief:")
        edit(project, "data/source/passages.yml", "generally safe", "quite safe")
        backdate(project, "number:US.emergency")
        code, out = status(capsys)
        assert code == 1
        changed, due, unsigned, gone = out.split("\n\n")[1:5]
        assert changed.startswith("Changed since")
        assert SAFETY in changed
        assert "A. Person, Tester" in changed
        assert due.startswith("Due")
        assert "number:US.emergency" in due
        assert unsigned.startswith("Not signed")
        assert "answer:utter_faq_quick_relief" in unsigned
        assert "no longer there" in gone
        assert "answer:utter_faq_rapid_relief" in gone

    def test_a_caution_that_has_changed_makes_its_answers_changed(self, project, capsys):
        assert sign("answer:*") == 0
        edit(project, "data/cautions.yml", "has a known risk", "has a risk")
        _, out = status(capsys, "--json")
        changed = [i["item"] for i in json.loads(out)["items"] if i["state"] == "changed"]
        assert SAFETY in changed
        assert "answer:utter_faq_rapid_relief" not in changed
        assert cli.main(["review", "diff", SAFETY]) == 1
        assert "has a risk of misuse" in capsys.readouterr().out

    @pytest.mark.parametrize("state", ["changed", "due"])
    def test_one_item_that_is_changed_or_due_is_enough(self, project, capsys, state):
        assert sign("*") == 0
        if state == "due":
            backdate(project, "clinic:cost")
        else:
            edit(project, "clinic.yml", "$150", "$151")
        code, out = status(capsys, "--json")
        assert code == 1
        row = json.loads(out)
        assert [i["item"] for i in row["items"] if i["state"] == state] == ["clinic:cost"]
        assert row["counts"]["clinic"][state] == 1

    def test_what_is_gone_is_no_fault(self, project, capsys):
        assert sign("*") == 0
        path = project / "clinic.yml"
        row = yaml.safe_load(path.read_text(encoding="utf-8"))
        del row["logistics"]["cost"]
        path.write_text(yaml.safe_dump(row), encoding="utf-8")
        code, out = status(capsys, "--json")
        assert code == 0
        assert [gone["item"] for gone in json.loads(out)["gone"]] == ["clinic:cost"]

    def test_json(self, project, capsys):
        assert sign(SAFETY) == 0
        code, out = status(capsys, "--json")
        row = json.loads(out)
        assert (code, row["complete"], row["gone"]) == (1, False, [])
        (found,) = [item for item in row["items"] if item["item"] == SAFETY]
        assert found["state"] == "signed"
        assert found["signature"]["reviewer"] == "A. Person"
        assert found["signature"]["date"] == TODAY.isoformat()
        assert found["signature"]["sha256"] == found["sha256"]
        (other,) = [item for item in row["items"] if item["item"] == "clinic:cost"]
        assert (other["state"], other["signature"]) == ("unsigned", None)

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("data/review.yml", "signatures: [{item: x}]"),
            ("data/review.yml", None),
            ("data/cautions.yml", "cautions: [{id: x}]"),
            ("clinic.yml", "name: ''"),
            ("domain.yml", "responses: ["),
        ],
    )
    @pytest.mark.parametrize("act", [["status"], ["diff"], ["sign", "*", *WHO, "--yes"]])
    def test_a_file_that_cannot_be_used_is_named(self, project, capsys, name, content, act):
        path = project / name
        if content is None:
            path.unlink()
        else:
            path.write_text(content)
        assert cli.main(["review", *act]) == 1
        err = capsys.readouterr().err
        assert f"{path} cannot be used" in err
        assert "allowed: " in err


class TestSign:
    def test_shows_the_words_and_keeps_them_with_the_name(self, project, terminal, capsys):
        terminal("y")
        assert sign(SAFETY, more=()) == 0
        out = capsys.readouterr().out
        assert "does not lead to addiction" in out
        assert "Sign 1 item as A. Person, Tester?" in out
        (signature,) = kept(project).values()
        assert (signature.item, signature.reviewer, signature.role) == (
            SAFETY,
            "A. Person",
            "Tester",
        )
        assert "does not lead to addiction" in signature.content
        assert signature.signed_on == TODAY
        assert signature.next_review.year == TODAY.year + 1
        assert (project / "data" / "review.yml").read_text().startswith("# Who signed.\n\nsig")

    @pytest.mark.parametrize("said", ["n", "", "sure"])
    def test_nothing_is_signed_without_a_yes(self, project, terminal, capsys, said):
        terminal(said)
        assert sign(SAFETY, more=()) == 1
        assert "Nothing was signed" in capsys.readouterr().out
        assert kept(project) == {}

    def test_nor_where_nobody_can_be_asked(self, project, monkeypatch, capsys):
        monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
        assert sign(SAFETY, more=()) == 2
        assert "--yes" in capsys.readouterr().err
        assert kept(project) == {}

    def test_patterns_and_names_together(self, project):
        assert sign("number:US.*", SAFETY) == 0
        found = kept(project)
        assert SAFETY in found
        assert "number:US.emergency" in found
        assert all(item == SAFETY or item.startswith("number:US.") for item in found)

    def test_one_signature_joins_the_others_and_replaces_its_own(self, project, capsys):
        assert sign(SAFETY, "clinic:cost") == 0
        capsys.readouterr()
        assert sign(SAFETY, who=("--reviewer", "B. Other", "--role", "Tester")) == 0
        assert "A. Person" in capsys.readouterr().out
        assert {item: s.reviewer for item, s in kept(project).items()} == {
            SAFETY: "B. Other",
            "clinic:cost": "A. Person",
        }

    def test_what_somebody_else_signed_meanwhile_is_kept(self, project, monkeypatch):
        def meanwhile(prompt):
            assert sign("clinic:cost") == 0
            return "y"

        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", meanwhile)
        assert sign(SAFETY, more=()) == 0
        assert set(kept(project)) == {SAFETY, "clinic:cost"}

    def test_what_is_signed_is_what_was_shown(self, project, monkeypatch, capsys):
        def meanwhile(prompt):
            edit(project, "clinic.yml", "$150", "$950")
            return "y"

        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", meanwhile)
        assert sign("clinic:cost", more=()) == 0
        assert "$150" in kept(project)["clinic:cost"].content
        _, out = status(capsys, "--json")
        (item,) = [i for i in json.loads(out)["items"] if i["item"] == "clinic:cost"]
        assert item["state"] == "changed"

    def test_own_days(self, project):
        signed_on, until = TODAY - timedelta(30), TODAY + A_DAY
        days = ("--date", signed_on.isoformat(), "--next-review", until.isoformat())
        assert sign(SAFETY, more=("--yes", *days)) == 0
        signature = kept(project)[SAFETY]
        assert (signature.signed_on, signature.next_review) == (signed_on, until)

    @pytest.mark.parametrize(
        ("days", "says"),
        [
            (("--next-review", TODAY.isoformat()), "not in the future"),
            (("--next-review", "2020-01-01"), "2020-01-01 is not in the future"),
            (("--date", (TODAY + A_DAY).isoformat()), "is yet to come"),
            (("--date", "2020-01-01"), "--next-review: 2021-01-01"),
        ],
    )
    def test_days_that_cannot_be(self, project, capsys, days, says):
        assert sign(SAFETY, more=("--yes", *days)) == 2
        assert says in capsys.readouterr().err
        assert kept(project) == {}

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            (("--reviewer", " "), "argument --reviewer"),
            (("--role", ""), "argument --role"),
            (("--reviewer", "x" * 121), "argument --reviewer"),
            (("--date", "2026-02-30"), "'2026-02-30' is no day"),
            (("--next-review", "soon"), "'soon' is no day"),
        ],
    )
    def test_names_and_days_that_are_none(self, project, capsys, change, says):
        with pytest.raises(SystemExit) as caught:
            sign(SAFETY, more=("--yes", *change))
        assert caught.value.code == 2
        assert says in capsys.readouterr().err
        assert kept(project) == {}

    @pytest.mark.parametrize("item", ["answer:utter_no", "answers:*", "utter_faq_safety"])
    def test_one_unknown_item_and_nothing_is_signed(self, project, capsys, item):
        assert sign(SAFETY, item) == 2
        assert repr(item) in capsys.readouterr().err
        assert kept(project) == {}

    def test_a_file_that_cannot_be_written(self, project, monkeypatch, capsys):
        def full(*arguments):
            raise OSError("no space left")

        monkeypatch.setattr(review, "save_signatures", full)
        assert sign(SAFETY) == 1
        assert "no space left" in capsys.readouterr().err

    def test_json(self, project, capsys):
        assert sign(SAFETY, more=("--yes", "--json")) == 0
        said = capsys.readouterr()
        (row,) = json.loads(said.out)
        assert (row["item"], row["role"]) == (SAFETY, "Tester")
        assert "does not lead to addiction" in said.err


class TestDiff:
    def test_what_was_signed_and_what_stands_now(self, project, capsys):
        assert sign("*") == 0
        edit(project, "data/source/passages.yml", "generally safe", "quite safe")
        capsys.readouterr()
        assert cli.main(["review", "diff"]) == 1
        out = capsys.readouterr().out
        assert f"--- {SAFETY}, signed by A. Person on {TODAY}" in out
        assert "ketamine therapy is generally safe and well-tolerated" in out
        assert "+passage safety (Safety): When administered" in out
        assert "ketamine therapy is quite safe and well-tolerated" in out
        assert "utter_faq_rapid_relief" not in out

    def test_only_the_items_that_are_named(self, project, capsys):
        assert sign("*") == 0
        edit(project, "data/source/passages.yml", "generally safe", "quite safe")
        edit(project, "clinic.yml", "$150", "$151")
        capsys.readouterr()
        assert cli.main(["review", "diff", "clinic:*", "--json"]) == 1
        (row,) = json.loads(capsys.readouterr().out)
        assert row["item"] == "clinic:cost"
        assert any(line.startswith("+") and "$151" in line for line in row["diff"])

    def test_nothing_changed(self, project, capsys):
        assert sign(SAFETY) == 0
        capsys.readouterr()
        assert cli.main(["review", "diff"]) == 0
        assert "No change" in capsys.readouterr().out
        assert cli.main(["review", "diff", "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == []

    def test_what_was_never_signed_is_said(self, project, capsys):
        assert cli.main(["review", "diff", SAFETY]) == 0
        assert f"{SAFETY} has never been signed." in capsys.readouterr().out

    def test_what_is_no_longer_there(self, project, capsys):
        assert sign(SAFETY) == 0
        edit(project, "domain.yml", "utter_faq_safety:", "utter_faq_safe:")
        capsys.readouterr()
        assert cli.main(["review", "diff", SAFETY]) == 1
        assert "+++ no longer there" in capsys.readouterr().out

    def test_an_unknown_item(self, project, capsys):
        assert cli.main(["review", "diff", "answer:utter_no"]) == 2
        assert "'answer:utter_no'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "given",
    [
        [],
        ["undo"],
        ["sign"],
        ["sign", SAFETY],
        ["sign", SAFETY, "--reviewer", "A"],
        ["status", "x"],
    ],
)
def test_wrong_use(given, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["review", *given])
    assert caught.value.code == 2
    assert "usage: nightdesk" in capsys.readouterr().err


def test_signing_costs_no_training(root):
    assert "data/review.yml" not in dict(input_files(root))
