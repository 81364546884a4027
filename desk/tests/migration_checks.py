"""What holds of migrations on any database: what both schemas have survives each step."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from alembic import command
from alembic.config import Config
from filled_record import Picture, empty_tables, fill, lost, pairs, picture
from sqlalchemy import Connection, create_engine, pool

from nightdesk_desk.backup.facts import known_schemas
from nightdesk_desk.db import MIGRATIONS, migrate
from nightdesk_desk.models import Base

Begin = Callable[[], AbstractContextManager[Connection]]

GIVEN_UP = {
    # The older table knows no steps and no reports: they would be alerts of their own.
    "0007": lambda before: {
        **before,
        "alerts": [
            row for row in before["alerts"] if row["step_id"] is None and row["kind"] != "report"
        ],
    },
}
"""What the way down from a revision leaves out, knowingly: gives the picture without it."""


def check_every_table_is_filled(begin: Begin) -> None:
    with begin() as connection:
        fill(connection)
        assert empty_tables(connection) == []
        assert set(picture(connection)) == set(Base.metadata.tables)


def check_each_step_down_and_up(url: str, begin: Begin) -> None:
    """From the filled head down, step by step, and from each revision up to the head again."""
    migrate(url)
    with begin() as connection:
        fill(connection)
        before = picture(connection)
    revisions = known_schemas()
    pictures: dict[str, Picture] = {revisions[-1]: before}
    for newer, older in pairs(revisions):
        migrate(url, "-1")
        with begin() as connection:
            after = picture(connection)
        kept = GIVEN_UP.get(newer, lambda same: same)(before)
        assert lost(kept, after) == [], f"down from {newer} to {older}"
        pictures[older] = before = after
    assert pictures["base"] == {}


def check_from_an_older_revision(url: str, begin: Begin, older: str) -> None:
    """A record that was used at `older` comes up to the head with all that it held."""
    migrate(url)
    with begin() as connection:
        fill(connection)
    revisions = known_schemas()
    for _ in revisions[revisions.index(older) + 1 :]:
        migrate(url, "-1")
    with begin() as connection:
        before = picture(connection)
    assert before["conversations"]
    migrate(url)
    with begin() as connection:
        after = picture(connection)
    assert lost(before, after) == []
    assert set(after) == set(Base.metadata.tables)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    # No difference to the models, by whichever way it came here.
    command.check(config)


def beginning(url: str) -> Begin:
    """Give what begins a transaction on the database at `url`."""
    engine = create_engine(url.replace("sqlite+aiosqlite", "sqlite"), poolclass=pool.NullPool)
    return engine.begin
