"""All that a visitor in crisis reads: the bot's texts with the desk's own below them, in order."""

import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
import textstat

from nightdesk.evaluation.crisis_grader import MOST_WORDS, Situation, grade, load_criteria
from nightdesk.policies.numbers import fields
from nightdesk.policies.safety_reply import (
    CRISIS_REPLIES,
    MANNERS,
    SERIES,
    Series,
    meant_intent,
    reply_to,
)
from nightdesk.policies.safety_reply import LANGUAGES as REPLY_LANGUAGES
from nightdesk_contract.crisis_lines import CrisisLines, load_all_crisis_lines
from nightdesk_contract.outcome import LANGUAGES, language_of
from tests.data.reading import ROOT, read, responses

LINES = load_all_crisis_lines(ROOT / "data" / "safety" / "crisis_lines.yml")
CRITERIA = load_criteria(ROOT / "data" / "safety" / "criteria.yml")
DESK = read("data/texts/desk.yml")
PHONE = "(555) 010-0142"
KINDS = [series for series in SERIES.values() if series.intent.startswith("crisis")]
WHEN = {
    "en": "on Friday, November 27, at 9:00 am",
    "es": "el viernes 27 de noviembre, a las 9:00 a. m.",
    "fr": "le vendredi 27 novembre, à 9 h 00",
    "pt": "sexta-feira, 27 de novembro, às 9:00",
    "de": "am Freitag, dem 27. November, um 9:00 Uhr",
}
"""The next opening as the desk tells it, by language."""
TRANSLATED = tuple(language for language in WHEN if language != "en")
NOBODY_READS = {
    "en": "obody at the clinic is reading",
    "es": "adie de la clínica l",
    "fr": "ersonne à la clinique ne l",
    "pt": "inguém da clínica está lendo",
    "de": "n der Klinik liest",
}
HOURS = ("crisis_open", "crisis_closed", "crisis_closed_no_date")
MEDICAL_HOURS = ("handover_open", "handover_closed", "handover_closed_no_date")
WORDS_OF_THE_DESK = {"en": 50, "es": 55, "fr": 55, "pt": 55, "de": 55}
"""Most words that the desk adds below a crisis reply: help stands in the reply. The same takes a
few more in other languages."""


def bot(name: str, lines: CrisisLines, language: str = "") -> str:
    row = fields(lines, PHONE, language)
    return str(responses()[name]["text"]).format(**row, safety="", safety_level="")


def desk(key: str, lines: CrisisLines, language: str = "en") -> str:
    text: str = DESK[key if language == "en" else f"{key}_{language}"].format(
        phone=PHONE,
        emergency=lines.emergency,
        crisis_call=lines.crisis_call,
        crisis_text=lines.crisis_text,
        reach=lines.reach[language],
        when=WHEN[language],
    )
    return text.strip()


def told(intents: Sequence[str], country: str, hours: str) -> list[str]:
    """Give what is read after each message; the desk adds its text to the first only.

    It is in the reply's language.
    """
    lines = LINES[country]
    said: list[str] = []
    texts = []
    for intent in intents:
        meant = meant_intent(intent, said)
        name = reply_to(intent, meant, said)
        assert name, intent
        said.append(name)
        language = SERIES[str(meant)].language
        text = bot(name, lines, language)
        below = desk(hours, lines, language or "en")
        texts.append(text if len(said) > 1 else f"{text}\n\n{below}")
    return texts


@pytest.mark.parametrize("hours", HOURS)
@pytest.mark.parametrize("country", LINES)
@pytest.mark.parametrize("series", KINDS, ids=lambda series: series.intent)
def test_four_messages_of_every_kind_in_every_country_in_and_after_hours(
    series: Series, country: str, hours: str
):
    situation = Situation(LINES[country], series.level, series.language or "en", PHONE)
    texts = told([series.intent] * 4, country, hours)
    # The limit of words is the bot's text's own; below, and in the grader's tests.
    assert [fault for fault in grade(texts, situation, CRITERIA) if fault != "too_long"] == []
    first = bot(series.first, LINES[country], series.language)
    assert len(first.split()) <= MOST_WORDS
    added = len(texts[0].split()) - len(first.split())
    assert added <= WORDS_OF_THE_DESK[situation.language]
    assert all(a != b for a, b in pairwise(texts))


@pytest.mark.parametrize("then", ["nlu_fallback", "affirm", "deny", "greet", "goodbye", "thanks"])
@pytest.mark.parametrize("series", KINDS, ids=lambda series: series.intent)
def test_what_is_said_between_two_crisis_messages_loses_nothing(series: Series, then: str):
    lines = LINES["GB"]
    texts = told([series.intent, then, then, series.intent, "bot_challenge"], "GB", HOURS[1])
    situation = Situation(lines, series.level, series.language or "en", PHONE)
    assert [fault for fault in grade(texts, situation, CRITERIA) if fault != "too_long"] == []
    for text in texts:
        assert lines.emergency in text
        assert lines.crisis_call in text or lines.abuse_call in text


@pytest.mark.parametrize("kind", ["crisis", "crisis_third_person", "crisis_abuse", "crisis_others"])
def test_an_emergency_after_a_crisis_says_call_now_without_an_if(kind: str):
    for intents in ([kind, f"{kind}_emergency"], [f"{kind}_emergency"] * 2):
        texts = told(intents, "US", HOURS[0])
        urgent = texts[1] if intents[0] == kind else texts[0]
        assert re.search(r"call 911 now", urgent)
        assert not re.search(r"\bif you(?: or \w+ else)? (?:are|is) in danger", urgent)


@pytest.mark.parametrize("language", WHEN)
@pytest.mark.parametrize("country", LINES)
def test_after_hours_the_desk_names_the_lines_in_one_sentence(country: str, language: str):
    lines = LINES[country]
    for hours in HOURS[1:]:
        text = desk(hours, lines, language)
        assert text.count(lines.reach[language]) == 1
        assert lines.emergency in text
    assert not re.search(r"\d{3}", desk(HOURS[0], lines, language))


@pytest.mark.parametrize("language", WHEN)
@pytest.mark.parametrize("country", LINES)
def test_what_keeps_help_in_view_names_the_lines(country: str, language: str):
    lines = LINES[country]
    text = desk("crisis_in_view", lines, language)
    assert text.count(lines.reach[language]) == 1
    assert lines.emergency in text
    # It follows an answer about something else: no longer than the first text.
    assert len(text.split()) <= 40


@pytest.mark.parametrize("language", WHEN)
def test_closed_hours_promise_nobody_and_say_when_in_each_language(language: str):
    for kind in ("crisis", "handover"):
        for hours in ("closed", "closed_no_date"):
            text = desk(f"{kind}_{hours}", LINES["US"], language)
            assert NOBODY_READS[language] in text
            assert (WHEN[language] in text) == (hours == "closed")
            # "9:00 a. m." has a full stop of its own.
            assert ".." not in text
        assert NOBODY_READS[language] not in desk(f"{kind}_open", LINES["US"], language)


def test_the_desk_has_the_languages_that_the_replies_are_in():
    assert set(LANGUAGES) == WHEN.keys() == {"en", *REPLY_LANGUAGES}
    for series in SERIES.values():
        assert language_of(series.intent) == (series.language or "en")


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_fields_of_the_english_text(language: str):
    def fields_of(text: str) -> set[str]:
        return {"reach" if f.startswith("crisis_") else f for f in re.findall(r"{(\w+)}", text)}

    for key in (*HOURS, *MEDICAL_HOURS, "crisis_in_view"):
        assert fields_of(DESK[f"{key}_{language}"]) == fields_of(DESK[key]), key


def test_closed_hours_promise_nobody_and_say_when():
    closed = desk("crisis_closed", LINES["US"])
    assert "nobody at the clinic is reading right now" in closed
    assert "on Friday, November 27, at 9:00 am" in closed
    assert "will read" not in closed
    assert "nobody" in desk("crisis_closed_no_date", LINES["US"])


def test_every_crisis_text_is_among_those_judged():
    judged = {reply for series in KINDS for reply in series.replies} | set(MANNERS.values())
    assert judged == CRISIS_REPLIES
    assert {name for name in responses() if name.startswith("utter_crisis")} == CRISIS_REPLIES


def measure(text: str, language: str, name: str) -> None:
    """Fail where a text in a language other than English is not easy to read."""
    # The full stops of "a. m." end no sentence.
    parts = re.split(r"(?<=[.!?])\s", text.replace("a. m.", "am"))
    lengths = [len(part.split()) for part in parts]
    assert max(lengths) <= 26, name
    assert sum(lengths) / len(lengths) <= 14, name
    try:
        textstat.set_lang(language)
        if language == "es":
            # Fernández Huerta: 80 and more is easy, as for the sixth grade.
            assert textstat.fernandez_huerta(text) >= 80, name
        if language == "fr":
            assert textstat.flesch_reading_ease(text) >= 70, name
        if language == "de":
            assert textstat.wiener_sachtextformel(text, 1) <= 8, name
    finally:
        textstat.set_lang("en_US")


class TestEasyToRead:
    @pytest.mark.parametrize("country", LINES)
    @pytest.mark.parametrize("name", sorted(CRISIS_REPLIES))
    def test_in_english_at_grade_8_with_the_countrys_numbers(self, name: str, country: str):
        language = name.rpartition("_")[2]
        if language in ("es", "fr", "pt", "de"):
            pytest.skip("measured below")
        textstat.set_lang("en_US")
        assert textstat.flesch_kincaid_grade(bot(name, LINES[country])) <= 8

    @pytest.mark.parametrize(
        "series", [s for s in KINDS if s.language], ids=lambda series: series.intent
    )
    def test_in_other_languages(self, series: Series):
        for name in series.replies:
            measure(bot(name, LINES["US"], series.language), series.language, name)

    @pytest.mark.parametrize("language", TRANSLATED)
    @pytest.mark.parametrize("key", [*HOURS, *MEDICAL_HOURS, "crisis_in_view"])
    def test_the_desks_own_in_other_languages(self, key: str, language: str):
        measure(desk(key, LINES["US"], language), language, key)


class TestMedical:
    @pytest.mark.parametrize("hours", MEDICAL_HOURS)
    @pytest.mark.parametrize("country", LINES)
    def test_says_why_what_happens_next_when_and_whom_to_call_in_an_emergency(
        self, country: str, hours: str
    ):
        lines = LINES[country]
        first = bot("utter_medical_advice", lines)
        text = f"{first}\n\n{desk(hours, lines)}"
        assert "can't give medical advice, because" in text
        assert "person at the clinic needs to answer" in text
        assert f"call {lines.emergency}" in first
        assert PHONE in text
        assert ("answer you here" in text) == (hours == "handover_open")
        assert ("Nobody at the clinic is reading" in text) == (hours != "handover_open")
        assert ("9:00 am" in text) == (hours == "handover_closed")

    @pytest.mark.parametrize("hours", MEDICAL_HOURS)
    @pytest.mark.parametrize("country", LINES)
    def test_in_spanish_the_desk_goes_on_in_spanish(self, country: str, hours: str):
        lines = LINES[country]
        first = bot("utter_medical_advice_es", lines, "es")
        text = f"{first}\n\n{desk(hours, lines, 'es')}"
        assert "no puedo dar consejos médicos" in text
        assert f"llame al {lines.emergency}" in first
        assert PHONE in text
        assert ("le responderá aquí" in text) == (hours == "handover_open")
        assert (lines.reach["es"] in text) == (hours != "handover_open")
        assert ("9:00 a. m." in text) == (hours == "handover_closed")

    @pytest.mark.parametrize("intent", ["medical_advice", "medical_advice_es"])
    def test_no_text_comes_twice_running_and_each_names_the_emergency_number(self, intent: str):
        said: list[str] = []
        for _ in range(5):
            said.append(str(reply_to(intent, intent, said)))
        assert all(a != b for a, b in pairwise(said))
        for name in said:
            assert "911" in bot(name, LINES["US"], SERIES[intent].language)
