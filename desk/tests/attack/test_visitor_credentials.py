"""Every route of the visitor's API with every kind of credential that does not open it.

The routes are read from the application, and what may be sent from /openapi.json: a new one is
included by itself, and one that is neither open to all nor a conversation's fails here.
"""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from desk_in_process import Running, Visitor
from every_route import Routed, Statements, everything_in, routes_of

from nightdesk_desk.models import now
from nightdesk_desk.staff import sessions
from nightdesk_desk.staff.accounts import add_account

WORDS = "zebra-marmalade-seventeen"
ONE = "/api/conversations/{conversation_id}"
OPEN_TO_ALL = {
    Routed("POST", "/api/conversations"),
    Routed("GET", "/api/widget/config"),
    Routed("GET", "/health/live"),
    Routed("GET", "/health/ready"),
    Routed("GET", "/health/workers"),
    Routed("GET", "/metrics"),
    Routed("GET", "/openapi.json"),
    Routed("HEAD", "/openapi.json"),
    Routed("GET", "/"),
    Routed("GET", "/demo"),
    Routed("GET", "/demo/hostile"),
    Routed("GET", "/privacy"),
    Routed("GET", "/crisis-protocol"),
    Routed("GET", "/crisis-lines"),
    Routed("GET", "/static/{file}"),
    Routed("GET", "/inbox/static/{file}"),
    *(
        Routed("GET", path)
        for path in ("/widget.js", "/widget-chat.js", "/widget-more.js", "/widget-es.js")
    ),
}
"""What anybody may have: nothing of a visitor's or of staff. The inbox has a matrix of its own."""

TOKEN = "token_hash"
"""What a statement that looks a token up has in it; the desk's own work asks for other things."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")

Credential = Callable[["World"], Awaitable[dict[str, str]]]


class World:
    """A desk with two visitors and a member of staff who is signed in."""

    def __init__(self, running: Running, mine: Visitor, others: Visitor) -> None:
        self.running, self.mine, self.others = running, mine, others
        document = running.app.openapi()["paths"]
        self.routes = sorted(
            route for route in routes_of(running.app) if route.path.startswith(ONE)
        )
        self.documented = {
            Routed(method.upper(), path) for path, methods in document.items() for method in methods
        }

    async def ask(
        self, route: Routed, conversation_id: str, headers: dict[str, str]
    ) -> httpx.Response:
        path = route.path.replace("{conversation_id}", conversation_id).replace("{seq}", "2")
        assert "{" not in path, "a part of a path that the matrix does not know"
        given = {name: value.encode("latin-1") for name, value in headers.items()}
        return await self.running.client.request(
            route.method, path, headers=given, json=body_of(route)
        )


def body_of(route: Routed) -> Any:
    """What would be taken with the right credential."""
    return {
        "messages": {"text": WORDS},
        "contact": {"consent": True, "phone": "555 010 0100"},
        "typing": {"typing": True},
        "feedback": {"helpful": True},
    }.get(route.path.rsplit("/", 1)[-1] if route.method == "POST" else "")


@pytest.fixture
async def world(running: Running) -> World:
    mine, others = await running.visitor(), await running.visitor()
    await mine.chat(WORDS)
    await others.chat(WORDS)
    return World(running, mine, others)


async def none(w: World) -> dict[str, str]:
    return {}


async def forgotten(w: World) -> dict[str, str]:
    """The token of a conversation whose visitor has deleted it."""
    gone = await w.running.visitor()
    assert (await w.running.client.delete(gone.path, headers=gone.headers)).status_code == 200
    return gone.headers


async def staffs(w: World) -> dict[str, str]:
    """The cookie of somebody who is signed in to the inbox, as it is and as a token."""
    desk = w.running.desk
    async with desk.db.write() as session:
        account = await add_account(session, "kim", "Kim", "admin", "quiet harbour 42")
        token = await sessions.open_session(session, account.id, now())
    return {"Cookie": f"nightdesk-staff={token}", "Authorization": f"Bearer {token}"}


def sent(value: Callable[[str], str]) -> Credential:
    """A header made of the right token."""

    async def credential(w: World) -> dict[str, str]:
        return {"Authorization": value(w.mine.token)}

    return credential


async def elsewhere(w: World) -> dict[str, str]:
    """The right token where it does not belong."""
    return {"Cookie": f"token={w.mine.token}", "X-Token": w.mine.token, "Token": w.mine.token}


CREDENTIALS: dict[str, Credential] = {
    "none": none,
    "unknown": sent(lambda _: f"Bearer {secrets.token_urlsafe(32)}"),
    "nearly right": sent(lambda token: f"Bearer {token[:-1]}{'A' if token[-1] != 'A' else 'B'}"),
    "in other letters": sent(lambda token: f"Bearer {token.swapcase()}"),
    "a part": sent(lambda token: f"Bearer {token[:20]}"),
    "empty": sent(lambda _: "Bearer "),
    "without its kind": sent(lambda token: token),
    "of another kind": sent(lambda token: f"Basic {token}"),
    "too long": sent(lambda token: f"Bearer {token}{'A' * 4000}"),
    "a wild card": sent(lambda _: "Bearer %"),
    "a query": sent(lambda _: "Bearer ' OR 1=1 --"),
    "no ASCII": sent(lambda _: "Bearer \u00e9\u00e8"),
    "two": sent(lambda token: f"Bearer x, Bearer {token}"),
    "in other places": elsewhere,
    "of a deleted conversation": forgotten,
    "a staff member's": staffs,
}


def test_every_route_has_a_rule(running: Running) -> None:
    found = {route for route in routes_of(running.app) if not route.path.startswith("/inbox")}
    found |= {route for route in routes_of(running.app) if route.path == "/inbox/static/{file}"}
    rest = {route for route in found - OPEN_TO_ALL if not route.path.startswith(f"{ONE}")}
    assert rest == set()
    assert found >= OPEN_TO_ALL


async def test_the_api_is_described_whole(world: World) -> None:
    api = {route for route in routes_of(world.running.app) if route.path.startswith("/api/")}
    assert api
    assert api <= world.documented
    assert {route for route in world.documented if route.path.startswith(ONE)} == set(world.routes)


async def test_none_of_them_opens_or_tells_anything(world: World) -> None:
    credentials = {kind: await make(world) for kind, make in CREDENTIALS.items()}
    before = await everything_in(world.running.desk.db)
    assert len(world.routes) >= 8
    for kind, headers in credentials.items():
        for route in world.routes:
            there = await world.ask(route, world.mine.id, headers)
            assert there.status_code == 401, (kind, route)
            assert set(there.json()) == {"error", "message"}
            assert there.json()["error"] == "unauthorized"
            assert there.headers["www-authenticate"] == "Bearer"
            assert there.headers["cache-control"] == "no-store"
            assert "set-cookie" not in there.headers
            assert WORDS not in there.text
            # Whether there is such a conversation is not to be told.
            for unknown in ("c_" + secrets.token_urlsafe(18), "%01", "c_" + "a" * 3000):
                assert alike(there, await world.ask(route, unknown, headers)), (kind, route)
    after = await everything_in(world.running.desk.db)
    # What the bot is to forget is asked for again and again, by the desk itself.
    assert after.pop("forgettings")
    assert before.pop("forgettings")
    assert after == before


async def test_anothers_token_and_no_conversation_at_all_are_answered_alike(world: World) -> None:
    headers, desk = world.others.headers, world.running.desk
    before = await everything_in(desk.db)
    for route in world.routes:
        with Statements(desk.db, TOKEN) as for_mine:
            mine = await world.ask(route, world.mine.id, headers)
        with Statements(desk.db, TOKEN) as for_none:
            nobodys = await world.ask(route, "c_" + secrets.token_urlsafe(18), headers)
        assert mine.status_code == 404, route
        assert mine.json()["error"] == "not_found"
        assert WORDS not in mine.text
        assert alike(mine, nobodys)
        # The same work: how long it takes does not tell either.
        assert for_mine.count == for_none.count > 0
    assert await everything_in(desk.db) == before


async def test_an_unknown_token_costs_as_much_as_one_that_opens_something_else(
    world: World,
) -> None:
    route = Routed("GET", f"{ONE}/events")
    counts = []
    for token in (world.others.token, secrets.token_urlsafe(32)):
        with Statements(world.running.desk.db, TOKEN) as asked:
            await world.ask(route, world.mine.id, {"Authorization": f"Bearer {token}"})
        counts.append(asked.count)
    assert counts[0] == counts[1]


async def test_a_tokens_conversation_is_not_told_to_who_begins_another(world: World) -> None:
    """A token of one's own opens its conversation; another's id beside it opens none."""
    client = world.running.client
    body = {"token": world.others.token, "conversation_id": world.mine.id}
    before = await everything_in(world.running.desk.db)
    mine = await client.post("/api/conversations", json=body)
    nobodys = await client.post("/api/conversations", json=body | {"conversation_id": "c_none"})
    assert mine.status_code == 404
    assert alike(mine, nobodys)
    assert await everything_in(world.running.desk.db) == before


async def test_other_methods_do_nothing(world: World) -> None:
    """HEAD, OPTIONS and methods that there are not, with the right token and without one."""
    routed = {path: {r.method for r in world.routes if r.path == path} for _, path in world.routes}
    before = await everything_in(world.running.desk.db)
    for path, methods in routed.items():
        for method in set(METHODS) - methods:
            for headers in ({}, world.mine.headers):
                answer = await world.ask(Routed(method, path), world.mine.id, headers)
                assert answer.status_code == 405, (method, path)
                assert set(answer.headers["allow"].split(", ")) <= methods
                assert WORDS not in answer.text
    assert await everything_in(world.running.desk.db) == before


async def test_no_header_turns_one_method_into_another(world: World) -> None:
    before = await everything_in(world.running.desk.db)
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        headers = world.mine.headers | {name: "DELETE"}
        answer = await world.running.client.post(world.mine.path, headers=headers)
        assert answer.status_code == 405
    assert await everything_in(world.running.desk.db) == before


def alike(one: httpx.Response, other: httpx.Response) -> bool:
    """Say whether two answers cannot be told apart."""
    return (one.status_code, one.content, sorted(one.headers.items())) == (
        other.status_code,
        other.content,
        sorted(other.headers.items()),
    )
