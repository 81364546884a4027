"""Crisis lines, passages and texts: what is read, and what is refused."""

from datetime import date

import pytest
import yaml

from nightdesk_contract.crisis_lines import countries, load_crisis_lines
from nightdesk_contract.passages import Passage, load_passages
from nightdesk_contract.texts import TextsError, load_texts

LINES = """
countries:
  US:
    emergency: "911"
    crisis_name: A line
    crisis_call: "988"
    crisis_text: "988"
    crisis_chat_url: ""
    poison: 1-800-222-1222
    last_verified: 2026-01-31
  XX: {emergency: "112"}
"""


def test_crisis_lines_of_a_country(tmp_path):
    path = tmp_path / "lines.yml"
    path.write_text(LINES)

    lines = load_crisis_lines(path, "US")

    assert (lines.country, lines.emergency, lines.crisis_call) == ("US", "911", "988")
    assert lines.poison == "1-800-222-1222"
    assert lines.last_verified == date(2026, 1, 31)
    assert countries(path) == ["US", "XX"]


def test_a_country_without_lines_is_an_error(tmp_path):
    path = tmp_path / "lines.yml"
    path.write_text(LINES)
    with pytest.raises(KeyError):
        load_crisis_lines(path, "FR")
    with pytest.raises(TypeError):
        load_crisis_lines(path, "XX")
    with pytest.raises(OSError, match="other"):
        load_crisis_lines(tmp_path / "other.yml", "US")


def test_passages_by_id_in_order(tmp_path):
    (tmp_path / "passages.yml").write_text(
        "document: D\npassages:\n"
        "  - {id: b, title: B, text: ' Two. '}\n  - {id: a, title: A, text: One.}\n"
    )
    assert list(load_passages(tmp_path).values()) == [
        Passage("b", "B", "Two.", "D"),
        Passage("a", "A", "One.", "D"),
    ]


@pytest.mark.parametrize("text", ["passages: [{id: a}]\ndocument: D", "document: D", "a: ["])
def test_passages_that_are_not_whole(tmp_path, text):
    (tmp_path / "passages.yml").write_text(text)
    with pytest.raises((KeyError, yaml.YAMLError)):
        load_passages(tmp_path)


def test_texts(tmp_path):
    path = tmp_path / "texts.yml"
    path.write_text("hello: ' Hello {name}. '\nbye: >-\n  Good\n  bye.\n")
    assert load_texts(path) == {"hello": "Hello {name}.", "bye": "Good bye."}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("a: [", "texts.yml: not readable as YAML"),
        ("- a", "expected a mapping"),
        ("", "expected a mapping"),
        ("a: 5", "no text under a"),
        ("ok: fine\nempty: ''", "no text under empty"),
        ("nested: {a: b}", "no text under nested"),
    ],
)
def test_texts_that_are_none(tmp_path, content, says):
    path = tmp_path / "texts.yml"
    path.write_text(content)
    with pytest.raises(TextsError, match=says):
        load_texts(path)
