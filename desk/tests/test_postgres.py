"""The record on PostgreSQL: a temporary cluster of the installed server, on a free port."""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from desk_in_process import started
from fake_rasa import FakeRasa, handover
from record_checks import ALL
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from nightdesk_desk.app import create_app
from nightdesk_desk.db import Database, migrate
from nightdesk_desk.models import now
from nightdesk_desk.settings import Settings, database_url
from nightdesk_desk.staff import sign_in_tries

USER = "postgres"


def server_programs() -> Path | None:
    """The folder of the newest installed server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    return Path(on_path).parent if on_path else None


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of an empty cluster, which ends with the module."""
    programs = server_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed (Debian's package: postgresql)")
    as_user: dict[str, Any] = {}
    if os.geteuid() == 0:
        # The server refuses to run as root; Debian's package brings its own user.
        try:
            account = pwd.getpwnam(USER)
        except KeyError:
            pytest.skip("running as root without the account that the PostgreSQL server needs")
        as_user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # Not pytest's own folder: the server's user could not enter it.
    folder = Path(tempfile.mkdtemp(prefix="nightdesk-pg-"))
    if as_user:
        os.chown(folder, as_user["user"], as_user["group"])
    data = folder / "data"
    options = (
        f"-c port={port} -c listen_addresses=127.0.0.1 "
        f"-c unix_socket_directories={folder} -c fsync=off"
    )

    def run(program: str, *arguments: str) -> None:
        command = [programs / program, *arguments]
        log = folder / "log"
        with log.open("a") as out:
            subprocess.run(
                command, check=True, cwd=folder, stdout=out, stderr=out, timeout=60, **as_user
            )

    try:
        run("initdb", "-D", str(data), "-U", USER, "--auth=trust", "-E", "UTF8", "--no-sync")
        run("pg_ctl", "-D", str(data), "-w", "-o", options, "-l", str(folder / "server"), "start")
        try:
            yield database_url(f"postgresql://{USER}@127.0.0.1:{port}/postgres")
        finally:
            run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture
async def databases(cluster: str) -> AsyncIterator[tuple[Database, Database]]:
    migrate(cluster)
    one, two = Database(cluster), Database(cluster)
    yield one, two
    await one.close()
    await two.close()


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.__name__)
async def test_on_postgres(databases: tuple[Database, Database], check: Any) -> None:
    await check(*databases)


async def test_a_desk_that_hangs_while_it_counts_a_try_does_not_hold_the_others(
    databases: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = databases
    monkeypatch.setattr(sign_in_tries, "COUNTING_WITHIN_MS", 50)
    async with one.write() as session:
        key = {"key": sign_in_tries.COUNTING_LOCK}
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), key)
        trying = sign_in_tries.take_try(two, "password", "held", "10.7.0.1", now())
        with pytest.raises(OperationalError):
            await asyncio.wait_for(trying, 20)
    assert await sign_in_tries.take_try(two, "password", "held", "10.7.0.1", now())


async def test_the_whole_way_on_postgres(cluster: str, settings: Settings, rasa: FakeRasa) -> None:
    migrate(cluster)
    settings = replace(settings, database_url=cluster, rasa_url=rasa.url)
    rasa.script = lambda *_: handover("crisis", "P0")
    async with started(create_app(settings)) as running:
        visitor = await running.visitor()
        events = await visitor.chat("I took all my pills")
        assert [e["from"] for e in events] == ["bot", "system"]
        await running.desk.wakeups.look()
        figures = (await running.client.get("/metrics")).text
        assert 'nightdesk_handovers_total{level="P0",reason="crisis"}' in figures
        assert 'nightdesk_open_handovers{level="P0",state="open"}' in figures
        assert (await running.client.get("/health/ready")).json()["record"] is True


def test_migrations_go_down_and_up_on_postgres(cluster: str) -> None:
    migrate(cluster, "base")
    migrate(cluster)
