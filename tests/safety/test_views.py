"""The readings of a message: disguises go, and every span leads back to the original."""

import pytest

from nightdesk.safety.views import View, plain, undisguised, views_of


def readings(message: str) -> list[str]:
    return [view.text for view in views_of(message)]


@pytest.mark.parametrize(
    ("message", "read"),
    [
        ("K1LL MY$ELF", "kill myself"),
        ("k1ll mys3lf", "kill myself"),
        ("su1c1d3", "suicide"),
        ("su!cide!!", "suicide!!"),
        ("@lways s@d", "always sad"),
        ("k i l l myself", "kill myself"),
        ("k.i.l.l myself", "kill myself"),
        ("K-I-L-L myself", "kill myself"),
        ("k_i_l_l myself", "kill myself"),
        ("k*i*l*l myself", "kill myself"),
        ("k 1 l l", "kill"),
        ("k i l l   m y s e l f", "kill myself"),
        ("ki\u200bll my\u00adself", "kill myself"),
        ("k\u200di\u200dl\u200dl", "kill"),
        ("\u043a\u0456ll m\u0443s\u0435lf", "kill myself"),
        ("s\u03c5icid\u03b5", "suicide"),
        ("\uff4b\uff49\uff4c\uff4c", "kill"),
        ("\U0001d424\U0001d422\U0001d425\U0001d425", "kill"),
        ("\u24da\u24d8\u24db\u24db", "kill"),
        ("k\u0336i\u0336l\u0336l\u0336", "kill"),
        ("I don\u2019t  want\n\nto\tlive", "i don't want to live"),
        ("\u201cdie\u201d\u2026 \u2014 now", '"die"... - now'),
        ("NO QUIERO VIVIR M\u00c1S", "no quiero vivir m\u00e1s"),
    ],
    ids=ascii,
)
def test_disguises_are_read_through(message, read):
    assert read in readings(message)


@pytest.mark.parametrize(
    "message",
    [
        "call me at 555 0142 at 4 30",
        "i am 45 and weigh 180 lbs",
        "is it $450 or $150",
        "yes! no! ok!",
        "a b c",
        "phq-9 of 20",
        "2026-11-22",
        "1-800-222-1222",
    ],
)
def test_numbers_and_punctuation_are_no_disguise(message):
    assert readings(message) == [message]


def test_a_second_reading_is_made_only_when_it_differs():
    assert len(views_of("i want to die")) == 1
    assert len(views_of("i w4nt to d1e")) == 2
    assert [len(views_of(text)) for text in ("k i l l", "k  i  l  l", "k i l l  m e")] == [2, 2, 3]


@pytest.mark.parametrize(
    "message", ["i w4nt to d1e", "k i l l", "k  i  l  l", "k i l l  m e n o w"]
)
def test_the_plain_reading_comes_first(message):
    assert views_of(message)[0] == plain(message)


@pytest.mark.parametrize(
    ("message", "word", "original"),
    [
        ("Well, I want to K1LL myself", "kill myself", "K1LL myself"),
        ("hm  \n\n I   want to d\u200bie now", "want to die", "want to d\u200bie"),
        ("so k i l l me then", "kill me", "k i l l me"),
        ("\u2026 \U0001f642 \uff4b\uff49\uff4c\uff4c me", "kill", "\uff4b\uff49\uff4c\uff4c"),
        ("abc \u043a\u0456ll", "kill", "\u043a\u0456ll"),
        ("\ufb01nal note", "final", "\ufb01nal"),
    ],
    ids=ascii,
)
def test_spans_lead_back_to_the_original_words(message, word, original):
    view = next(view for view in views_of(message) if word in view.text)
    at = view.text.index(word)
    start, end = view.original_span(at, at + len(word))
    assert message[start:end] == original


@pytest.mark.parametrize(
    "message",
    [
        "",
        " ",
        "\u200b",
        "k 1 l l \u2026 \ufb01\u0336 \U0001f468\u200d\U0001f469",
        "!1! $$ a4a " * 100,
    ],
    ids=ascii,
)
def test_every_character_of_a_reading_has_its_origin(message):
    for view in views_of(message):
        assert len(view.text) == len(view.origins)
        assert list(view.origins) == sorted(view.origins)
        assert all(0 <= origin < len(message) for origin in view.origins)


def test_an_empty_span_is_nowhere():
    assert View("", ()).original_span(0, 0) == (0, 0)
    assert plain("abc").original_span(2, 2) == (0, 0)


def test_undisguising_twice_changes_nothing():
    once = undisguised(plain("k 1 l l my$3lf! 100% s u r e"))
    assert undisguised(once).text == once.text
