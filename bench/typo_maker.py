"""Typos as people make them on a keyboard, the same ones for the same text and seed.

Only letters inside words change: marks, digits, line ends and the first slash of a message stay, so
that a message means what it meant. Each kind of slip is as frequent, roughly, as in what people
type: a wrong or a missing letter most often, a lost space seldom.
"""

import hashlib
import random
import re
from collections.abc import Callable

_ROWS = (("qwertyuiop", 0.0), ("asdfghjkl", 0.25), ("zxcvbnm", 0.75))
_REACH = 1.0
"""How far apart, in keys and along a row, two keys are hit for each other."""

_WORD = re.compile(r"[^\W\d_]+")
_TRIES = 40


def _keyboard() -> dict[str, str]:
    places = {
        key: (start + i, row)
        for row, (keys, start) in enumerate(_ROWS)
        for i, key in enumerate(keys)
    }

    def near(a: str, b: str) -> bool:
        (x, row), (other_x, other_row) = places[a], places[b]
        reach = _REACH if row == other_row else 0.8 * _REACH
        return a != b and abs(x - other_x) <= reach and abs(row - other_row) <= 1

    return {key: "".join(other for other in places if near(key, other)) for key in places}


NEIGHBOURS = _keyboard()
"""The keys beside each letter on a QWERTY keyboard."""


def with_typos(text: str, number: int, seed: int) -> str:
    """Give `text` with `number` typos.

    A text that has no word of two letters comes back as it is. Two typos are one typo and one more.
    """
    digest = hashlib.sha256(f"{seed}:".encode() + text.encode("utf-8", "surrogatepass")).digest()
    chance = random.Random(int.from_bytes(digest, "big"))
    seen = [text]
    for _ in range(number):
        text = _one_more(text, chance, seen)
        seen.append(text)
    return text


def _one_more(text: str, chance: random.Random, seen: list[str]) -> str:
    """Give the text with one edit that does not undo an earlier one."""
    for _ in range(_TRIES):
        slip = chance.choices(_SLIPS, _OFTEN)[0]
        changed = slip(text, chance)
        if changed is not None and changed not in seen:
            return changed
    return text


def _letter(text: str, chance: random.Random, after: int = 0) -> int | None:
    """Choose a letter with `after` more behind it in its word: in a word of three, if there is."""
    words = [m.span() for m in _WORD.finditer(text) if len(m.group()) >= 2]
    words = [span for span in words if span[1] - span[0] >= 3] or words
    places = [i for start, end in words for i in range(start, end - after)]
    return chance.choice(places) if places else None


def _swap(text: str, chance: random.Random) -> str | None:
    i = _letter(text, chance, after=1)
    if i is None:
        return None
    first, second = text[i], text[i + 1]
    # A capital stays where the shift key was held: "Teh", not "hTe".
    return text[:i] + _cased(second, first) + _cased(first, second) + text[i + 2 :]


def _drop(text: str, chance: random.Random) -> str | None:
    i = _letter(text, chance)
    return None if i is None else text[:i] + text[i + 1 :]


def _double(text: str, chance: random.Random) -> str | None:
    i = _letter(text, chance)
    return None if i is None else text[: i + 1] + text[i].lower() + text[i + 1 :]


def _replace(text: str, chance: random.Random) -> str | None:
    i = _letter(text, chance)
    key = None if i is None else _beside(text[i], chance)
    return None if i is None or key is None else text[:i] + _cased(key, text[i]) + text[i + 1 :]


def _insert(text: str, chance: random.Random) -> str | None:
    i = _letter(text, chance)
    key = None if i is None else _beside(text[i], chance)
    return None if i is None or key is None else text[: i + 1] + key + text[i + 1 :]


def _lose_space(text: str, chance: random.Random) -> str | None:
    places = [m.start() + 1 for m in re.finditer(r"[^\W\d_] (?=[^\W\d_])", text)]
    if not places:
        return None
    i = chance.choice(places)
    return text[:i] + text[i + 1 :]


def _beside(letter: str, chance: random.Random) -> str | None:
    keys = NEIGHBOURS.get(letter.lower())
    return chance.choice(keys) if keys else None


def _cased(letter: str, like: str) -> str:
    return letter.upper() if like.isupper() else letter.lower()


_Slip = Callable[[str, random.Random], str | None]
_WEIGHTS: dict[_Slip, float] = {
    _replace: 0.27,
    _drop: 0.26,
    _swap: 0.22,
    _insert: 0.13,
    _double: 0.09,
    _lose_space: 0.03,
}
_SLIPS, _OFTEN = list(_WEIGHTS), list(_WEIGHTS.values())
