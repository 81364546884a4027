"""Which foreign language a text is in; a pure reading of the text.

Calling English foreign loses an answer, so two witnesses must agree before a text in Latin letters
counts as another language: pycld2 (the detector of Chromium, with its tables inside) and frequent
words of that language (words.yml), against the English words in the text. Other scripts speak for
themselves.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pycld2
import regex
import yaml

from nightdesk.nlu.protected import protected_words

WORDS = Path(__file__).parent / "words.yml"

# Letters weigh as parts of a word of their script; a text in two scripts goes by the weight.
_SYLLABIC = {
    "zh": regex.compile(r"\p{Han}"),
    "ja": regex.compile(r"[\p{Hiragana}\p{Katakana}]"),
    "ko": regex.compile(r"[\uac00-\ud7a3]"),  # not the single letters of "ㅋㅋㅋ"
}
_ALPHABETS = {
    "ru": "Cyrillic",
    "ar": "Arabic",
    "hi": "Devanagari",
    "th": "Thai",
    "el": "Greek",
    "he": "Hebrew",
    "bn": "Bengali",
    "pa": "Gurmukhi",
    "gu": "Gujarati",
    "or": "Oriya",
    "ta": "Tamil",
    "te": "Telugu",
    "kn": "Kannada",
    "ml": "Malayalam",
    "si": "Sinhala",
    "lo": "Lao",
    "km": "Khmer",
    "my": "Myanmar",
    "ka": "Georgian",
    "hy": "Armenian",
    "am": "Ethiopic",
}
_ALPHABET = {
    code: regex.compile(rf"(?<![\p{{L}}\p{{M}}])(?:\p{{{name}}}[\p{{M}}\u200c\u200d]*)+(?![\p{{L}}\p{{M}}])")
    for code, name in _ALPHABETS.items()
}
_NEAREST = {
    "ru": {"ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "mn", "tg"},
    "ar": {"ar", "fa", "ur", "ps", "ku", "sd", "ug"},
    "hi": {"hi", "mr", "ne"},
    "he": {"he", "yi"},
    "am": {"am", "ti"},
}
"""Languages of one alphabet, which pycld2 tells apart; the key is the likeliest here."""
_TELLTALE = {
    "ru": {"uk": "іїєґ", "ru": "ыэъё"},
    "ar": {"ur": "ٹڈڑںے", "fa": "پچژگی"},
}
_SYLLABIC_WEIGHT, _ALPHABET_WEIGHT = 0.5, 0.25
_FEWEST_SYLLABLES, _FEWEST_LETTERS = 2, 4

_LINK = regex.compile(r"\S+@\S+|\b(?:https?://|www\.)\S+")
_INVISIBLE = regex.compile(r"[\p{Cf}--[\u200c\u200d]]", regex.V1)
_WORD = regex.compile(r"(?<!\w)\p{Latin}[\p{Latin}\p{M}]*(?:['’ʼ]\p{Latin}+)*(?!\w)")
_VIETNAMESE = regex.compile(r"[ơưắằẳẵặấầẩẫậếềểễệốồổỗộớờởỡợứừửữựảạẻẹẽỉịỏọủụỷỵỹ]")
_MARKS = {"es": "¿¡ñ", "pt": "ãõ", "de": "ß", "pl": "łąęśźż"}
_FOLDED = str.maketrans({"đ": "d", "ł": "l", "ß": "ss", "ø": "o", "ı": "i", "œ": "oe", "’": "'", "ʼ": "'"})

_OTHERS = frozenset(
    "nl sv no da fi hu cs sk hr bs sr sl sq ro tr id ms so sw lt lv et ca yo ig ha uz".split()
)
"""Recognised, though we have no frequent words of theirs: only where nothing in it is English."""


@dataclass(frozen=True)
class Words:
    """Frequent words, without accents: English ones, those that tell nothing, and by language."""

    english: frozenset[str]
    neutral: frozenset[str]
    foreign: dict[str, frozenset[str]]
    unknown_to_all: frozenset[str]


@lru_cache(maxsize=1)
def frequent_words() -> Words:
    """Read words.yml. Raises OSError, ValueError or KeyError when it is not whole."""
    rows = {
        key: frozenset(_folded(block).split())
        for key, block in yaml.safe_load(WORDS.read_text(encoding="utf-8")).items()
    }
    english, neutral = rows.pop("english"), rows.pop("neutral")
    return Words(english, neutral, rows, frozenset(protected_words()))


def language_of(text: str) -> str | None:
    """Give the ISO 639-1 code of the foreign language of `text`.

    None for English, for what is too short or too doubtful to say, and for a text of which a good
    part is English that can be understood by itself.
    """
    plain = _LINK.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text).lower()))
    words = _WORD.findall(plain)
    return _by_script(plain, words) or _by_words(plain, words)


def _by_script(text: str, latin: list[str]) -> str | None:
    syllables = {code: len(found.findall(text)) for code, found in _SYLLABIC.items()}
    total = sum(syllables.values())
    if total >= _FEWEST_SYLLABLES and total * _SYLLABIC_WEIGHT >= len(latin):
        return None if _stands_alone(latin) else _east_asian(syllables, total)
    for code, pattern in _ALPHABET.items():
        found = "".join(pattern.findall(text))
        letters = sum(map(str.isalpha, found))
        if letters >= _FEWEST_LETTERS and letters * _ALPHABET_WEIGHT >= len(latin):
            return None if _stands_alone(latin) else _nearest(code, text, found)
    return None


def _east_asian(syllables: dict[str, int], total: int) -> str:
    if syllables["ko"] * 2 >= total:
        return "ko"
    return "ja" if syllables["ja"] else "zh"


def _nearest(code: str, text: str, letters: str) -> str:
    for language, marks in _TELLTALE.get(code, {}).items():
        if any(mark in letters for mark in marks):
            return language
    near = _NEAREST.get(code, {code})
    said, _ = _cld2(text)
    return said if said in near else code


def _by_words(text: str, words: list[str]) -> str | None:
    if len(words) < 2:
        return None
    known = frequent_words()
    folded = [_folded(word) for word in words]
    said, sure = _cld2(" ".join(words))
    hits = {code: _hits(code, words, folded, known) for code in known.foreign}
    for code, marks in _MARKS.items():
        hits[code] += any(mark in text for mark in marks)
    ranked = sorted(hits, key=lambda code: (hits[code], code == said), reverse=True)
    best, second = ranked[:2]
    for code in dict.fromkeys((said, best)):
        if code not in hits:
            continue
        english = len({w for w in folded if w in known.english and w not in known.foreign[code]})
        share = hits[code] / len(set(folded))
        if code == said:
            enough = hits[code] > english and (
                (hits[code] >= 2 and share >= 0.25)
                or (sure and english == 0 and len(words) >= 3)
            )
        else:
            enough = hits[code] > hits[second] and (
                (hits[code] >= 3 and share >= 0.4 and hits[code] > 2 * english)
                or (hits[code] >= 2 and share >= 0.5 and english == 0 and len(words) >= 3)
            )
        if enough:
            return None if _stands_alone(words, code) else code
    ours = [word for word in folded if word not in known.unknown_to_all]
    english = sum(word in known.english for word in ours)
    if sure and said in _OTHERS and len(ours) >= 4 and english * 5 <= len(ours):
        return said
    return None


def _hits(code: str, words: list[str], folded: list[str], known: Words) -> int:
    own = known.foreign[code] - known.english - known.neutral
    found = {word for word in folded if word in own}
    if code == "vi":
        found |= {f for word, f in zip(words, folded, strict=True) if _VIETNAMESE.search(word)}
    return len(found)


def _stands_alone(words: list[str], code: str | None = None) -> bool:
    """Say whether a good part of a text is a row of English words that can be understood alone."""
    known = frequent_words()
    foreign = known.foreign[code] - known.english - known.neutral if code else frozenset()
    runs: list[list[bool]] = [[]]
    for word in map(_folded, words):
        if word in foreign:
            runs.append([])
        else:
            runs[-1].append(word in known.english)
    return any(
        len(run) >= 3 and sum(run) >= 3 and sum(run) * 2 >= len(run) and len(run) * 4 >= len(words)
        for run in runs
    )


def _cld2(text: str) -> tuple[str, bool]:
    """Give pycld2's language and whether it is sure; ("un", False) where it can't read the text."""
    try:
        sure, _, found = pycld2.detect(text, bestEffort=True)
    except (pycld2.error, UnicodeError):
        return "un", False
    code = {"iw": "he"}.get(found[0][1], found[0][1])
    return str(code), bool(sure)


def _folded(text: str) -> str:
    """Give a text in lower case without accents."""
    apart = unicodedata.normalize("NFD", text.lower().translate(_FOLDED))
    return "".join(c for c in apart if not unicodedata.combining(c))
