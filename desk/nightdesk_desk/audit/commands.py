"""`nightdesk audit …`: check, list and export the record of who did what.

Exit codes: 0 fine, 1 something is wrong or could not be done, 2 wrong use.
"""

import argparse
import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nightdesk_contract.clinic import ClinicError, load_clinic
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
from nightdesk_desk.audit.reading import Wanted, all_entries, moment_of, read_entries, who
from nightdesk_desk.audit.record import note
from nightdesk_desk.audit.verifying import Verdict, hash_of, verify
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
        type=_kept,
        metavar="NUMBER:HASH",
        help="an earlier last entry, as it was printed then",
    )
    check.add_argument("--json", action="store_true", help="print JSON")
    check.set_defaults(run=_verify)
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


def _kept(text: str) -> tuple[int, str]:
    found = re.fullmatch(r"([0-9]{1,9}):([0-9a-f]{64})", text.strip().lower())
    if found is None:
        allowed = "a number, a colon and 64 characters 0-9 a-f, as `audit verify` prints them"
        raise argparse.ArgumentTypeError(f"found {text!r}; allowed: {allowed}")
    return int(found[1]), found[2]


def _file(text: str) -> Path:
    path = Path(text)
    if path.suffix not in (".csv", ".jsonl"):
        raise argparse.ArgumentTypeError(f"found {text!r}; allowed: a name with .csv or .jsonl")
    return path


def _verify(arguments: argparse.Namespace) -> int:
    async def work(db: Database) -> int:
        kept_as = None
        async with db.read() as session:
            verdict = await verify(session, _progress)
            if arguments.kept is not None:
                kept_as = await hash_of(session, arguments.kept[0])
        found = _compared(arguments.kept, kept_as)
        if arguments.json:
            print(json.dumps(_verdict_row(verdict, found)))
        else:
            _say(verdict, arguments.kept, found)
        return int(verdict.wrong is not None or found in ("differs", "gone"))

    return _run(work)


def _progress(done: int, of: int) -> None:
    if of >= _PROGRESS_FROM and (done == of or done % _PROGRESS_FROM == 0):
        print(f"{done} of {of} entries checked", file=sys.stderr)


def _compared(kept: tuple[int, str] | None, found: str | None) -> str | None:
    """Say how what was kept outside compares: "same", "differs" or "gone"; None without it."""
    if kept is None:
        return None
    if found is None:
        return "gone"
    return "same" if found == kept[1] else "differs"


def _say(verdict: Verdict, kept: tuple[int, str] | None, found: str | None) -> None:
    if verdict.wrong is None:
        print(f"{verdict.entries} entries are as they were written.")
        if verdict.first > 1:
            print(f"The first is number {verdict.first}; older ones were dropped, as noted.")
        print(f"Last entry, to be kept outside: {verdict.last}:{verdict.hash}")
    else:
        print(f"Entry {verdict.bad} {_WRONG[verdict.wrong]}.")
    if kept is not None and found == "same":
        print(f"Entry {kept[0]} is the one that you kept.")
    elif kept is not None and found == "differs":
        print(f"Entry {kept[0]} is NOT the one that you kept: the record was written anew.")
    elif kept is not None:
        print(f"Entry {kept[0]}, which you kept, is not there: dropped by retention, or removed.")


def _verdict_row(verdict: Verdict, kept: str | None) -> dict[str, Any]:
    return {
        "whole": verdict.wrong is None,
        "entries": verdict.entries,
        "first": verdict.first,
        "last": verdict.last,
        "hash": verdict.hash,
        "bad": verdict.bad,
        "wrong": verdict.wrong,
        "kept": kept,
    }


def _list(arguments: argparse.Namespace) -> int:
    async def work(db: Database) -> int:
        zone = _zone()
        wanted = _wanted(arguments, zone)
        async with db.read() as session:
            entries = await read_entries(session, wanted, arguments.limit)
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
