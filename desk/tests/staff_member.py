"""A member of staff over real HTTP, as the inbox's forms are one, without a browser."""

import re
import subprocess
from types import TracebackType
from typing import Self

import httpx
from log_leaks import note_sent
from running_system import BIN, PASSWORD, ROOT, RunningSystem


def add_staff(system: RunningSystem, username: str, first_name: str, role: str = "staff") -> None:
    """Make an account as the README says; its password is PASSWORD."""
    command = [str(BIN / "nightdesk"), "staff", "add", username, "--first-name", first_name]
    command += ["--role", role]
    done = subprocess.run(
        [*command, "--password-stdin"],
        input=PASSWORD + "\n",
        cwd=ROOT,
        env=dict(system.environment),
        text=True,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


class StaffMember:
    """Somebody who is signed in to the inbox."""

    def __init__(self, url: str, username: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=30)
        form = {"username": username, "password": PASSWORD, "next": "/inbox"}
        answer = self.http.post("/inbox/login", data=form | self._token("/inbox/login"))
        assert answer.status_code == 303, answer.text

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()

    def page(self, conversation_id: str) -> str:
        """Give a conversation's page."""
        return self._get(f"/inbox/conversations/{conversation_id}")

    def queue(self) -> str:
        """Give the queue's page."""
        return self._get("/inbox")

    def act(self, conversation_id: str, act: str, **fields: str) -> None:
        """Acknowledge, take, reply to, release or resolve a conversation."""
        path = f"/inbox/conversations/{conversation_id}"
        for name in ("text", "note", "why"):
            note_sent(fields.get(name, ""))
        answer = self.http.post(f"{path}/{act}", data=fields | self._token("/inbox"))
        assert answer.status_code == 303, answer.text

    def _get(self, path: str) -> str:
        answer = self.http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def _token(self, path: str) -> dict[str, str]:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self._get(path))
        assert found
        return {"csrf_token": found[1]}
