"""`nightdesk purge` and `nightdesk conversations export`: what is old goes, one chat is taken out.

Exit codes: 0 done, 1 it could not be done, 2 wrong use.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from nightdesk_contract.answers import AnswerError
from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.clinic import Clinic, ClinicError, load_clinic
from nightdesk_contract.clinic_retention import Retention
from nightdesk_contract.texts import TextsError
from sqlalchemy.exc import SQLAlchemyError

from nightdesk_desk.audit.record import note
from nightdesk_desk.db import Database, migrate
from nightdesk_desk.desk import Desk
from nightdesk_desk.models import now
from nightdesk_desk.new_file import new_file
from nightdesk_desk.privacy.export import EXPORTED, as_json, as_text, read_export
from nightdesk_desk.privacy.purge import Kind, look, purge
from nightdesk_desk.settings import Settings

NOTHING_SET = (
    "clinic.yml sets no days under `retention`: everything is kept (docs/privacy.md explains it)."
)

_COUNTED = {"messages": "conversations", "contacts": "contact details", "audit": "audit entries"}


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both commands. Each parser's default `run` takes the arguments, gives the code."""
    purging = subparsers.add_parser(
        "purge",
        help="delete what is older than clinic.yml's `retention` says",
        description="Deletes conversations, contact details and audit entries that are older than "
        "the days under `retention` in clinic.yml, in small steps: the desk may run meanwhile, and "
        "does the same by itself once a day. A conversation with an open hand-over stays. Exit "
        "status 1 when something could not be deleted; the rest is.",
    )
    purging.add_argument("--dry-run", action="store_true", help="only say what would go")
    purging.add_argument("--json", action="store_true", help="print JSON")
    purging.set_defaults(run=_purge)
    conversations = subparsers.add_parser(
        "conversations", help="export one conversation with all that belongs to it"
    )
    commands = conversations.add_subparsers(
        dest="conversations_command", required=True, metavar="COMMAND"
    )
    exporting = commands.add_parser(
        "export",
        help="print or write one conversation",
        description="Gives the transcript with times, outcomes and sources, hand-overs, acts, "
        "contact details and notes. The audit record notes it. The id stands in the address of the "
        "conversation's page in the inbox.",
    )
    exporting.add_argument("id", metavar="ID", help="the conversation's id (c_…)")
    form = exporting.add_mutually_exclusive_group()
    form.add_argument("--text", action="store_true", help="print text (the default)")
    form.add_argument(
        "--json",
        nargs="?",
        const="-",
        metavar="FILE",
        help="write JSON to FILE, a new file that only you can read, or print it",
    )
    exporting.set_defaults(run=_export)


def _purge(arguments: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    try:
        clinic = load_clinic(settings.clinic_path)
        migrate(settings.database_url)
        failures: list[str] = []
        kinds, gone = asyncio.run(
            _look_and_purge(settings, clinic, failures, dry=arguments.dry_run)
        )
    except ClinicError as error:
        return _refuse("purge", str(error))
    except (SQLAlchemyError, OSError) as error:
        return _refuse("purge", f"the database cannot be used ({type(error).__name__})")
    if arguments.json:
        rows = {kind.name: _row(kind, gone) for kind in kinds}
        print(json.dumps({"dry_run": arguments.dry_run, **rows}, indent=1))
    elif not clinic.retention.anything:
        print(NOTHING_SET)
    else:
        for kind in kinds:
            print(_line(kind, gone, clinic))
    for failure in failures:
        _refuse("purge", failure)
    return int(bool(failures))


async def _look_and_purge(
    settings: Settings, clinic: Clinic, failures: list[str], *, dry: bool
) -> tuple[list[Kind], dict[str, int] | None]:
    """Give what is old, and how many are gone by kind (None for a dry run)."""
    db, at, kept = Database(settings.database_url), now(), clinic.retention
    try:
        kinds = await look(db, kept, at)
        return kinds, None if dry else await _told_purge(db, kept, at, kinds, failures)
    finally:
        await db.close()


async def _told_purge(
    db: Database, kept: Retention, at: datetime, kinds: Sequence[Kind], failures: list[str]
) -> dict[str, int]:
    of = {kind.name: kind.old.number for kind in kinds}

    def told(kind: str, gone: int) -> None:
        if gone:
            print(f"{_COUNTED[kind]}: {gone} of {of[kind]} deleted", file=sys.stderr)

    def failed(kind: str, number: int | None, error: Exception) -> None:
        what = "the rest" if number is None else number
        failures.append(
            f"{_COUNTED[kind]}: {what} could not be deleted ({type(error).__name__}); the next "
            "purge tries again"
        )

    return await purge(db, kept, at, told, failed=failed)


def _line(kind: Kind, gone: Mapping[str, int] | None, clinic: Clinic) -> str:
    name = _COUNTED[kind.name]
    if kind.days is None:
        return f"{name}: kept (no days are set)"
    if gone is not None:
        return f"{name}: {gone[kind.name]} older than {kind.days} days deleted"
    old = kind.old
    if old.oldest is None or old.newest is None:
        return f"{name}: none older than {kind.days} days"
    first, last = (f"{at.astimezone(clinic.zone):%Y-%m-%d}" for at in (old.oldest, old.newest))
    return f"{name}: {old.number} older than {kind.days} days would go, from {first} to {last}"


def _row(kind: Kind, gone: Mapping[str, int] | None) -> dict[str, Any]:
    old = kind.old
    return {
        "days": kind.days,
        "old": old.number,
        "oldest": old.oldest.isoformat() if old.oldest else None,
        "newest": old.newest.isoformat() if old.newest else None,
        "deleted": None if gone is None else gone.get(kind.name, 0),
    }


class _NoConversation(LookupError):
    """There is no conversation of that id."""


def _export(arguments: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    to_file = arguments.json not in (None, "-")
    try:
        migrate(settings.database_url)
        # The file first: what cannot be written is not read, and not noted as given out.
        with _target(arguments.json if to_file else None) as out:
            export = asyncio.run(_read(Desk.build(settings), arguments.id))
            out.write(f"{as_text(export)}\n" if arguments.json is None else as_json(export))
    except _NoConversation:
        return _refuse("conversations", "there is no such conversation")
    except FileExistsError as error:
        return _refuse("conversations", f"{error.filename} is there already: name a new file")
    except (AnswerError, ClinicError, FileError, TextsError) as error:
        return _refuse("conversations", str(error))
    except (SQLAlchemyError, OSError) as error:
        if to_file and str(getattr(error, "filename", "")) == arguments.json:
            return _refuse("conversations", f"{arguments.json}: {getattr(error, 'strerror', '')}")
        return _refuse("conversations", f"the database cannot be used ({type(error).__name__})")
    if to_file:
        print(f"Written: {arguments.json}")
    return 0


def _target(path: str | None) -> AbstractContextManager[TextIO]:
    return nullcontext(sys.stdout) if path is None else new_file(Path(path))


async def _read(desk: Desk, conversation_id: str) -> dict[str, Any]:
    try:
        # In one transaction: what is given out is noted.
        async with desk.db.write() as session:
            export = await read_export(
                session,
                conversation_id,
                desk.passages,
                desk.words.say("source_clinic"),
                desk.words.clinic.zone,
                now(),
            )
            if export is None:
                raise _NoConversation
            await note(session, EXPORTED, about=conversation_id)
        return export
    finally:
        await desk.db.close()


def _refuse(command: str, text: str) -> int:
    print(f"nightdesk {command}: {text}", file=sys.stderr)
    return 1
