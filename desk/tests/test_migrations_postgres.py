"""Migrations up and down on a filled database, on PostgreSQL."""

from collections.abc import Iterator

import pytest
from migration_checks import (
    beginning,
    check_each_step_down_and_up,
    check_every_table_is_filled,
    check_from_an_older_revision,
)
from test_postgres import cluster  # noqa: F401  a fixture

from nightdesk_desk.backup.facts import known_schemas
from nightdesk_desk.db import migrate


@pytest.fixture
def url(cluster: str) -> Iterator[str]:  # noqa: F811
    migrate(cluster, "base")
    yield cluster
    migrate(cluster, "base")


def test_every_table_is_filled(url: str) -> None:
    migrate(url)
    check_every_table_is_filled(beginning(url))


def test_what_both_schemas_have_survives_each_step_down(url: str) -> None:
    check_each_step_down_and_up(url, beginning(url))


@pytest.mark.parametrize("older", known_schemas()[:-1])
def test_what_was_used_at_an_older_revision_comes_up_whole(url: str, older: str) -> None:
    check_from_an_older_revision(url, beginning(url), older)
