"""A Redis server of a test's own, on a free port, that can be killed, stopped and filled."""

import contextlib
import signal
import subprocess

import pytest
import redis
from deploy.local import redis as local_redis
from deploy.local.machine import NotInstalled, free_port

PASSWORD = "s3cret/word#1"


class RedisServer:
    """The installed server; what it holds is gone when it ends."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = local_redis.address(self.port, PASSWORD)
        self._running = contextlib.ExitStack()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def client(self) -> redis.Redis:
        """A client of the test's own, which waits for nobody."""
        return redis.Redis(port=self.port, password=PASSWORD, socket_timeout=10)

    def start(self) -> None:
        try:
            self._process = self._running.enter_context(local_redis.running(self.port, PASSWORD))
        except NotInstalled as error:
            pytest.skip(str(error))

    def kill(self) -> None:
        """End it without a word to anybody."""
        self.send(signal.SIGKILL)
        self._running.close()

    def send(self, what: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(what)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.send(signal.SIGCONT)
            self.kill()
