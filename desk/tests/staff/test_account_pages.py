"""One's own account: title, password, sessions."""

import re
from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import select
from staff_people import PASSWORD, Person, SignIn, csrf_of, log_in

from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.desk import Desk
from nightdesk_desk.models import Staff

Browser = Callable[..., httpx.AsyncClient]
ACCOUNT = "/inbox/account"
NEW = "another harbour 43"


@pytest.fixture
async def maria(sign_in: SignIn) -> Person:
    return await sign_in()


async def another(
    browser: Browser, address: str, user_agent: str = "", name: str = "maria"
) -> Person:
    """Somebody in a second browser."""
    http = browser(address)
    http.headers["user-agent"] = user_agent
    assert (await log_in(http, name, PASSWORD)).status_code == 303
    return Person(0, http, csrf_of((await http.get("/inbox")).text))


async def is_in(person: Person) -> bool:
    return (await person.http.get("/inbox")).status_code == 200


async def last_note(desk: Desk) -> AuditEntry:
    async with desk.db.read() as session:
        query = select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1)
        return (await session.scalars(query)).one()


async def change(person: Person, old: str, new: str, again: str = "") -> httpx.Response:
    fields = {"password": old, "new_password": new, "again": again or new}
    return await person.post(f"{ACCOUNT}/password", **fields)


class TestPassword:
    async def test_a_new_one_ends_all_other_sessions(
        self, maria: Person, browser: Browser, desk: Desk
    ) -> None:
        other = await another(browser, "10.0.0.2")
        answer = await change(maria, PASSWORD, NEW)
        assert answer.status_code == 303
        assert "password is changed" in (await maria.http.get(answer.headers["location"])).text
        assert await is_in(maria)
        assert not await is_in(other)
        assert (await log_in(browser("10.0.0.3"), "maria", PASSWORD)).status_code == 401
        assert (await log_in(browser("10.0.0.4"), "maria", NEW)).status_code == 303
        async with desk.db.read() as session:
            entries = list(
                await session.scalars(select(AuditEntry).where(AuditEntry.kind == "password_set"))
            )
        assert [(entry.username, entry.about) for entry in entries] == [("maria", "maria")]

    @pytest.mark.parametrize(
        ("old", "new", "again", "status", "words"),
        [
            ("not the password", NEW, NEW, 401, "The password is not right"),
            (PASSWORD, NEW, "another harbour 44", 422, "passwords differ"),
            (PASSWORD, "elevenchars", "elevenchars", 422, "at least 12"),
            (PASSWORD, "mariamaria12", "mariamaria12", 422, "little more than a name"),
        ],
    )
    async def test_what_changes_nothing(
        self,
        old: str,
        new: str,
        again: str,
        status: int,
        words: str,
        maria: Person,
        browser: Browser,
    ) -> None:
        other = await another(browser, "10.0.0.2")
        answer = await change(maria, old, new, again)
        assert answer.status_code == status
        assert words in answer.text
        assert PASSWORD not in answer.text
        assert await is_in(other)
        assert (await log_in(browser("10.0.0.3"), "maria", PASSWORD)).status_code == 303

    async def test_an_open_session_is_no_place_for_guessing(self, maria: Person) -> None:
        codes = [(await change(maria, f"guess number {i}", NEW)).status_code for i in range(6)]
        # The sign-in itself was right, and counts for nothing.
        assert codes == [401] * 5 + [429]
        assert (await change(maria, PASSWORD, NEW)).status_code == 429


class TestTitle:
    async def test_what_visitors_see_beside_the_name(self, maria: Person, desk: Desk) -> None:
        answer = await maria.post(f"{ACCOUNT}/title", title="  Nurse <b> ")
        page = (await maria.http.get(answer.headers["location"])).text
        assert "Maria, Nurse &lt;b&gt;" in page
        assert (await last_note(desk)).kind == "title_changed"
        await maria.post(f"{ACCOUNT}/title", title=" ")
        async with desk.db.read() as session:
            assert await session.scalar(select(Staff.title)) is None

    @pytest.mark.parametrize("title", ["x" * 41, "a\u202eb"])
    async def test_what_cannot_be_shown_is_refused(
        self, title: str, maria: Person, desk: Desk
    ) -> None:
        answer = await maria.post(f"{ACCOUNT}/title", title=title)
        assert answer.status_code == 422
        assert "at most 40 printable characters" in answer.text
        async with desk.db.read() as session:
            assert await session.scalar(select(Staff.title)) is None


class TestSessions:
    CHROME = "Mozilla/5.0 (Linux; Android 15) Chrome/142.0.0.0 Mobile Safari/537.36"

    async def test_the_list_says_where_and_which_is_this_one(
        self, maria: Person, browser: Browser
    ) -> None:
        await another(browser, "10.0.0.2", self.CHROME)
        page = (await maria.http.get(ACCOUNT)).text
        assert "<strong>Chrome on Android</strong>, from 10.0.0.2" in page
        assert "(this one), from 127.0.0.1" in page
        assert page.count("(this one)") == 1
        assert page.count('name="session"') == 1

    async def test_one_can_be_ended(self, maria: Person, browser: Browser, desk: Desk) -> None:
        other = await another(browser, "10.0.0.2", self.CHROME)
        stays = await another(browser, "10.0.0.3")
        page = (await maria.http.get(ACCOUNT)).text
        item = next(part for part in page.split("<li>") if "Chrome on Android" in part)
        found = re.search(r'name="session" value="(\w+)"', item)
        assert found
        answer = await maria.post(f"{ACCOUNT}/sessions/end", session=found[1])
        assert answer.status_code == 303
        assert not await is_in(other)
        assert await is_in(stays)
        assert await is_in(maria)
        entry = await last_note(desk)
        assert (entry.kind, entry.about) == ("session_closed", "maria")
        assert "Chrome on Android" in entry.details

    async def test_not_somebody_elses(
        self, maria: Person, sign_in: SignIn, browser: Browser
    ) -> None:
        noor = await sign_in("noor", "Noor")
        await another(browser, "10.0.0.2", name="noor")
        page = (await noor.http.get(ACCOUNT)).text
        found = re.search(r'name="session" value="(\w+)"', page)
        assert found
        await maria.post(f"{ACCOUNT}/sessions/end", session=found[1])
        assert (await noor.http.get(ACCOUNT)).text.count('name="session"') == 1

    async def test_everywhere_is_here_too(
        self, maria: Person, browser: Browser, sign_in: SignIn
    ) -> None:
        other, noor = await another(browser, "10.0.0.2"), await sign_in("noor", "Noor")
        answer = await maria.post(f"{ACCOUNT}/sessions/end-all")
        assert answer.headers["location"] == "/inbox/login"
        assert not await is_in(maria)
        assert not await is_in(other)
        assert await is_in(noor)


async def test_nothing_without_a_session(browser: Browser) -> None:
    assert (await browser().get(ACCOUNT)).headers["location"] == (
        "/inbox/login?next=/inbox/account"
    )


@pytest.mark.parametrize("act", ["title", "password", "sessions/end", "sessions/end-all"])
async def test_no_act_without_the_csrf_token(act: str, maria: Person) -> None:
    assert (await maria.http.post(f"{ACCOUNT}/{act}")).status_code == 403
    assert await is_in(maria)


async def test_the_page_says_what_every_page_says(maria: Person) -> None:
    answer = await maria.http.get(ACCOUNT)
    assert answer.headers["cache-control"] == "no-store"
    assert "style=" not in answer.text
    assert "<script>" not in answer.text
