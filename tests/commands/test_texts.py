"""`nightdesk texts check`: over a project's own texts, and what it says of them."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from nightdesk import cli
from nightdesk.commands import texts
from nightdesk.run.models import input_files

HARD = (
    "Notwithstanding previously documented contraindications, administration necessitates "
    "comprehensive interdisciplinary psychiatric evaluation and individualized authorization."
)


@pytest.fixture
def project(tmp_path, root, monkeypatch) -> Path:
    """A checkout of one's own, with some of what visitors read."""
    shutil.copytree(root / "data" / "texts", tmp_path / "data" / "texts")
    shutil.copytree(root / "desk" / "widget" / "strings", tmp_path / "desk" / "widget" / "strings")
    for name in ("domain.yml", "clinic.yml"):
        shutil.copy(root / name, tmp_path)
    monkeypatch.setattr(texts, "ROOT", tmp_path)
    for name in ("NIGHTDESK_CLINIC", "NIGHTDESK_DATA", "NIGHTDESK_DOCS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def check(capsys) -> dict:
    status = cli.main(["texts", "check", "--json"])
    row = json.loads(capsys.readouterr().out)
    assert status == (1 if row["findings"] or row["bad_files"] else 0)
    return row


def test_nothing_is_found_in_the_projects_own(at_root, capsys):
    row = check(capsys)
    assert (row["findings"], row["bad_files"], row["grades_measured"]) == ([], [], True)
    assert row["texts"] > 500
    assert cli.main(["texts", "check"]) == 0
    assert capsys.readouterr().out.startswith("Nothing was found; ")


def test_the_clinics_own_edit_is_told_where_why_and_what_to_say(project, capsys):
    edit(project / "clinic.yml", "Plan about 2 hours", "Addicts plan about 2 hours")
    assert cli.main(["texts", "check"]) == 1
    out = capsys.readouterr().out
    line = (project / "clinic.yml").read_text().split("  session_length:")[0].count("\n") + 1
    assert out.startswith(
        f'[addict] clinic.yml, line {line}: logistics.session_length: found "Addicts"\n  why: '
    )
    assert '\n  instead: "a person who uses drugs"' in out
    assert "1 found; " in out


def test_a_text_that_is_hard_to_read(project, capsys):
    edit(project / "data/texts/canned_replies.yml", "Hello, my name is {name}.", f"{HARD} Hi.")
    (finding,) = check(capsys)["findings"]
    assert (finding["rule"], finding["key"]) == ("reading_grade", "replies.0.text")
    assert finding["file"] == "data/texts/canned_replies.yml"
    assert finding["grade"] > 8
    assert finding["longest"] == HARD
    assert finding["line"]


def test_in_every_place(project, capsys):
    edit(project / "desk/widget/strings/launcher.en.json", "In crisis?", "In crisis? Don’t worry.")
    edit(project / "data/texts/desk.yml", "Ya avisamos", "Cometió suicidio. Ya avisamos")
    edit(project / "domain.yml", "Okay. If you", "You will be fine. If you")
    found = {(f["rule"], f["file"]) for f in check(capsys)["findings"]}
    assert found == {
        ("minimises", "desk/widget/strings/launcher.en.json"),
        ("committed_suicide", "data/texts/desk.yml"),
        ("promise", "domain.yml"),
    }


def test_what_is_not_in_spanish(project, capsys):
    edit(project / "data/texts/desk.yml", "staff_left_es:", "staff_gone_es:")
    edit(project / "data/texts/pages.yml", "Llame al {phone} para", "Llame para")
    found = {(f["rule"], f["key"]) for f in check(capsys)["findings"]}
    assert found == {
        ("no_spanish", "staff_left_es"),
        ("other_fields_in_spanish", "privacy_es.sections.4.paragraphs.0"),
    }


def test_settings_that_lie_elsewhere(project, tmp_path_factory, monkeypatch, capsys):
    clinic = tmp_path_factory.mktemp("mine") / "my.yml"
    shutil.move(project / "clinic.yml", clinic)
    edit(clinic, "Plan about 2 hours", "Addicts plan about 2 hours")
    monkeypatch.setenv("NIGHTDESK_CLINIC", str(clinic))
    (finding,) = check(capsys)["findings"]
    assert finding["file"] == str(clinic)


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(project, capsys):
    (project / "clinic.yml").write_text("name: [")
    edit(project / "domain.yml", "Okay. If you", "You will be fine. If you")
    row = check(capsys)
    assert [(b["rule"], b["file"]) for b in row["bad_files"]] == [("bad_file", "clinic.yml")]
    assert [f["rule"] for f in row["findings"]] == ["promise"]
    assert cli.main(["texts", "check"]) == 1
    assert "clinic.yml, line 1: (whole file): found broken YAML" in capsys.readouterr().out


def test_without_the_package_that_measures_grades_it_says_so(project, monkeypatch, capsys):
    edit(project / "data/texts/canned_replies.yml", "Hello, my name is {name}.", f"{HARD} Hi.")
    monkeypatch.setitem(sys.modules, "textstat", None)
    assert cli.main(["texts", "check", "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["grades_measured"] is False
    assert "textstat" in said.err


@pytest.mark.parametrize("words", [["texts"], ["texts", "nothing"], ["texts", "check", "x"]])
def test_wrong_use_is_status_two(words, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(words)
    assert caught.value.code == 2
    assert "usage: nightdesk" in capsys.readouterr().err


def test_help(capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["texts", "check", "--help"])
    assert caught.value.code == 0
    assert "--json" in capsys.readouterr().out


def test_a_canned_reply_costs_no_training(root):
    names = dict(input_files(root))
    assert "data/texts/canned_replies.yml" not in names
    assert "nightdesk/commands/texts.py" not in names
