"""Looks through everything that a system has logged for what no log may hold.

That is what anybody wrote (visitors, and staff to them), who they are, ids of conversations, and
secrets: passwords, tokens, cookies, keys. What was written is taken from the system's own record,
and from the tests, which note what they send: some of it is deleted before the end.
"""

import contextlib
import json
import re
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

SHORTEST = 8
"""Shorter words may stand in any log by chance."""

SECRET_NAMES = re.compile(r"(KEY|SECRET|TOKEN|PASSWORD)S?$")
"""Which variables of the environment hold secrets."""

SHAPES = {
    # 256 random bits: visitors' tokens, cookies of staff, tokens of forms.
    "a token": re.compile(r"(?<![\w/.=-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{43}(?![\w/.-])"),
    "a bearer's header": re.compile(r"Bearer +[\w-]{16,}", re.IGNORECASE),
    "a cookie": re.compile(r"(?:set-)?cookie: *\S+=", re.IGNORECASE),
    "a one-time secret": re.compile(r"otpauth://"),
    "a password's hash": re.compile(r"\$argon2id?\$"),
    "an address with a password": re.compile(r"://[^\s/:@]+:[^\s/@]+@"),
    "a conversation": re.compile(r"(?<![\w-])c_[\w-]{24}(?![\w-])"),
}

_SENT: set[str] = set()


def note_sent(text: str) -> None:
    """Note what a test sends as somebody's words."""
    _SENT.add(text)


def sent() -> frozenset[str]:
    """Give what this run's tests have sent so far."""
    return frozenset(_SENT)


def leaks(log: str, words: Collection[str], secrets: Collection[str] = ()) -> list[str]:
    """Give what `log` holds and must not, each with its line: words in any of their forms, and
    secrets by themselves and by their shape."""
    found = [
        f"words: {_line_of(log, form)}"
        for word in words
        if len(word.strip()) >= SHORTEST
        for form in _forms(word.strip())
        if form in log
    ]
    found += [f"a secret: {_line_of(log, one)}" for one in secrets if len(one) > 7 and one in log]
    for name, shape in SHAPES.items():
        found += [f"{name}: {_line_of(log, hit[0])}" for hit in shape.finditer(log)]
    return found


def secrets_in(environment: Mapping[str, str]) -> list[str]:
    """Give the secrets that an environment holds."""
    return [value for name, value in environment.items() if SECRET_NAMES.search(name) and value]


def words_in(database: Path) -> list[str]:
    """Give all that people have written into a desk's SQLite database."""
    asked = (
        "SELECT text FROM events WHERE sender IN ('visitor', 'staff')",
        "SELECT name FROM contacts",
        "SELECT phone FROM contacts",
        "SELECT email FROM contacts",
        "SELECT note FROM handovers",
        "SELECT why FROM handover_acts",
        "SELECT text FROM private_notes",
    )
    if not database.exists():
        return []
    address = f"file:{database}?mode=ro"
    with contextlib.closing(sqlite3.connect(address, uri=True, timeout=10)) as rows:
        return [row[0] for query in asked for row in rows.execute(query) if row[0]]


def _forms(word: str) -> Iterator[str]:
    yield word
    # As Python and JSON write texts.
    yield from {repr(word)[1:-1], json.dumps(word)[1:-1]} - {word}
    lines = [line.strip() for line in word.splitlines()]
    yield from (line for line in lines if len(line) >= SHORTEST and line != word)


def _line_of(log: str, what: str) -> str:
    at = log.index(what)
    start = log.rfind("\n", 0, at) + 1
    return log[start : at + len(what)][-200:]
