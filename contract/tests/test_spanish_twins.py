"""What is missing or different in Spanish is found, by file and key."""

from pathlib import Path

import pytest

from nightdesk_contract.spanish_twins import spanish_findings
from nightdesk_contract.visible_texts import PLACES, Roots, VisibleText, texts_of

ROOT = Path(__file__).parents[2]


def text(file: str, key: str, words: str) -> VisibleText:
    return VisibleText(Path("folder") / file, key, words, graded=True, in_crisis=False, line=7)


def found(*texts: VisibleText) -> list[tuple[str, str, str]]:
    return [(one.rule, one.file, one.key) for one in spanish_findings(texts)]


def test_nothing_is_found_in_the_projects_own():
    roots = Roots.of(ROOT)
    texts = [
        one
        for place in PLACES
        for path in roots.files(place.pattern)
        for one in texts_of(path, place)
    ]
    assert found(*texts) == []
    # It has looked: with the Spanish taken out, every text of these files is missing.
    names = ("desk.yml", "pages.yml", "figures.yml", "crisis-protocol.md")
    english = [
        one for one in texts if one.path.name in names and not one.key.split(".")[0].endswith("_es")
    ]
    missing = found(*english)
    assert {rule for rule, _, _ in missing} == {"no_spanish"}
    assert len(missing) > 150


@pytest.mark.parametrize(
    ("english", "file", "key"),
    [
        (("desk.yml", "staff_joined"), "desk.yml", "staff_joined_es"),
        (("pages.yml", "privacy.sections.0.heading"), "pages.yml", "privacy_es.sections.0.heading"),
        (("crisis-protocol.md", "#4"), "crisis-protocol.es.md", "#4"),
        (("figures.yml", "groups.0.title"), "figures.es.yml", "groups.0.title"),
    ],
)
def test_a_text_without_a_spanish_one_is_named_where_that_should_be(english, file, key):
    ours = text(*english, "Hello {name}.")
    assert found(ours) == [("no_spanish", f"folder/{file}", key)]
    assert found(ours, text(file, key, "Hola, {name}.")) == []


@pytest.mark.parametrize(
    ("ours", "theirs", "rules"),
    [
        ("Call {emergency}.", "Llame.", ["other_fields_in_spanish"]),
        ("Call us.", "Llame al {phone}.", ["other_fields_in_spanish"]),
        ("Call {crisis_call} or text {crisis_text}.", "Puede {reach}.", []),
        ("In 180 days.", "En 90 días.", ["other_numbers_in_spanish"]),
        ("On November 25, 2026.", "El 25 de noviembre de 2026.", []),
        ("{hour12} in 98.3 %", "{hour12} en el 98.3 %", []),
    ],
)
def test_fields_and_numbers_are_the_same(ours, theirs, rules):
    spanish = text("desk.yml", "a_es", theirs)
    assert [rule for rule, _, _ in found(text("desk.yml", "a", ours), spanish)] == rules


def test_what_is_found_says_what_stands_there_and_what_should():
    (one,) = spanish_findings(
        [text("desk.yml", "a", "Call {emergency}."), text("desk.yml", "a_es", "Llame al {phone}.")]
    )
    assert str(one).startswith(
        "[other_fields_in_spanish] folder/desk.yml, line 7: a_es: found phone\n"
    )
    assert "as in English: emergency" in str(one)


@pytest.mark.parametrize(
    ("file", "key"),
    [
        ("desk.yml", "crisis_open_fr"),
        ("desk.yml", "handover_request_es"),
        ("pages.yml", "other_language.en"),
        ("clinic.yml", "demo_notice"),
    ],
)
def test_what_has_no_twin_is_left_alone(file, key):
    assert found(text(file, key, "Call {emergency}.")) == []
