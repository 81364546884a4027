"""A backup made while a desk writes: a record of one moment, with all that was acknowledged."""

import asyncio
import json
import os
import resource
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from clinic_record import WORDS, backups_in, in_crisis, in_record, says, signed_in
from desk_in_process import Running, Visitor
from shell import Shell, at_a_clinic
from sqlalchemy import select

from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.backup import making
from nightdesk_desk.backup.archive import read_manifest, unpack
from nightdesk_desk.backup.facts import known_schemas
from nightdesk_desk.backup.making import make
from nightdesk_desk.models import Event, now
from nightdesk_desk.privacy import keys
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


async def test_whatever_was_acknowledged_before_is_in_it_and_it_is_a_prefix(
    running: Running, tmp_path: Path
) -> None:
    visitors = [await running.visitor() for _ in range(8)]
    stop = asyncio.Event()
    acknowledged: dict[str, int] = {}

    async def talks(visitor: Visitor) -> None:
        number = 0
        while not stop.is_set():
            answer = await visitor.say(f"{visitor.id} {number}")
            assert answer.status_code == 202
            acknowledged[visitor.id] = answer.json()["seq"]
            number += 1

    talking = [asyncio.create_task(talks(visitor)) for visitor in visitors]
    async with asyncio.timeout(60):
        while len(acknowledged) < len(visitors) or sum(acknowledged.values()) < 100:
            await asyncio.sleep(0.05)
    before = dict(acknowledged)
    target = tmp_path / "while.backup"
    made = await asyncio.to_thread(make, running.desk.settings, target, now())
    after = dict(acknowledged)
    stop.set()
    await asyncio.gather(*talking)
    # They did write meanwhile.
    assert sum(after.values()) > sum(before.values())
    unpack(target, tmp_path / "out")
    record = sqlite3.connect(tmp_path / "out" / "desk.sqlite3")
    kept = record.execute("SELECT conversation_id, seq, text FROM events ORDER BY 1, 2").fetchall()
    record.close()
    async with running.desk.db.read() as session:
        whole = await session.execute(
            select(Event.conversation_id, Event.seq, Event.text).order_by(
                Event.conversation_id, Event.seq
            )
        )
        log = [tuple(row) for row in whole]
    for visitor in visitors:
        theirs = [row for row in kept if row[0] == visitor.id]
        assert theirs == [row for row in log if row[0] == visitor.id][: len(theirs)]
        assert [seq for _, seq, _ in theirs] == list(range(1, len(theirs) + 1))
        assert len(theirs) >= before[visitor.id]
    assert made.manifest.counts["events"] == len(kept)


def test_it_is_noted_named_and_for_its_owner_alone(shell: Shell) -> None:
    shell.record(says)
    code, out, err = shell("backup", "--json")
    assert code == 0, err
    said = json.loads(out)
    path = Path(said["file"])
    assert path.parent == shell.folder / "backups"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert backups_in(path.parent) == list(path.parent.iterdir())
    assert said["counts"]["conversations"] == 1
    assert said["keys"] == {"by_id": {}, "plain": 2, "unreadable": 0}
    names = [part["name"] for part in said["parts"]]
    assert names[:2] == ["desk.sqlite3", "files/clinic.yml"]
    assert "files/data/review.yml" in names

    async def entry(session):  # type: ignore[no-untyped-def]
        return await session.scalar(select(AuditEntry).where(AuditEntry.kind == "backup_made"))

    details = json.loads(shell.record(entry).details)
    assert (details["sha256"], details["file"]) == (said["sha256"], path.name)
    assert WORDS not in out
    for step in ("Copying the database", "Checking the copy", "Writing the archive"):
        assert f"✓ {step}" in err


def test_what_is_encrypted_stays_so_and_the_keys_are_named_not_kept(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = keys.new_key(), keys.new_key()
    for value in (old, f"{new},{old}"):
        monkeypatch.setenv(keys.VARIABLE, value)
        shell.record(says)
    code, out, _ = shell("backup", str(shell.folder / "a.backup"))
    assert code == 0
    ids = {keys.key_id(old), keys.key_id(new)}
    assert read_manifest(shell.folder / "a.backup").keys.by_id == dict.fromkeys(ids, 2)
    assert "The keys are NOT in it" in out
    assert all(name in out for name in ids)
    _, listed, _ = shell("keys", "ids")
    assert [line.split()[0] for line in listed.splitlines()] == [keys.key_id(new), keys.key_id(old)]
    unpack(shell.folder / "a.backup", shell.folder / "out")
    inside = (shell.folder / "out" / "desk.sqlite3").read_bytes()
    assert WORDS.encode() not in inside
    everything = (shell.folder / "a.backup").read_bytes() + inside
    assert old.encode() not in everything
    assert new.encode() not in everything
    # A key that is not here cannot be named; that it is needed is said.
    monkeypatch.setenv(keys.VARIABLE, new)
    _, out, _ = shell("backup", str(shell.folder / "b.backup"))
    assert "2 texts need a key that is not in" in out


def test_what_was_deleted_is_not_in_it(shell: Shell) -> None:
    shell.record(says)
    database = sqlite3.connect(shell.folder / "desk.sqlite3")
    database.execute("DELETE FROM events")
    database.commit()
    database.close()
    assert shell("backup", str(shell.folder / "a.backup"))[0] == 0
    unpack(shell.folder / "a.backup", shell.folder / "out")
    assert WORDS.encode() not in (shell.folder / "out" / "desk.sqlite3").read_bytes()


def test_of_a_folders_backups_the_newest_are_kept(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shell.folder / "mine"
    folder.mkdir()
    for day in range(4):
        (folder / f"nightdesk-2026010{day + 1}T000000Z.backup").write_bytes(b"old")
    (folder / "notes.txt").write_text("kept")
    code, out, _ = shell("backup", str(folder), "--keep", "2", "--json")
    assert code == 0
    assert len(json.loads(out)["removed"]) == 3
    assert len(backups_in(folder)) == 2
    assert (folder / "notes.txt").exists()
    # Only for one that was made.
    monkeypatch.setattr(making, "write_archive", fails)
    assert shell("backup", str(folder), "--keep", "1")[0] == 1
    assert len(backups_in(folder)) == 2


def fails(*_: object, **__: object) -> None:
    raise OSError(5, "Input/output error")


@pytest.mark.parametrize("step", ["write_archive", "note", "place"])
def test_whatever_fails_no_file_has_the_name_and_nothing_is_left(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = sorted(shell.folder.iterdir())
    monkeypatch.setattr(making, step, fails)
    code, out, err = shell("backup", str(shell.folder / "a.backup"))
    assert (code, out) == (1, "")
    assert "Input/output error" in err.splitlines()[-1]
    left = [path for path in shell.folder.iterdir() if not path.name.endswith(("-wal", "-shm"))]
    assert sorted(left) == before


def test_a_disk_without_room_is_said_and_leaves_nothing(shell: Shell) -> None:
    for _ in range(200):
        shell.record(lambda session: says(session, os.urandom(4000).hex()[:2000]))

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    done = subprocess.run(
        [sys.executable, "-m", "nightdesk_desk.cli", "backup", str(shell.folder / "a.backup")],
        preexec_fn=small,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("nightdesk backup: ")
    assert not [path for path in shell.folder.iterdir() if "backup" in path.name]


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("backup", "FOLDER/no/a.backup"), 1, "there is no folder"),
        (("backup", "FOLDER/clinic.yml"), 1, "is there already"),
        (("backup", "FOLDER/a.backup", "--keep", "3"), 2, "--keep needs a folder"),
        (("backup", "--keep", "0"), 2, "whole number above 0"),
        (("backup", "a", "--deletions", "b"), 2, "--deletions takes"),
    ],
)
def test_wrong_use_is_said(shell: Shell, words: tuple[str, ...], code: int, why: str) -> None:
    got, _, err = shell(*(word.replace("FOLDER", str(shell.folder)) for word in words))
    assert got == code
    assert why in err


def test_without_a_record_there_is_nothing_to_back_up(shell: Shell) -> None:
    (shell.folder / "desk.sqlite3").unlink()
    code, _, err = shell("backup", str(shell.folder / "a.backup"))
    assert code == 1
    assert "there is no database" in err
    assert not (shell.folder / "desk.sqlite3").exists()


def test_a_record_whose_audit_was_changed_is_not_passed_off_as_whole(shell: Shell) -> None:
    shell.record(signed_in)
    assert shell("staff", "disable", "maria")[0] == 0
    database = sqlite3.connect(shell.folder / "desk.sqlite3")
    for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='trigger'"):
        database.execute(f"DROP TRIGGER {name}")
    database.execute("UPDATE audit_entries SET kind = 'signed_in'")
    database.commit()
    database.close()
    code, _, err = shell("backup", str(shell.folder / "a.backup"))
    assert code == 1
    assert "the audit record is not whole" in err


def test_deletions_are_written_without_words(shell: Shell) -> None:
    gone = shell.record(says)
    shell.record(lambda session: remove_conversation(session, gone, {"why": "visitor"}))
    code, out, _ = shell("backup", "--deletions", "-")
    [line] = out.splitlines()
    assert code == 0
    assert json.loads(line).keys() == {"at", "kind", "about"}
    assert json.loads(line)["about"] == gone
    file = shell.folder / "deletions.jsonl"
    assert shell("backup", "--deletions", str(file))[0] == 0
    assert file.read_text() == out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert shell("backup", "--deletions", str(file))[0] == 1


def test_it_backs_up_before_an_upgrade_changes_the_schema(shell: Shell) -> None:
    in_record(shell.url, in_crisis)
    assert shell("migrate", "-1")[0] == 0
    code, out, err = shell("backup", str(shell.folder / "a.backup"), "--json")
    assert code == 0, err
    assert json.loads(out)["schema"] == known_schemas()[-2]
