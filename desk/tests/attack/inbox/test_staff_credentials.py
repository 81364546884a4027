"""Every route of the inbox with every kind of credential that does not open it.

The routes are read from the application. A new one fails here until it stands in the table with the
least role that may use it, and with "recent" where the password must have been given just now.
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal, NamedTuple

import httpx
import pytest
from every_route import Routed, everything_in, routes_of
from fastapi import FastAPI
from sqlalchemy import update
from staff_people import PASSWORD, Calls, Person, SignIn, log_in
from totp_people import enrolled

from nightdesk_desk import log
from nightdesk_desk.app import create_app
from nightdesk_desk.desk import Desk
from nightdesk_desk.models import Contact, StaffSession, now
from nightdesk_desk.staff import accounts
from nightdesk_desk.staff.sessions import IDLE, LIFETIME, close_session, hash_token

WORDS = "zebra-marmalade-seventeen"
PHONE = "555-0177-marmalade"
SECRETS = (WORDS, PHONE, "Noor", "ada-the-admin")
"""What nobody reads who may not: a visitor's words and number, a colleague, an account."""

ONE = "/inbox/conversations/{conversation_id}"
TOPIC = "/inbox/asked/{topic}"
TOTP = "/inbox/account/totp"
STAFF = "/inbox/staff/{staff_id}"


class Rule(NamedTuple):
    """Who may: the least role, and whether the password must have been given just now."""

    role: Literal["nobody", "staff", "lead", "admin"]
    recent: bool = False


RULES: dict[Routed, Rule] = {
    **{
        Routed(method, path): Rule("nobody")
        for path in ("/inbox/login", "/inbox/login/code")
        for method in ("GET", "POST")
    },
    **{
        Routed("GET", path): Rule("staff")
        for path in (
            *("/inbox", "/inbox/queue", "/inbox/search", "/inbox/stream", "/inbox/calls"),
            *(ONE, f"{ONE}/live", f"{ONE}/stream", "/inbox/asked", TOPIC, f"{TOPIC}/draft.yml"),
            *("/inbox/account", TOTP),
        )
    },
    **{
        Routed("POST", f"{ONE}/{act}"): Rule("staff")
        for act in (
            *("acknowledge", "take", "release", "reply", "resolve", "pass", "notice", "level"),
            *("note", "reopen", "typing"),
        )
    },
    **{
        Routed("POST", path): Rule("staff")
        for path in (
            *("/inbox/logout", "/inbox/active", "/inbox/queue", "/inbox/search"),
            *("/inbox/account/title", "/inbox/account/password"),
            *("/inbox/account/sessions/end", "/inbox/account/sessions/end-all"),
            *(f"{TOTP}/confirm", f"{TOTP}/recovery-codes.txt", f"{TOTP}/off"),
        )
    },
    **{
        Routed("POST", path): Rule("staff", recent=True)
        for path in (f"{TOTP}/start", f"{TOTP}/recovery-codes")
    },
    **{
        Routed("GET", path): Rule("lead")
        for path in ("/inbox/numbers", "/inbox/numbers/table.csv", "/inbox/audit")
    },
    Routed("POST", f"{TOPIC}/draft"): Rule("lead"),
    Routed("POST", f"{TOPIC}/draft/delete"): Rule("lead"),
    Routed("POST", f"{ONE}/export"): Rule("lead", recent=True),
    Routed("POST", "/inbox/audit/entries.csv"): Rule("lead", recent=True),
    Routed("GET", "/inbox/staff"): Rule("admin"),
    Routed("GET", STAFF): Rule("admin"),
    **{
        Routed("POST", f"{STAFF}/{act}"): Rule("admin", recent=True)
        for act in ("disable", "enable", "role", "title", "end-sessions", "reset-totp")
    },
}

FORM = {
    **{"text": "x", "why": "x", "level": "P0", "to": "2", "note": "x", "role": "admin"},
    **{"outcome_code": "answered", "title": "boss", "typing": "true", "q": WORDS},
    **{"password": PASSWORD, "new_password": "another quiet harbour 43"},
    **{"again": "another quiet harbour 43"},
}
"""What would do something on any of them."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
ROLES = ("staff", "lead", "admin")


@dataclass
class World:
    """A case with contact details; an admin, a lead and a nurse who are signed in; a stranger."""

    app: FastAPI
    desk: Desk
    people: dict[str, Person]
    stranger: httpx.AsyncClient
    paths: dict[str, str]

    def path(self, route: Routed) -> str:
        path = route.path
        for part, value in self.paths.items():
            path = path.replace(part, value)
        assert "{" not in path, "a part of a path that the matrix does not know"
        return path

    async def ask(
        self, route: Routed, http: httpx.AsyncClient, csrf: str = "", **headers: str
    ) -> httpx.Response:
        data = FORM | {"csrf_token": csrf} if route.method not in ("GET", "HEAD") else None
        return await http.request(route.method, self.path(route), data=data, headers=headers)

    def cookie(self, role: str) -> str:
        token = self.people[role].http.cookies.get("nightdesk-staff")
        assert token
        return token


def inbox_routes(app: FastAPI) -> list[Routed]:
    return sorted(
        r for r in routes_of(app) if r.path.startswith("/inbox") and "{file}" not in r.path
    )


@pytest.fixture
async def world(
    app: FastAPI,
    desk: Desk,
    sign_in: SignIn,
    calls: Calls,
    browser: Callable[..., httpx.AsyncClient],
) -> World:
    people = {
        "admin": await sign_in("ada-the-admin", "Ada", "admin"),
        "lead": await sign_in("noor", "Noor", "lead"),
        "staff": await sign_in(),
    }
    case = await calls(WORDS)
    async with desk.db.write() as session:
        said = log.NewEvent("bot", "x", "not_in_source:mechanism")
        await log.append(session, case.conversation_id, [said])
        session.add(Contact(conversation_id=case.conversation_id, phone=PHONE))
    ids = {"{conversation_id}": case.conversation_id, "{topic}": "mechanism"}
    ids |= {"{staff_id}": str(people["lead"].id)}
    return World(app, desk, people, browser("203.0.113.7"), ids)


Credential = Callable[[World], Awaitable[dict[str, str]]]
"""Makes the cookies of somebody who is not, or no longer, signed in."""


async def nobody(w: World) -> dict[str, str]:
    return {}


def made_up(value: str) -> Credential:
    async def credential(w: World) -> dict[str, str]:
        return {"nightdesk-staff": value}

    return credential


async def nearly(w: World) -> dict[str, str]:
    return {"nightdesk-staff": w.cookie("admin")[:-1] + "_"}


async def stored_hash(w: World) -> dict[str, str]:
    """What a stolen backup has of a session."""
    return {"nightdesk-staff": hash_token(w.cookie("admin"))}


async def signed_out(w: World) -> dict[str, str]:
    token = w.cookie("admin")
    async with w.desk.db.write() as session:
        await close_session(session, hash_token(token))
    return {"nightdesk-staff": token}


def old(column: str, age: timedelta) -> Credential:
    async def credential(w: World) -> dict[str, str]:
        async with w.desk.db.write() as session:
            await session.execute(
                update(StaffSession)
                .where(StaffSession.staff_id == w.people["admin"].id)
                .values({column: now() - age})
            )
        return {"nightdesk-staff": w.cookie("admin")}

    return credential


async def disabled(w: World) -> dict[str, str]:
    async with w.desk.db.write() as session:
        await accounts.disable_account(session, "ada-the-admin")
    return {"nightdesk-staff": w.cookie("admin")}


async def new_password(w: World) -> dict[str, str]:
    async with w.desk.db.write() as session:
        await accounts.set_password(session, "ada-the-admin", "another quiet harbour 43")
    return {"nightdesk-staff": w.cookie("admin")}


async def half(w: World) -> dict[str, str]:
    """The password was right, the code is still owed."""
    await enrolled(w.desk, w.people["admin"], "ada-the-admin")
    answer = await log_in(w.stranger, "ada-the-admin", PASSWORD)
    assert answer.headers["location"].startswith("/inbox/login/code")
    token = w.stranger.cookies["nightdesk-half"]
    w.stranger.cookies.clear()
    # In its own cookie, and in that of a whole sign-in.
    return {"nightdesk-half": token, "nightdesk-staff": token}


async def visitors(w: World) -> dict[str, str]:
    async with w.desk.db.write() as session:
        _, token = await log.start_conversation(session)
    return {"nightdesk-staff": token}


async def under_another_name(w: World) -> dict[str, str]:
    token = w.cookie("admin")
    return {"__Host-nightdesk-staff": token, "session": token, "Nightdesk-Staff": token}


CREDENTIALS: dict[str, Credential] = {
    "none": nobody,
    "wrong": made_up(secrets.token_urlsafe(32)),
    "empty": made_up('""'),
    "malformed": made_up("' OR 1=1 --%00"),
    "too long": made_up("A" * 8000),
    "nearly right": nearly,
    "its hash": stored_hash,
    "signed out": signed_out,
    "idle": old("last_seen_at", IDLE),
    "too old": old("created_at", LIFETIME),
    "disabled": disabled,
    "another password": new_password,
    "half signed in": half,
    "a visitor's": visitors,
    "under another name": under_another_name,
}


ENDED = (*("signed out", "idle", "too old", "disabled", "another password", "half signed in"),)
"""Each of these ends the admin's session in its own way."""
NEVER_SIGNED_IN = [kind for kind in CREDENTIALS if kind not in ENDED]


def test_every_route_has_a_rule(app: FastAPI) -> None:
    assert set(inbox_routes(app)) == RULES.keys()


@pytest.mark.parametrize("kinds", [NEVER_SIGNED_IN, *([kind] for kind in ENDED)], ids=", ".join)
async def test_it_opens_nothing_and_tells_nothing(world: World, kinds: list[str]) -> None:
    for kind in kinds:
        cookies = await CREDENTIALS[kind](world)
        await opens_nothing(world, "; ".join(f"{name}={value}" for name, value in cookies.items()))


async def opens_nothing(world: World, cookie: str) -> None:
    csrf, http = world.people["admin"].csrf, world.stranger
    before = await everything_in(world.desk.db)
    headers = {"Cookie": cookie} if cookie else {}
    for route, rule in RULES.items():
        if rule.role == "nobody":
            continue
        answer = await world.ask(route, http, csrf, **headers)
        assert answer.status_code == 303, route
        assert answer.headers["location"].startswith("/inbox/login?"), route
        assert answer.content == b""
        part = await world.ask(route, http, csrf, **headers, **{"HX-Request": "true"})
        assert part.status_code == 401, route
        assert part.headers["hx-redirect"].startswith("/inbox/login?"), route
        assert part.content == b""
        for each in (answer, part):
            assert each.headers["cache-control"] == "no-store"
            assert not any(secret in str(each.headers) for secret in SECRETS)
    assert await everything_in(world.desk.db) == before


@pytest.mark.parametrize("role", ["staff", "lead"])
async def test_a_role_opens_nothing_of_a_higher_one(world: World, role: str) -> None:
    me, before = world.people[role], await everything_in(world.desk.db)
    higher = [each for each in RULES if each_needs_more(RULES[each].role, role)]
    assert higher
    for route in higher:
        for headers in ({}, {"HX-Request": "true"}):
            answer = await world.ask(route, me.http, me.csrf, **headers)
            assert answer.status_code == 403, route
            assert "Ask one of them" in answer.text
            assert not any(secret in answer.text for secret in (WORDS, PHONE, "ada-the-admin"))
    assert await everything_in(world.desk.db) == before


def each_needs_more(needed: str, role: str) -> bool:
    return needed in ROLES and ROLES.index(needed) > ROLES.index(role)


@pytest.mark.parametrize("role", ROLES)
async def test_the_table_is_not_stricter_than_the_desk(world: World, role: str) -> None:
    """What a role may do is done, or refused for what it is: no rule here is a made-up one."""
    me = world.people[role]
    ends = {"/inbox/logout", "/inbox/account/password", "/inbox/account/sessions/end-all"}
    for route, rule in RULES.items():
        # A stream does not end; and after these nobody is signed in.
        if rule.role != role or route.path.endswith("/stream") or route.path in ends:
            continue
        answer = await world.ask(route, me.http, me.csrf)
        assert "Ask one of them" not in answer.text, route
        assert not answer.headers.get("location", "").startswith("/inbox/login"), route


async def test_what_leaves_the_desk_or_opens_it_asks_for_the_password_again(world: World) -> None:
    async with world.desk.db.write() as session:
        earlier = now() - timedelta(minutes=10)
        await session.execute(update(StaffSession).values(created_at=earlier, proved_at=None))
    me, before = world.people["admin"], await everything_in(world.desk.db)
    for route, rule in RULES.items():
        if rule.recent:
            answer = await world.ask(route, me.http, me.csrf)
            assert answer.status_code == 403, route
            assert 'name="confirm_password"' in answer.text
            assert PHONE not in answer.text
            assert "Content-Disposition" not in answer.headers
    assert await everything_in(world.desk.db) == before


async def test_who_owes_one_time_passwords_gets_no_further_than_their_page(
    world: World,
) -> None:
    strict = create_app(replace(world.desk.settings, require_totp="all"))
    me = world.people["admin"]
    transport = httpx.ASGITransport(app=strict)
    before = await everything_in(world.desk.db)
    allowed = {
        *(Routed("GET", TOTP), Routed("POST", f"{TOTP}/start"), Routed("POST", f"{TOTP}/confirm")),
        *(Routed("POST", "/inbox/logout"), Routed("POST", "/inbox/active")),
        Routed("GET", "/inbox/calls"),
    }
    async with httpx.AsyncClient(
        transport=transport, base_url="http://desk.test", cookies=me.http.cookies
    ) as http:
        for route, rule in RULES.items():
            if rule.role == "nobody" or route in allowed:
                continue
            answer = await world.ask(route, http, me.csrf)
            assert (answer.status_code, answer.headers.get("location")) == (303, TOTP), route
            assert answer.content == b""
        quiet = await world.ask(Routed("GET", "/inbox/calls"), http)
        assert (quiet.status_code, quiet.content) == (204, b"")
    await strict.state.desk.db.close()
    assert await everything_in(world.desk.db) == before


async def test_other_methods_do_nothing(world: World) -> None:
    me, before = world.people["admin"], await everything_in(world.desk.db)
    paths = {route.path for route in RULES}
    for path in sorted(paths):
        routed = {route.method for route in RULES if route.path == path}
        for method in set(METHODS) - routed:
            for http, csrf in ((world.stranger, ""), (me.http, me.csrf)):
                answer = await world.ask(Routed(method, path), http, csrf)
                assert answer.status_code == 405, (method, path)
                assert set(answer.headers["allow"].split(", ")) <= routed
                assert not any(secret in answer.text for secret in SECRETS)
    assert await everything_in(world.desk.db) == before


@pytest.mark.parametrize("role", ["staff", "admin"])
async def test_what_is_not_there_is_answered_alike_whatever_was_asked_for(
    world: World, role: str
) -> None:
    """No ids are told apart: unknown, malformed and deleted ones get the same page."""
    me = world.people[role]
    before = await everything_in(world.desk.db)
    for route, rule in RULES.items():
        ids = [name for name in ("{conversation_id}", "{staff_id}") if name in route.path]
        if not ids or each_needs_more(rule.role, role):
            continue
        seen = set()
        for unknown in ("c_" + "a" * 24, "0", "99999999", "x", "%01", "9" * 400, "%e2%80%ae"):
            world.paths[ids[0]] = unknown
            answer = await world.ask(route, me.http, me.csrf)
            page = answer.text.replace(unknown, "")
            seen.add((answer.status_code, "There is no such page" in page))
        # That somebody is typing is told to whoever watches; nobody watches what is not there.
        silent = route.path.endswith("/typing")
        assert seen == {(204, False) if silent else (404, True)}, route
    assert await everything_in(world.desk.db) == before
