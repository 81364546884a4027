"""`nightdesk backup` and `nightdesk restore`.

Exit codes: 0 done, 1 it could not be done, 2 wrong use.
"""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, pool

from nightdesk_desk.backup.archive import (
    BackupError,
    KeyUse,
    Manifest,
    file_digest,
    saying_what_failed,
    working_folder,
)
from nightdesk_desk.backup.making import Made, make, name_at
from nightdesk_desk.backup.progress import megabytes
from nightdesk_desk.backup.replaced import all_deletions, deletion_lines, read_deletions
from nightdesk_desk.backup.restoring import Restored, check, restore
from nightdesk_desk.models import now
from nightdesk_desk.new_file import new_file
from nightdesk_desk.privacy import keys
from nightdesk_desk.settings import Settings

FOLDER = "backups"
"""Under the state folder: where backups go that are given no place."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both commands. Each parser's default `run` takes the arguments, gives the code."""
    making = subparsers.add_parser(
        "backup",
        help="back up the record, while the desk runs",
        description="Writes the record as it is at one moment, with the clinic's own files, into "
        "one new file that only you can read, and checks it. What is encrypted stays encrypted: "
        "the keys are not in it. Restore with `nightdesk restore`. See docs/backup.md.",
    )
    making.add_argument(
        "target",
        nargs="?",
        metavar="FILE",
        help=f"a new file, or a folder in which it is named by the time (default: {FOLDER}/ in "
        "the state folder)",
    )
    making.add_argument(
        "--keep", type=_number, metavar="N", help="keep only the newest N backups of the folder"
    )
    making.add_argument(
        "--deletions",
        metavar="FILE",
        help="instead, write which conversations were deleted and when, without any words, to a "
        "new FILE; - prints it. For a restore after this machine's record is lost",
    )
    making.add_argument("--json", action="store_true", help="print JSON")
    making.set_defaults(run=_backup)
    restoring = subparsers.add_parser(
        "restore",
        help="put the record of a backup in the place of this one, while no desk runs",
        description="Checks the backup, brings it up to this Nightdesk's schema, deletes again "
        "what was deleted since, and only then puts it in the place of the record in use, which "
        "is kept beside it. Refuses while anybody else uses the database. See docs/backup.md.",
    )
    restoring.add_argument("file", type=Path, metavar="FILE", help="the backup")
    restoring.add_argument(
        "--check", action="store_true", help="only check the backup; a desk may run meanwhile"
    )
    known = restoring.add_mutually_exclusive_group()
    known.add_argument(
        "--deletions",
        type=Path,
        metavar="FILE",
        help="conversations deleted since the backup: `nightdesk backup --deletions`, or an audit "
        "export (.jsonl). Needed where the record in use cannot say it",
    )
    known.add_argument(
        "--without-deletions",
        action="store_true",
        help="nobody knows them: conversations deleted since the backup come back",
    )
    restoring.add_argument("--json", action="store_true", help="print JSON")
    restoring.set_defaults(run=_restore)


def _backup(arguments: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    if arguments.deletions is not None:
        if arguments.target or arguments.keep:
            return _wrong_use("backup", "--deletions takes neither a FILE of its own nor --keep")
        return _doing("backup", settings.var, lambda: _deletions(settings, arguments.deletions))
    at = now()
    target = Path(arguments.target) if arguments.target else settings.var / FOLDER
    in_folder = not arguments.target or target.is_dir()
    if arguments.keep is not None and not in_folder:
        return _wrong_use("backup", "--keep needs a folder, in which backups are named by the time")

    def work() -> None:
        if in_folder:
            target.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = target / name_at(at) if in_folder else target
        if not path.parent.is_dir():
            raise BackupError(f"there is no folder {path.parent}")
        made = make(settings, path.absolute(), at, arguments.keep)
        print(json.dumps(_made_json(made), indent=1) if arguments.json else _made_text(made))

    return _doing("backup", target, work)


def _restore(arguments: argparse.Namespace) -> int:
    settings = Settings.from_environment()

    def work() -> None:
        path = arguments.file.absolute()
        if arguments.check:
            settings.var.mkdir(parents=True, exist_ok=True, mode=0o700)
            with working_folder(settings.var) as folder:
                _print_checked(check(path, folder), path, arguments.json)
            return
        given = read_deletions(arguments.deletions) if arguments.deletions else None
        without = arguments.without_deletions
        done = restore(settings, path, now(), given, without_deletions=without)
        print(json.dumps(_restored_json(done), indent=1) if arguments.json else _text_of(done))

    return _doing("restore", settings.var, work)


def _doing(command: str, where: Path, work: Callable[[], None]) -> int:
    """Do it. Gives the exit status; whatever goes wrong is one sentence."""
    try:
        with saying_what_failed(where):
            work()
    except BackupError as error:
        return _refuse(command, str(error))
    return 0


def _deletions(settings: Settings, target: str) -> None:
    url = settings.database_url.replace("sqlite+aiosqlite", "sqlite")
    engine = create_engine(url, poolclass=pool.NullPool, hide_parameters=True)
    with engine.connect() as connection:
        found = list(all_deletions(connection))
    if target == "-":
        print(*deletion_lines(found), sep="\n")
        return
    try:
        with new_file(Path(target)) as out:
            out.writelines(f"{line}\n" for line in deletion_lines(found))
    except FileExistsError as error:
        raise BackupError(f"{target} is there already: name a new file") from error
    print(f"Written: {target}, {len(found)} deletions")


def _made_text(made: Made) -> str:
    counts = made.manifest.counts
    lines = [
        f"Written: {made.path} ({megabytes(made.bytes)})",
        f"  {counts.get('conversations', 0)} conversations, {counts.get('events', 0)} messages, "
        f"schema {made.manifest.schema}, {made.manifest.database} {made.manifest.server}",
        f"  audit record {made.manifest.audit_number}:{made.manifest.audit_hash}",
        f"  SHA-256 {made.sha256}",
        *_key_lines(made.manifest.keys),
        *(f"  removed: {path.name}" for path in made.removed),
    ]
    return "\n".join(lines)


def _key_lines(use: KeyUse) -> list[str]:
    lines = []
    if use.by_id:
        ids = ", ".join(sorted(use.by_id))
        lines.append(
            f"  The keys are NOT in it. To read it, {keys.VARIABLE} needs: {ids} "
            "(`nightdesk keys ids` names yours)"
        )
    if use.unreadable:
        lines.append(
            f"  {use.unreadable} texts need a key that is not in {keys.VARIABLE}: nobody can say "
            "which"
        )
    if use.plain:
        lines.append(f"  {use.plain} texts in it are NOT encrypted")
    return lines


def _made_json(made: Made) -> dict[str, Any]:
    return {
        "file": str(made.path),
        "bytes": made.bytes,
        "sha256": made.sha256,
        **asdict(made.manifest),
        "removed": [path.name for path in made.removed],
    }


def _print_checked(manifest: Manifest, path: Path, as_json: bool) -> None:
    sha256 = file_digest(path)
    if as_json:
        print(json.dumps({"file": str(path), "sha256": sha256, **asdict(manifest)}, indent=1))
        return
    counts = manifest.counts
    print(
        f"{path} is whole: made {manifest.made_at}, {counts.get('conversations', 0)} "
        f"conversations, {counts.get('events', 0)} messages, schema {manifest.schema}"
    )
    print(f"  SHA-256 {sha256}")
    print("\n".join(_key_lines(manifest.keys) + _missing_keys(manifest)) or "  No encrypted texts")


def _missing_keys(manifest: Manifest) -> list[str]:
    missing = sorted(set(manifest.keys.by_id) - set(keys.current().ids))
    return [f"  NOT in {keys.VARIABLE} here: {', '.join(missing)}"] if missing else []


def _text_of(done: Restored) -> str:
    again = done.again
    lines = [
        f"Restored: the record of {done.manifest.made_at}, "
        f"{done.facts.counts.get('conversations', 0)} conversations. The audit record is whole.",
        f"  deleted again: {again.deleted} conversations; {again.to_be_deleted} are to be deleted",
        f"  alerts: {again.alerts_ended} were sent since; {again.alerts_open} will be sent, and "
        "say that they come from a backup",
        f"  everybody is signed out ({again.sessions_ended} sessions)",
    ]
    if again.disabled:
        lines.append(f"  still disabled: {', '.join(again.disabled)}")
    lines.append("  passwords and roles are those of the backup: look at `nightdesk staff list`")
    if done.old:
        lines.append(f"  the record before is kept as {done.old}: remove it when all is well")
    if done.files:
        lines.append(f"  the clinic's files of the backup: {done.files}")
        lines += [f"    differs from the one in use: {name}" for name in done.differing]
    if done.facts.keys.unreadable:
        lines.append(f"  {done.facts.keys.unreadable} texts cannot be read with the keys here")
        lines += _missing_keys(done.manifest)
    lines.append("Start the desk now.")
    return "\n".join(lines)


def _restored_json(done: Restored) -> dict[str, Any]:
    return {
        "made_at": done.manifest.made_at,
        "sha256": done.sha256,
        "schema": done.facts.schema,
        "counts": done.facts.counts,
        "again": done.again._asdict(),
        "unreadable": done.facts.keys.unreadable,
        "old": done.old,
        "files": str(done.files) if done.files else None,
        "differing": list(done.differing),
    }


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) < 100_000:
        raise argparse.ArgumentTypeError("expected a whole number above 0")
    return int(text)


def _wrong_use(command: str, text: str) -> int:
    _refuse(command, text)
    return 2


def _refuse(command: str, text: str) -> int:
    print(f"nightdesk {command}: {text}", file=sys.stderr)
    return 1
