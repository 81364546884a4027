"""Backup and restore on PostgreSQL, with the installed server's own programs."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from clinic_record import WORDS, says, texts
from desk_in_process import Running, started
from fake_rasa import FakeRasa
from shell import Shell, at_a_clinic
from sqlalchemy import Connection, create_engine, pool, text
from test_postgres import cluster  # noqa: F401  a fixture

from nightdesk_desk.app import create_app
from nightdesk_desk.backup import postgres
from nightdesk_desk.backup.archive import BackupError
from nightdesk_desk.backup.facts import known_schemas
from nightdesk_desk.db import migrate
from nightdesk_desk.privacy.removal import remove_conversation
from nightdesk_desk.settings import Settings


def connected(url: str) -> Connection:
    """A connection that is gone when it is closed: who stays connected keeps a restore away."""
    return create_engine(url, poolclass=pool.NullPool).connect()


@pytest.fixture
def url(cluster: str) -> str:  # noqa: F811
    """A new record on the cluster."""
    with connected(cluster) as connection, connection.begin():
        for schema in ("public", postgres.NEW, postgres.WAITING):
            connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    migrate(cluster)
    return cluster


@pytest.fixture
def shell(
    url: str,
    tmp_path: Path,
    empty_database: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Shell:
    at_a_clinic(tmp_path, empty_database, monkeypatch)
    monkeypatch.setenv("DATABASE_URL", url.replace("+psycopg", ""))
    made = Shell(tmp_path, capsys)
    made.url = url
    return made


@pytest_asyncio.fixture
async def desk(url: str, settings: Settings, rasa: FakeRasa) -> AsyncIterator[Running]:
    async with started(create_app(replace(settings, database_url=url, rasa_url=rasa.url))) as desk:
        yield desk


def test_it_comes_back_without_what_was_deleted_since(shell: Shell) -> None:
    stays, gone = shell.record(says), shell.record(lambda s: says(s, "deleted since"))
    file = str(shell.folder / "a.backup")
    code, out, err = shell("backup", file, "--json")
    assert code == 0, err
    assert json.loads(out)["counts"]["events"] == 4
    shell.record(lambda s: remove_conversation(s, gone, {"why": "visitor"}))
    shell.record(lambda s: says(s, "said since"))
    code, out, err = shell("restore", file, "--check")
    assert code == 0, err
    code, out, err = shell("restore", file, "--json")
    assert code == 0, err
    said = json.loads(out)
    assert said["again"]["deleted"] == 1
    assert texts(shell.url) == [WORDS, "An answer."]
    assert shell("audit", "verify")[0] == 0
    # Its guard came with it: the record cannot be changed.
    with connected(shell.url) as connection:
        kept = said["old"].removeprefix("schema ")
        rows = connection.execute(text(f"SELECT count(*) FROM {kept}.events"))
        assert rows.scalar() == 4
        with pytest.raises(Exception, match="audit"):
            connection.execute(text("DELETE FROM audit_entries"))
    # And it goes on from there.
    shell.record(lambda s: says(s, "after"))
    assert stays
    assert shell("backup", str(shell.folder / "b.backup"))[0] == 0


def test_an_older_schema_is_brought_up_to_date(shell: Shell) -> None:
    shell.record(says)
    assert shell("migrate", "-1")[0] == 0
    file = str(shell.folder / "a.backup")
    assert shell("backup", file)[0] == 0
    code, out, err = shell("restore", file, "--json")
    assert code == 0, err
    assert json.loads(out)["schema"] == known_schemas()[-1]
    assert WORDS in texts(shell.url)


async def test_while_a_desk_runs_it_is_backed_up_and_not_replaced(
    desk: Running, shell: Shell
) -> None:
    visitor = await desk.visitor()
    stop, sent = asyncio.Event(), [0]

    async def talks() -> None:
        while not stop.is_set():
            sent[0] = (await visitor.say(f"message {sent[0]}")).json()["seq"]

    talking = asyncio.create_task(talks())
    while sent[0] < 10:
        await asyncio.sleep(0.05)
    before = sent[0]
    file = str(shell.folder / "a.backup")
    code, out, err = await asyncio.to_thread(shell, "backup", file, "--json")
    stop.set()
    await talking
    assert code == 0, err
    assert json.loads(out)["counts"]["events"] >= before
    code, _, err = await asyncio.to_thread(shell, "restore", file)
    assert code == 1
    assert "others are connected to this database" in err
    assert (await visitor.events())[0]["text"] == "message 0"


def test_a_dump_that_fails_half_way_leaves_the_record_as_it_was(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.record(says)
    file = str(shell.folder / "a.backup")
    assert shell("backup", file)[0] == 0
    shell.record(lambda s: says(s, "said since"))

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("nightdesk_desk.backup.restoring.do_again", fails)
        assert shell("restore", file)[0] == 1
    assert "said since" in texts(shell.url)
    with connected(shell.url) as connection:
        found = connection.execute(text("SELECT nspname FROM pg_namespace")).scalars()
        assert not {postgres.NEW, postgres.WAITING} & set(found)


def test_without_its_programs_it_says_what_to_install(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(postgres, "DEBIANS", tmp_path / "none")
    monkeypatch.setattr("shutil.which", lambda _name: None)
    code, _, err = shell("backup", str(shell.folder / "a.backup"))
    assert code == 1
    assert "pg_dump is not on this machine: install PostgreSQL's client programs" in err
    assert not (shell.folder / "a.backup").exists()


def program_of_version(folder: Path, version: str) -> None:
    path = folder / version / "bin" / "pg_dump"
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}.4'\n")
    path.chmod(0o755)


def test_the_program_must_not_be_older_than_the_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for version in ("14", "16", "17"):
        program_of_version(tmp_path, version)
    monkeypatch.setattr(postgres, "DEBIANS", tmp_path)
    monkeypatch.setattr("shutil.which", lambda _name: None)
    chosen = {
        server: postgres.program("pg_dump", server).parent.parent.name
        for server in ("14.2", "15.18 (Debian 15.18-0+deb12u1)", "16.0")
    }
    assert list(chosen.values()) == ["14", "16", "16"]
    with pytest.raises(BackupError, match="version 17, and the server is 18"):
        postgres.program("pg_dump", "18beta1")


def test_the_password_is_in_no_command() -> None:
    address, environment = postgres._call("postgresql+psycopg://a:secret@h:1/d?sslmode=require")
    assert "secret" not in address
    assert address == "postgresql://a@h:1/d?sslmode=require"
    assert environment["PGPASSWORD"] == "secret"
