"""Which language a line is in: English is never called foreign, other languages mostly found."""

import re
import time

import pytest
import yaml

from nightdesk.language.detect import WORDS, frequent_words, language_of
from tests.data.reading import ROOT, examples

LINES = yaml.safe_load((ROOT / "tests/language/lines.yml").read_text(encoding="utf-8"))
ENGLISH = LINES["english"].splitlines() + LINES["english_with_other_words"].splitlines()
FOREIGN = [(code, line) for code, block in LINES["foreign"].items() for line in block.splitlines()]
DOUBTFUL = [
    (code, line) for code, block in LINES["doubtful"].items() for line in block.splitlines()
]


@pytest.mark.parametrize("line", ENGLISH)
def test_english_is_never_called_foreign(line):
    assert language_of(line) is None


@pytest.mark.parametrize("line", ENGLISH)
def test_nor_when_it_is_shouted_or_marked_otherwise(line):
    assert language_of(line.upper()) is None
    assert language_of(f"  {line}!!! ???\n") is None


@pytest.mark.parametrize(("code", "line"), FOREIGN)
def test_another_language_is_told(code, line):
    assert language_of(line) == code


@pytest.mark.parametrize(("code", "line"), DOUBTFUL)
def test_what_is_doubtful_stays_english_rather_than_becoming_a_third_language(code, line):
    assert language_of(line) in (None, code)


def test_hardly_a_line_that_we_teach_is_called_foreign():
    # A few taught lines are Spanish on purpose ("hablar con un humano").
    taught = {line for lines in examples().values() for line in lines}
    foreign = [line for line in taught if language_of(line)]
    assert len(taught) > 5000
    assert len(foreign) <= len(taught) / 1000, foreign


@pytest.mark.parametrize(
    "line",
    ["", " ", "?", "123", "💜💜💜", "hola", "gracias", "merci", "danke", "ciao", "da", "нет", "是"],
)
def test_what_is_too_short_is_left_alone(line):
    assert language_of(line) is None


@pytest.mark.parametrize("line", ["amigo", "por favor", "buenos dias", "José", "señor", "oui oui"])
def test_a_borrowed_word_or_a_name_makes_no_language(line):
    assert language_of(line) is None


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("es", "CUÁNTO CUESTA LA SESIÓN"),
        ("es", "¿¿¿cuanto cuesta???"),
        ("es", "cu\u200banto cues\u00adta la sesion"),
        ("es", "mira https://example.com/how-much-is-it cuanto cuesta la sesion"),
        ("fr", "combien ça coûte\r\nune séance"),
        ("vi", "PHÒNG KHÁM Ở ĐÂU VẬY"),
        ("ru", "СКОЛЬКО СТОИТ СЕАНС"),
        ("zh", "ketamine治疗多少钱"),
        ("ja", "ケタミン"),
    ],
)
def test_case_marks_and_hidden_characters_do_not_matter(code, line):
    assert language_of(line) == code


@pytest.mark.parametrize(
    "line",
    [
        "I wаnt tо bооk а visit",  # look-alike Cyrillic letters
        "hοw muсh is it",
        "ｈｏｗ ｍｕｃｈ ｉｓ ｉｔ",  # fullwidth
        "𝐡𝐨𝐰 𝐦𝐮𝐜𝐡 𝐢𝐬 𝐢𝐭",
        "h o w m u c h",
        "s3lf h4rm k3tamin3",
    ],
)
def test_disguised_english_is_english(line):
    assert language_of(line) is None


@pytest.mark.parametrize(
    "line",
    [
        "\ud800 cuanto cuesta la sesion",
        "\x00\x01 hola",
        "a" * 2000,
        "क्" * 1000,
        "ا\u200c" * 1000,
        "a'" * 1000,
        "好" * 2000,
        "a@" * 1000,
        "http://" * 285,
        "1a" * 1000,
        "\u200d" * 2000,
        "quiero saber cuanto cuesta la sesion " * 54,
    ],
)
def test_odd_and_long_lines_are_read_quickly(line):
    before = time.perf_counter()
    language_of(line)
    assert time.perf_counter() - before < 0.5


class TestWords:
    def test_are_written_as_they_are_compared(self):
        for block in yaml.safe_load(WORDS.read_text(encoding="utf-8")).values():
            assert block == block.lower()
            assert re.fullmatch(r"[\w' -]+", block)

    def test_what_is_english_or_neutral_is_a_sign_of_nothing(self):
        words = frequent_words()
        assert set(words.signs) == set(words.foreign)
        for code, signs in words.signs.items():
            assert len(signs) > 60, code
            assert not signs & words.english
            assert not signs & {"la", "plus", "ketamine"}
