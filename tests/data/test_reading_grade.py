"""Every text that visitors read can be read at grade 8."""

import pytest
import textstat

from nightdesk_contract.plain_words import GRADE, as_read, is_long_enough
from tests.data.reading import responses
from tests.data.visible import all_texts, name_of

TEXTS = {name_of(text): as_read(text.text) for text in all_texts() if text.graded}
LONG = {name: text for name, text in TEXTS.items() if is_long_enough(text)}
SPANISH = {name: as_read(r["text"]) for name, r in responses().items() if name.endswith("_es")}
"""Measured in their language; test_crisis_transcripts measures the other languages."""
SPANISH_PAGES = {
    name_of(text): as_read(text.text)
    for text in all_texts()
    if text.path.name == "crisis-protocol.es.md"
    or (text.path.name == "pages.yml" and "_es." in text.key)
}


@pytest.mark.parametrize("name", LONG)
def test_grade(name):
    assert textstat.flesch_kincaid_grade(LONG[name]) <= GRADE


def ease_in_spanish(text):
    """Give how easy a Spanish text is, by Fernández Huerta: 60 is plain, 70 fairly easy."""
    try:
        textstat.set_lang("es")
        return textstat.fernandez_huerta(text)
    finally:
        textstat.set_lang("en_US")


@pytest.mark.parametrize("name", SPANISH)
def test_spanish_replies_are_easy(name):
    # As for the seventh grade.
    assert ease_in_spanish(SPANISH[name]) >= 70


@pytest.mark.parametrize("name", [n for n, t in SPANISH_PAGES.items() if is_long_enough(t)])
def test_spanish_pages_are_easy(name):
    # As for the eighth grade. Long words such as "personal" and "automático" count as much as
    # hard ones.
    assert ease_in_spanish(SPANISH_PAGES[name]) >= 60


def test_the_measure_tells_easy_from_hard():
    easy = "You can call us. We are here to help. Please come in."
    hard = (
        "Administration of dissociative anesthetics necessitates comprehensive psychiatric "
        "evaluation, notwithstanding previously documented contraindications."
    )
    assert textstat.flesch_kincaid_grade(easy) < 3
    assert textstat.flesch_kincaid_grade(hard) > 15


def test_texts_are_found():
    assert len(LONG) > 180
    assert len(SPANISH_PAGES) > 60
    for beginning in ("clinic.yml: demo_notice", "domain.yml: responses.utter_faq_safety.0.text"):
        assert beginning in LONG
