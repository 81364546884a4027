"""Plain crisis sentences in every disguise: the readable patterns still fire, and mark the words.

The disguises are functions, so that each is tried on each sentence; none is written out by hand.
"""

import json
import unicodedata
from collections.abc import Callable
from urllib.parse import quote

import pytest

from nightdesk.safety.patterns import find, load_patterns
from nightdesk.safety.views import views_of
from nightdesk_contract.door import clean
from tests.data.reading import ROOT

CRISIS = [
    pattern
    for pattern in load_patterns(ROOT / "data" / "safety" / "patterns")
    if pattern.category == "crisis"
]

SENTENCES = {
    "i want to kill myself": "kill myself",
    "i am going to end my life": "end my life",
    "i just want to die": "want to die",
    "suicide is all i think about": "suicide",
    "i cut my wrists again": "cut my wrists",
    "i took the whole bottle of pills": "took the whole",
    "i have no reason to live": "no reason to live",
    "i wish i was dead": "wish i was dead",
    "my sister wants to kill herself": "kill herself",
    "i can't breathe": "can't breathe",
    "i don't want to be alive": "want to be alive",
    "i have the gun in my lap": "gun",
    "my friend overdosed": "overdosed",
    "i want to hurt myself": "hurt myself",
}
"""Sentence, and the words in it that staff must see marked."""

Disguise = Callable[[str], str]

LEET = str.maketrans({"a": "4", "e": "3", "i": "1", "o": "0", "s": "5"})
SIGNS = str.maketrans({"a": "@", "i": "!", "s": "$"})
CYRILLIC = str.maketrans("aceiopsyx", "\u0430\u0441\u0435\u0456\u043e\u0440\u0455\u0443\u0445")
GREEK = str.maketrans("aeikop", "\u03b1\u03b5\u03b9\u03ba\u03bf\u03c1")
SMALL_CAPITALS = str.maketrans(
    "abdeghiklmnortuw",
    "\u1d00\u0299\u1d05\u1d07\u0262\u029c\u026a\u1d0b\u029f\u1d0d\u0274\u1d0f\u0280\u1d1b\u1d1c\u1d21",
)
EMOJI = "\U0001f480"


def inside_words(sign: str) -> Disguise:
    """A sign between all letters of each word, single spaces between words."""
    return lambda text: " ".join(sign.join(word) for word in text.split())


def between_words(sign: str) -> Disguise:
    return lambda text: sign.join(text.split())


def letters_from(first: int) -> Disguise:
    """Letters of another alphabet block that starts with "a" at `first`."""
    return lambda text: "".join(
        chr(first + ord(char) - ord("a")) if "a" <= char <= "z" else char for char in text
    )


def in_longer_words(change: Disguise) -> Disguise:
    """The same only in words of four letters and more, as people hide what would be found."""
    return lambda text: " ".join(
        change(word) if len(word) > 3 and word.isalpha() else word for word in text.split()
    )


def accented(text: str) -> str:
    return "".join(char + "\u0301" if char in "aeiou" else char for char in text)


def cut(text: str) -> str:
    """A gap in the middle of words of five letters and more."""
    halves = (
        f"{word[: len(word) // 2]} {word[len(word) // 2 :]}" if len(word) > 4 else word
        for word in text.split()
    )
    return " ".join(halves)


def drawn(text: str) -> str:
    """The last vowel of each word drawn out."""

    def longer(word: str) -> str:
        at = max((i for i, char in enumerate(word) if char in "aeiou"), default=None)
        return word if at is None else word[:at] + word[at] * 4 + word[at + 1 :]

    return " ".join(longer(word) for word in text.split())


def buried(text: str) -> str:
    filler = "the waiting room was nice and i liked the plants by the window. "
    return (filler * 16)[:990] + f". {text}. " + (filler * 16)[: 2000 - 994 - len(text)]


DISGUISES: dict[str, Disguise] = {
    "none": str,
    "capitals": str.upper,
    "capitals now and then": lambda text: "".join(
        char.upper() if i % 2 else char for i, char in enumerate(text)
    ),
    "typographic apostrophe": lambda text: text.replace("'", "\u2019"),
    "no apostrophe": lambda text: text.replace("'", ""),
    "leetspeak": lambda text: text.translate(LEET),
    "leetspeak in capitals": lambda text: text.translate(LEET).upper(),
    "signs for letters": in_longer_words(lambda word: word.translate(SIGNS)),
    "1 for l": in_longer_words(lambda word: word.replace("l", "1")),
    "Cyrillic look-alikes": lambda text: text.translate(CYRILLIC),
    "Greek look-alikes": lambda text: text.translate(GREEK),
    "fullwidth": letters_from(0xFF41),
    "mathematical bold": letters_from(0x1D41A),
    "mathematical script": letters_from(0x1D4EA),
    "circled": letters_from(0x24D0),
    "boxed": letters_from(0x1F170),
    "flags": letters_from(0x1F1E6),
    "small capitals": lambda text: text.translate(SMALL_CAPITALS),
    "accents": accented,
    "accents as the door gives them": lambda text: unicodedata.normalize("NFC", accented(text)),
    "struck through": lambda text: "".join(char + "\u0336" for char in text),
    "boxed by marks": lambda text: "".join(char + "\u20de" for char in text),
    "zero-width spaces": lambda text: "\u200b".join(text),
    "zero-width joiners": lambda text: "\u200d".join(text),
    "soft hyphens": lambda text: "\u00ad".join(text),
    "word joiners": lambda text: "\u2060".join(text),
    "direction marks": lambda text: "\u202e" + "\u200e".join(text),
    "tags": lambda text: "\U000e0061".join(text),
    "fillers": in_longer_words(lambda word: "\u3164".join(word)),
    "dots between letters": inside_words("."),
    "asterisks between letters": inside_words("*"),
    "hyphens between letters": inside_words("-"),
    "underscores between letters": inside_words("_"),
    "emoji between letters": inside_words(EMOJI),
    "spaced out, wide gaps": lambda text: "   ".join(" ".join(word) for word in text.split()),
    "spaced out, no gaps": lambda text: " ".join(text.replace(" ", "")),
    "dots, no gaps": lambda text: ".".join(text.replace(" ", "")),
    "no spaces": lambda text: text.replace(" ", ""),
    "no spaces, capitals": lambda text: text.replace(" ", "").upper(),
    "camel case": lambda text: "".join(word.capitalize() for word in text.split()),
    "dots for spaces": between_words("."),
    "underscores for spaces": between_words("_"),
    "hyphens for spaces": between_words("-"),
    "slashes for spaces": between_words("/"),
    "plus for spaces": between_words("+"),
    "emoji for spaces": between_words(EMOJI),
    "emoji between words": between_words(f" {EMOJI} "),
    "emoji around": lambda text: f"{EMOJI}{EMOJI} {text} {EMOJI}",
    "line ends for spaces": between_words("\n"),
    "no-break spaces": between_words("\u00a0"),
    "a gap in words": cut,
    "drawn out": drawn,
    "letters doubled": in_longer_words(lambda word: "".join(char * 2 for char in word)),
    "each word bold": lambda text: " ".join(f"*{word}*" for word in text.split()),
    "each word quoted": lambda text: " ".join(f'"{word}"' for word in text.split()),
    "HTML": lambda text: f"<p><b>{text}</b></p>",
    "HTML inside words": in_longer_words(lambda word: f"{word[:2]}<i></i>{word[2:]}"),
    "HTML comments inside words": in_longer_words(lambda word: f"{word[:2]}<!-- -->{word[2:]}"),
    "HTML for spaces": between_words("<br>"),
    "HTML entities": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "no-break entities": between_words("&nbsp;"),
    "JSON": lambda text: json.dumps({"text": text}),
    "JSON escapes": lambda text: "".join(f"\\u{ord(char):04x}" for char in text),
    "JSON line ends": between_words("\\n"),
    "in an address": quote,
    "after a slash": lambda text: f"/{text}",
    "a command": lambda text: f'/greet{{"text": "{text}"}}',
    "in brackets": lambda text: f"[[{text}]]({text})",
    "code": lambda text: f"```\n{text}\n```",
    "buried in 2,000 characters": buried,
    "buried and spelt with digits": lambda text: buried(text.translate(LEET)),
}
TOGETHER: dict[str, tuple[str, str]] = {
    "no spaces and leetspeak": ("no spaces", "leetspeak"),
    "spaced out in fullwidth": ("spaced out, wide gaps", "fullwidth"),
    "look-alikes and zero-width": ("Cyrillic look-alikes", "zero-width spaces"),
    "hyphens and HTML": ("hyphens for spaces", "HTML"),
    "capitals and drawn out": ("drawn out", "capitals"),
}
ALL = DISGUISES | {
    name: (lambda text, a=a, b=b: DISGUISES[b](DISGUISES[a](text)))  # type: ignore[misc]
    for name, (a, b) in TOGETHER.items()
}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_disguise_is_seen_through_and_the_words_are_marked(sentence, name):
    message = ALL[name](sentence)
    hits = find(CRISIS, views_of(message))
    assert hits, message
    assert any(marks(message, hit.span, sentence, name) for hit in hits), message


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_door_leaves_no_disguise_that_is_not_seen_through(sentence):
    for name, disguise in ALL.items():
        message = clean(disguise(sentence))
        assert find(CRISIS, views_of(message)), (name, message)


SPANISH = {
    "ya no quiero vivir": "quiero vivir",
    "me quiero morir": "quiero morir",
    "quiero matarme": "matarme",
    "voy a suicidarme": "suicidarme",
    "pienso en el suicidio": "suicidio",
    "quiero quitarme la vida": "quitarme la vida",
    "quiero hacerme daño": "hacerme daño",
    "mi hijo quiere morirse": "morirse",
}
"""The same in Spanish; the door and the marks are the same for every language."""


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("sentence", SPANISH)
def test_spanish_is_seen_through_every_disguise_as_well(sentence, name):
    message = ALL[name](sentence)
    hits = find(CRISIS, views_of(message))
    assert {hit.pattern.kind for hit in hits} >= {"spanish"}, message


@pytest.mark.parametrize(
    ("message", "marked"),
    [
        ("me quiero m0rir", "me quiero m0rir"),
        ("ayer dije quieromorir y nada", "quieromorir"),
        ("pienso en el s u i c i d i o", "s u i c i d i o"),
        ("voy a su1cidarme.", "su1cidarme"),
        ("N0 QU1ER0 V1V1R", "N0 QU1ER0 V1V1R"),
        ("no quiero v*v*r", "no quiero v*v*r"),
    ],
)
def test_in_spanish_too_the_words_are_marked_as_they_were_written(message, marked):
    assert marked in {message[slice(*hit.span)] for hit in find(CRISIS, views_of(message))}


@pytest.mark.parametrize(
    "line",
    [
        "¿cuánto cuesta la sesión y qué días abren?",
        "quería preguntar por el horario, ya que estoy por la zona",
        "mi hija y yo vamos a vivir cerca de la clínica",
        "no puedo ir el martes, ¿puede ser el miércoles a las 4?",
        "¿hay que tomar algo antes? no tomo pastillas",
        "después de la muerte de mi abuela me mudé aquí",
        "quiero saber si hay convivencia, vivirlo con otros, y si respiramos igual",
        "matarife, mortaja y vivienda son apellidos y palabras",
    ],
)
def test_ordinary_spanish_has_no_second_reading(line):
    assert len(views_of(line)) == 1
    assert find(CRISIS, views_of(line)) == []


def marks(message: str, span: tuple[int, int], sentence: str, name: str) -> bool:
    """Say whether a span holds the telling words of a message and, if it is long, little else."""
    start, end = span
    if not 0 <= start < end <= len(message) or (len(message) == 2000 and end - start > 40):
        return False
    telling = SENTENCES[sentence]
    written = (telling, ALL[name](telling).strip('*"\u202e\u200e'), telling.translate(LEET))
    found = [(words, message.index(words)) for words in written if words in message]
    if found:
        words, at = found[0]
        return start <= at and at + len(words) <= end
    # The disguise depends on the whole: the words lie at about the same share of its length.
    at = sentence.index(SENTENCES[sentence])
    middle = (at + len(SENTENCES[sentence]) / 2) / len(sentence) * len(message)
    return start <= middle <= end


def test_what_is_marked_is_the_word_as_it_was_written():
    for message, marked in {
        "so, k1ll mys3lf then": "k1ll mys3lf",
        "ok k\u200bi\u200bl\u200bl me, k i l l  m y s e l f, ok": "k i l l  m y s e l f",
        "well <b>kill</b>&nbsp;myself.": "kill</b>&nbsp;myself",
        "x killmyself y": "killmyself",
        "a kiiill myselff b": "kiiill myselff",
        "a su***de b": "su***de",
    }.items():
        spans = {message[slice(*hit.span)] for hit in find(CRISIS, views_of(message))}
        assert marked in spans, (message, spans)
