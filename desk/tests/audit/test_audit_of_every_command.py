"""Every command that changes or shows data leaves its entry, or says here why it need not.

The commands are read from the command line's own parser: a new one fails here until it is listed.
"""

import argparse
import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from shell import Shell, at_a_clinic
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import log
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.cli import parser
from nightdesk_desk.db import Database
from nightdesk_desk.models import Conversation, Event, Staff, now
from nightdesk_desk.privacy import keys
from nightdesk_desk.staff import sessions

PASSWORD = "quiet harbour 42"
ADD = ("staff", "add", "maria", "--first-name", "Maria", "--password-stdin")
WORDS = "how do you grow marigolds"

Steps = Callable[[Shell], object]


def runs(*commands: str) -> Steps:
    """Give steps that make an account, then run these commands."""

    def steps(shell: Shell) -> None:
        for command in (" ".join(ADD), *commands):
            code, _, err = shell(*command.split())
            assert code == 0, err

    return steps


def ends_sessions(shell: Shell) -> None:
    runs()(shell)

    async def signed_in(session: AsyncSession) -> None:
        await sessions.open_session(session, 1, now())

    shell.record(signed_in)
    assert shell("staff", "sessions", "maria", "--end")[0] == 0


def resets_codes(shell: Shell) -> None:
    runs()(shell)

    async def enrolled(session: AsyncSession) -> None:
        await session.execute(update(Staff).values(totp_secret="x", totp_since=now()))

    shell.record(enrolled)
    assert shell("staff", "reset-totp", "maria")[0] == 0


def lists_examples(shell: Shell) -> None:
    shell.record(_asked)
    code, out, _ = shell("gaps", "list")
    assert code == 0
    assert WORDS in out


def exports(shell: Shell) -> None:
    conversation_id = shell.record(_asked)
    code, _, err = shell("conversations", "export", conversation_id)
    assert code == 0, err


def purges(shell: Shell) -> None:
    async def age(session: AsyncSession) -> None:
        await _asked(session)
        long_ago = now().replace(year=2020, day=1)
        await session.execute(update(Event).values(at=long_ago))
        await session.execute(update(Conversation).values(created_at=long_ago))

    shell.record(age)
    with (shell.folder / "clinic.yml").open("a") as clinic:
        clinic.write("retention: {messages: 365}\n")
    assert shell("purge")[0] == 0


async def _asked(session: AsyncSession) -> str:
    conversation_id, _ = await log.start_conversation(session)
    said = [log.NewEvent("visitor", WORDS), log.NewEvent("bot", "x", "not_in_source:mechanism")]
    await log.append(session, conversation_id, said)
    return conversation_id


NOTED: dict[str, tuple[str, Steps]] = {
    "staff add": ("account_made", runs()),
    "staff password": ("password_set", runs("staff password maria --password-stdin")),
    "staff disable": ("account_disabled", runs("staff disable maria")),
    "staff enable": ("account_enabled", runs("staff disable maria", "staff enable maria")),
    "staff role": ("role_changed", runs("staff role maria lead")),
    "staff reset-totp": ("totp_reset", resets_codes),
    "staff sessions": ("sessions_ended", ends_sessions),
    "gaps": ("examples_listed", lists_examples),
    "gaps list": ("examples_listed", lists_examples),
    "audit list": ("audit_viewed", runs("audit list")),
    "audit export": (
        "audit_exported",
        lambda shell: shell("audit", "export", str(shell.folder / "a.csv")),
    ),
    "conversations export": ("conversation_exported", exports),
    "purge": ("conversation_deleted", purges),
    "keys rotate": ("keys_rotated", lambda shell: _rotates(shell)),
    "backup": ("backup_made", lambda shell: _backs_up(shell)),
    "restore": ("backup_restored", lambda shell: _restores(shell)),
}
"""What each command leaves in the record, and the steps that lead to it."""

ELSEWHERE = {
    "gaps place": "tests/test_gaps_commands.py: draft_placed",
    "alerts test": "tests/alerts/test_alert_audit.py: alert_drill",
}
"""Those whose entry another test shows, since they need files or a network."""

NOT_NOTED = {
    "serve": "what the desk does while it serves is noted by itself",
    "migrate": "changes the form of the tables; the record itself may be what it makes or removes",
    "staff list": "accounts, nothing of visitors; each change is noted",
    "gaps drafts": "words of the clinic, for visitors",
    "alerts list": "addresses of the clinic's own",
    "alerts on-call": "who is on call, from clinic.yml",
    "audit verify": "shows a number and a hash; must work where nothing can be written",
    "audit head": "shows a number and a hash; must work where nothing can be written",
    "keys new": "stores and changes nothing",
    "keys ids": "shows names made from hashes of the keys that are set",
}
"""Why a command leaves nothing."""


def _rotates(shell: Shell) -> None:
    shell.record(_asked)
    assert shell("keys", "rotate")[0] == 0


def _backs_up(shell: Shell) -> str:
    shell.record(_asked)
    file = str(shell.folder / "a.backup")
    code, _, err = shell("backup", file)
    assert code == 0, err
    return file


def _restores(shell: Shell) -> None:
    code, _, err = shell("restore", _backs_up(shell))
    assert code == 0, err


def commands(of: argparse.ArgumentParser, words: str = "") -> Iterator[str]:
    """Give the words of every command that can be run."""
    parts = [a for a in of._actions if isinstance(a, argparse._SubParsersAction)]
    for part in parts:
        for name, each in part.choices.items():
            yield from commands(each, f"{words} {name}".strip())
    if not parts or "run" in of._defaults:
        yield words


def test_every_command_is_in_one_of_the_lists() -> None:
    found = set(commands(parser()))
    assert len(found) > 20
    assert found == NOTED.keys() | ELSEWHERE.keys() | NOT_NOTED.keys()
    assert len(found) == len(NOTED) + len(ELSEWHERE) + len(NOT_NOTED)


def test_what_is_shown_elsewhere_is() -> None:
    tests = Path(__file__).parent.parent
    for where in ELSEWHERE.values():
        path, _, kind = where.removeprefix("tests/").partition(": ")
        assert f'"{kind}"' in (tests / path).read_text()


@pytest.mark.parametrize("command", NOTED)
def test_it_is_noted_under_the_command_lines_name(
    command: str,
    tmp_path: Path,
    empty_database: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    at_a_clinic(tmp_path, empty_database, monkeypatch)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(readline=lambda: f"{PASSWORD}\n"))
    shell = Shell(tmp_path, capsys)
    kind, steps = NOTED[command]
    if command == "keys rotate":
        monkeypatch.setenv(keys.VARIABLE, keys.new_key())
    steps(shell)

    async def read() -> list[AuditEntry]:
        database = Database(shell.url)
        async with database.read() as session:
            found = list(await session.scalars(select(AuditEntry)))
        await database.close()
        return found

    entries = asyncio.run(read())
    [entry, *_] = [each for each in entries if each.kind == kind]
    assert entry.username == "command line"
    assert WORDS not in json.dumps([each.details for each in entries])
