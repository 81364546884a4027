"""A day in words, with the project's own texts."""

from datetime import date
from pathlib import Path

import pytest

from nightdesk_contract.days import day_in_words
from nightdesk_contract.texts import load_texts

TEXTS = load_texts(Path(__file__).parents[2] / "data" / "texts" / "desk.yml")


@pytest.mark.parametrize(
    ("language", "said"), [("en", "March 5, 2026"), ("es", "5 de marzo de 2026")]
)
def test_a_day_in_words(language, said):
    assert day_in_words(date(2026, 3, 5), TEXTS, language) == said


def test_a_language_without_such_words_is_not_guessed():
    with pytest.raises(LookupError):
        day_in_words(date(2026, 3, 5), TEXTS, "it")
