"""The migration keeps the alerts that are there, and takes back only what came with it."""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config

from nightdesk_desk.db import MIGRATIONS, migrate

ALERT = (
    "INSERT INTO alerts (message_id, kind, address, handover_id, level, state, tries, created_at, "
    "next_at{more}) VALUES ('{id}', '{kind}', 'phone', {case}, 'P1', 'sent', 1, '2026-11-22', "
    "'2026-11-22'{values})"
)


def test_alerts_are_kept_up_and_down(tmp_path: Path) -> None:
    path = tmp_path / "desk.sqlite3"
    url = f"sqlite+aiosqlite:///{path}"
    migrate(url, "0006")
    plain = {"more": "", "values": ""}
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO conversations (id, token_hash, created_at, last_seq, state) "
            "VALUES ('c_1', 'h', '2026-11-22', 0, 'bot')"
        )
        connection.execute(
            "INSERT INTO handovers (id, conversation_id, trigger_seq, reason, level, state, "
            "opened_at, false_alarm) VALUES (1, 'c_1', 1, 'crisis', 'P1', 'open', '2026-11-22', 0)"
        )
        connection.execute(ALERT.format(id="m1", kind="handover", case=1, **plain))
    connection.close()
    migrate(url)
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT message_id, step_id FROM alerts").fetchall()
        assert found == [("m1", None)]
        # The inbox asks for a hand-over's alerts all the time, and the table only grows.
        ask = "EXPLAIN QUERY PLAN SELECT * FROM alerts WHERE handover_id IN (1, 2)"
        assert "ix_alerts_handover_id" in str(connection.execute(ask).fetchall())
        step = {"more": ", step_id", "values": ", 7"}
        connection.execute(ALERT.format(id="m2", kind="handover", case=1, **step))
        connection.execute(ALERT.format(id="m3", kind="report", case="NULL", **plain))
    connection.close()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.downgrade(config, "0006")
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT message_id FROM alerts").fetchall() == [("m1",)]
        indexes = connection.execute("SELECT name FROM sqlite_master WHERE tbl_name = 'alerts'")
        assert {"ix_alerts_open", "ix_alerts_address"} <= {row[0] for row in indexes}
    connection.close()
    migrate(url)
