"""The readings of a message: disguises go, and every span leads back to the original."""

import time

import pytest

from nightdesk.safety.examples import load_examples
from nightdesk.safety.patterns import find, load_patterns
from nightdesk.safety.reading import View, edited
from nightdesk.safety.verdict import HARMLESS
from nightdesk.safety.views import plain, undisguised, views_of
from tests.data.reading import ROOT, examples


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
        ("5u1c1d3", "suicide"),
        ("ki11 myself", "kill myself"),
        ("k!i!l!l myself", "kill myself"),
        ("ki-ll mys.elf", "kill myself"),
        ("d i e", "die"),
        ("1 ju5t w4nt t0 d13", "i just want to die"),
        ("k*ll mys*lf", "kill myself"),
        ("su***de", "suicide"),
        ("kiiill myselffff", "kill myself"),
        ("kkiillll mmyysseellff", "kill myself"),
        ("ki ll mys elf", "kill myself"),
        ("su icide", "suicide"),
        ("killmyself", "kill myself"),
        ("IWantToDie", "i want to die"),
        ("idontwanttobehere", "i dont want to be here"),
        ("i w a n t t o d i e", "i want to die"),
        ("i want \U0001f480 to \U0001f480 die", "i want to die"),
        ("k\u00edll mys\u00e9lf", "kill myself"),
        ("\U0001f17a\U0001f178\U0001f17b\U0001f17b", "kill"),
        ("\U0001f1f0\U0001f1ee\U0001f1f1\U0001f1f1", "kill"),
        ("\u1d0b\u026a\u029f\u029f", "kill"),
        ("<b>ki</b>ll<br>my<i>self</i>", "kill myself"),
        ("&#107;ill&nbsp;myself", "kill myself"),
        ("\\u006bill\\nmyself", "kill myself"),
        ("kill%20myself", "kill myself"),
        ("kill_myself", "kill myself"),
        ("want-to-die", "want to die"),
        ('*kill* "myself"', "kill myself"),
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
        "see you at 4:30pm or 10am, the 1st or 2nd",
        "20mg of b12, 3x a week for 12 wks",
        "do you take an hsa/fsa, and w/o insurance?",
        "a $450-$900 plan, 20% off!!!",
        "dan.o@mail.com or j_smith99@some-mail.org",
        "https://www.harborlight.example/book?id=12&day=mon",
        "www.ketamine-info.org",
        "is a skilled therapist or an assassin on call",
        "check-in, check-out and follow-up",
        "mon-fri 9-5",
        "e.g. the u.s., a.m. or p.m.",
        "iv, im or kap?",
        "i have ptsd, ocd and adhd",
        "my iphone 12 and ipad",
        "spravato vs esketamine vs troches",
        "is anesthesia used with lamotrigine or wellbutrin",
        "thanks! \U0001f60a",
        "\U0001f44b hi there",
        "i can't; it's my mom's",
        "he'll, she'll, we'd",
        "c'est tr\u00e8s bien, merci",
        "\u00bfcu\u00e1nto cuesta la sesi\u00f3n?",
        "wann macht ihr morgen auf",
        "llego a las siete",
        "room 12b, suite 4, apt 7",
        "100k people and 5 of 9",
        "i'm 45, 5'9 and 180 lbs",
        "(cash or card)",
        "x-ray, mri, ct scan",
        "yes / no / maybe",
        "depression & anxiety",
        "who is dr. o'neill-smith",
        "facebook and bitcoin",
        "one - two - three",
        "covid19 or phq9 or gad7",
        "is 2 < 3 and 5 > 4",
        "70% \u2013 80% \u2026 ok",
    ],
    ids=ascii,
)
def test_numbers_and_punctuation_are_no_disguise(message):
    assert readings(message) == [plain(message).text]


HARMLESS_LINES = [
    *(line for lines in examples().values() for line in lines),
    *(e.text for e in load_examples(ROOT / "data" / "safety" / "examples") if e.label == HARMLESS),
]


def test_ordinary_lines_have_no_second_reading_but_for_a_few():
    # Quoted words, hyphens and slips make one now and then; the model reads it as well.
    sample = HARMLESS_LINES[::7]
    more = [line for line in sample if len(views_of(line)) > 1]
    assert len(sample) > 3000
    assert len(more) < 0.03 * len(sample)


def test_what_a_second_reading_adds_to_ordinary_lines_is_hardly_ever_an_alarm():
    patterns = load_patterns(ROOT / "data" / "safety" / "patterns")
    alarms = []
    for line in HARMLESS_LINES[::2]:
        views = views_of(line)
        if len(views) > 1:
            before = {hit.pattern.id for hit in find(patterns, views[:1])}
            after = {hit.pattern.id for hit in find(patterns, views)}
            alarms += [line] if after - before else []
    assert len(alarms) <= 5, alarms


@pytest.mark.parametrize(
    "text",
    [
        *("a" * 2000, "k1" * 1000, "k i " * 500, "k.i." * 500, "!" * 2000, "*a" * 1000),
        *("aa" * 1000, "a'b" * 666, "&#1" * 666, "<a" * 1000, "\\u" * 1000, "wantto" * 333),
        *("\U0001f480a" * 1000, "ki ll " * 333, "1 " * 1000, "a*b " * 500, "s\u00ed " * 666),
    ],
    ids=lambda text: ascii(text)[:12],
)
def test_no_message_has_more_than_four_readings_or_grows_much(text):
    views = views_of(text)
    assert 1 <= len(views) <= 4
    assert all(len(view.text) <= 2 * len(text) for view in views)


def test_a_second_reading_is_made_only_when_it_differs():
    assert len(views_of("i want to die")) == 1
    assert len(views_of("i w4nt to d1e")) == 2
    assert [len(views_of(text)) for text in ("k i l l", "k  i  l  l", "k i l l  m e")] == [2, 2, 2]
    # Where the wide gap was may matter: both are read.
    assert len(views_of("k i l l  m e x q")) == 3


@pytest.mark.parametrize(
    "message", ["i w4nt to d1e", "k i l l", "k  i  l  l", "k i l l  m e n o w", "&#107;ill"]
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
        ("so iwanttodie ok", "want to die", "wanttodie"),
        ("then su***de.", "suicide", "su***de"),
        ("just kiiiilll  myself!", "kill myself", "kiiiilll  myself"),
        ("to k*ll me", "kill", "k*ll"),
        ("<p>oh &#100;ie&#33;</p>", "die", "&#100;ie"),
        ("x%20die%20y", "die", "die"),
        ("ki ll me", "kill me", "ki ll me"),
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
        "<b>a</b>&amp;&#x1F600; \\u0041 %F0%9F%98%80",
        "kkiillll i*d*i*e su***de iwanttodie k\u00edll 1 w4nt t0",
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


@pytest.mark.parametrize("message", ["2\u6211to", "am\u30422\u3042me"], ids=ascii)
def test_letters_of_another_script_part_words_without_any_sign(message):
    assert views_of(message)


@pytest.mark.parametrize(
    ("message", "read"),
    [("i do\u0149t care", "i do'nt care"), ("5\u2033", "5''"), ("\uff40a", "'a")],
    ids=ascii,
)
def test_a_quote_within_another_character_is_straight_too(message, read):
    assert plain(message).text == read
    assert plain(read).text == read


def test_a_long_row_of_quotation_marks_is_read_at_once():
    began = time.process_time()
    undisguised(plain("'" * 1999 + "\u2028x"))
    assert time.process_time() - began < 1.0


def test_undisguising_twice_changes_nothing():
    once = undisguised(plain("k 1 l l my$3lf! 100% s u r e"))
    assert undisguised(once).text == once.text


class TestEdits:
    def test_a_replacement_covers_what_it_replaced(self):
        view = edited(plain("to k*ll me"), [(3, 7, "kill"), (7, 8, "")])
        assert view.text == "to killme"
        assert view.original_span(3, 7) == (3, 7)
        assert view.original_span(7, 9) == (8, 10)

    def test_a_longer_and_a_shorter_one(self):
        view = edited(plain("ab cd"), [(0, 2, "abcd"), (3, 5, "x")])
        assert view.text == "abcd x"
        assert view.original_span(0, 4) == (0, 2)
        assert view.original_span(5, 6) == (3, 5)

    def test_an_insertion_is_nowhere(self):
        view = edited(plain("abcd"), [(2, 2, " ")])
        assert view.text == "ab cd"
        assert view.original_span(0, 5) == (0, 4)
        assert view.original_span(3, 5) == (2, 4)
