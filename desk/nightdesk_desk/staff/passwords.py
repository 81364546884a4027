"""Staff passwords: what is accepted, and how they are kept (Argon2id)."""

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

MIN_CHARS = 12
MAX_CHARS = 200
"""Longer ones are refused rather than cut, so that hashing cannot be made to cost more."""

_GUESSED_FIRST = (
    *("password", "passwort", "passw0rd", "p@ssw0rd", "contrase\u00f1a", "changeme", "letmein"),
    *("welcome", "iloveyou", "sunshine", "princess", "football", "baseball", "dragon", "monkey"),
    *("admin", "secret", "login", "test", "user", "staff", "nightdesk", "ketamine", "clinic"),
    *("spring", "summer", "autumn", "winter", "1q2w3e4r5t", "1qaz2wsx3edc", "q1w2e3r4"),
)
"""What every list of passwords to try begins with, and what is near at hand here."""

_RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_RUN = 4
"""So many neighbours in a row, forwards or backwards, are as good as one character."""

# RFC 9106's second recommended setting (64 MiB, 3 passes, 4 lanes) is argon2-cffi's default.
_hasher = PasswordHasher()

# Somebody's name that is not an account must cost as much time as one that is.
_NOBODY = _hasher.hash("no account has this password")

# Two hashes at a time: each takes 64 MiB, and a flood of logins must not take the machine.
_two = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")


def password_problem(password: str, username: str, first_name: str) -> str | None:
    """Say in plain words why a password cannot be used, or None when it can.

    Takes the password as typed and the names that it must not merely repeat.
    """
    password = _plain(password)
    if len(password) < MIN_CHARS:
        return f"The password needs at least {MIN_CHARS} characters."
    if len(password) > MAX_CHARS:
        return f"The password can have at most {MAX_CHARS} characters."
    if len(set(password)) < 5:
        return "The password repeats too few characters."
    lowered = password.casefold()
    for name in (username, first_name):
        rest = lowered.replace(_plain(name).casefold(), "") if name else lowered
        if len(rest) < MIN_CHARS // 2:
            return "The password is little more than a name."
    if len(_without_the_guessed(lowered)) < MIN_CHARS // 2:
        return (
            "The password is among the first that are guessed. Take a few words that do not belong "
            "together, or let a password manager make one."
        )
    return None


def _without_the_guessed(lowered: str) -> str:
    """Give what is left of a password without what is guessed first; a run leaves nothing."""
    for word in _GUESSED_FIRST:
        lowered = lowered.replace(word, "")
    neighbours = {a + b for run in _RUNS for way in (run, run[::-1]) for a, b in pairwise(way)}
    left, row = "", ""
    for character in [*lowered, ""]:
        if row and row[-1] + character in neighbours:
            row += character
            continue
        left += row if len(row) < _RUN else ""
        row = character
    return left


def hash_password(password: str) -> str:
    """Give the Argon2id hash to keep, with its own salt and settings inside."""
    return _hasher.hash(_plain(password))


async def hash_password_async(password: str) -> str:
    """`hash_password` beside the event loop, at most two at a time."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_two, hash_password, password)


def is_password(stored: str | None, password: str) -> bool:
    """Say whether `password` is the one behind the hash `stored`.

    With None (no such account) it takes as long and is False.
    """
    if len(password) > MAX_CHARS:
        return False
    try:
        _hasher.verify(stored or _NOBODY, _plain(password))
    except (Argon2Error, InvalidHashError):
        return False
    return stored is not None


async def is_password_async(stored: str | None, password: str) -> bool:
    """`is_password` beside the event loop, at most two at a time."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_two, is_password, stored, password)


def needs_new_hash(stored: str) -> bool:
    """Say whether a hash was made with older settings than today's."""
    return _hasher.check_needs_rehash(stored)


def _plain(text: str) -> str:
    """Give one spelling of the same characters, whatever keyboard they came from."""
    return unicodedata.normalize("NFKC", text)
