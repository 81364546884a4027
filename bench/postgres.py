"""A PostgreSQL server of its own for a measurement: the installed one, on a free port."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nightdesk.run.progress import StepFailed

USER = "postgres"


class NoPostgres(Exception):
    """There is no server here that could be started; the text says why."""


def free_port() -> int:
    """Give a port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def programs() -> Path:
    """Give the folder of the newest installed server's programs. Raises NoPostgres."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        raise NoPostgres("no PostgreSQL server is installed (Debian's package: postgresql)")
    return (found[-1] if found else Path(str(on_path))).parent


def _account() -> dict[str, Any]:
    """Give whom the server runs as: it refuses to run as root. Raises NoPostgres."""
    if os.geteuid() != 0:
        return {}
    try:
        account = pwd.getpwnam(USER)
    except KeyError:
        raise NoPostgres("running as root, and there is no account for PostgreSQL") from None
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """Give the address of an empty database, as it comes; it ends with the block.

    Raises NoPostgres, and StepFailed when the server does not start.
    """
    place, as_user, port = programs(), _account(), free_port()
    # In the machine's own folder for temporary files: the server's user must be able to enter it.
    folder = Path(tempfile.mkdtemp(prefix="nightdesk-pg-"))
    if as_user:
        os.chown(folder, as_user["user"], as_user["group"])
    data = folder / "data"
    options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"

    def run(program: str, *arguments: str) -> None:
        with (folder / "log").open("a") as out:
            status = subprocess.run(
                [place / program, *arguments],
                check=False,
                cwd=folder,
                stdout=out,
                stderr=out,
                timeout=60,
                **as_user,
            ).returncode
        if status:
            said = (folder / "log").read_text(errors="replace").strip().splitlines()[-1:]
            raise StepFailed(f"PostgreSQL's {program} failed: {' '.join(said)}")

    try:
        run("initdb", "-D", str(data), "-U", USER, "--auth=trust", "-E", "UTF8")
        run("pg_ctl", "-D", str(data), "-w", "-o", options, "-l", str(folder / "server"), "start")
        try:
            yield f"postgresql://{USER}@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
