"""A backup comes back: checked, brought up to date, and what is over stays over."""

import asyncio
import json
import socket
import sqlite3
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from clinic_record import WORDS, in_crisis, in_record, says, signed_in, texts
from desk_in_process import Running
from fake_rasa import FakeRasa
from shell import Shell, at_a_clinic
from sqlalchemy import func, select, update
from test_backup_archive import changed

from nightdesk_desk.alerts.restored import from_backup
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.backup.archive import MANIFEST
from nightdesk_desk.backup.facts import known_schemas
from nightdesk_desk.daily import claim_daily
from nightdesk_desk.db import Database, migrate
from nightdesk_desk.models import Alert, Conversation, Handover, Staff, StaffSession, now
from nightdesk_desk.privacy import deletion, keys
from nightdesk_desk.privacy.keeping import PURGE
from nightdesk_desk.privacy.removal import remove_conversation


@pytest.fixture
def shell(
    tmp_path: Path,
    empty_database: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Shell:
    at_a_clinic(tmp_path, empty_database, monkeypatch)
    return Shell(tmp_path, capsys)


def backed_up(shell: Shell) -> str:
    file = str(shell.folder / "a.backup")
    code, _, err = shell("backup", file)
    assert code == 0, err
    return file


def record_of(shell: Shell) -> Path:
    return shell.folder / "desk.sqlite3"


def left(shell: Shell) -> set[str]:
    """What lies in the folder beside what belongs there."""
    known = {"desk.sqlite3", "clinic.yml", "a.backup"}
    return {path.name for path in shell.folder.iterdir()} - known


def test_it_is_as_it_was_and_the_old_record_is_kept(shell: Shell) -> None:
    shell.record(says)
    before = texts(shell.url)
    file = backed_up(shell)
    shell.record(lambda session: says(session, "said since"))
    code, out, err = shell("restore", file, "--json")
    assert code == 0, err
    said = json.loads(out)
    assert texts(shell.url) == before
    assert "said since" in texts(f"sqlite+aiosqlite:///{said['old']}")
    assert Path(said["old"]).name.startswith("desk.sqlite3.before-")
    assert record_of(shell).stat().st_mode & 0o777 == 0o600
    assert shell("audit", "verify")[0] == 0
    assert said["counts"]["conversations"] == 1

    async def entry(session):  # type: ignore[no-untyped-def]
        return await session.scalar(select(AuditEntry).where(AuditEntry.kind == "backup_restored"))

    details = json.loads(shell.record(entry).details)
    assert details["sha256"] == said["sha256"]
    assert details["follows"] is True
    number, sealed = details["replaced_audit"].split(":")
    assert (int(number) >= 1, len(sealed)) == (True, 64)


@pytest.mark.parametrize("links", [True, False])
def test_it_belongs_to_whom_the_old_one_did(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    shell.record(says)
    file = backed_up(shell)
    given = []
    monkeypatch.setattr("os.chown", lambda path, uid, gid: given.append((Path(path), uid, gid)))
    if not links:

        def none(*_: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr("os.link", none)
    status = record_of(shell).stat()
    code, _, err = shell("restore", file)
    assert code == 0, err
    assert [(uid, gid) for _, uid, gid in given] == [(status.st_uid, status.st_gid)]
    assert WORDS in texts(shell.url)


def test_the_clinics_files_are_put_beside_and_those_that_differ_are_named(shell: Shell) -> None:
    file = backed_up(shell)
    clinic = shell.folder / "clinic.yml"
    clinic.write_text(clinic.read_text().replace("Test Clinic", "New Name"))
    code, out, _ = shell("restore", file, "--json")
    assert code == 0
    said = json.loads(out)
    assert said["differing"] == ["clinic.yml"]
    assert "Test Clinic" in (Path(said["files"]) / "clinic.yml").read_text()
    assert "New Name" in clinic.read_text()


async def test_while_a_desk_runs_it_is_refused_and_nothing_changes(
    running: Running, shell_beside: Shell
) -> None:
    visitor = await running.visitor()
    await visitor.chat("Is it safe?")
    file = str(shell_beside.folder / "a.backup")
    code, _, err = await asyncio.to_thread(shell_beside, "backup", file)
    assert code == 0, err
    await visitor.chat("And later?")
    code, _, err = await asyncio.to_thread(shell_beside, "restore", file)
    assert code == 1
    assert "is in use: stop the desk" in err
    # A check may be made at any time.
    code, out, _ = await asyncio.to_thread(shell_beside, "restore", file, "--check")
    assert code == 0
    assert "is whole" in out
    assert [e["text"] for e in await visitor.events()][2] == "And later?"


@pytest.fixture
def shell_beside(
    running: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """The command line on the record of a desk that runs."""
    folder = running.desk.settings.var
    monkeypatch.setenv("NIGHTDESK_VAR", str(folder))
    monkeypatch.setenv("NIGHTDESK_CLINIC", str(running.desk.settings.clinic_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return Shell(folder, capsys)


async def test_a_desk_serves_the_restored_record_and_goes_on(
    running: Running, rasa: FakeRasa, shell_beside: Shell
) -> None:
    visitor = await running.visitor()
    await visitor.chat("Is it safe?")
    file = str(shell_beside.folder / "a.backup")
    assert (await asyncio.to_thread(shell_beside, "backup", file))[0] == 0
    await running.desk.stop()
    code, _, err = await asyncio.to_thread(shell_beside, "restore", file)
    assert code == 0, err
    db = Database(running.desk.settings.database_url)
    async with db.write() as session:
        await says(session, "after")
    async with db.read() as session:
        assert await session.scalar(select(func.count()).select_from(Conversation)) == 2
    await db.close()


@pytest.mark.parametrize("how", ["cut", "changed", "newer", "counts"])
def test_one_that_is_not_as_it_was_made_changes_nothing(shell: Shell, how: str) -> None:
    shell.record(says)
    file = Path(backed_up(shell))
    if how == "cut":
        file.write_bytes(file.read_bytes()[:-200])
    else:
        said = json.loads(_member(file, MANIFEST))
        if how == "newer":
            said["schema"] = "9999"
        elif how == "counts":
            said["counts"]["events"] += 1
        else:
            said["parts"][0]["sha256"] = "0" * 64
        changed(file, {MANIFEST: json.dumps(said).encode()})
    shell.record(lambda session: says(session, "said since"))
    for words in (("restore", str(file)), ("restore", str(file), "--check")):
        code, out, err = shell(*words)
        assert (code, out) == (1, "")
        why = {"cut": "cut off", "newer": "schema 9999"}.get(how, "changed")
        assert why in err
    assert "said since" in texts(shell.url)
    assert left(shell) == set()


def _member(file: Path, name: str) -> bytes:
    with zipfile.ZipFile(file) as archive:
        return archive.read(name)


@pytest.mark.parametrize("older", [1, 2])
def test_an_older_schema_is_brought_up_to_date(shell: Shell, older: int) -> None:
    shell.record(says)
    for _ in range(older):
        assert shell("migrate", "-1")[0] == 0
    file = backed_up(shell)
    migrate(shell.url)
    code, out, err = shell("restore", file, "--json")
    assert code == 0, err
    assert json.loads(out)["schema"] == known_schemas()[-1]
    assert WORDS in texts(shell.url)


class TestWhatWasDeletedSince:
    def test_goes_again_and_what_is_to_be_deleted_is(self, shell: Shell) -> None:
        gone, stays = shell.record(says), shell.record(says)
        waits, _ = shell.record(in_crisis)
        assert shell.record(lambda session: claim_daily(session, PURGE, now()))
        file = backed_up(shell)
        for each in (gone, waits):
            shell.record(lambda session, each=each: deletion.request_deletion(session, each))
        code, out, _ = shell("restore", file)
        assert code == 0
        assert "deleted again: 1 conversations; 1 are to be deleted" in out

        async def there(session):  # type: ignore[no-untyped-def]
            rows = await session.scalars(select(Conversation))
            return {row.id: row.deletion_requested_at is not None for row in rows}

        assert shell.record(there) == {stays: False, waits: True}
        # What retention deleted since is not named one by one: its purge is due at once.
        assert shell.record(lambda session: claim_daily(session, PURGE, now()))
        assert gone.encode() not in _bytes_of(record_of(shell), "events")

    def test_is_asked_for_where_the_record_is_lost(self, shell: Shell) -> None:
        gone = shell.record(says)
        file = backed_up(shell)
        shell.record(lambda session: remove_conversation(session, gone, {"why": "visitor"}))
        deletions = shell.folder / "deletions.jsonl"
        assert shell("backup", "--deletions", str(deletions))[0] == 0
        record_of(shell).unlink()
        code, _, err = shell("restore", file)
        assert code == 1
        assert "--deletions FILE" in err
        assert not record_of(shell).exists()
        code, out, err = shell("restore", file, "--deletions", str(deletions))
        assert code == 0, err
        assert "deleted again: 1" in out
        assert WORDS not in texts(shell.url)

    def test_is_asked_for_where_the_record_is_another(self, shell: Shell) -> None:
        shell.record(signed_in)
        assert shell("staff", "disable", "maria")[0] == 0
        file = backed_up(shell)
        record_of(shell).unlink()
        migrate(shell.url)
        assert shell("restore", file)[0] == 1
        assert shell("restore", file, "--without-deletions")[0] == 0

    def test_is_read_from_an_export_of_the_audit_record(self, shell: Shell) -> None:
        gone = shell.record(says)
        file = backed_up(shell)
        shell.record(lambda session: remove_conversation(session, gone, {"why": "visitor"}))
        export = shell.folder / "audit.jsonl"
        assert shell("audit", "export", str(export))[0] == 0
        record_of(shell).unlink()
        assert shell("restore", file, "--deletions", str(export))[0] == 0
        assert WORDS not in texts(shell.url)

    def test_a_file_that_says_nothing_of_it_is_refused(self, shell: Shell) -> None:
        file = backed_up(shell)
        wrong = shell.folder / "wrong"
        wrong.write_text('{"at": 1}\n')
        code, _, err = shell("restore", file, "--deletions", str(wrong))
        assert code == 1
        assert "line 1: expected a line of" in err


def _bytes_of(path: Path, table: str) -> bytes:
    with sqlite3.connect(path) as database:
        return repr(database.execute(f"SELECT * FROM {table}").fetchall()).encode()


def test_a_record_that_cannot_be_read_is_replaced_and_kept(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.record(says)
    file = backed_up(shell)
    record_of(shell).write_bytes(b"no database" * 1000)
    with socket.create_server(("127.0.0.1", 0)) as desk:
        # It cannot say whether a desk uses it; what listens where the desk does may be one.
        monkeypatch.setenv("DESK_PORT", str(desk.getsockname()[1]))
        code, _, err = shell("restore", file, "--without-deletions")
        assert code == 1
        assert "a desk listens on port" in err
    code, out, err = shell("restore", file, "--without-deletions", "--json")
    assert code == 0, err
    assert WORDS in texts(shell.url)
    assert Path(json.loads(out)["old"]).read_bytes().startswith(b"no database")


def test_accounts_stay_disabled_and_nobody_is_signed_in(shell: Shell) -> None:
    for name in ("maria", "noor"):
        shell.record(lambda session, name=name: signed_in(session, name))
    file = backed_up(shell)
    assert shell("staff", "disable", "maria")[0] == 0
    code, out, _ = shell("restore", file)
    assert code == 0
    assert "still disabled: maria" in out

    async def look(session):  # type: ignore[no-untyped-def]
        disabled = await session.scalars(
            select(Staff.username).where(Staff.disabled_at.is_not(None))
        )
        return list(disabled), await session.scalar(select(func.count()).select_from(StaffSession))

    assert shell.record(look) == (["maria"], 0)


def test_alerts_sent_since_are_not_sent_again_and_open_ones_say_where_they_come_from(
    shell: Shell,
) -> None:
    shell.record(in_crisis)
    _, other = shell.record(in_crisis)
    file = backed_up(shell)

    async def sent(session):  # type: ignore[no-untyped-def]
        values = {"state": "sent", "ended_at": now()}
        await session.execute(update(Alert).where(Alert.handover_id == other).values(values))

    shell.record(sent)
    code, out, _ = shell("restore", file)
    assert code == 0
    assert "1 were sent since; 1 will be sent, and say that they come from a backup" in out

    async def look(session):  # type: ignore[no-untyped-def]
        alerts = {row.handover_id: row.state for row in await session.scalars(select(Alert))}
        case = await session.get(Handover, other)
        old = await from_backup(session, case.opened_at)
        new = await from_backup(session, now() + timedelta(minutes=1))
        return alerts, old is not None, new

    alerts, old, new = shell.record(look)
    assert alerts == {other - 1: "waiting", other: "sent"}
    assert (old, new) == (True, None)


def test_with_another_key_it_is_restored_and_the_missing_one_is_named(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, other = keys.new_key(), keys.new_key()
    monkeypatch.setenv(keys.VARIABLE, right)
    shell.record(says)
    file = backed_up(shell)
    monkeypatch.setenv(keys.VARIABLE, other)
    _, out, _ = shell("restore", file, "--check")
    assert f"NOT in {keys.VARIABLE} here: {keys.key_id(right)}" in out
    code, out, err = shell("restore", file)
    assert code == 0, err
    assert "2 texts cannot be read with the keys here" in out
    assert keys.key_id(right) in out
    monkeypatch.setenv(keys.VARIABLE, right)
    assert WORDS in texts(shell.url)


def test_into_another_kind_of_database_it_is_refused(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = backed_up(shell)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    code, _, err = shell("restore", file)
    assert code == 1
    assert "a backup is restored into the same kind" in err


def test_a_fault_in_the_middle_leaves_the_record_as_it_was(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.record(says)
    file = backed_up(shell)
    shell.record(lambda session: says(session, "said since"))

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for name in ("do_again", "migrate"):
        with monkeypatch.context() as patched:
            patched.setattr(f"nightdesk_desk.backup.restoring.{name}", fails)
            code, _, err = shell("restore", file)
        assert code == 1
        assert "no space left" in err
        assert "said since" in texts(shell.url)
    assert {name for name in left(shell) if not name.endswith(("-wal", "-shm"))} == set()
    # And it can be written to: nobody holds it any more.
    in_record(shell.url, says)
