"""Migrations up and down on a filled database, on SQLite."""

from pathlib import Path

import pytest
from filled_record import lost
from migration_checks import (
    beginning,
    check_each_step_down_and_up,
    check_every_table_is_filled,
    check_from_an_older_revision,
)

from nightdesk_desk.backup.facts import known_schemas
from nightdesk_desk.db import migrate


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'desk.sqlite3'}"


def test_every_table_is_filled(url: str) -> None:
    migrate(url)
    check_every_table_is_filled(beginning(url))


def test_what_both_schemas_have_survives_each_step_down(url: str) -> None:
    check_each_step_down_and_up(url, beginning(url))


@pytest.mark.parametrize("older", known_schemas()[:-1])
def test_what_was_used_at_an_older_revision_comes_up_whole(url: str, older: str) -> None:
    check_from_an_older_revision(url, beginning(url), older)


def test_whatever_is_lost_is_seen() -> None:
    row, other = {"id": 1, "text": "a"}, {"id": 1, "text": "b"}
    assert lost({"t": [row]}, {"t": [row]}) == []
    assert lost({"t": [row]}, {"t": [row | {"new": 1}]}) == []
    assert lost({"t": [row | {"old": 1}]}, {"t": [row]}) == []
    assert lost({"t": [row], "gone": [row]}, {"t": [row]}) == []
    assert lost({"t": [row]}, {"t": []}) == ["t: all 1 rows"]
    assert lost({"t": [row]}, {"t": [other]}) == ["t: [1, 'a']", "t: new [1, 'b']"]
