"""A Redis server of a test's own, on a free port, that can be killed, stopped and filled."""

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
import redis

PASSWORD = "s3cret/word#1"


class RedisServer:
    """The installed server; what it holds is gone when it ends."""

    def __init__(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("no Redis server is installed (Debian's package: redis-server)")
        self._program = program
        self._folder = Path(tempfile.mkdtemp(prefix="nightdesk-redis-"))
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{PASSWORD.replace('/', '%2F').replace('#', '%23')}@127.0.0.1:{self.port}"

    @property
    def client(self) -> redis.Redis:
        """A client of the test's own, which waits for nobody."""
        return redis.Redis(port=self.port, password=PASSWORD, socket_timeout=10)

    def start(self) -> None:
        command = [self._program, "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        command += ["--requirepass", PASSWORD]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        for _ in range(500):
            try:
                with self.client as client:
                    client.ping()
                return
            except redis.RedisError:
                assert self._process.poll() is None
                time.sleep(0.02)
        raise AssertionError("the Redis server does not answer")

    def kill(self) -> None:
        """End it without a word to anybody."""
        self.send(signal.SIGKILL)
        assert self._process is not None
        self._process.wait(20)

    def send(self, what: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(what)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.send(signal.SIGCONT)
            self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)
