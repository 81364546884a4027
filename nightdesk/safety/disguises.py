"""Words in disguise read as those they stand for: pure steps from one reading to the next.

Each step looks only at what is no ordinary word, so that ordinary messages have no second reading.
All of them are linear in the message, with small bounds for each word.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise, product

from nightdesk.safety.known_words import (
    SHORTEST,
    best,
    crisis_words,
    fitting,
    known,
    known_in_english,
    split,
)
from nightdesk.safety.letters import base
from nightdesk.safety.reading import Edit, View, edited
from nightdesk.safety.spanish_words import spanish_words

# Signs that stand for letters, the likeliest first.
_LEET = {
    **{"0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "tl", "8": "b", "9": "g"},
    **{"@": "a", "$": "s", "!": "il", "|": "il", "+": "t", "(": "c", "\u20ac": "e", "\u00a3": "l"},
    **{"\u00a1": "i", "\u00a2": "c", "\u00a5": "y", "\u00a7": "s"},
}
_TOKEN = re.compile(r"\S+")
_SINGLE = r"(?:[a-z0-9\u00e0-\u024f]|[@$!|'](?=[\W_]))"
_APART = r"(?:[^\w@$!|',;?]|[,_](?! )){1,4}"
_SPACED_OUT = re.compile(rf"(?<![^\W_]){_SINGLE}(?:{_APART}{_SINGLE})+(?![^\W_])")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w+|\w+://|www\.|[\w-]+\.(?:com|org|net|edu|gov)\b")
_NUMBERED = re.compile(r"\W*(?:\d[a-z]{0,2}|\d[\d.,:/-]+[a-z]{0,3}|[a-z]+-?\d+|[\d\W]+)\W*")
"""5pm, 20mg, 1st, b12, phq-9, $450: a number with its unit or name."""

_MARKS = '*_~`"#|^=\u2022\u00b7<>{}[]'
_EDGE = re.compile(rf"[{re.escape(_MARKS)}]+")
_OPENING, _CLOSING = "(\"'\u00bf", "!?.,;:)\"'"
"""What stands before a word, and behind it."""
_LOOSE = frozenset('*_~`"|\u2022\u00b7')
"""Signs that part words when they stand alone; "<" and "=" may mean something."""

_NO_SEPARATORS = ".,'&/:;-"
"""Signs inside a word that part it and never stand for one of its letters."""

_LAST_ACCENTED = "\u024f"
"""The last letter that some language writes with Latin letters and accents."""

_MANY_ACCENTS = re.compile(
    r"[\u00e1\u00e9\u00ed\u00f3\u00fa][a-z]*[\u00e1\u00e9\u00ed\u00f3\u00fa]"
)
"""A second accent in one word, which Spanish never has."""

_FEW = 6

_MOST_READINGS = 64
_LONGEST = 40
"""Letters of a word that is read with more than one letter for a sign."""


def read_through(view: View) -> View:
    """Give the reading with every word in disguise read as what it stands for."""
    for step in (_latin, _unmarked, _words, _fragments, _run_together):
        view = edited(view, step(view))
    return view


def joined(view: View, keep_gaps: bool) -> View:
    """Give the reading with letters that stand apart put together: "k i l l", "k.i.l.l".

    With `keep_gaps`, a gap wider than most of them becomes a space.
    """
    return edited(view, _together(view, keep_gaps))


def _together(view: View, keep_gaps: bool) -> Iterator[Edit]:
    for run in _SPACED_OUT.finditer(view.text):
        units = [m.span() for m in re.finditer(_SINGLE, view.text[run.start() : run.end()])]
        units = [(run.start() + start, run.start() + end) for start, end in units]
        letters = "".join(view.text[start:end] for start, end in units)
        if sum(char.isalpha() for char in letters) * 2 < len(letters):
            continue
        # "a b c" and "u.s." are no words: of few letters, only a word that tells is put together.
        if len(letters) <= SHORTEST and letters not in crisis_words():
            continue
        gaps = [(end, start, _width(view, end, start)) for (_, end), (start, _) in pairwise(units)]
        usual = min(Counter(w for _, _, w in gaps).most_common(), key=lambda row: (-row[1], row[0]))
        for start, end, width in gaps:
            yield start, end, " " if keep_gaps and width > usual[0] else ""


def _width(view: View, start: int, end: int) -> tuple[bool, int]:
    """Give how far two letters stand apart in the message; a space counts for more than a sign."""
    between = view.text[start:end]
    return (" " in between, view.origins[end] - view.end_of(start - 1))


def _latin(view: View) -> Iterator[Edit]:
    """Accents, small capitals and boxed letters in what are English words below them.

    In Spanish words only where they are more than Spanish spelling.
    """
    odd = [i for i, char in enumerate(view.text) if base(char) != char]
    if not odd:
        return
    words = re.findall(r"[a-z']+", "".join(map(base, view.text)))
    drawn = any(view.text[i] > _LAST_ACCENTED for i in odd)
    drawn = drawn or len(_MANY_ACCENTS.findall(view.text)) > 1
    if sum(map(known if drawn else known_in_english, words)) * 3 >= len(words) * 2:
        for i in odd:
            yield i, i + 1, base(view.text[i])


def _unmarked(view: View) -> Iterator[Edit]:
    """Emoji and signs between words, and marks at a word's edge: "i want to *die*"."""
    tokens = list(_TOKEN.finditer(view.text))
    said = [i for i, token in enumerate(tokens) if any(map(str.isalnum, token.group()))]
    for i, token in enumerate(tokens):
        text = token.group()
        if i not in said:
            # Not at the ends, where it parts nothing; one of its two spaces stays.
            between = said and said[0] < i < said[-1]
            if between and (not text.isascii() or set(text) <= _LOOSE):
                yield token.start(), token.end() + 1, ""
            continue
        head = _EDGE.match(text)
        if head:
            yield token.start(), token.start() + head.end(), ""
        tail = re.search(rf"{_EDGE.pattern}(?=[.,!?]*$)", text)
        if tail:
            yield token.start() + tail.start(), token.start() + tail.end(), ""


def _words(view: View) -> Iterator[Edit]:
    found = [(start, word, _meant(word)) for start, word in _cores(view)]
    # Who spells words with digits spells all of them so: "1 w4nt t0 d13".
    spelt = sum(_spelt(word, meant) for _, word, meant in found) > 1
    for start, word, meant in found:
        if spelt and (meant is None or meant == word) and not word.isalpha():
            meant = best(_readings(word), shortest=1)
        if meant is not None and meant != word:
            yield from _by_letters(start, word, meant)


def _cores(view: View) -> Iterator[tuple[int, str]]:
    """Give where each word begins and the word, without the punctuation around it."""
    for token in _TOKEN.finditer(view.text):
        # Not by one expression: on a thousand quotation marks that takes a second.
        word = token.group().lstrip(_OPENING)
        core = word.rstrip(_CLOSING)
        if core and not _ADDRESS.match(token.group()):
            yield token.end() - len(word), core


def _spelt(word: str, meant: str | None) -> bool:
    digit = any(char.isdigit() for char in word)
    return digit and meant is not None and meant.isalpha() and known(meant)


def _by_letters(start: int, word: str, meant: str) -> Iterator[Edit]:
    """Give the edits from a word to what it means; sign by sign where they are as long."""
    if len(word) == len(meant):
        for i, (old, new) in enumerate(zip(word, meant, strict=True)):
            if old != new:
                yield start + i, start + i + 1, new
    else:
        yield start, start + len(word), meant


def _meant(word: str) -> str | None:
    letters = sum(char.isalpha() for char in word)
    if not letters or known(word) or len(word) > _LONGEST * 4:
        return None
    if word.replace("'", "").isalpha():
        return _unstretched(word)
    readings = list(_readings(word)) if letters >= 2 else []
    found = best(r for r in readings if r in crisis_words()) or _masked(word)
    if found or _NUMBERED.fullmatch(word):
        return found
    found = best(readings) if any(sign in _LEET for sign in word) else None
    return found or _parted(word) or _spelt_with_signs(word)


def _parted(word: str) -> str | None:
    """Give what stands around signs inside a word: one word ("ki-ll"), or several ("kill.me")."""
    pieces = re.split(r"[^a-z0-9'\u00e0-\u024f]+|_", word)
    if len(pieces) < 2 or not all(pieces):
        return None
    if all(map(known, pieces)):
        # Letters of other scripts part words, too: then there is no sign.
        sign = next((char for char in word if not char.isalnum() and char != "'"), " ")
        if len(pieces) > 2 or sign not in "-/'&" or not spanish_words().telling.isdisjoint(pieces):
            return " ".join(pieces)
        if all(map(known_in_english, pieces)):
            return None
    whole = "".join(pieces)
    return whole if whole.isalpha() and len(whole) > SHORTEST and known(whole) else None


def _spelt_with_signs(word: str) -> str | None:
    """Give a word that is not in our list, or several without spaces, with letters for its signs.

    Of few letters none can be told, and "@name" is somebody's.
    """
    if len(word) < _FEW or re.match(r"@|\d+[-/.]", word) or not any(sign in _LEET for sign in word):
        return None
    text = "".join(_LEET.get(char, char)[0] for char in word)
    letters = sum(char.isalpha() for char in word)
    return text if letters * 2 >= len(word) or (letters * 3 >= len(word) and split(text)) else None


def _readings(word: str) -> Iterator[str]:
    """Give what a word may read as, sign by sign; signs that are no letter are left out."""
    if len(word) > _LONGEST:
        return
    for options in (_LEET, {}):
        choices = [
            char if char.isalpha() else options.get(char, "") for char in word if char != "'"
        ]
        ways = islice(product(*(c or ("",) for c in choices)), _MOST_READINGS)
        for way in ways:
            text = "".join(way)
            yield text
            yield from _shorter(text)


def _masked(word: str) -> str | None:
    """Give the crisis word that one with letters starred out stands for: "su*cide", "k**l"."""
    if sum(char.isalpha() for char in word) < 2 or len(word) > _LONGEST:
        return None
    mask = ""
    for char in word:
        if char.isalpha():
            mask += re.escape(char)
        elif char in _LEET:
            mask += f"[{_LEET[char]}]"
        elif char in _NO_SEPARATORS or char.isalnum():
            return None
        else:
            mask += "."
    return fitting(mask) if "." in mask else None


def _unstretched(word: str) -> str | None:
    """Give a drawn-out word at its usual length: "kiiill", "diiie", "suicideee"."""
    if not re.search(r"(.)\1", word) or len(word) > _LONGEST * 2:
        return None
    found = best(_shorter(word), shortest=1)
    if re.search(r"(.)\1\1", word):
        return found or re.sub(r"(.)\1{2,}", r"\1", word)
    # One doubled letter is a slip, or another language: only a word that tells is read then.
    drawn = len(re.findall(r"(.)\1", word)) > 1
    return found if drawn or found in crisis_words() else None


def _shorter(word: str) -> Iterator[str]:
    """Give a word with each of its repeated letters once or twice."""
    runs = [m.group() for m in re.finditer(r"(.)\1*", word)]
    if len(runs) == len(word):
        return
    choices = [(run[:1], run[:2]) if len(run) > 1 else (run,) for run in runs]
    for way in islice(product(*choices), _MOST_READINGS):
        yield "".join(way)


def _fragments(view: View) -> Iterator[Edit]:
    """Words with a gap in them: "ki ll", "sui cide". One of the pieces is no word by itself,
    unless the whole tells: "my self"."""
    tokens = list(re.finditer(r"(?<![^\W_])[a-z][a-z']*(?![^\W_])", view.text))
    i = 0
    while i < len(tokens):
        taken = 1
        for count in (3, 2):
            some = tokens[i : i + count]
            if len(some) < count or not _side_by_side(view, some):
                continue
            pieces = [token.group() for token in some]
            whole = "".join(pieces)
            if _one_word(whole, pieces):
                for before, after in pairwise(some):
                    yield before.end(), after.start(), ""
                taken = count
                break
        i += taken


def _one_word(whole: str, pieces: Sequence[str]) -> bool:
    words = sum(map(known_in_english, pieces))
    if words == len(pieces):
        return len(whole) >= _FEW and whole in crisis_words()
    if min(len(piece) for piece in pieces if not known_in_english(piece)) < 2:
        return whole in crisis_words()
    least = SHORTEST + 2 if words else SHORTEST + 1
    return whole in crisis_words() or (len(whole) >= least and known(whole))


def _side_by_side(view: View, tokens: "list[re.Match[str]]") -> bool:
    return all(view.text[a.end() : b.start()] == " " for a, b in pairwise(tokens))


def _run_together(view: View) -> Iterator[Edit]:
    """Words without spaces: "iwanttodie", "quieromorir"."""
    for token in re.finditer(r"(?<![^\W_])[a-z0-9'\u00e0-\u024f]{4,80}(?![^\W_])", view.text):
        text = token.group()
        if known(text) or not any(char.isalpha() for char in text):
            continue
        at = token.start()
        for word in split(text)[:-1]:
            at += len(word)
            yield at, at, " "
