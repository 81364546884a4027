"""A PostgreSQL server of its own: the newest installed one, on a free port, with no data."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from deploy.local.machine import (
    LOOPBACK,
    NotInstalled,
    ServerFailed,
    account,
    free_port,
    last_line,
    own_folder,
)

USER = "postgres"
RUN_WITHIN = 60


def programs() -> Path:
    """Give the folder of the newest installed server's programs. Raises NotInstalled."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    on_path = shutil.which("initdb")
    if not found and not on_path:
        raise NotInstalled("no PostgreSQL server is installed (Debian's package: postgresql)")
    return (found[-1] if found else Path(str(on_path))).parent


@contextlib.contextmanager
def cluster(
    settings: Mapping[str, str] | None = None, port: int | None = None, sync: bool = True
) -> Iterator[str]:
    """Give the address of an empty database; the server ends with the block.

    `settings` are options of the server. Without `sync` nothing waits for the disk: for tests of
    what is stored, not of what survives. Raises NotInstalled and ServerFailed.
    """
    place, as_user = programs(), account(USER)
    port = port or free_port()
    with own_folder("nightdesk-pg-", as_user) as folder:
        data = folder / "data"
        options = {
            "port": str(port),
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": str(folder),
            **({} if sync else {"fsync": "off"}),
            **(settings or {}),
        }
        told = " ".join(f"-c {name}={value}" for name, value in options.items())

        def run(program: str, *arguments: str) -> None:
            log = folder / "log"
            with log.open("a") as out:
                status = subprocess.run(
                    [place / program, *arguments],
                    check=False,
                    cwd=folder,
                    stdout=out,
                    stderr=out,
                    timeout=RUN_WITHIN,
                    **as_user,
                ).returncode
            if status:
                raise ServerFailed(f"PostgreSQL's {program} failed: {last_line(log)}")

        unsynced = () if sync else ("--no-sync",)
        run("initdb", "-D", str(data), "-U", USER, "--auth=trust", "-E", "UTF8", *unsynced)
        run("pg_ctl", "-D", str(data), "-w", "-o", told, "-l", str(folder / "server"), "start")
        try:
            yield f"postgresql://{USER}@{LOOPBACK}:{port}/postgres"
        finally:
            run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
