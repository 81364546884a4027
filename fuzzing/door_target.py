"""The door's normaliser, in either environment: each has its own version of Unicode."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from fuzzing.target import Check, Environment, Target
from fuzzing.texts import message, text
from nightdesk_contract.door import MAX_CHARS, MessageRefused, clean

_NO_TEXTS: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, float("nan"), float("inf"), 10**400, b"bytes", [], {}, ["a"]),
    *({"text": "a"}, [[[[]]]], {"a": {"b": None}}),
)


def anything(rng: Random) -> object:
    """Give what a client may send as a message: a text, seldom something else."""
    return rng.choice(_NO_TEXTS) if rng.random() < 0.02 else text(rng)


def check_door(value: object) -> None:
    """The door gives a text that it would give again, or one of its refusals."""
    try:
        stored = clean(value)
    except MessageRefused as refusal:
        assert refusal.code in ("not_text", "empty", "too_long"), refusal.code
        assert (refusal.code == "not_text") == (not isinstance(value, str)), refusal.code
        return
    assert 1 <= len(stored) <= MAX_CHARS, len(stored)
    assert stored == stored.strip(), "white space at an end"
    assert not stored.startswith("/"), "a leading slash"
    assert unicodedata.is_normalized("NFC", stored), "not composed"
    assert not any(
        unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in stored
    ), "a control character or half of a pair"
    stored.encode("utf-8")
    assert clean(stored) == stored, "normalising twice gives something else"


@contextmanager
def _opened() -> Iterator[Check]:
    yield check_door


def target(environment: Environment, share: int) -> Target:
    """Give the target for one of the environments."""
    return Target(
        f"{environment}-door",
        "the door's normaliser (nightdesk_contract.door)",
        environment,
        anything,
        _opened,
        share,
        0.25,
    )


__all__ = ["anything", "check_door", "message", "target"]
