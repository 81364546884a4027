"""Crisis lines, passages and texts: what is read, and what is refused."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.crisis_lines import load_all_crisis_lines, load_crisis_lines, to_check
from nightdesk_contract.passages import Passage, load_passages
from nightdesk_contract.texts import TextsError, load_texts

ROOT = Path(__file__).parents[2]
LINES = """
owner: somebody
countries:
  US:
    name: A country
    emergency: "911"
    crisis_name: A line
    crisis_call: "988"
    crisis_text: HOME to 741741
    poison: 1-800-222-1222
    last_verified: 2026-01-31
    source: a page
    reach: {en: call 988, es: a 988, fr: b 988, pt: c 988, de: die 988}
    write: text HOME to 741741
    place: the country
    place_es: el país
"""


def test_crisis_lines_of_a_country(tmp_path):
    path = tmp_path / "lines.yml"
    path.write_text(LINES)

    lines = load_crisis_lines(path, "US")

    assert (lines.country, lines.emergency, lines.crisis_call) == ("US", "911", "988")
    assert lines.last_verified == date(2026, 1, 31)
    assert lines.owner == "somebody"
    assert lines.numbers() == ("911", "988", "HOME to 741741", "1-800-222-1222")
    assert lines.abuse_help == ""
    assert lines.poison_help == {}
    assert lines.message() == ("HOME", "741741")


def test_who_speaks_spanish_may_press_and_text_something_else(tmp_path):
    path = tmp_path / "lines.yml"
    path.write_text(LINES)
    lines = load_crisis_lines(path, "US")
    assert [lines.place_in(language) for language in ("en", "es", "fr")] == [
        *("the country", "el país", "the country"),
    ]
    assert (lines.press_in("es"), lines.text_in("es")) == ("", "HOME to 741741")
    path.write_text(f'{LINES}    crisis_press_es: "2"\n    crisis_text_es: AYUDA to 988\n')
    lines = load_crisis_lines(path, "US")
    assert (lines.press_in("es"), lines.text_in("es")) == ("2", "AYUDA to 988")
    assert (lines.press_in("en"), lines.text_in("en")) == ("", "HOME to 741741")


def test_the_spanish_crisis_texts_say_what_the_links_do():
    for lines in load_all_crisis_lines(ROOT / "data" / "safety" / "crisis_lines.yml").values():
        press, (word, _, number) = lines.press_in("es"), lines.text_in("es").rpartition(" to ")
        said = lines.reach["es"]
        assert ("oprimir" in said) == bool(press)
        assert f"oprimir {press}" in said or not press
        assert f"enviar {word} en un mensaje" in said or not word
        assert number in said


@pytest.mark.parametrize(("day", "overdue"), [("2026-07-30", False), ("2026-07-31", True)])
def test_numbers_hold_for_180_days(tmp_path, day, overdue):
    path = tmp_path / "lines.yml"
    path.write_text(LINES)
    assert load_crisis_lines(path, "US").overdue(date.fromisoformat(day)) is overdue


def test_what_is_to_be_checked_again_is_named_with_where_and_what_to_do(tmp_path):
    path = tmp_path / "lines.yml"
    path.write_text(LINES)
    lines = load_all_crisis_lines(path)
    assert to_check(lines, date(2026, 7, 30)) == []
    (sentence,) = to_check(lines, date(2026, 7, 31))
    for said in ("A country (US)", "2026-01-31", "181 days", "180", "a page", "last_verified"):
        assert said in sentence
    # Somebody has to do it.
    assert "Owner: somebody." in sentence
    # A date that is yet to come is a slip, and would hide an old check.
    (sentence,) = to_check(lines, date(2026, 1, 30))
    assert "A country (US)" in sentence
    assert "to come" in sentence


def test_a_country_without_lines_is_an_error(tmp_path):
    path = tmp_path / "lines.yml"
    path.write_text(LINES)
    with pytest.raises(FileError, match=r"line 3: countries.FR: found nothing; allowed: .*US"):
        load_crisis_lines(path, "FR")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            'emergency: "911"',
            "emergency: 911",
            r"line 6: countries.US.emergency: found 911; allowed",
        ),
        ('    crisis_call: "988"\n', "", r"line 4: .*crisis_call: found nothing; allowed: a value"),
        ("2026-01-31", "soon", r"line 11: .*last_verified: found 'soon'; allowed: YYYY-MM-DD"),
        ("2026-01-31", "2026-01-31 10:00:00", r"line 11: .*last_verified: found .*YYYY-MM-DD"),
        ("    place: the country\n", "", r"place: found nothing"),
        ("  US:", "  usa:", "usa"),
        ("write: text", "wrote: text", r"wrote: found an unknown key; allowed: .*write"),
        ("owner: somebody", "owner: [", r"line \d+: \(whole file\): found broken YAML"),
        ("de: die 988}", "xx: die 988}", "reach.xx|de: found"),
        ("2026-01-31", "2026-02-30", r"line 11: .*broken YAML \(day is out of range"),
        (
            "    source: a page",
            "    name: twice",
            r"line 12: countries.US.name: found the same key",
        ),
        ("de: die 988", "de: die 989", r"line 13: countries.US.reach.de: found .* names 988"),
        # It is only a part of a longer number.
        ("fr: b 988", "fr: b 0 988", r"line 13: countries.US.reach.fr: found .* names 988"),
        (
            "text HOME to 741741",
            "text HOME",
            r"line 14: countries.US.write: found .* names HOME to",
        ),
    ],
)
def test_a_file_with_an_error_is_refused_with_line_and_what_is_allowed(tmp_path, old, new, says):
    path = tmp_path / "lines.yml"
    assert old in LINES
    path.write_text(LINES.replace(old, new))
    with pytest.raises(FileError, match=says):
        load_crisis_lines(path, "US")


@pytest.mark.parametrize("content", ["", "- 1", "5"])
def test_a_file_that_is_no_mapping(tmp_path, content):
    path = tmp_path / "lines.yml"
    path.write_text(content)
    with pytest.raises(FileError, match="a mapping of keys to values"):
        load_crisis_lines(path, "US")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileError, match="no readable file"):
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


def test_further_documents_bring_passages_of_their_own(tmp_path):
    first = "document: D\npassages: [{id: b, title: B, text: Two.}]"
    (tmp_path / "passages.yml").write_text(first)
    (tmp_path / "leaflet.passages.yml").write_text(
        "document: L\npassages: [{id: a, title: A, text: One.}, {id: b, title: B, text: Other.}]"
    )
    assert list(load_passages(tmp_path).values()) == [
        Passage("b", "B", "Two.", "D"),
        Passage("a", "A", "One.", "L"),
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
        ("a: 2026-02-30", "texts.yml: not readable as YAML"),
        ("a: !!timestamp x", "texts.yml: not readable as YAML"),
        ("[" * 20_000, "texts.yml: not readable as YAML"),
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
