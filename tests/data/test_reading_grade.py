"""Every text that visitors read can be read at grade 8."""

import re

import pytest
import textstat

from nightdesk.policies.safety_reply import LANGUAGES
from tests.data.reading import paragraphs, read, responses, texts_in

GRADE = 8.0
NAMES = ("days", "months")
"""Lists of names in the desk's texts, which are no sentences."""
SHORTEST = 10
"""Words from which on a grade says something."""


def visitor_texts() -> dict[str, str]:
    found = {name: reply["text"] for name, reply in responses().items()}
    for group in ("logistics", "topics"):
        found |= texts_in(read("clinic.yml").get(group) or {}, "clinic.yml")
    found |= texts_in(_english(read("data/texts/desk.yml")), "desk.yml")
    found |= texts_in(read("data/texts/pages.yml"), "pages.yml")
    found |= texts_in(read("data/texts/figures.yml"), "figures.yml")
    found |= paragraphs("docs/crisis-protocol.md")
    found["demo_notice"] = read("clinic.yml")["demo_notice"]
    # A field stands for a number, a name or a time: one short word.
    return {name: re.sub(r"\{\w+\}", "it", text) for name, text in found.items()}


def _english(desk: dict[str, str]) -> dict[str, str]:
    """Give the desk's English sentences; test_crisis_transcripts measures the others."""
    foreign = tuple(f"_{language}" for language in LANGUAGES)
    return {key: desk[key] for key in desk if not key.endswith(foreign) and key not in NAMES}


LONG = {name: text for name, text in visitor_texts().items() if len(text.split()) >= SHORTEST}


@pytest.mark.parametrize("name", LONG)
def test_grade(name):
    assert textstat.flesch_kincaid_grade(LONG[name]) <= GRADE


def test_the_measure_tells_easy_from_hard():
    easy = "You can call us. We are here to help. Please come in."
    hard = (
        "Administration of dissociative anesthetics necessitates comprehensive psychiatric "
        "evaluation, notwithstanding previously documented contraindications."
    )
    assert textstat.flesch_kincaid_grade(easy) < 3
    assert textstat.flesch_kincaid_grade(hard) > 15


def test_texts_are_found():
    assert len(LONG) > 60
