"""What starting any server needs: its program, a free port, an account, a folder of its own."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

LOOPBACK = "127.0.0.1"
START_WITHIN = 20.0
STOP_WITHIN = 10.0


class NotInstalled(Exception):
    """There is no server here that could be started; the text says why."""


class ServerFailed(Exception):
    """A server did not start or end; the text is one sentence with the last thing it said."""


def program(name: str, package: str) -> Path:
    """Give the path of an installed program. Raises NotInstalled."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin")
    if not found:
        raise NotInstalled(f"{name} is not installed (Debian's package: {package})")
    return Path(found)


def free_port() -> int:
    """Give a port that was free a moment ago."""
    with socket.create_server((LOOPBACK, 0)) as free:
        port: int = free.getsockname()[1]
        return port


def account(name: str) -> dict[str, Any]:
    """Give whom a server runs as, for `subprocess`: the packages' own account where we are root.

    Raises NotInstalled when we are root and there is no such account.
    """
    if os.geteuid() != 0:
        return {}
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        raise NotInstalled(f"running as root, and there is no account {name}") from None
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def own_folder(prefix: str, as_user: dict[str, Any]) -> Iterator[Path]:
    """Give an empty folder that belongs to the account; it goes with the block."""
    # In the machine's own folder for temporary files: the account must be able to enter it.
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        if as_user:
            os.chown(folder, as_user["user"], as_user["group"])
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def child(
    name: str, command: Sequence[str | Path], folder: Path, port: int, as_user: dict[str, Any]
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a server that stays in the foreground until the block ends; wait until it listens.

    Raises ServerFailed when it does not.
    """
    log = folder / f"{name}.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            **as_user,
        )
    try:
        wait_until_listening(name, process, port, log)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_listening(
    name: str, process: "subprocess.Popen[bytes]", port: int, log: Path
) -> None:
    """Return once a connection to the port succeeds. Raises ServerFailed."""
    ends = time.monotonic() + START_WITHIN
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
            return
        time.sleep(0.05)
    raise ServerFailed(f"{name} did not start: {last_line(log)}")


def last_line(log: Path) -> str:
    """Give the last thing a server wrote."""
    try:
        lines = log.read_text(errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1] if lines else "it said nothing"
