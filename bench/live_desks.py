"""What a measurement of open inboxes runs against: real desk processes, and a Rasa that obeys."""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from deploy.local.machine import free_port
from deploy.local.postgres import cluster
from nightdesk.run import leash
from nightdesk.run.places import Places
from nightdesk.run.progress import StepFailed

START_WITHIN = 60.0
PASSWORD = "quiet harbour 42"
"""Of accounts in a database that goes when the measurement ends."""


class ObedientRasa:
    """Answers at once: a crisis to "die", a hand-over to "person", else an answer."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self.url = ""

    async def __aenter__(self) -> "ObedientRasa":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    @staticmethod
    async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(head.partition("content-length:")[2].split("\r\n")[0])
            asked = json.loads(await reader.readexactly(length))
            body = json.dumps(replies_to(str(asked.get("message", "")))).encode()
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
                + f"Content-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, ValueError):
            pass
        finally:
            writer.close()


def replies_to(message: str) -> list[dict[str, Any]]:
    """Give Rasa's answer to a message, in the form that the desk and Rasa have agreed on."""
    if "die" in message:
        safety = {
            "category": "self_harm",
            "detector": "pattern",
            "rule": "want-to-die",
            "score": 1.0,
            "spans": [[0, 4]],
        }
        crisis = {"outcome": "handover:crisis", "level": "P1", "safety": json.dumps(safety)}
        return [{"text": "Please call 988."}, {"custom": crisis}]
    if "person" in message:
        return [{"text": "I have asked."}, {"custom": {"outcome": "handover:request"}}]
    answer = {"outcome": "answer:rapid_relief", "passages": ["rapid_relief"]}
    return [{"text": "It can work fast."}, {"custom": answer}]


class Desks:
    """Desk processes on one database; a context manager that ends them."""

    def __init__(
        self, number: int, database: str, rasa_url: str, var: Path, environment: Mapping[str, str]
    ) -> None:
        """Take how many, the database's address, Rasa's, and a folder for state and logs."""
        self._program = Places.from_environment().root / "desk" / ".venv" / "bin" / "nightdesk-desk"
        self._var = var
        self._environment = {
            **environment,
            "NIGHTDESK_VAR": str(var),
            "DATABASE_URL": database,
            "RASA_URL": rasa_url,
            "DESK_HOST": "127.0.0.1",
            "DESK_REQUIRE_TOTP": "none",
            # All visitors of a measurement come from one address.
            "DESK_ADDRESS_CONVERSATIONS_PER_MINUTE": "6000",
            "DESK_ADDRESS_MESSAGES_PER_MINUTE": "6000",
        }
        self._ports = [free_port() for _ in range(number)]
        self._children: list[subprocess.Popen[bytes]] = []

    @property
    def urls(self) -> list[str]:
        """The addresses of the processes."""
        return [f"http://127.0.0.1:{port}" for port in self._ports]

    def __enter__(self) -> "Desks":
        try:
            for port in self._ports:
                with (self._var / f"desk-{port}.log").open("wb") as log:
                    child = subprocess.Popen(
                        [sys.executable, leash.__file__, str(self._program), "serve"],
                        env={**self._environment, "DESK_PORT": str(port)},
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                    )
                self._children.append(child)
                self._wait_for(port, child)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def add_staff(self, username: str) -> None:
        """Make an account as a clinic does, on the command line. Raises StepFailed."""
        done = subprocess.run(
            [self._program, "staff", "add", username, "--first-name", "Ada", "--password-stdin"],
            env=self._environment,
            input=f"{PASSWORD}\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=START_WITHIN,
        )
        if done.returncode:
            raise StepFailed(f"No account could be made: {done.stderr.strip()}")

    def _wait_for(self, port: int, child: "subprocess.Popen[bytes]") -> None:
        ends = time.monotonic() + START_WITHIN
        while time.monotonic() < ends and child.poll() is None:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=5) as said,
            ):
                if said.status == 200:
                    return
            time.sleep(0.1)
        raise StepFailed(f"A desk did not start: {self._said(port)}")

    def _said(self, port: int) -> str:
        log = (self._var / f"desk-{port}.log").read_text(errors="replace")
        return " ".join(log.strip().splitlines()[-3:]) or "it said nothing"

    def _end(self) -> None:
        for child in self._children:
            child.terminate()
        for child in self._children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(15)
            if child.poll() is None:
                child.kill()
                child.wait()


@contextlib.contextmanager
def databases(name: str, var: Path) -> Iterator[str]:
    """Give the address of an empty database, "SQLite" or "PostgreSQL".

    Raises NotInstalled and ServerFailed.
    """
    if name == "SQLite":
        yield f"sqlite:///{var / 'desk.sqlite3'}"
    else:
        with cluster() as url:
            yield url
