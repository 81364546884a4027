"""A line of the desk's own, with what it means in English."""

import pytest

from nightdesk_desk.desk_line import Line, line, most_certain


def test_staff_get_the_english_words_of_a_line_in_another_language() -> None:
    said = line(lambda language: f"words in {language}", "es")
    assert said == Line("words in es", "es", "words in en")
    beside = {"language": "es", "english": "words in en"}
    assert said.basis() == beside
    assert said.basis({"offers": ["contact"]}) == {"offers": ["contact"], **beside}


def test_an_english_line_has_nothing_beside_it() -> None:
    said = line(lambda language: f"words in {language}", "en")
    assert said.basis() is None
    assert said.basis({"person": True}) == {"person": True}


@pytest.mark.parametrize(
    ("languages", "found"),
    [
        ((), "en"),
        (("en", "es"), "es"),
        (("fr", "es"), "fr"),
        (("it", "en", "de"), "de"),
        (("en", "en"), "en"),
    ],
)
def test_english_says_less_than_any_other(languages: tuple[str, ...], found: str) -> None:
    assert most_certain(*languages) == found


def test_what_cannot_be_spoken_is_passed_over() -> None:
    assert most_certain("fr", "es", among=("en", "es")) == "es"
    assert most_certain("fr", among=("en", "es")) == "en"
