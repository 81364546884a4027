"""The search through logs finds what was planted, and nothing in what a system really logs."""

import sqlite3
from pathlib import Path

import pytest
from log_leaks import leaks, note_sent, secrets_in, sent, words_in

from nightdesk_desk.log import new_token
from nightdesk_desk.staff.passwords import hash_password

CLEAN = (
    "2026-11-26 13:57:52,123 INFO uvicorn.error: Started server process [4242]\n"
    "2026-11-26 13:57:53,001 ERROR nightdesk_desk.middleware: POST "
    "/api/conversations/{conversation_id}/messages failed: ValueError\n"
    "  /srv/nightdesk/desk/nightdesk_desk/visitor_api.py:117 in send_message\n"
    "model 20261126-101010-kind-otter.tar.gz, sha256 "
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"
)
WORDS = 'I said "zebra",\nand marmalade too'


def test_nothing_is_found_where_nothing_is() -> None:
    assert leaks(CLEAN, [WORDS, "hi", "ERROR"], ["short"]) == []


@pytest.mark.parametrize(
    "planted",
    [
        WORDS,
        repr(WORDS),
        'I said \\"zebra\\",\\nand marmalade too',
        "asked: and marmalade too.",
        # Named: tokens differ each time, and the workers' tests must have one name.
        pytest.param(f"GET /x Authorization: Bearer {new_token()}", id="bearer"),
        pytest.param(f"token {new_token()}", id="token"),
        "Set-Cookie: staff=1",
        "otpauth://totp/x?secret=ABC",
        "postgresql://desk:hunter2@db/desk",
        f"/api/conversations/c_{'aB3-' * 6}/events",
        "the key is sesame-open-1234",
    ],
)
def test_what_is_planted_is_found(planted: str) -> None:
    assert leaks(f"{CLEAN}{planted}\n", [WORDS], ["sesame-open-1234"])


def test_a_password_s_hash_is_found() -> None:
    assert leaks(hash_password("quiet harbour at dawn 7"), [])


def test_secrets_are_known_by_their_names() -> None:
    environment = {"DESK_ENCRYPTION_KEYS": "k1", "X_SECRET": "s", "API_TOKEN": "t", "PATH": "/bin"}
    assert secrets_in(environment) == ["k1", "s", "t"]


def test_what_people_wrote_is_read_from_the_record(empty_database: Path, tmp_path: Path) -> None:
    path = tmp_path / "copy.sqlite3"
    path.write_bytes(empty_database.read_bytes())
    assert words_in(path) == []
    assert words_in(tmp_path / "none.sqlite3") == []
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA foreign_keys=OFF")
        columns = {
            row[1]: row[2] for row in database.execute("PRAGMA table_info(events)") if row[3]
        }
        values = dict.fromkeys(columns, 0) | {"text": WORDS, "sender": "visitor", "passages": "[]"}
        values |= {"quick_replies": "[]", "at": "2026-11-26 00:00:00", "conversation_id": "c"}
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        database.execute(f"INSERT INTO events ({names}) VALUES ({marks})", list(values.values()))
    assert words_in(path) == [WORDS]


def test_what_tests_send_is_noted() -> None:
    note_sent("something that only this test says")
    assert "something that only this test says" in sent()
