"""`nightdesk purge`, `nightdesk conversations export` and `nightdesk keys`."""

import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from audit_database import tamper
from running_system import free_ports
from shell import Shell, at_a_clinic
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import handovers, log
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.decide import Call
from nightdesk_desk.log import NewEvent
from nightdesk_desk.models import Contact, Event, now
from nightdesk_desk.privacy import purge
from nightdesk_desk.privacy.keys import Keys, new_key

RETENTION = "retention: {messages: 30, contacts: 10, audit: 2190}\n"


class ClinicShell(Shell):
    """The command line of a clinic of its own."""

    @property
    def clinic(self) -> Path:
        return self.folder / "clinic.yml"


@pytest.fixture
def shell(
    tmp_path: Path,
    empty_database: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> ClinicShell:
    at_a_clinic(tmp_path, empty_database, monkeypatch)
    monkeypatch.delenv("DESK_ENCRYPTION_KEYS", raising=False)
    return ClinicShell(tmp_path, capsys)


async def a_chat(session: AsyncSession, days: int = 0) -> str:
    conversation_id, _ = await log.start_conversation(session)
    said = [NewEvent("visitor", "is it safe?"), NewEvent("bot", "Ask us.", "answer:x")]
    await log.append(session, conversation_id, said)
    await handovers.open_or_raise(session, conversation_id, 1, Call("medical_advice", "P2"))
    session.add(Contact(conversation_id=conversation_id, phone="555-010-0100", name="Ada"))
    if days:
        case = await handovers.unresolved(session, conversation_id)
        assert case is not None
        case.state, case.resolved_at = "resolved", now() - timedelta(days=days)
        case.note = "Called back."
        at = now() - timedelta(days=days)
        await session.execute(update(Event).values(at=at))
        await session.execute(update(Contact).values(consent_at=at))
    return conversation_id


def test_nothing_is_set_nothing_goes(shell: ClinicShell) -> None:
    shell.record(lambda session: a_chat(session, 400))
    code, out, _ = shell("purge")
    assert code == 0
    assert "everything is kept" in out
    assert shell("purge", "--json")[1].count('"days": null') == 3


def test_a_dry_run_says_what_would_go_by_kind_and_age(shell: ClinicShell) -> None:
    shell.clinic.write_text(shell.clinic.read_text() + RETENTION)
    shell.record(lambda session: a_chat(session, 40))
    for _ in range(2):
        code, out, err = shell("purge", "--dry-run")
        assert (code, err) == (0, "")
        conversations, contacts, entries = out.splitlines()
        assert conversations.startswith("conversations: 1 older than 30 days would go, from 20")
        assert contacts.startswith("contact details: 1 older than 10 days would go")
        assert entries == "audit entries: none older than 2190 days"
    found = json.loads(shell("purge", "--dry-run", "--json")[1])
    assert (found["dry_run"], found["messages"]["old"], found["messages"]["deleted"]) == (
        True,
        1,
        None,
    )
    assert found["messages"]["oldest"] == found["messages"]["newest"]


def test_a_purge_tells_how_far_it_is_and_what_is_gone(shell: ClinicShell) -> None:
    shell.clinic.write_text(shell.clinic.read_text() + RETENTION)
    shell.record(lambda session: a_chat(session, 40))
    code, out, err = shell("purge")
    assert code == 0
    assert out.splitlines() == [
        "conversations: 1 older than 30 days deleted",
        "contact details: 0 older than 10 days deleted",
        "audit entries: 0 older than 2190 days deleted",
    ]
    assert err == "conversations: 1 of 1 deleted\n"
    found = json.loads(shell("purge", "--json")[1])
    assert found["messages"] == {
        "days": 30,
        "old": 0,
        "oldest": None,
        "newest": None,
        "deleted": 0,
    }


def test_settings_that_are_wrong_delete_nothing(shell: ClinicShell) -> None:
    shell.clinic.write_text(shell.clinic.read_text() + "retention: {messages: 0}\n")
    shell.record(lambda session: a_chat(session, 40))
    code, _, err = shell("purge")
    assert code == 1
    assert "retention.messages" in err
    assert "whole days, 1 to 36500" in err
    assert shell.record(lambda session: session.scalar(select(Event.seq))) == 1


def test_one_conversation_is_exported_with_all_that_belongs_to_it(
    shell: ClinicShell, tmp_path: Path
) -> None:
    conversation_id = shell.record(lambda session: a_chat(session, 1))
    code, out, _ = shell("conversations", "export", conversation_id)
    assert code == 0
    for part in ("TRANSCRIPT", "is it safe?", "outcome: answer:x", "Called back.", "Ada"):
        assert part in out
    target = tmp_path / "one.json"
    assert shell("conversations", "export", conversation_id, "--json", str(target))[0] == 0
    found = json.loads(target.read_text())
    assert [event["from"] for event in found["events"]] == ["visitor", "bot"]
    assert found["handovers"][0]["triggers"][0]["reason"] == "medical_advice"
    assert found["contacts"][0]["phone"] == "555-010-0100"
    printed = json.loads(shell("conversations", "export", conversation_id, "--json")[1])
    # Each export notes itself once it is read.
    assert [act["what"] for act in printed["acts"]].count("conversation_exported") == 2
    noted = select(AuditEntry.username).where(AuditEntry.kind == "conversation_exported")

    async def who(session: AsyncSession) -> list[str | None]:
        return list(await session.scalars(noted))

    assert shell.record(who) == ["command line"] * 3


def test_an_unknown_conversation_is_said_to_be_none(shell: ClinicShell, tmp_path: Path) -> None:
    target = tmp_path / "one.json"
    for more in ([], ["--json"], ["--json", str(target)]):
        code, out, err = shell("conversations", "export", "c_nobody", *more)
        assert (code, out) == (1, "")
        assert err == "nightdesk conversations: there is no such conversation\n"
    assert not target.exists()


def test_an_export_is_a_new_file_for_its_owner_alone(shell: ClinicShell, tmp_path: Path) -> None:
    conversation_id = shell.record(a_chat)
    target = tmp_path / "one.json"
    command = ("conversations", "export", conversation_id, "--json", str(target))
    assert shell(*command)[0] == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    target.write_text("mine")
    code, _, err = shell(*command)
    assert code == 1
    assert f"{target} is there already: name a new file" in err
    assert target.read_text() == "mine"
    noted = select(func.count()).where(AuditEntry.kind == "conversation_exported")
    assert shell.record(lambda session: session.scalar(noted)) == 1


def test_a_broken_audit_entry_does_not_stop_an_export(shell: ClinicShell, tmp_path: Path) -> None:
    conversation_id = shell.record(a_chat)
    tamper(
        f"sqlite+aiosqlite:///{tmp_path / 'desk.sqlite3'}",
        "UPDATE audit_entries SET details = 'x' WHERE kind = 'handover_opened'",
    )
    code, out, err = shell("conversations", "export", conversation_id, "--json")
    assert code == 0, err
    assert json.loads(out)["acts"][0]["details"] == {"not_json": "x"}


def test_what_could_not_be_deleted_is_said_and_the_rest_is_gone(
    shell: ClinicShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.clinic.write_text(shell.clinic.read_text() + RETENTION)
    shell.record(lambda session: a_chat(session, 40))

    async def fails(*_: object) -> None:
        raise OperationalError("delete", {}, Exception("secret words"))

    monkeypatch.setattr(purge, "remove_conversation", fails)
    code, out, err = shell("purge")
    assert code == 1
    assert "conversations: 0 older" in out
    assert "contact details: 1 older than 10 days deleted" in out
    assert "conversations: 1 could not be deleted (OperationalError)" in err
    assert "secret" not in err


def test_a_file_that_cannot_be_written_is_named(shell: ClinicShell) -> None:
    conversation_id = shell.record(a_chat)
    code, _, err = shell("conversations", "export", conversation_id, "--json", "/no/such/file")
    assert code == 1
    assert "/no/such/file: No such file" in err


def test_a_new_key_is_one(shell: ClinicShell) -> None:
    code, out, _ = shell("keys", "new")
    assert code == 0
    assert Keys((out.strip(),)).read(Keys((out.strip(),)).stored("x")) == "x"
    assert shell("keys", "new")[1] != out


def test_keys_are_rotated_once_they_are_set(
    shell: ClinicShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.record(a_chat)
    code, _, err = shell("keys", "rotate")
    assert code == 1
    assert "DESK_ENCRYPTION_KEYS is not set" in err
    monkeypatch.setenv("DESK_ENCRYPTION_KEYS", new_key())
    code, out, err = shell("keys", "rotate", "--dry-run", "--json")
    assert (code, err) == (0, "")
    # Two messages, a name and a phone number.
    expected = {"dry_run": True, "first": 0, "other": 0, "plain": 4, "unreadable": 0}
    assert json.loads(out) == expected
    code, out, err = shell("keys", "rotate")
    assert code == 0
    assert "4  not encrypted" in out
    assert err.splitlines()[-1] == "4 of 4 encrypted anew"
    assert json.loads(shell("keys", "rotate", "--json")[1])["first"] == 4
    # Another key alone: nothing is readable, nothing is changed, and the exit status says so.
    monkeypatch.setenv("DESK_ENCRYPTION_KEYS", new_key())
    code, out, _ = shell("keys", "rotate", "--json")
    assert (code, json.loads(out)["unreadable"]) == (1, 4)


def test_a_wrong_key_is_named_without_showing_it(
    shell: ClinicShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_ENCRYPTION_KEYS", "not-a-key-at-all")
    for command in (["purge"], ["keys", "rotate"], ["conversations", "export", "c_1"], ["serve"]):
        code, _, err = shell(*command)
        assert code == 1
        assert "DESK_ENCRYPTION_KEYS: key 1 of 1 is not a Fernet key" in err
        assert "not-a-key-at-all" not in err


def test_the_desk_does_not_serve_what_it_cannot_read(
    shell: ClinicShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_ENCRYPTION_KEYS", new_key())
    shell.record(a_chat)
    monkeypatch.delenv("DESK_ENCRYPTION_KEYS")
    code, _, err = shell("serve", "--port", str(free_ports(1)[0]))
    assert code == 1
    assert "The record holds encrypted messages, and DESK_ENCRYPTION_KEYS is not set" in err


@pytest.mark.parametrize("command", [["purge"], ["conversations", "export"], ["keys", "rotate"]])
def test_each_command_has_help(shell: ClinicShell, command: list[str]) -> None:
    code, out, _ = shell(*command, "--help")
    assert code == 0
    assert "usage:" in out
