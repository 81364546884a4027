"""A Redis server of its own: the installed one, on a free port, keeping nothing on disk."""

import contextlib
import subprocess
from collections.abc import Iterator
from urllib.parse import quote

from deploy.local.machine import LOOPBACK, account, child, free_port, own_folder, program

USER = "redis"


def address(port: int, password: str = "") -> str:
    """Give the address of a server at `port`."""
    secret = f":{quote(password, safe='')}@" if password else ""
    return f"redis://{secret}{LOOPBACK}:{port}/0"


@contextlib.contextmanager
def running(port: int, password: str = "") -> Iterator["subprocess.Popen[bytes]"]:
    """Run an empty server at `port` until the block ends. Raises NotInstalled and ServerFailed."""
    at, as_user = program("redis-server", "redis-server"), account(USER)
    with own_folder("nightdesk-redis-", as_user) as folder:
        command = [
            *(at, "--port", str(port), "--bind", LOOPBACK, "--dir", folder),
            *("--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"),
            *(("--requirepass", password) if password else ()),
        ]
        with child("redis-server", command, folder, port, as_user) as process:
            yield process


@contextlib.contextmanager
def server(port: int | None = None, password: str = "") -> Iterator[str]:
    """Give the address of an empty server; it ends with the block.

    Raises NotInstalled and ServerFailed.
    """
    port = port or free_port()
    with running(port, password):
        yield address(port, password)
