"""Which foreign language a text is in; a pure reading of the text.

Calling English foreign loses an answer, so two witnesses must agree before a text in Latin letters
counts as another language: pycld2 (Chromium's detector, with its tables inside) and the frequent
words of that language (words.yml), against the English words in the text. Other scripts speak for
themselves.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pycld2
import regex
import yaml

from nightdesk.nlu.protected import protected_words
from nightdesk.run.places import Places

WORDS = Path(__file__).parent / "words.yml"

_SYLLABLES = {
    "zh": regex.compile(r"\p{Han}"),
    "ja": regex.compile(r"[\p{Hiragana}\p{Katakana}]"),
    "ko": regex.compile(r"[\uac00-\ud7a3]"),  # not the single letters of "ㅋㅋㅋ"
}
_SCRIPTS = {
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
# Whole words of one script: a look-alike letter inside an English word makes it no Russian.
_SCRIPT_WORDS = {
    code: regex.compile(rf"(?<![\p{{L}}\p{{M}}])(?:\p{{{name}}}|[\p{{M}}\u200c\u200d])+(?!\p{{L}})")
    for code, name in _SCRIPTS.items()
}
_SAME_SCRIPT = {
    "ru": ("uk", "be", "bg", "mk", "sr", "kk", "ky", "mn", "tg"),
    "ar": ("fa", "ur", "ps", "ku", "sd", "ug"),
    "hi": ("mr", "ne"),
    "he": ("yi",),
    "am": ("ti",),
}
"""Languages that share a script with the one that is likeliest here; pycld2 tells them apart."""
_TELLTALE = (("uk", "іїєґ"), ("ru", "ыэъё"), ("ur", "ٹڈڑںے"), ("fa", "پچژگی"))
"""Letters that one language of a script has and its likeliest neighbours lack."""

# A syllable or letter as a part of a word, to weigh a text in two scripts.
_SYLLABLE_WEIGHT, _LETTER_WEIGHT = 0.5, 0.25
_FEWEST_SYLLABLES, _FEWEST_LETTERS = 2, 4

_OTHERS = frozenset(
    {
        *("nl", "sv", "no", "da", "fi", "hu", "cs", "sk", "hr", "bs", "sr", "sl", "sq"),
        *("ro", "tr", "id", "ms", "so", "sw", "lt", "lv", "et", "ca", "yo", "ig", "ha", "uz"),
    }
)
"""Told without a list of frequent words: only where next to nothing in the text is English."""
_FEWEST_WORDS = 4

_INVISIBLE = regex.compile(r"[\p{Cf}--[\u200c\u200d]]", regex.V1)
_WORD = regex.compile(r"(?<!\w)\p{Latin}[\p{Latin}\p{M}]*(?:['’ʼ]\p{Latin}+)*(?!\w)")
_LINK = ("http://", "https://", "www.")
_VIETNAMESE = regex.compile(r"[ơưắằẳẵặấầẩẫậếềểễệốồổỗộớờởỡợứừửữựảạẻẹẽỉịỏọủụỷỵỹ]")
_MARKS = {"es": "¿¡ñ", "pt": "ãõ", "de": "ß", "pl": "łąęśźż"}
_UNFOLDED = str.maketrans(
    {"đ": "d", "ł": "l", "ß": "ss", "ø": "o", "ı": "i", "œ": "oe", "’": "'", "ʼ": "'"}
)


@dataclass(frozen=True)
class Words:
    """Words without accents, in lower case.

    Those that speak for English, those of each foreign language that speak for it, all of each
    foreign language's frequent words, and the names (of medicines, say) that speak for nothing.
    """

    english: frozenset[str]
    signs: dict[str, frozenset[str]]
    foreign: dict[str, frozenset[str]]
    names: frozenset[str]


@dataclass(frozen=True)
class _Evidence:
    """What speaks for one language, in different words: for it, for English, and of how many."""

    hits: int
    english: int
    words: int

    def agrees(self, sure: bool) -> bool:
        """Say whether it is enough beside pycld2's word for the same language."""
        if self.hits <= self.english:
            return False
        if self.hits >= 2 and self.hits * 4 >= self.words:
            return True
        return sure and self.english == 0 and self.words >= 3

    def convinces(self) -> bool:
        """Say whether it is enough without pycld2, or against it."""
        if self.hits >= 3 and self.hits * 5 >= self.words * 2:
            return self.hits > self.english * 2
        return self.hits >= 2 and self.hits * 2 >= self.words >= 3 and self.english == 0


@lru_cache(maxsize=1)
def frequent_words() -> Words:
    """Read words.yml. Raises OSError, ValueError or KeyError when it is not whole."""
    rows = {
        key: frozenset(_folded(block).split())
        for key, block in yaml.safe_load(WORDS.read_text(encoding="utf-8")).items()
    }
    english, neutral = rows.pop("english"), rows.pop("neutral")
    signs = {code: own - english - neutral for code, own in rows.items()}
    return Words(english, signs, rows, frozenset(protected_words(Places.from_environment().safety)))


def language_of(text: str) -> str | None:
    """Give the ISO 639-1 code of the foreign language of `text`.

    None for English, for what is too short or too doubtful to say, and for a text of which a good
    part is English that can be understood by itself.
    """
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text).lower())
    plain = " ".join(w for w in plain.split() if "@" not in w and not w.startswith(_LINK))
    words = _WORD.findall(plain)
    found = _by_script(plain, len(words)) or _by_words(plain, words)
    return None if found and _english_stands_alone(words, found) else found


def _by_script(text: str, latin_words: int) -> str | None:
    syllables = {code: len(found.findall(text)) for code, found in _SYLLABLES.items()}
    total = sum(syllables.values())
    if total >= _FEWEST_SYLLABLES and total * _SYLLABLE_WEIGHT >= latin_words:
        if syllables["ko"] * 2 >= total:
            return "ko"
        return "ja" if syllables["ja"] else "zh"
    for code, pattern in _SCRIPT_WORDS.items():
        found = " ".join(pattern.findall(text))
        letters = sum(map(str.isalpha, found))
        if letters >= _FEWEST_LETTERS and letters * _LETTER_WEIGHT >= latin_words:
            return _of_one_script(code, found)
    return None


def _of_one_script(likeliest: str, text: str) -> str:
    near = (likeliest, *_SAME_SCRIPT.get(likeliest, ()))
    said, sure = _cld2(text)
    if sure and said in near:
        return said
    told = (code for code, letters in _TELLTALE if code in near and set(letters) & set(text))
    return next(told, likeliest)


def _by_words(text: str, words: Sequence[str]) -> str | None:
    if len(words) < 2:
        return None
    known = frequent_words()
    said, sure = _cld2(" ".join(words))
    folded = [_folded(word) for word in words]
    found = {code: _evidence(code, text, words, folded, known) for code in known.foreign}
    if said in found and found[said].agrees(sure):
        return said
    best, second = sorted(found, key=lambda code: found[code].hits, reverse=True)[:2]
    if found[best].hits > found[second].hits and found[best].convinces():
        return best
    ours = [word for word in folded if word not in known.names]
    english = sum(word in known.english for word in ours)
    if sure and said in _OTHERS and len(ours) >= _FEWEST_WORDS and english * 5 <= len(ours):
        return said
    return None


def _evidence(
    code: str, text: str, words: Sequence[str], folded: Sequence[str], known: Words
) -> _Evidence:
    said = frozenset(folded)
    hits = said & known.signs[code]
    if code == "vi":
        hits |= {_folded(word) for word in words if _VIETNAMESE.search(word)}
    marked = any(mark in text for mark in _MARKS.get(code, ""))
    english = (said & known.english) - known.foreign[code]
    return _Evidence(len(hits) + marked, len(english), len(said))


def _english_stands_alone(words: Sequence[str], language: str) -> bool:
    """Say whether a good part of `words` is a row of English that can be understood alone."""
    known = frequent_words()
    signs = known.signs.get(language, frozenset())
    rows: list[list[bool]] = [[]]
    for word in map(_folded, words):
        if word in signs:
            rows.append([])
        else:
            rows[-1].append(word in known.english)
    return any(
        sum(row) >= 3 and sum(row) * 2 >= len(row) and len(row) * 4 >= len(words) for row in rows
    )


def _cld2(text: str) -> tuple[str, bool]:
    """Give pycld2's language and whether it is sure; ("un", False) where it can't read the text."""
    try:
        sure, _, found = pycld2.detect(text, bestEffort=True)
    except (pycld2.error, UnicodeError):
        return "un", False
    code = str(found[0][1])
    return ("he" if code == "iw" else code), bool(sure)


def _folded(text: str) -> str:
    """Give a text in lower case without accents."""
    apart = unicodedata.normalize("NFD", text.lower().translate(_UNFOLDED))
    return "".join(c for c in apart if not unicodedata.combining(c))
