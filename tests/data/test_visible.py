"""No place where visitors' texts stand is forgotten: neither a file nor a key of one."""

from pathlib import Path

import pytest

from nightdesk_contract.visible_texts import Roots
from tests.data.reading import ROOT, read, responses
from tests.data.visible import (
    GROUPS,
    NO_VISITOR_READS,
    NOT_THERE,
    all_texts,
    files,
    in_no_list,
    visible_texts,
)


def test_every_file_is_in_one_of_the_lists():
    assert in_no_list(ROOT) == []


@pytest.mark.parametrize(
    "name",
    [
        "data/texts/new.yml",
        "data/new.yml",
        "data/more/new.yaml",
        "data/safety/new.yml",
        "desk/widget/strings/new.txt",
        "desk/nightdesk_desk/templates/new.txt",
        "new.yml",
    ],
)
def test_a_new_file_is_noticed(tmp_path: Path, name: str):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("hello: Words for visitors")
    assert in_no_list(tmp_path) == [name]


def test_a_second_file_of_strings_is_read(tmp_path: Path):
    path = tmp_path / "desk" / "widget" / "strings" / "more.json"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    assert in_no_list(tmp_path) == []
    assert Roots.of(tmp_path).files("desk/widget/strings/**/*.json") == [path]


@pytest.mark.parametrize("pattern", NO_VISITOR_READS)
def test_what_no_visitor_reads_is_there_and_is_not_read_all_the_same(pattern: str):
    there = [path for path in ROOT.glob(pattern) if path.is_file()]
    assert there
    assert not {text.path for text in all_texts()}.intersection(there)
    assert NO_VISITOR_READS[pattern]


@pytest.mark.parametrize("group", GROUPS)
def test_texts_are_read_in_every_file_of_every_place(group: str):
    read_here = {text.path for text in all_texts()}
    assert read_here.issuperset(files(group))
    assert files(group) or group in NOT_THERE


def test_every_reply_button_string_and_canned_reply_is_among_them():
    texts = set(visible_texts().values())
    assert {reply["text"] for reply in responses().values()} <= texts
    assert {b["title"] for r in responses().values() for b in r.get("buttons", [])} <= texts
    assert {r["text"] for r in read("data/texts/canned_replies.yml")["replies"]} <= texts
    assert {caution["text"] for caution in read("data/cautions.yml")["cautions"]} <= texts
    for name in ("en", "launcher.en", "more.en"):
        assert set(read(f"desk/widget/strings/{name}.json").values()) <= texts
    assert {row["phrase"] for row in read("data/topics.yml")["not_in_source"].values()} <= texts
    assert len(texts) > 500


def test_where_a_grade_counts():
    graded = {str(text.path.relative_to(ROOT)) for text in all_texts() if text.graded}
    assert graded == {
        "clinic.yml",
        "data/cautions.yml",
        "data/safety/crisis_lines.yml",
        "data/safety/replies.yml",
        "data/texts/canned_replies.yml",
        "data/texts/desk.yml",
        "data/texts/figures.yml",
        "data/texts/languages.yml",
        "data/texts/pages.yml",
        "data/topics.yml",
        "desk/nightdesk_desk/templates/demo.html",
        "desk/nightdesk_desk/templates/document.html",
        "desk/nightdesk_desk/templates/hostile.html",
        "desk/nightdesk_desk/templates/page.html",
        "desk/nightdesk_desk/templates/sections.html",
        "desk/widget/strings/en.json",
        "docs/crisis-protocol.md",
        "domain.yml",
    } | {text for text in graded if text.startswith(("data/answers/", "desk/widget/strings/"))}
