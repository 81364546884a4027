"""A Redis server of its own: the installed one, on a free port, keeping nothing on disk."""

import contextlib
from collections.abc import Iterator

from deploy.local.machine import LOOPBACK, account, child, free_port, own_folder, program

USER = "redis"


@contextlib.contextmanager
def server(port: int | None = None, password: str = "") -> Iterator[str]:
    """Give the address of an empty server; it ends with the block.

    Raises NotInstalled and ServerFailed.
    """
    at, as_user = program("redis-server", "redis-server"), account(USER)
    port = port or free_port()
    with own_folder("nightdesk-redis-", as_user) as folder:
        command = [
            *(at, "--port", str(port), "--bind", LOOPBACK, "--dir", folder),
            *("--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"),
            *(("--requirepass", password) if password else ()),
        ]
        with child("redis-server", command, folder, port, as_user):
            secret = f":{password}@" if password else ""
            yield f"redis://{secret}{LOOPBACK}:{port}/0"
