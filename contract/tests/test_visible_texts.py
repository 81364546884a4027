"""Visitors' texts by file and key: what is read, what is left out, whose grade counts."""

import json
from pathlib import Path

import pytest

from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.visible_texts import PLACES, Place, Roots, texts_of, visible_texts


def texts(path: Path, content: str, place: Place = PLACES[0]) -> dict[str, str]:
    path.write_text(content, encoding="utf-8")
    return {text.key: text.text for text in texts_of(path, place)}


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "x.yml"


def test_of_a_domain_what_is_said_and_tapped(file):
    domain = (
        "intents: [greet]\nresponses:\n  utter_x:\n  - text: Hello\n"
        "    custom: {outcome: smalltalk}\n"
        "    buttons: [{title: 'Why?', payload: /why}]\n"
    )
    assert texts(file, domain) == {
        "responses.utter_x.0.text": "Hello",
        "responses.utter_x.0.buttons.0.title": "Why?",
    }


def test_a_key_that_nobody_has_thought_of_is_read(file):
    place = Place("x.yml", hidden=frozenset({"reason"}))
    assert texts(file, "a: {reason: no, new: [Words, {b: More}], n: 5}", place) == {
        "a.new.0": "Words",
        "a.new.1.b": "More",
    }


@pytest.mark.parametrize(
    ("key", "graded"), [("crisis_open", True), ("crisis_open_es", False), ("reach.de", False)]
)
def test_a_grade_counts_in_english_alone(file, key, graded):
    first, _, rest = key.partition(".")
    file.write_text(f"{first}: {{{rest}: Words}}" if rest else f"{first}: Words")
    (text,) = texts_of(file, Place("x.yml"))
    assert text.graded is graded


def test_nor_do_other_peoples_words_and_lists(file):
    file.write_text("text: Ours\nname: A study\ngeneric: {a: b}")
    ours = Place("x.yml", others=frozenset({"name"}))
    assert [text.graded for text in texts_of(file, ours)] == [True, False, True]
    assert [text.graded for text in texts_of(file, Place("x.yml", english="generic"))] == [
        *(False, False, True)
    ]
    assert not any(text.graded for text in texts_of(file, Place("x.yml", graded=False)))


@pytest.mark.parametrize(
    ("content", "in_crisis"),
    [
        ("crisis_open: Told.", True),
        ("handover_closed_es: Nadie.", True),
        ("down: Not here.", True),
        ("a: {crisis_x: Told.}", True),
        ("new: Call {emergency}.", True),
        ("new: Call {phone}.", False),
        ("download: Get it.", False),
    ],
)
def test_what_is_said_in_a_crisis(file, content, in_crisis):
    file.write_text(content)
    (text,) = texts_of(file, Place("x.yml"))
    assert text.in_crisis is in_crisis
    (text,) = texts_of(file, Place("x.yml", in_crisis=True))
    assert text.in_crisis


def test_each_key_has_its_line(file):
    file.write_text("# A comment\na:\n  b: Words\n  c:\n  - One\n  - Two\n")
    found = {text.key: text.line for text in texts_of(file, Place("x.yml"))}
    assert found == {"a.b": 3, "a.c.0": 5, "a.c.1": 6}


def test_json_and_pages(tmp_path):
    strings, page, template = (tmp_path / name for name in ("x.json", "x.md", "x.html"))
    assert texts(strings, json.dumps({"title": "Chat"}), Place("x")) == {"title": "Chat"}
    assert texts(page, "# Help\n\nCall.", Place("x")) == {"#0": "Help", "#1": "Call."}
    assert texts(template, "<p>Hi</p>", Place("x")) == {"#0": "Hi"}


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.yml", b"a: ["), ("x.json", b"{"), ("x.md", b"\xff"), ("x.yml", b"a: 2026-02-30")],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileError) as caught:
        list(texts_of(path, Place("x")))
    assert caught.value.path == path


def test_parts_that_lie_elsewhere_are_found_there(tmp_path):
    roots = Roots(*(tmp_path / name for name in ("root", "my.yml", "stuff", "papers")))
    roots.clinic.write_text("name: Mine")
    (roots.data / "texts").mkdir(parents=True)
    (roots.data / "texts" / "desk.yml").write_text("person_button: Talk to a person")
    roots.docs.mkdir()
    (roots.docs / "crisis-protocol.md").write_text("# Page")
    roots.root.mkdir()
    assert {text.text for text in visible_texts(roots)} == {"Mine", "Talk to a person", "Page"}


def test_the_widgets_spanish_words_are_no_english_ones(tmp_path: Path):
    for name, graded in (("en", True), ("more.en", True), ("es", False), ("more.es", False)):
        path = tmp_path / f"{name}.json"
        path.write_text('{"send": "Words"}')
        [text] = texts_of(path, Place("*.json"))
        assert text.graded is graded, name
