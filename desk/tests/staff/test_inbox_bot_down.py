"""That the assistant is down stands on every page of the inbox, and goes by itself."""

import asyncio
import re
from datetime import UTC, datetime
from html import unescape

import httpx
import pytest
from staff_people import Calls, SignIn

from nightdesk_desk.bot_check import Checked
from nightdesk_desk.bot_standing import Down, Standing
from nightdesk_desk.desk import Desk
from nightdesk_desk.models import now

SAID: dict[Down, str] = {
    "all": "The assistant is down: all chats come to staff.",
    "practical": "The assistant cannot answer practical questions",
    "turns": "The assistant could not answer the last messages",
}
HTMX = {"HX-Request": "true"}


def banner(page: str) -> str:
    """What stands in the page's place for it, in plain text."""
    found = re.findall(r'<div id="bot-down".*?\n</div>', page, re.DOTALL)
    assert len(found) == 1
    return " ".join(unescape(re.sub(r"<[^>]*>", "", found[0])).split())


def is_down(desk: Desk, down: Down = "all", since: datetime | None = None) -> None:
    desk.bot.standing = Standing(down, since or now(), Checked(False, False))


@pytest.mark.parametrize("down", SAID)
async def test_every_page_says_what_since_when_and_what_visitors_read(
    sign_in: SignIn, calls: Calls, desk: Desk, down: Down
) -> None:
    ada, case = await sign_in(role="admin"), await calls()
    paths = ("/inbox", "/inbox/asked", "/inbox/numbers", "/inbox/audit", "/inbox/account", case.url)
    for path in paths:
        assert banner((await ada.http.get(path)).text) == "", path
    is_down(desk, down, datetime(2026, 11, 25, 20, 5, tzinfo=UTC))
    for path in paths:
        said = banner((await ada.http.get(path)).text)
        assert SAID[down] in said, path
        assert "Since Wed 25 Nov, 2:05 pm." in said
        assert "any of them may be a crisis" in said
        # What visitors read holds the phone and the crisis line.
        assert desk.words.after_handover("bot_unavailable") in said
        assert "988" in said
    desk.bot.standing = Standing()
    for path in paths:
        assert banner((await ada.http.get(path)).text) == "", path


async def test_open_pages_bring_it_with_their_updates(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, case = await sign_in(), await calls()
    for path in ("/inbox/queue", f"{case.url}/live", "/inbox/calls"):
        for down in ("all", ""):
            desk.bot.standing = Standing(down, now()) if down else Standing()
            update = (await maria.http.get(path, headers=HTMX)).text
            assert '<div id="bot-down" class="settings" role="alert" hx-swap-oob="morph">' in update
            assert bool(banner(update)) is bool(down), path


async def test_who_is_not_signed_in_reads_nothing_of_it(desk: Desk, browser) -> None:  # type: ignore[no-untyped-def]
    is_down(desk)
    assert "bot-down" not in (await browser().get("/inbox/login")).text


@pytest.mark.parametrize("where", ["queue", "conversation"])
async def test_streams_tell_open_pages_when_it_goes_down_and_comes_up(
    sign_in: SignIn, calls: Calls, desk: Desk, address: str, where: str
) -> None:
    maria, case = await sign_in(), await calls()
    path = "/inbox" if where == "queue" else case.url
    page = (await maria.http.get(path)).text
    [stream] = re.findall(r'sse-connect="([^"]+)"', page)
    cookies = dict(maria.http.cookies)
    heard: list[str] = []

    async def listen() -> None:
        async with (
            httpx.AsyncClient(base_url=address, cookies=cookies, timeout=30) as http,
            http.stream("GET", stream) as lines,
        ):
            async for line in lines.aiter_lines():
                if line.startswith("id: "):
                    heard.append(line)

    listening = asyncio.create_task(listen())
    try:
        await asyncio.sleep(0.5)
        assert heard == []
        is_down(desk)
        await until(lambda: len(heard) == 1)
        # A page that is loaded now is not behind.
        [seen] = re.findall(r"\?seen=([^\"]+)", (await maria.http.get(path)).text)
        assert heard[0] == f"id: {seen}"
        desk.bot.standing = Standing()
        await until(lambda: len(heard) == 2)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def until(condition) -> None:  # type: ignore[no-untyped-def]
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.05)
