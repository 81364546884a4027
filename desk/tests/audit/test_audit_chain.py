"""The hash of an audit entry, and what one entry shows to be wrong."""

import hashlib

import pytest

from nightdesk_desk.audit.chain import GENESIS, Entry, entry_hash, sealed
from nightdesk_desk.audit.verifying import Anchor, anchor_of, check_entry, is_moved

ENTRY = Entry(
    1, "2026-11-26T02:00:00.000000+00:00", 7, "zoë", "signed_in", None, "10.0.0.1", "{}", GENESIS
)


def test_the_hash_can_be_made_again_by_anybody() -> None:
    text = (
        '[1,"2026-11-26T02:00:00.000000+00:00",7,"zo\\u00eb","signed_in",null,"10.0.0.1","{}","'
        + "0" * 64
        + '"]'
    )
    assert entry_hash(ENTRY) == hashlib.sha256(text.encode()).hexdigest()


OTHER = {
    "number": 2,
    "at": "2026-11-26T02:00:00.000001+00:00",
    "staff_id": None,
    "username": "zoe",
    "kind": "signed_out",
    "about": "",
    "address": None,
    "details": '{"a":1}',
    "previous": "1" * 64,
}


@pytest.mark.parametrize("column", OTHER)
def test_the_hash_covers_every_column(column: str) -> None:
    assert entry_hash(ENTRY._replace(**{column: OTHER[column]})) != entry_hash(ENTRY)


def test_every_column_is_tried() -> None:
    assert set(OTHER) == set(Entry._fields) - {"hash"}


def test_fields_do_not_run_into_each_other() -> None:
    one = ENTRY._replace(kind="ab", about="c")
    other = ENTRY._replace(kind="a", about="bc")
    assert entry_hash(one) != entry_hash(other)


def test_what_sqlite_lets_somebody_put_in_is_no_fault() -> None:
    assert entry_hash(ENTRY._replace(details=b"{}")) != entry_hash(ENTRY)  # type: ignore[arg-type]


def test_an_entry_as_it_was_written_is_right() -> None:
    first = sealed(ENTRY)
    assert check_entry(first, Anchor()) is None
    second = sealed(ENTRY._replace(number=2, previous=first.hash))
    assert check_entry(second, Anchor(1, first.hash)) is None


@pytest.mark.parametrize(
    ("entry", "before", "found"),
    [
        (sealed(ENTRY)._replace(kind="signed_out"), Anchor(), (1, "changed")),
        (sealed(ENTRY._replace(number=3)), Anchor(1, "a"), (2, "missing")),
        # Hashed anew after a change: its successor no longer fits, and tells.
        (sealed(ENTRY._replace(number=3, previous="b")), Anchor(2, "a"), (2, "changed")),
        (sealed(ENTRY._replace(number=2)), Anchor(5, "a"), (2, "changed")),
    ],
)
def test_what_is_wrong_is_named(entry: Entry, before: Anchor, found: tuple[int, str]) -> None:
    assert check_entry(entry, before) == found


def test_a_moved_entry_is_known_by_its_old_number() -> None:
    moved = sealed(ENTRY)._replace(number=9)
    assert is_moved(moved, 1)
    assert not is_moved(moved, 9)


def test_the_chain_begins_where_dropping_ended() -> None:
    assert anchor_of(None) == Anchor(0, GENESIS)
    assert anchor_of('{"up_to":4,"hash":"ab"}') == Anchor(4, "ab")
    for broken in ("", "[]", "{}", '{"up_to":"x","hash":"ab"}'):
        assert anchor_of(broken) == Anchor(0, GENESIS)
