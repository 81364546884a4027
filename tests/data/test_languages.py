"""The words for visitors who write in another language."""

import re
import string

import pytest
import textstat

from nightdesk.language.detect import frequent_words, language_of
from nightdesk.language.texts import GENERIC, load_language_texts, person_titles, same_words
from nightdesk_contract.door import clean
from tests.data.reading import ROOT, read

TEXTS = load_language_texts(ROOT / "data/texts/languages.yml")
FOREIGN = sorted(set(TEXTS) - {GENERIC})
EXPECTED = {
    *("es", "fr", "pt", "de", "it", "vi", "tl", "ht", "pl", "zh", "ko", "ja", "ru", "uk", "ar"),
    *("hi", "fa"),
}
NUMBERS = {"emergency": "911", "crisis_call": "988", "crisis_text": "988"}


def fields(text: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(text) if name]


def test_the_languages_of_the_clinics_visitors_are_there():
    assert set(TEXTS) >= EXPECTED
    assert all(re.fullmatch(r"[a-z]{2}", code) for code in FOREIGN)


def test_what_is_told_by_frequent_words_has_words_to_answer_with():
    assert set(frequent_words().foreign) <= set(TEXTS)


@pytest.mark.parametrize("code", TEXTS)
def test_numbers_stand_in_fields(code):
    text = TEXTS[code].text
    assert {"emergency", "crisis_call"} <= set(fields(text)) <= set(NUMBERS)
    digits = re.findall(r"\d+", re.sub(r"\{\w+\}", "", text + TEXTS[code].button))
    assert digits == (["2"] if code == "es" else [])


def test_spanish_names_the_key_and_the_word():
    text = TEXTS["es"].text
    assert "llame al {crisis_call} y oprima 2" in text
    assert re.search(r"AYUDA por mensaje de texto al \{crisis_text\}", text)


@pytest.mark.parametrize("code", FOREIGN)
def test_each_text_is_in_its_language(code):
    assert language_of(TEXTS[code].filled(NUMBERS).text) == code


@pytest.mark.parametrize("code", TEXTS)
def test_each_text_is_one_short_piece(code):
    text = TEXTS[code].text
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
    assert textstat.flesch_kincaid_grade(text.filled(NUMBERS).text) <= 8
    shown = [
        row["title"]
        for r in read("domain.yml")["responses"].values()
        for row in r[0].get("buttons", [])
    ]
    assert text.button in shown
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
