"""`nightdesk keys …`: make a key for what is encrypted in the record, and change to a new one.

Exit codes: 0 done, 1 it could not be done or something cannot be read, 2 wrong use.
"""

import argparse
import asyncio
import json
import sys
from collections import Counter

from sqlalchemy.exc import SQLAlchemyError

from nightdesk_desk.db import Database, migrate
from nightdesk_desk.privacy import keys
from nightdesk_desk.privacy.rotation import Standing, rotate, survey
from nightdesk_desk.settings import Settings

NO_KEYS = (
    f"{keys.VARIABLE} is not set: put the new key first and the old ones after it, with commas "
    "between. `nightdesk keys new` makes one."
)
_SHOWN: tuple[tuple[Standing, str], ...] = (
    ("first", "encrypted with the first key"),
    ("other", "encrypted with another key"),
    ("plain", "not encrypted"),
    ("unreadable", "cannot be read: key missing"),
)


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `keys` command. Each parser's default `run` takes the arguments, gives the code."""
    top = subparsers.add_parser(
        "keys",
        help="make a key for encryption at rest, and change to a new one",
        description="Messages, contact details and notes are encrypted where "
        f"{keys.VARIABLE} holds keys; docs/privacy.md explains it.",
    )
    commands = top.add_subparsers(dest="keys_command", required=True, metavar="COMMAND")
    new = commands.add_parser(
        "new",
        help="print a new key",
        description=f"Prints a new key for {keys.VARIABLE}. Nothing is stored or changed. Whoever "
        "loses a key loses what it has encrypted.",
    )
    new.set_defaults(run=_new)
    ids = commands.add_parser(
        "ids",
        help="name the keys that are set, as a backup names those it needs",
        description=f"Prints the id of each key in {keys.VARIABLE}, the first one first. An id "
        "gives nothing of the key away.",
    )
    ids.add_argument("--json", action="store_true", help="print JSON")
    ids.set_defaults(run=_ids)
    rotating = commands.add_parser(
        "rotate",
        help="encrypt everything with the first key",
        description=f"Encrypts with the first key of {keys.VARIABLE} what is not yet: what another "
        "of the keys has encrypted, and what is plain. The desk may run meanwhile, with the same "
        "keys. Exit status 1 when something cannot be read with any of them; it stays as it is.",
    )
    rotating.add_argument("--dry-run", action="store_true", help="only say what there is to do")
    rotating.add_argument("--json", action="store_true", help="print JSON")
    rotating.set_defaults(run=_rotate)


def _new(_arguments: argparse.Namespace) -> int:
    print(keys.new_key())
    return 0


def _ids(arguments: argparse.Namespace) -> int:
    found = keys.current().ids
    if arguments.json:
        print(json.dumps({"keys": list(found)}))
        return 0
    if not found:
        return _refuse(NO_KEYS)
    for place, name in enumerate(found):
        print(f"{name}  {'encrypts and decrypts' if place == 0 else 'decrypts'}")
    return 0


def _rotate(arguments: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    current = keys.current()
    if not current.there:
        return _refuse(NO_KEYS)
    try:
        migrate(settings.database_url)
        counts = asyncio.run(_go_through(settings, current, dry=arguments.dry_run))
    except (SQLAlchemyError, OSError) as error:
        return _refuse(f"the database cannot be used ({type(error).__name__})")
    if arguments.json:
        print(json.dumps({"dry_run": arguments.dry_run, **{how: counts[how] for how, _ in _SHOWN}}))
    else:
        print("Found:" if arguments.dry_run else "Found, and encrypted with the first key by now:")
        for how, words in _SHOWN:
            print(f"  {counts[how]:>8}  {words}")
    return int(counts["unreadable"] > 0)


async def _go_through(settings: Settings, current: keys.Keys, *, dry: bool) -> Counter[Standing]:
    db = Database(settings.database_url)
    try:
        found = await survey(db, current)
        if dry:
            return found
        todo = found["other"] + found["plain"]
        await rotate(
            db, current, lambda done: print(f"{done} of {todo} encrypted anew", file=sys.stderr)
        )
        return found
    finally:
        await db.close()


def _refuse(text: str) -> int:
    print(f"nightdesk keys: {text}", file=sys.stderr)
    return 1
