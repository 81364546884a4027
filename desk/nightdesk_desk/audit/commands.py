"""`nightdesk audit …`: check, list and export the record of who did what.

Exit codes: 0 fine, 1 something is wrong or could not be done, 2 wrong use.
"""

import argparse
import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nightdesk_contract.clinic import ClinicError, load_clinic
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from nightdesk_desk.audit.chain import Entry
from nightdesk_desk.audit.exporting import (
    as_row,
    csv_lines,
    details_of,
    is_broken,
    json_lines,
    said,
)
from nightdesk_desk.audit.kept import FORM, Found, Kept, compare, kept_in, worst
from nightdesk_desk.audit.models import AuditHead
from nightdesk_desk.audit.reading import Wanted, all_entries, moment_of, read_entries, who
from nightdesk_desk.audit.record import note
from nightdesk_desk.audit.verifying import Verdict, verify
from nightdesk_desk.db import Database, migrate
from nightdesk_desk.new_file import new_file
from nightdesk_desk.settings import Settings

LIMIT = 50
"""Entries that are listed unless more are asked for."""
_MOST = 100_000
_PROGRESS_FROM = 20_000
"""A check of fewer entries is over before anybody wonders."""

_WRONG = {
    "changed": "was changed after it was written",
    "missing": "is missing",
    "reordered": "stands in another place than it was written in",
    "head differs": "is not the last one that was written: the head of the record differs",
}

_NOT_AS_KEPT = {
    "differs": " is NOT the one that you kept: the record was written anew.",
    "gone": ", which you kept, is not there: it was removed.",
    "dropped": ", which you kept, lies before what is left: dropped by retention, it says.",
}
_SAID_ONE_BY_ONE = 5


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `audit` command. Each parser's default `run` takes the arguments, gives the code."""
    audit = subparsers.add_parser(
        "audit",
        help="check, list and export the record of who did what",
        description="The record of who did or saw what, when and from where; see docs/audit.md.",
    )
    commands = audit.add_subparsers(dest="audit_command", required=True, metavar="COMMAND")
    check = commands.add_parser(
        "verify",
        help="check that no entry was changed, removed or moved",
        description="Hashes every entry again. Prints the number and hash of the last one, to be "
        "kept outside of this machine; --kept compares with what you kept. Exit status 1 when "
        "anything is wrong, with the first bad number.",
    )
    check.add_argument(
        "--kept",
        "--head",
        type=_kept,
        action="append",
        default=[],
        metavar="NUMBER:HASH",
        help="an earlier last entry, as it was printed then; may be given more than once",
    )
    check.add_argument(
        "--kept-in",
        type=_lines,
        metavar="FILE",
        help="a text with such entries anywhere in it, such as the desk's log; - reads from stdin",
    )
    check.add_argument("--json", action="store_true", help="print JSON")
    check.set_defaults(run=_verify)
    head = commands.add_parser(
        "head",
        help="print the number and hash of the last entry, to be kept elsewhere",
        description="Prints NUMBER:HASH of the last entry, without checking the record: fast "
        "enough for every hour. The desk writes the same to its log once a day. `verify --kept` "
        "compares.",
    )
    head.add_argument("--json", action="store_true", help="print JSON")
    head.set_defaults(run=_head)
    listing = commands.add_parser(
        "list", help="list entries, the newest first", description="Lists entries, newest first."
    )
    _takes_times(listing)
    listing.add_argument("--kind", metavar="KIND", help="only of this kind, such as signed_in")
    listing.add_argument(
        "--who",
        metavar="WHO",
        help='only what this user name did; "command line" and "the desk" are names too',
    )
    listing.add_argument(
        "--about", metavar="WHAT", help="only about this: a conversation's id, a user name, …"
    )
    listing.add_argument(
        "--limit",
        type=_number,
        default=LIMIT,
        metavar="N",
        help=f"at most N entries (default: {LIMIT})",
    )
    listing.add_argument("--json", action="store_true", help="print JSON")
    listing.set_defaults(run=_list)
    export = commands.add_parser(
        "export",
        help="write entries to a file",
        description="Writes entries, oldest first, to a new file that only you can read: CSV, or "
        "JSON lines with all that the hashes are made of. The export is itself an entry.",
    )
    export.add_argument(
        "file", type=_file, metavar="FILE", help="a new file, ending in .csv or .jsonl"
    )
    _takes_times(export)
    export.set_defaults(run=_export)


def _takes_times(parser: argparse.ArgumentParser) -> None:
    when = "a day such as 2026-11-26, or 2026-11-26T14:00, in the clinic's time zone"
    parser.add_argument("--since", metavar="WHEN", help=f"only from then on: {when}")
    parser.add_argument("--until", metavar="WHEN", help="only until then, a day to its end")


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _MOST:
        raise argparse.ArgumentTypeError(f"found {text!r}; allowed: 1 to {_MOST}")
    return int(text)


def _kept(text: str) -> Kept:
    found = re.fullmatch(FORM, text.strip().lower())
    if found is None:
        allowed = "a number, a colon and 64 characters 0-9 a-f, as `audit head` prints them"
        raise argparse.ArgumentTypeError(f"found {text!r}; allowed: {allowed}")
    return Kept(int(found[1]), found[2])


def _lines(name: str) -> list[Kept]:
    try:
        with nullcontext(sys.stdin) if name == "-" else open(name, errors="replace") as lines:
            found = kept_in(lines)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{name} cannot be read ({error.strerror})") from None
    if not found:
        raise argparse.ArgumentTypeError(f"found no NUMBER:HASH in {name}; `audit head` prints one")
    return found


def _file(text: str) -> Path:
    path = Path(text)
    if path.suffix not in (".csv", ".jsonl"):
        raise argparse.ArgumentTypeError(f"found {text!r}; allowed: a name with .csv or .jsonl")
    return path


def _verify(arguments: argparse.Namespace) -> int:
    kept = sorted({*arguments.kept, *(arguments.kept_in or [])})

    async def work(db: Database) -> int:
        async with db.read() as session:
            verdict = await verify(session, _progress)
            found = await compare(session, kept)
        if arguments.json:
            print(json.dumps(_verdict_row(verdict, found)))
        else:
            _say(verdict, found)
        return int(verdict.wrong is not None or worst(found) not in (None, "same"))

    return _run(work)


def _head(arguments: argparse.Namespace) -> int:
    async def work(db: Database) -> int:
        async with db.read() as session:
            head = (await session.execute(select(AuditHead.number, AuditHead.hash))).one_or_none()
        if head is None:
            return _refuse("the record has no head: `audit verify` says more", 1)
        if arguments.json:
            print(json.dumps({"number": head.number, "hash": head.hash}))
        else:
            print(f"{head.number}:{head.hash}")
        return 0

    return _run(work)


def _progress(done: int, of: int) -> None:
    if of >= _PROGRESS_FROM and (done == of or done % _PROGRESS_FROM == 0):
        print(f"{done} of {of} entries checked", file=sys.stderr)


def _say(verdict: Verdict, found: list[Found]) -> None:
    if verdict.wrong is None:
        print(f"{verdict.entries} entries are as they were written.")
        if verdict.first > 1:
            print(f"The first is number {verdict.first}; older ones were dropped, as noted.")
        print(f"Last entry, to be kept outside: {verdict.last}:{verdict.hash}")
    else:
        print(f"Entry {verdict.bad} {_WRONG[verdict.wrong]}.")
    same = [kept for kept, compared in found if compared == "same"]
    if len(same) > _SAID_ONE_BY_ONE:
        print(f"{len(same)} entries are the ones that you kept.")
        same = []
    for kept in same:
        print(f"Entry {kept.number} is the one that you kept.")
    for kept, compared in found:
        if compared in _NOT_AS_KEPT:
            print(f"Entry {kept.number}{_NOT_AS_KEPT[compared]}")


def _verdict_row(verdict: Verdict, found: list[Found]) -> dict[str, Any]:
    return {
        "whole": verdict.wrong is None,
        "entries": verdict.entries,
        "first": verdict.first,
        "last": verdict.last,
        "hash": verdict.hash,
        "bad": verdict.bad,
        "wrong": verdict.wrong,
        "head": f"{verdict.last}:{verdict.hash}" if verdict.wrong is None else None,
        "kept": worst(found),
        "compared": [{"number": kept.number, "is": compared} for kept, compared in found],
    }


def _list(arguments: argparse.Namespace) -> int:
    async def work(db: Database) -> int:
        zone = _zone()
        wanted = _wanted(arguments, zone)
        async with db.read() as session:
            entries = await read_entries(session, wanted, arguments.limit)
        await _note_view(db)
        if arguments.json:
            rows = [as_row(entry) | {"details": details_of(entry)} for entry in entries]
            print(json.dumps(rows, ensure_ascii=False))
        elif not entries:
            print("No entry fits.")
        else:
            for entry in entries:
                print(_line(entry, zone))
        return 0

    return _run(work)


async def _note_view(db: Database) -> None:
    """Note that somebody looks at the record; a broken one is shown all the same."""
    try:
        async with db.write() as session:
            await note(session, "audit_viewed")
    except SQLAlchemyError as error:
        # Whoever has to find out what is wrong with it needs to see it.
        print(f"This look could not be noted ({type(error).__name__}).", file=sys.stderr)


def _line(entry: Entry, zone: ZoneInfo) -> str:
    try:
        at = f"{datetime.fromisoformat(entry.at).astimezone(zone):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError):
        at = f"{entry.at} (no time)"
    details = "" if entry.details == "{}" else entry.details
    if is_broken(entry):
        details += " (not JSON)"
    words = (entry.kind, entry.about or "", entry.address or "", details)
    told = "  ".join(word for word in words if word)
    return f"{entry.number:>7}  {at}  {who(entry):<16}  {told}"


def _export(arguments: argparse.Namespace) -> int:
    path: Path = arguments.file

    async def work(db: Database) -> int:
        wanted = _wanted(arguments, _zone())
        as_csv = path.suffix == ".csv"
        count = 0
        # Who looks into an export sees whose conversations were opened: not for everybody's eyes.
        with new_file(path) as out:
            async with db.write() as session:
                details = await said(session, wanted) | {"to": path.suffix}
                await note(session, "audit_exported", details=details)
            entries = all_entries(db, wanted)
            async for line in csv_lines(entries) if as_csv else json_lines(entries):
                out.write(line)
                count += 1
        print(f"Wrote {count - as_csv} entries to {path}.")
        return 0

    return _run(work)


def _zone() -> ZoneInfo:
    return load_clinic(Settings.from_environment().clinic_path).zone


class _WrongTime(ValueError):
    """A moment on the command line cannot be read."""


def _wanted(arguments: argparse.Namespace, zone: ZoneInfo) -> Wanted:
    def moment(name: str, *, ends: bool = False) -> datetime | None:
        text = getattr(arguments, name)
        if text is None:
            return None
        try:
            return moment_of(text, zone, ends=ends)
        except (ValueError, OverflowError):
            allowed = "a day such as 2026-11-26, or a moment such as 2026-11-26T14:00"
            raise _WrongTime(f"--{name}: found {text!r}; allowed: {allowed}") from None

    return Wanted(
        since=moment("since"),
        until=moment("until", ends=True),
        kind=getattr(arguments, "kind", None),
        who=getattr(arguments, "who", None),
        about=getattr(arguments, "about", None),
    )


def _run(work: Callable[[Database], Awaitable[int]]) -> int:
    try:
        settings = Settings.from_environment()
        migrate(settings.database_url)
        return asyncio.run(_with_database(settings.database_url, work))
    except _WrongTime as error:
        return _refuse(str(error), 2)
    except ClinicError as error:
        return _refuse(str(error), 1)
    except FileExistsError as error:
        return _refuse(f"{error.filename} is there already: name a new file.", 1)
    except SQLAlchemyError as error:
        return _refuse(f"The database cannot be used ({type(error).__name__}).", 1)
    except OSError as error:
        return _refuse(f"{error.filename or 'The database'} cannot be used ({error.strerror}).", 1)


async def _with_database(url: str, work: Callable[[Database], Awaitable[int]]) -> int:
    database = Database(url)
    try:
        return await work(database)
    finally:
        await database.close()


def _refuse(text: str, code: int) -> int:
    print(f"nightdesk audit: {text}", file=sys.stderr)
    return code
