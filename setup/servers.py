"""The servers of the whole topology, for `make test-scale`: Debian's where they can be had."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, NamedTuple

from browser import debian_packages_usable
from nightdesk.run.progress import Step, StepFailed, run_logged

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/sbin", "/usr/bin", "/usr/local/sbin")
"""Where packages put programs that are not on everybody's PATH."""


POLICY = Path("/usr/sbin/policy-rc.d")
"""Whose word Debian's packages take on whether to start something."""


class Server(NamedTuple):
    """One server: its program, and the package of Debian that brings it."""

    title: str
    program: str
    package: str


SERVERS = (
    Server("PostgreSQL", "initdb", "postgresql"),
    Server("Redis", "redis-server", "redis-server"),
    Server("nginx", "nginx", "nginx-light"),
    Server("openssl", "openssl", "openssl"),
)


def ensure_servers(log: Path) -> None:
    """Have every server on this machine. Raises StepFailed, naming what is missing, if not."""
    missing = [server for server in SERVERS if not is_there(server)]
    if not missing:
        return
    packages = [server.package for server in missing]
    titles = ", ".join(server.title for server in missing)
    if not debian_packages_usable():
        raise StepFailed(
            f"Missing for the trial of the whole topology: {titles}. "
            f"Install them (on Debian: apt-get install {' '.join(packages)}) and run this again."
        )
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    failed = f"Installing {titles} failed."
    # The packages would start their own servers, which nobody asked for.
    with Step(f"Installing {titles}"), _not_started():
        run_logged(["apt-get", "update"], log, failed, env=quiet)
        run_logged(
            ["apt-get", "install", "-y", "--no-install-recommends", *packages],
            log,
            failed,
            env=quiet,
        )


def is_there(server: Server) -> bool:
    """Whether the machine has its program."""
    if shutil.which(server.program):
        return True
    return any(
        found.is_file()
        for place in PLACES
        for found in Path("/").glob(f"{place[1:]}/{server.program}")
    )


@contextmanager
def _not_started() -> Iterator[None]:
    """Keep packages from starting what they bring, in Debian's own way."""
    made = not POLICY.exists()
    if made:
        POLICY.write_text("#!/bin/sh\nexit 101\n")
        POLICY.chmod(0o755)
    try:
        yield
    finally:
        if made:
            POLICY.unlink()
