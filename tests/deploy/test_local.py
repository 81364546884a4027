"""What a test may start: servers on free ports that are gone afterwards, and say why not."""

import socket
import subprocess

import pytest
import redis as client

from deploy.local import machine, postgres, redis


def port_of(url):
    return int(url.rpartition(":")[2].split("/")[0])


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_a_redis_server_takes_its_password_and_ends():
    try:
        with redis.server(password="of-a-test") as url:
            assert client.Redis.from_url(url).ping()
            with pytest.raises(client.AuthenticationError):
                client.Redis.from_url(url.replace(":of-a-test@", "")).ping()
    except machine.NotInstalled as error:
        pytest.skip(str(error))
    assert not listens(port_of(url))


def test_a_program_that_is_missing_is_named_with_its_package():
    with pytest.raises(machine.NotInstalled, match=r"no-such-server .*package: servers"):
        machine.program("no-such-server", "servers")


def test_a_server_that_ends_at_once_says_why(tmp_path):
    command = ["sh", "-c", "echo 'bad option' >&2; exit 3"]
    with (
        pytest.raises(machine.ServerFailed, match="it did not start: bad option"),
        machine.child("it", command, tmp_path, machine.free_port(), {}),
    ):
        pytest.fail("it did not run")


def test_no_postgres_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(postgres.Path, "glob", lambda *_: iter(()))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(machine.NotInstalled, match="PostgreSQL"):
        postgres.programs()


def test_both_pythons_can_use_it(root):
    """The desk's environment has another Python; the set-up's is the machine's."""
    desk = root / "desk" / ".venv" / "bin" / "python"
    done = subprocess.run(
        [desk, "-c", "import deploy.local.postgres, deploy.local.redis, deploy.local.nginx"],
        cwd=root,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
