"""How the entries of the audit record hang together: each one's hash covers the one before it."""

import hashlib
import json
from typing import NamedTuple

GENESIS = "0" * 64
"""What stands for the hash before the first entry."""

DROPPED = "audit_dropped"
"""The kind of the entry that says up to where old entries were dropped, and with which hash."""


class Entry(NamedTuple):
    """One entry, as it is stored. `at` is ISO 8601 in UTC with microseconds; `details` is JSON."""

    number: int
    at: str
    staff_id: int | None
    username: str | None
    kind: str
    about: str | None
    address: str | None
    details: str
    previous: str
    hash: str = ""


def entry_hash(entry: Entry) -> str:
    """Give the hash of an entry: SHA-256 over all its columns but the hash itself, as JSON.

    The columns stand in the order of `Entry`, without spaces, everything beyond ASCII escaped.
    """
    # SQLite gives back whatever somebody wrote into a column, bytes too: that is another hash.
    text = json.dumps(list(entry[:-1]), separators=(",", ":"), default=repr)
    return hashlib.sha256(text.encode()).hexdigest()


def sealed(entry: Entry) -> Entry:
    """Give the entry with its hash."""
    return entry._replace(hash=entry_hash(entry))
