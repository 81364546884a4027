"""All that a visitor in crisis reads: the bot's texts with the desk's own below them, in order."""

import re
from collections.abc import Sequence
from itertools import pairwise, permutations, product

import pytest
import textstat

from nightdesk.evaluation.crisis_grader import Situation, grade, load_criteria
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
NOT_TO_WAIT = {
    "en": "don't wait for us: use the numbers above",
    "es": "no espere: use los números de arriba",
    "fr": "N'attendez pas : utilisez les numéros",
    "pt": "Não espere por nós: use os números",
    "de": "Warten Sie nicht auf uns: Nutzen Sie die Nummern",
}
NOW = {
    "en": "lease call {} now",
    "es": "Llame al {} ahora mismo",
    "fr": "Appelez le {} maintenant",
    "pt": "Ligue para {} agora",
    "de": "Rufen Sie jetzt {} an",
}
"""What is said to somebody in danger now, without an "if"."""
UNJUDGED = ("bot_unavailable_open", "bot_unavailable_closed", "bot_unavailable_closed_no_date")


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


def told(intents: Sequence[str], country: str) -> list[str]:
    """Give the bot's text after each message, in the language of that reply."""
    lines = LINES[country]
    said: list[str] = []
    texts = []
    for intent in intents:
        meant = meant_intent(intent, said)
        name = reply_to(intent, meant, said)
        assert name, intent
        said.append(name)
        texts.append(bot(name, lines, SERIES[str(meant)].language))
    return texts


def situation_of(series: Series, country: str) -> Situation:
    return Situation(LINES[country], series.level, series.language or "en", PHONE)


@pytest.mark.parametrize("hours", HOURS)
@pytest.mark.parametrize("country", LINES)
@pytest.mark.parametrize("series", KINDS, ids=lambda series: series.intent)
def test_four_messages_of_every_kind_in_every_country_in_and_after_hours(
    series: Series, country: str, hours: str
):
    texts = told([series.intent] * 4, country)
    below = desk(hours, LINES[country], series.language or "en")
    assert grade(texts, situation_of(series, country), CRITERIA, below) == []
    assert all(a != b for a, b in pairwise(texts))


def test_the_caps_of_words_are_as_low_as_the_texts_allow():
    most = CRITERIA["words"]
    first = turn = 0
    for series, country, hours in product(KINDS, LINES, HOURS):
        reply = bot(series.first, LINES[country], series.language)
        below = desk(hours, LINES[country], series.language or "en")
        first = max(first, len(reply.split()))
        turn = max(turn, len(f"{reply} {below}".split()))
    assert most["first_reply"] == 80
    assert first > most["first_reply"] - 5
    assert turn > most["first_turn"] - 5


@pytest.mark.parametrize("country", LINES)
@pytest.mark.parametrize("first", KINDS, ids=lambda series: series.intent)
def test_a_crisis_of_another_kind_gets_a_shorter_text_that_holds_what_is_new(
    first: Series, country: str
):
    lines = LINES[country]
    for then in KINDS:
        if then is first:
            continue
        texts = told([first.intent, then.intent, first.intent, then.intent], country)
        assert grade(texts, situation_of(first, country), CRITERIA) == []
        assert len(texts[1].split()) < len(texts[0].split())
        if then.level == "P0" and "after_session" not in then.intent:
            assert NOW[then.language or "en"].format(lines.emergency) in texts[1]


@pytest.mark.parametrize("country", LINES)
def test_what_another_kind_of_crisis_needs_stands_in_its_own_later_text(country: str):
    lines = LINES[country]
    needs = {
        "crisis_overdose": (lines.poison, "stay with them"),
        "crisis_body": ("Don't drive",),
        "crisis_after_session": ("say it was ketamine", "If you are driving"),
        "crisis_third_person": ("Stay with them", "about them"),
        "crisis_third_person_emergency": ("stay with them until help comes",),
        "crisis_abuse": (lines.abuse_call, lines.abuse_text, "someone you trust"),
        "crisis_abuse_emergency": (lines.abuse_call, lines.abuse_text, "Get away"),
        "crisis_others": ("step away from the other person",),
        "crisis_others_emergency": ("Step away from the other person",),
    }
    assert needs.keys() == {s.intent for s in KINDS if not s.language} - {
        "crisis",
        "crisis_emergency",
    }
    for intent, words in needs.items():
        _, second = told(["crisis", intent], country)
        assert all(word in second for word in words), intent
        assert lines.crisis_call in second


@pytest.mark.parametrize("country", ["US", "GB", "AU"])
def test_three_kinds_in_a_row_are_each_met_with_a_text_of_their_own(country: str):
    own = [series for series in KINDS if not series.language]
    for kinds in permutations(own, 3):
        texts = told([series.intent for series in kinds], country)
        assert grade(texts, situation_of(kinds[0], country), CRITERIA) == []


@pytest.mark.parametrize("then", ["nlu_fallback", "affirm", "deny", "greet", "goodbye", "thanks"])
@pytest.mark.parametrize("series", KINDS, ids=lambda series: series.intent)
def test_what_is_said_between_two_crisis_messages_loses_nothing(series: Series, then: str):
    lines = LINES["GB"]
    texts = told([series.intent, then, then, series.intent, "bot_challenge"], "GB")
    assert grade(texts, situation_of(series, "GB"), CRITERIA) == []
    for text in texts:
        assert lines.emergency in text
        assert lines.crisis_call in text or lines.crisis_text in text


@pytest.mark.parametrize("hours", UNJUDGED)
@pytest.mark.parametrize("country", LINES)
def test_while_nobody_has_judged_the_message_the_desks_text_is_right_for_a_crisis_too(
    country: str, hours: str
):
    lines = LINES[country]
    # Not graded by: `urgent`, for nobody has said that it is (data/safety/criteria.yml).
    situation = Situation(lines, "P1", phone=PHONE, judged=False)
    texts = [desk(hours, lines), desk("bot_unavailable_again", lines)]
    assert grade(texts, situation, CRITERIA) == []
    assert ("our staff have been told" in texts[0]) == (hours == "bot_unavailable_open")
    assert (NOBODY_READS["en"] in texts[0]) == (hours != "bot_unavailable_open")
    assert (WHEN["en"] in texts[0]) == (hours == "bot_unavailable_closed")
    for text in texts:
        # Who only asked about a visit is not told to call: help has its "if".
        assert re.search(rf"If you are in danger(?: or hurt)?, call {lines.emergency} now", text)
        assert "If you are thinking about suicide" in text
        assert PHONE in text
        assert textstat.flesch_kincaid_grade(text) <= 8


IN_SPANISH_UNJUDGED = {
    "right_for_any_message": {"es": [r"\bsi piensa en el suicidio\b"]},
    "says_that_it_could_not_answer": {"es": [r"\bno puedo responder\b"]},
}
"""What `unjudged` of the criteria means in Spanish; there it is said for English alone."""


@pytest.mark.parametrize("hours", UNJUDGED)
@pytest.mark.parametrize("country", LINES)
def test_while_nobody_has_judged_the_message_the_same_is_said_in_spanish(country: str, hours: str):
    lines = LINES[country]
    situation = Situation(lines, "P1", "es", PHONE, judged=False)
    texts = [desk(hours, lines, "es"), desk("bot_unavailable_again", lines, "es")]
    assert grade(texts, situation, {**CRITERIA, "unjudged": IN_SPANISH_UNJUDGED}) == []
    assert ("avisamos a nuestro personal" in texts[0]) == (hours == "bot_unavailable_open")
    assert (NOBODY_READS["es"] in texts[0]) == (hours != "bot_unavailable_open")
    assert (WHEN["es"] in texts[0]) == (hours == "bot_unavailable_closed")
    for text in texts:
        assert f"llame al {lines.emergency} ahora" in text
        # What a Spanish speaker presses and texts.
        assert lines.reach["es"] in text
        assert re.search(r"Si está en peligro(?: o tiene heridas)?, ", text)
        assert PHONE in text
        assert ".." not in text
        measure(text, "es", hours)


@pytest.mark.parametrize("hours", ["open", "closed", "closed_no_date"])
@pytest.mark.parametrize("country", LINES)
def test_that_nobody_answers_is_said_in_spanish_with_the_lines(country: str, hours: str):
    lines = LINES[country]
    text = desk(f"no_answer_{hours}", lines, "es")
    for part in (PHONE, lines.emergency, lines.reach["es"]):
        assert part in text
    assert (WHEN["es"] in text) == (hours == "closed")
    measure(text, "es", hours)


@pytest.mark.parametrize("kind", ["crisis", "crisis_third_person", "crisis_abuse", "crisis_others"])
def test_an_emergency_after_a_crisis_says_call_now_without_an_if(kind: str):
    for intents in ([kind, f"{kind}_emergency"], [f"{kind}_emergency"] * 2):
        texts = told(intents, "US")
        urgent = texts[1] if intents[0] == kind else texts[0]
        assert re.search(r"call 911 now", urgent)
        assert not re.search(r"\bif you(?: or \w+ else)? (?:are|is) in danger", urgent)


@pytest.mark.parametrize("language", WHEN)
def test_below_a_crisis_reply_the_desk_repeats_no_number_and_says_not_to_wait(language: str):
    for hours in HOURS:
        text = desk(hours, LINES["US"], language)
        assert not re.search(r"\d{3}", text)
        assert (NOT_TO_WAIT[language].lower() in text.lower()) == (hours != HOURS[0])


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
    assert "Nobody at the clinic is reading right now" in closed
    assert "on Friday, November 27, at 9:00 am" in closed
    assert "will read" not in closed
    assert "Nobody" in desk("crisis_closed_no_date", LINES["US"])


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
