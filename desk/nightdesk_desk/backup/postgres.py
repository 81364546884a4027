"""PostgreSQL: its own programs dump and restore; what is restored stands beside the old until done.

A restored record comes into a schema of its own, in one transaction, and takes the place of
`public` in another. So at every moment there is a whole record under the name.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, create_engine, pool, text
from sqlalchemy.engine import URL, make_url

from nightdesk_desk.backup.archive import BackupError

SCHEMA, NEW, WAITING = "public", "nightdesk_restored", "nightdesk_waiting"
"""Where the record lies; where a restored one is made ready; the old one's name meanwhile."""

WAITS_SECONDS = 3.0
"""How long others are given to be gone."""

DEBIANS = Path("/usr/lib/postgresql")
_VERSION = re.compile(r"(\d+)(?:\.\d+)*")


def major(version: str) -> int:
    """Give the major version out of what a program or a server says; 0 where there is none."""
    found = _VERSION.search(version)
    return int(found[1]) if found else 0


def program(name: str, server: str) -> Path:
    """Give the program `name` for a server of this version: the same major one, or a newer.

    Raises BackupError, saying what is there and what is needed.
    """
    needed = major(server)
    candidates = [folder / name for folder in sorted(DEBIANS.glob("*/bin"), key=_age)]
    on_path = shutil.which(name)
    found: list[tuple[int, Path]] = []
    for each in [*candidates, *([Path(on_path)] if on_path else [])]:
        if each.is_file():
            asked = [str(each), "--version"]
            said = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
            found.append((major(said.stdout), each))
    fitting = [one for one in found if one[0] >= needed]
    if fitting:
        return min(fitting, key=lambda one: one[0])[1]
    if not found:
        raise BackupError(
            f"{name} is not on this machine: install PostgreSQL's client programs, version "
            f"{needed} or newer (Debian: postgresql-client-{needed})"
        )
    newest = max(version for version, _ in found)
    raise BackupError(
        f"{name} here is version {newest}, and the server is {needed}: install version {needed} or "
        f"newer (Debian: postgresql-client-{needed})"
    )


def _age(folder: Path) -> int:
    return major(folder.parent.name)


def plain_url(url: str) -> URL:
    """Give the address as PostgreSQL's programs take it."""
    return make_url(url).set(drivername="postgresql")


def _call(url: str) -> tuple[str, dict[str, str]]:
    """Give the address without its password, and the environment that holds it.

    Others on the machine can read the words of a command.
    """
    whole = plain_url(url)
    environment = {**os.environ, "PGCONNECT_TIMEOUT": "15"}
    if whole.password:
        environment["PGPASSWORD"] = str(whole.password)
    return whole._replace(password=None).render_as_string(), environment


def dump(url: str, snapshot: str, server: str, target: Path) -> None:
    """Write what the exported `snapshot` sees into a new file. Raises BackupError."""
    address, environment = _call(url)
    _run(
        "pg_dump",
        server,
        *("--format=custom", "--no-owner", "--no-privileges", "--no-password"),
        *(f"--schema={SCHEMA}", f"--snapshot={snapshot}", f"--file={target}"),
        address,
        environment=environment,
    )


def listing(path: Path) -> None:
    """Have pg_restore read what a dump holds. Raises BackupError."""
    _run("pg_restore", "0", "--list", str(path))


def _run(name: str, server: str, *words: str, environment: Mapping[str, str] | None = None) -> None:
    command = [str(program(name, server)), *words]
    done = subprocess.run(  # noqa: S603
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{name} failed: {_last(done.stderr)}")


def load(url: str, path: Path, server: str, folder: Path) -> None:
    """Restore a dump into the schema NEW, all of it or nothing. Raises BackupError.

    `folder` is where its statements are written meanwhile: only its owner may enter it.
    """
    address, environment = _call(url)
    before, statements, after = (folder / f"{name}.sql" for name in ("before", "dump", "after"))
    before.write_text(
        f"BEGIN;\nDROP SCHEMA IF EXISTS {NEW} CASCADE;\n"
        f"ALTER SCHEMA {SCHEMA} RENAME TO {WAITING};\nCREATE SCHEMA {SCHEMA};\n"
    )
    # Without these last words nothing of it stays.
    after.write_text(
        f"ALTER SCHEMA {SCHEMA} RENAME TO {NEW};\nALTER SCHEMA {WAITING} RENAME TO {SCHEMA};\n"
        f"GRANT USAGE ON SCHEMA {NEW} TO PUBLIC;\nCOMMIT;\n"
    )
    _run(
        "pg_restore",
        server,
        *("--no-owner", "--no-privileges", f"--schema={SCHEMA}", f"--file={statements}"),
        str(path),
    )
    _run(
        "psql",
        server,
        *("--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1"),
        *("--output=/dev/null", f"--dbname={address}"),
        *(f"--file={part}" for part in (before, statements, after)),
        environment=environment,
    )


def beside(url: str) -> str:
    """Give the address of the record that is made ready."""
    whole = make_url(url)
    options = f"{whole.query.get('options', '')} -csearch_path={NEW}".strip()
    return whole.update_query_dict({"options": options}).render_as_string(hide_password=False)


def connect(url: str) -> Connection:
    """Give a connection to the record. Raises SQLAlchemyError."""
    return create_engine(url, poolclass=pool.NullPool, hide_parameters=True).connect()


def server_version(connection: Connection) -> str:
    """Give the server's version."""
    return str(connection.scalar(text("SHOW server_version")))


def refuse_company(connection: Connection) -> None:
    """Raises BackupError while anybody else is connected to this database.

    Waits a moment: a server notices late that somebody has gone.
    """
    until = time.monotonic() + WAITS_SECONDS
    while others := _others(connection):
        if time.monotonic() >= until:
            who = ", ".join(f"{name} ({count})" for name, count in others.items())
            raise BackupError(
                f"others are connected to this database: {who}. Stop every desk that uses it first"
            )
        time.sleep(0.1)


def _others(connection: Connection) -> Mapping[str, int]:
    rows = connection.execute(
        text(
            "SELECT application_name, count(*) FROM pg_stat_activity WHERE datname = "
            "current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' "
            "GROUP BY 1 ORDER BY 1"
        )
    )
    found = {str(name or "a program without a name"): int(count) for name, count in rows}
    # Within one transaction the server would go on saying the same.
    connection.rollback()
    return found


def take_place(connection: Connection, aside: str) -> None:
    """Give the record's name to the one in NEW; the old one is kept as the schema `aside`."""
    with connection.begin():
        connection.execute(text(f"ALTER SCHEMA {SCHEMA} RENAME TO {aside}"))
        connection.execute(text(f"ALTER SCHEMA {NEW} RENAME TO {SCHEMA}"))


def drop(connection: Connection, schema: str) -> None:
    """Remove a schema with all that it holds."""
    with connection.begin():
        connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))


def _last(said: str) -> str:
    """Give the last line of what a program said; dumps' data are not among its errors' lines."""
    lines = [line for line in said.splitlines() if "ERROR" in line or "error" in line]
    return (lines or said.splitlines() or ["it said nothing"])[-1][:300]
