"""The words for visitors who write in another language."""

import re
import string
from dataclasses import replace

import pytest
import textstat

from nightdesk.language.detect import frequent_words, language_of
from nightdesk.language.texts import GENERIC, load_language_texts, person_titles, same_words
from nightdesk_contract.crisis_lines import load_all_crisis_lines
from nightdesk_contract.door import clean
from tests.data.reading import ROOT, read

LINES = load_all_crisis_lines(ROOT / "data/safety/crisis_lines.yml")
TEXTS = load_language_texts(ROOT / "data/texts/languages.yml")
FOREIGN = sorted(set(TEXTS) - {GENERIC})
EXPECTED = {
    *("es", "fr", "pt", "de", "it", "vi", "tl", "ht", "pl", "zh", "ko", "ja", "ru", "uk", "ar"),
    *("hi", "fa"),
}
CALLED = {
    "generic": r"call [\w ]*{}|call or text {}",
    "es": r"llamar [\w ]*al {}",
    "fr": r"appeler [\w ]*(?:le|au) {}",
    "pt": r"ligar para [\w ]*{}",
    "de": r"(?:die|unter) {} anrufen",
    "it": r"chiamare il {}",
    "vi": r"gọi số {}",
    "tl": r"tumawag sa {}",
    "ht": r"rele {}",
    "pl": r"zadzwonić pod numer {}",
    "zh": r"拨打 {}",
    "ko": r"{}번으로 전화",
    "ja": r"{} に電話する",
    "ru": r"позвоните по номеру {}",
    "uk": r"зателефонуйте за номером {}",
    "ar": r"الاتصال بالرقم {}",
    "hi": r"{} पर कॉल कर सकते हैं",
    "fa": r"با شماره {} تماس بگیرید",
}
"""How each language says to call the crisis line."""
TEXTED = {
    "generic": r"text (?:W to )?{}",
    "es": r"(?:enviar W en un|o enviar un) mensaje de texto al {}",
    "fr": r"envoyer (?:W par|un) SMS au {}|texter au {}",
    "pt": r"mandar (?:W por )?mensagem de texto para {}",
    "de": r"(?:W per|eine) SMS an {} schicken",
    "it": r"inviare (?:W per|un) SMS al {}",
    "vi": r"nhắn tin (?:W )?đến số {}",
    "tl": r"(?:i-text ang W|mag-text) sa {}",
    "ht": r"voye (?:mo W nan )?yon mesaj tèks bay {}",
    "pl": r"wysłać SMS (?:o treści W )?na numer {}",
    "zh": r"发短信至 {}|发送短信 W 至 {}",
    "ko": r"{}번으로 문자를 보내|W라는 문자를 {}번으로 보내",
    "ja": r"{} にテキストメッセージを送って|W とテキストメッセージを {} に送って",
    "ru": r"отправьте СМС (?:со словом W )?на номер {}",
    "uk": r"надішліть СМС (?:зі словом W )?на номер {}",
    "ar": r"إرسال (?:الكلمة W في )?رسالة نصية إلى الرقم {}",
    "hi": r"(?:W लिखकर )?{} पर टेक्स्ट मैसेज भेज",
    "fa": r"(?:کلمه W را )?به شماره {} پیامک",
}
"""How each language says to text it; W stands for the word that has to be sent."""


def fields(text: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(text) if name]


def said(pattern: str, number: str, word: str = "") -> str:
    return pattern.replace("W", word or "(?!)").replace("{}", number)


def test_the_languages_of_the_clinics_visitors_are_there():
    assert set(TEXTS) >= EXPECTED
    assert all(re.fullmatch(r"[a-z]{2}", code) for code in FOREIGN)


def test_what_is_told_by_frequent_words_has_words_to_answer_with():
    assert set(frequent_words().foreign) <= set(TEXTS)


@pytest.mark.parametrize("code", TEXTS)
def test_numbers_stand_in_fields(code):
    row = TEXTS[code]
    assert set(fields(row.text)) == {"emergency", "reach"}
    assert not re.search(r"\d", row.text + row.button + row.reach + row.reach_by_word)
    # What the crisis lines say themselves is not said here again.
    own = code not in ("generic", "es", "fr", "pt", "de")
    assert sorted(fields(row.reach)) == (["call", "number"] if own else [])
    assert sorted(fields(row.reach_by_word)) == (["call", "number", "word"] if own else [])


@pytest.mark.parametrize("country", LINES)
@pytest.mark.parametrize("code", TEXTS)
def test_each_number_is_the_countrys_and_said_with_the_right_verb(code: str, country: str):
    lines = LINES[country]
    word, number = lines.message()
    if country == "US" and code == "es":
        word = "AYUDA"
    text = TEXTS[code].filled(lines, code).text
    assert re.search(said(CALLED[code], lines.crisis_call), text)
    assert re.search(said(TEXTED[code], number, word), text)
    # Each once, the number to call before the one to text: the chat's links go by that.
    assert text.count(lines.emergency) == 1
    numbers = [lines.crisis_call, number]
    found = re.findall(r"\d[\d ]*\d(?!\d)", text.replace(lines.emergency, ""))
    assert found == (numbers[:1] if "call or text" in text else numbers)
    assert set(re.findall(r"[A-Z]{4,}", text)) == ({word} if word else set())


@pytest.mark.parametrize("code", TEXTS)
def test_a_line_that_only_takes_calls_is_said_without_an_empty_number(code: str):
    lines = replace(LINES["GB"], crisis_text="", reach={"en": "call Samaritans at 116 123"})
    text = TEXTS[code].filled(lines, code).text
    assert re.findall(r"\d[\d ]*\d(?!\d)", text.replace("999", "")) == ["116 123"]


def test_spanish_in_the_us_names_the_key_and_the_word():
    text = TEXTS["es"].filled(LINES["US"], "es").text
    assert "llamar al 988 y oprimir 2, o enviar AYUDA en un mensaje de texto al 988" in text


def in_every_country(code: str) -> list[str]:
    return [TEXTS[code].filled(lines, code).text for lines in LINES.values()]


@pytest.mark.parametrize("code", FOREIGN)
def test_each_text_is_in_its_language(code):
    assert {language_of(text) for text in in_every_country(code)} == {code}


@pytest.mark.parametrize("code", TEXTS)
def test_each_text_is_one_short_piece(code):
    for text in in_every_country(code):
        assert "\n" not in text
        assert len(text.split()) <= 80
        assert len(text) <= 500
        assert len(re.findall(r"[.?!。？。؟।]+(?=\s|$|[^\s\d])", text)) <= 6


@pytest.mark.parametrize("code", TEXTS)
def test_the_button_can_be_sent_as_it_stands(code):
    button = TEXTS[code].button
    assert 3 <= len(button) <= 45
    assert not button.startswith("/")
    assert same_words(clean(button)) == same_words(button)


def test_each_title_is_of_one_language():
    everywhere = [same_words(text.button) for text in TEXTS.values()]
    assert len(set(everywhere)) == len(everywhere)
    assert len({text.text for text in TEXTS.values()}) == len(TEXTS)
    assert len(person_titles(TEXTS)) == len(FOREIGN)


def test_the_generic_text_is_plain_english():
    text = TEXTS[GENERIC]
    assert language_of(text.text) is None
    for shown in in_every_country(GENERIC):
        assert textstat.flesch_kincaid_grade(shown) <= 8
    titles = [
        row["title"]
        for r in read("domain.yml")["responses"].values()
        for row in r[0].get("buttons", [])
    ]
    assert text.button in titles
    for word in ("automated", "only English", "confidential", "free"):
        assert word in text.text


class TestReading:
    def test_a_file_without_the_generic_entry_is_refused(self, tmp_path):
        path = tmp_path / "languages.yml"
        path.write_text("es: {text: a, button: b}")
        with pytest.raises(ValueError, match="generic"):
            load_language_texts(path)

    @pytest.mark.parametrize(
        "row", ["{text: a}", "{text: '', button: b}", "{text: a, button: 5}", "a"]
    )
    def test_an_entry_that_is_not_whole_is_refused(self, tmp_path, row):
        path = tmp_path / "languages.yml"
        path.write_text(f"generic: {row}")
        with pytest.raises((ValueError, KeyError, TypeError)):
            load_language_texts(path)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Hablar con una persona", " hablar  CON una persona. "),
            ("Parler à une personne", "PARLER À UNE PERSONNE !"),
            ("صحبت با یک نفر", "صحبت با یک نفر\u200c"),
            ("スタッフと話す", "スタッフと話す。"),
        ],
    )
    def test_marks_and_case_do_not_make_other_words(self, one, other):
        assert same_words(one) == same_words(other)

    def test_accents_and_vowel_signs_do(self):
        assert same_words("किसी व्यक्ति से बात करें") != same_words("कस वयकत स बत कर")
