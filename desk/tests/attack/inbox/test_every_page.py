"""Every page and answer, as routed: policy, framing, caching, referrer, kinds of content."""

import re

import httpx
import pytest
from every_route import Routed, routes_of
from test_staff_credentials import World, world

__all__ = ["world"]

KEPT = ("/widget", "/static", "/inbox/static", "/api/widget/config")
"""What is the same for everybody, and may be kept."""

ASKED_ANEW = ("/demo", "/privacy", "/crisis-protocol", "/crisis-lines")
"""The public pages: kept, but asked for again each time, since numbers on them must be true."""


async def answers(world: World) -> list[tuple[Routed, httpx.Response]]:
    """The answer of every route that shows something, to an admin, and to nobody."""
    me, found = world.people["admin"], []
    world.paths |= {"{file}": "nothing", "{seq}": "1"}
    for route in sorted(routes_of(world.app)):
        if route.method != "GET" or route.path.endswith("/stream"):
            continue
        for http in (me.http, world.stranger):
            found.append((route, await world.ask(route, http)))
    found += [(route, await world.ask(route, me.http)) for route in (Routed("GET", "/nothing"),)]
    refused = Routed("POST", "/inbox/active")
    return [*found, (refused, await world.ask(refused, me.http, "wrong"))]


async def test_the_headers_of_every_answer(world: World) -> None:
    found = await answers(world)
    assert len(found) > 60
    for route, answer in found:
        headers = answer.headers
        assert answer.status_code < 500 or route.path == "/health/ready", route
        assert headers["x-content-type-options"] == "nosniff", route
        assert headers["referrer-policy"] == "no-referrer", route
        assert headers["x-frame-options"] == "DENY", route
        assert headers["cross-origin-opener-policy"] == "same-origin", route
        policy = headers["content-security-policy"]
        assert len(headers.get_list("content-security-policy")) == 1
        assert "default-src 'none'" in policy, route
        for loose in ("unsafe-inline", "unsafe-eval", "*", "http:", "https:", "blob:"):
            assert loose not in policy, route
        assert "server" not in headers
        assert "x-powered-by" not in headers
        if answer.content and answer.status_code == 200:
            assert "charset=utf-8" in headers["content-type"] or not headers[
                "content-type"
            ].startswith("text/"), route


async def test_every_page_is_framed_by_nobody(world: World) -> None:
    for route, answer in await answers(world):
        if route.path == "/demo/hostile":
            # It stands for a clinic's page with a policy of its own; X-Frame-Options holds.
            continue
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], route


async def test_nothing_private_is_kept_by_a_browser_or_a_proxy(world: World) -> None:
    for route, answer in await answers(world):
        if route.path.startswith(KEPT) and answer.status_code == 200:
            continue
        control = answer.headers.get("cache-control", "")
        if route.path.startswith("/inbox") and "{file}" not in route.path:
            assert control == "no-store", route
        elif route.path in ASKED_ANEW or route.path == "/demo/hostile":
            assert control == "no-cache", route
        elif route.path.startswith("/api/"):
            assert "no-store" in control, route


async def test_no_page_has_code_or_style_of_its_own_or_anything_from_elsewhere(
    world: World,
) -> None:
    for route, answer in await answers(world):
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        page = answer.text
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", page), route
        assert not re.search(r"\son[a-z]+\s*=\s*[\"']", page), route
        assert not re.search(r"\sstyle\s*=", page), route
        assert not re.search(r"(?:src|action|formaction|data)=[\"'](?:https?:)?//", page), route
        assert "javascript:" not in page, route


@pytest.mark.parametrize("path", ["/events", "/export"])
async def test_what_a_visitor_wrote_is_not_kept_on_the_way(world: World, path: str) -> None:
    visitor = httpx.AsyncClient(transport=world.stranger._transport, base_url="http://desk.test")
    begun = (await visitor.post("/api/conversations", json={"messages": {"a": "hello"}})).json()
    headers = {"Authorization": f"Bearer {begun['token']}"}
    answer = await visitor.get(
        f"/api/conversations/{begun['conversation_id']}{path}", headers=headers
    )
    assert answer.status_code == 200
    assert "hello" in answer.text
    assert "no-store" in answer.headers.get("cache-control", "")
    # Its token came with an answer, too.
    started = await visitor.post("/api/conversations")
    assert "no-store" in started.headers.get("cache-control", "")


async def test_staff_read_which_pages_are_turned_away(world: World) -> None:
    path = world.desk.settings.clinic_path
    path.write_text(path.read_text() + "\nsites: [https://www.clinic.example]\n")
    forged = "<img src=x onerror=alert(1)>"
    for origin in ("https://clinic.example", "https://clinic.example", forged):
        answer = await world.stranger.get("/api/widget/config", headers={"Origin": origin})
        assert answer.status_code == 403
    for role, told in {"admin": True, "lead": True, "staff": False}.items():
        page = (await world.people[role].http.get("/inbox")).text
        assert ("get no chat" in page) is told
        assert ("<code>https://clinic.example</code>: turned away 2 times" in page) is told
        assert ("a page that does not say where it is from: turned away 1 time" in page) is told
        assert "onerror" not in page
