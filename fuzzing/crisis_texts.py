"""A crisis among harmless noise: what must still be a crisis, however it is wrapped."""

from collections.abc import Callable, Sequence
from random import Random

from fuzzing.texts import HIDDEN
from fuzzing.words import CRISIS, HARMLESS

Change = Callable[[Random, str], str]

_JOINERS = tuple(sign for sign in HIDDEN if sign not in "\u0000\x1b")
_CYRILLIC = dict(
    zip("aceiopsyx", "\u0430\u0441\u0435\u0456\u043e\u0440\u0455\u0443\u0445", strict=True)
)
_GREEK = dict(zip("aeiko", "\u03b1\u03b5\u03b9\u03ba\u03bf", strict=True))
_ALPHABETS = (0xFF41, 0x1D41A, 0x1D4EA, 0x1D5BA, 0x24D0)


def _hidden(rng: Random, said: str) -> str:
    signs = rng.sample(_JOINERS, 2)
    return "".join(char + (rng.choice(signs) if rng.random() < 0.4 else "") for char in said)


def _case(rng: Random, said: str) -> str:
    how = rng.randint(0, 2)
    if how == 0:
        return said.upper()
    if how == 1:
        return said.capitalize()
    return "".join(char.upper() if rng.random() < 0.5 else char for char in said)


def _look_alikes(rng: Random, said: str) -> str:
    table = rng.choice((_CYRILLIC, _GREEK))
    return "".join(table.get(char, char) if rng.random() < 0.6 else char for char in said)


def _alphabet(rng: Random, said: str) -> str:
    first = rng.choice(_ALPHABETS)
    return "".join(chr(first + ord(c) - 97) if "a" <= c <= "z" else c for c in said)


def _struck(rng: Random, said: str) -> str:
    mark = rng.choice(("\u0336", "\u0332", "\u20de", "\u0489"))
    return "".join(char + mark if char.isalpha() else char for char in said)


def _spaces(rng: Random, said: str) -> str:
    return said.replace(" ", rng.choice(("  ", "\n", "\t", "\u00a0", "\u2003", " \u200b ")))


def _tags(rng: Random, said: str) -> str:
    name = rng.choice(("b", "p", "i", "div class='x'"))
    return f"<{name}>{said}</{name.split()[0]}>"


def _entities(rng: Random, said: str) -> str:
    return "".join(f"&#{ord(char)};" if rng.random() < 0.3 else char for char in said)


def _stops(rng: Random, said: str) -> str:
    return said + rng.choice(("!!!", "...", "??", " :(", " \U0001f480", ".", "!?!?", " \u2026"))


LIGHT: tuple[Change, ...] = (_case, _stops, _spaces, _hidden)
"""Changes that leave the words as they are; they may come together."""

HEAVY: tuple[Change, ...] = (_look_alikes, _alphabet, _struck, _tags, _entities)
"""Changes that disguise the letters; one at a time."""


def _before(rng: Random) -> str:
    return "".join(
        rng.choice(HARMLESS) + rng.choice((". ", "? ", "\n", ".\n\n", "! "))
        for _ in range(rng.randint(0, 4))
    )


def _after(rng: Random) -> str:
    return "".join(
        rng.choice((". ", "\n", "! ")) + rng.choice(HARMLESS) for _ in range(rng.randint(0, 4))
    )


def wrapped(rng: Random, sentences: Sequence[str] = CRISIS) -> tuple[str, str]:
    """Give a crisis sentence and a message that says it, among harmless noise."""
    said = rng.choice(sentences)
    whole = said
    # The light ones first: with a sign inside it, "&#107;" stands for no letter.
    for change in rng.sample(LIGHT, rng.randint(0, 2)):
        whole = change(rng, whole)
    if rng.random() < 0.5:
        whole = rng.choice(HEAVY)(rng, whole)
    slash = "/" * rng.randint(1, 3) if rng.random() < 0.05 else ""
    return said, slash + _before(rng) + whole + _after(rng)
