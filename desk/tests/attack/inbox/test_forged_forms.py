"""Forms that another page sends with the browser of somebody who is signed in do nothing.

Every route that may change something is tried, as the application has them.
"""

from collections.abc import Callable

import httpx
import pytest
from every_route import Routed, everything_in
from fastapi import FastAPI
from staff_people import PASSWORD, SignIn, csrf_of
from test_staff_credentials import RULES, World, inbox_routes, world

from nightdesk_desk.desk import Desk

__all__ = ["world"]

CHANGES = [
    route for route, rule in RULES.items() if route.method == "POST" and rule.role != "nobody"
]
SEARCHES_AGAIN = "/inbox/queue"
SIGN_IN = ("/inbox/login", "/inbox/login/code")


def test_all_that_change_something_are_tried(app: FastAPI) -> None:
    found = {route for route in inbox_routes(app) if route.method not in ("GET", "HEAD")}
    assert found == {*CHANGES, *(Routed("POST", path) for path in SIGN_IN)}
    assert len(CHANGES) > 30


@pytest.mark.parametrize(
    "kind", ["missing", "empty", "wrong", "nearly right", "anothers", "sign-in's"]
)
async def test_without_the_pages_own_token_nothing_is_done(world: World, kind: str) -> None:
    me = world.people["admin"]
    token = {
        "missing": "",
        "empty": "",
        "wrong": "x" * 43,
        "nearly right": me.csrf[:-1] + "_",
        "anothers": world.people["lead"].csrf,
        "sign-in's": csrf_of((await world.stranger.get("/inbox/login")).text),
    }[kind]
    before = await everything_in(world.desk.db)
    for route in CHANGES:
        if route.path == SEARCHES_AGAIN:
            continue
        form = {} if kind == "missing" else {"csrf_token": token}
        answer = await me.http.post(world.path(route), data=form)
        assert answer.status_code == 403, route
        assert "out of date" in answer.text
        header = await me.http.post(world.path(route), headers={"X-CSRF-Token": token})
        assert header.status_code == 403, route
        # What an address can hold, a link or a picture on another page can ask for.
        linked = await me.http.post(world.path(route), params={"csrf_token": me.csrf})
        assert linked.status_code == 403, route
    assert await everything_in(world.desk.db) == before


FORGED = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://desk.test"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://desk.test.evil.example"},
    {"Origin": "http://desk.test:81"},
]


@pytest.mark.parametrize("headers", FORGED, ids=lambda headers: " ".join(headers.values()))
async def test_another_page_does_nothing_even_with_the_token(
    world: World, headers: dict[str, str]
) -> None:
    """A token that leaked, by a picture of a screen or an extension, is of no use elsewhere."""
    me, before = world.people["admin"], await everything_in(world.desk.db)
    for route in CHANGES:
        answer = await world.ask(route, me.http, me.csrf, **headers)
        assert (answer.status_code, answer.json()["error"]) == (403, "other_page"), route
        assert "another web page" in answer.json()["message"]
    assert await everything_in(world.desk.db) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://what.a.proxy.made.of.it"},
        {"Origin": "null"},
        {"Origin": "http://desk.test"},
        {"Origin": "https://desk.test"},
        {},
    ],
    ids=str,
)
async def test_the_inboxs_own_forms_work_in_every_browser(
    world: World, headers: dict[str, str]
) -> None:
    """With Referrer-Policy: no-referrer, browsers say Origin: null of our own forms."""
    me = world.people["admin"]
    answer = await me.http.post("/inbox/active", data={"csrf_token": me.csrf}, headers=headers)
    assert answer.status_code == 204


class TestTheSignInItself:
    """Nobody is signed in to somebody else's account without noticing."""

    @pytest.mark.parametrize("path", SIGN_IN)
    async def test_from_another_page(
        self, path: str, sign_in: SignIn, browser: Callable[..., httpx.AsyncClient]
    ) -> None:
        await sign_in()
        http = browser()
        token = csrf_of((await http.get("/inbox/login")).text)
        form = {"username": "maria", "password": PASSWORD, "csrf_token": token}
        for headers in FORGED:
            answer = await http.post(path, data=form, headers=headers)
            assert (answer.status_code, answer.json()["error"]) == (403, "other_page")
        assert "nightdesk-staff" not in http.cookies

    @pytest.mark.parametrize("token", ["", "x", "another's"])
    async def test_without_the_forms_own_token(
        self, token: str, sign_in: SignIn, browser: Callable[..., httpx.AsyncClient]
    ) -> None:
        await sign_in()
        http, other = browser(), browser()
        await http.get("/inbox/login")
        if token == "another's":
            token = csrf_of((await other.get("/inbox/login")).text)
        form = {"username": "maria", "password": PASSWORD, "csrf_token": token}
        answer = await http.post("/inbox/login", data=form)
        assert answer.status_code == 403
        assert "nightdesk-staff" not in http.cookies


async def test_the_one_without_the_token_changes_nothing_that_counts(
    world: World, desk: Desk
) -> None:
    """It gives parts of a page, to a page that asks by itself; what is changed is who looked."""
    me, before = world.people["admin"], await everything_in(desk.db)
    assert (await me.http.post(SEARCHES_AGAIN, data={"q": "zebra"})).status_code == 200
    after = await everything_in(desk.db)
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"audit_entries", "audit_head"}
