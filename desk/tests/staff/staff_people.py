"""Who appears in the inbox's tests: staff with browsers, visitors with hand-overs."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import httpx
from sqlalchemy import update

from nightdesk_desk.desk import Desk
from nightdesk_desk.models import StaffSession, now

PASSWORD = "quiet harbour 42"


@dataclass
class Person:
    """A staff member with a browser that is signed in."""

    id: int
    http: httpx.AsyncClient
    csrf: str

    async def post(self, path: str, **fields: str) -> httpx.Response:
        return await self.http.post(path, data={"csrf_token": self.csrf, **fields})

    async def htmx(self, path: str, **fields: str) -> httpx.Response:
        headers = {"HX-Request": "true", "X-CSRF-Token": self.csrf}
        return await self.http.post(path, data=fields, headers=headers)


@dataclass
class Case:
    conversation_id: str
    handover_id: int

    @property
    def url(self) -> str:
        return f"/inbox/conversations/{self.conversation_id}"


SignIn = Callable[..., Awaitable[Person]]
Calls = Callable[..., Awaitable[Case]]


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


async def log_in(
    http: httpx.AsyncClient, username: str, password: str, where: str = "/inbox"
) -> httpx.Response:
    token = csrf_of((await http.get("/inbox/login")).text)
    form = {"username": username, "password": password, "next": where, "csrf_token": token}
    return await http.post("/inbox/login", data=form)


async def signed_in_earlier(desk: Desk) -> None:
    """Let everybody have given their password eleven minutes ago."""
    async with desk.db.write() as session:
        earlier = now() - timedelta(minutes=11)
        await session.execute(update(StaffSession).values(created_at=earlier))
