"""The words that disguised text is read as: those of a crisis first, then general English."""

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from pathlib import Path

from nightdesk.nlu.protected import protected_words
from nightdesk.nlu.shorthand import load_shorthand
from nightdesk.nlu.wording import general_words
from nightdesk.run.places import Places
from nightdesk.safety.spanish_words import spanish_words
from nightdesk_contract.checked_yaml import read_checked

SCHEMA = "hidden_words.schema.json"

SHORTEST = 3
"""Letters from which on a word can be told from chance."""

_LONGEST = 18
_RARE = 1e-6
"""Share given to words that general English does not count: shorthand, medicines, crisis words."""

_SHORT = frozenset(
    {
        *("i", "a", "2", "4", "to", "me", "my", "is", "it", "in", "on", "of", "be", "do"),
        *("go", "no", "so", "up", "we", "he", "us", "at", "an", "am", "or", "if", "by", "as"),
        *("im", "id", "ur", "mom", "mum", "dad", "kid", "bye"),
    }
)
"""Short words that may stand in text without spaces, beside the most frequent of three letters."""

_CONTRACTIONS = frozenset(
    {
        *("i'm", "i've", "i'd", "i'll", "you're", "he's", "she's", "it's", "that's", "there's"),
        *("what's", "let's", "don't", "doesn't", "didn't", "can't", "couldn't", "won't", "isn't"),
        *("wouldn't", "shouldn't", "aren't", "wasn't", "haven't"),
    }
)

_COMMON = 1.5e-4
"""Share from which on a short word is no chance find; that of contractions, too."""

_ROW = 3
"""Words from which on what stands without spaces is parted; two only where one of them tells."""

_CHANCE = {3: 6.0, 4: 3.0}
"""What a rarer word of so many letters loses, in nats."""

_TELLING = 1e-4
"""Least share of a crisis word, so that "killmyself" is read as two words before a name is."""

_POOREST, _POOREST_TELLING, _POOREST_LETTER = -8.0, -10.0, -1.7
"""Mean log shares below which text without spaces is no row of words but a name or foreign: of the
words; of words one of which tells of a crisis; and of those by the letter, as long words are rarer.
"""


def load_crisis_words(path: Path) -> frozenset[str]:
    """Read the English words of `hidden_words.yml`. Raises FileError."""
    return frozenset(read_checked(path, SCHEMA)["words"])


@lru_cache(maxsize=1)
def crisis_words() -> frozenset[str]:
    """Give the words that are read out of a disguise first, Spanish too. Raises FileError."""
    return _english_crisis_words() | spanish_words().telling


@lru_cache(maxsize=1)
def _english_crisis_words() -> frozenset[str]:
    return load_crisis_words(Places.from_environment().safety / "hidden_words.yml")


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    """Every word of the list, of which `general_words` are the most frequent."""
    listing = resources.files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt")
    lines = listing.read_text(encoding="utf-8-sig").splitlines()
    return frozenset(line.partition(" ")[0] for line in lines)


@lru_cache(maxsize=1)
def _contractions() -> frozenset[str]:
    return _CONTRACTIONS | {word.replace("'", "") for word in _CONTRACTIONS} - {"ill", "well"}


@lru_cache(maxsize=1)
def _others() -> frozenset[str]:
    places = Places.from_environment()
    protected, shorthand = protected_words(places.safety), load_shorthand(places.data)
    return frozenset({*_contractions(), *protected, *shorthand, *_english_crisis_words()})


def known(word: str) -> bool:
    """Say whether `word` (lower case) is one that people write: it is not in disguise."""
    return known_in_english(word) or spanish_words().known(word)


def known_in_english(word: str) -> bool:
    """Say the same of English alone: "al" is a word, but not in "al ive"."""
    if len(word) < SHORTEST:
        return word in _SHORT
    return word in _SHORT or word in _english() or word in _others()


def best(candidates: Iterable[str], shortest: int = SHORTEST) -> str | None:
    """Give the word that was most probably meant, or None when none of them is known."""
    words = [word for word in candidates if len(word) >= shortest and known(word)]
    return max(words, key=_rank, default=None)


def _rank(word: str) -> tuple[bool, float]:
    return (word in crisis_words(), _share(word))


def _share(word: str) -> float:
    share = general_words().get(word, _RARE if word in _others() else 0.0)
    if word in _contractions():
        share = max(share, _COMMON)
    return max(share, _TELLING) if word in _english_crisis_words() else share


def _part_score(word: str) -> float:
    """Give the log share of a word within text without spaces: short rare ones count for less.

    By chance they are everywhere: "an est he tic".
    """
    share = max(_share(word), _COMMON if word in _SHORT else 0.0)
    if not share or (len(word) < SHORTEST and word not in _SHORT):
        return -math.inf
    rare = share < _COMMON and word not in _english_crisis_words()
    return math.log(share) - (_CHANCE.get(len(word), 0.0) if rare else 0.0)


@lru_cache(maxsize=4096)
def split(text: str) -> tuple[str, ...]:
    """Give the words that stand in `text` without spaces between them, or () when it holds none.

    Of all ways to cut it, the one whose words are the most frequent (unigrams, Viterbi). Spanish
    comes first: a crisis in it is never English by chance.
    """
    spanish = spanish_words().split(text)
    if spanish:
        return spanish
    ways: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(text) + 1):
        reached = (-math.inf, 0)
        for start in range(max(0, end - _LONGEST), end):
            reached = max(reached, (ways[start][0] + _part_score(text[start:end]), start))
        ways.append(reached)
    words: list[str] = []
    end = len(text)
    if not end or ways[end][0] == -math.inf:
        return ()
    while end:
        start = ways[end][1]
        words.append(text[start:end])
        end = start
    by_word, by_letter = ways[-1][0] / len(words), ways[-1][0] / len(text)
    telling = not _english_crisis_words().isdisjoint(words)
    if len(words) < (2 if telling else _ROW):
        return ()
    if by_word < _POOREST and not telling:
        return ()
    if by_word < _POOREST_TELLING and by_letter < _POOREST_LETTER:
        return ()
    return tuple(reversed(words))


def fitting(mask: str) -> str | None:
    """Give the crisis word that a regular expression fits whole: English first, by its letters."""
    fits = re.compile(mask)
    spanish = spanish_words().telling
    words = sorted(crisis_words(), key=lambda word: (word in spanish, word))
    return next((word for word in words if fits.fullmatch(word)), None)
