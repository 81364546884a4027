"""A session cannot be fixed, kept or taken: the cookie's life, and what ends it."""

import re
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI
from staff_people import PASSWORD, Person, SignIn, csrf_of, log_in
from totp_people import enrolled, give_code

from nightdesk_desk.app import create_app
from nightdesk_desk.desk import Desk
from nightdesk_desk.staff import accounts

Browser = Callable[..., httpx.AsyncClient]
COOKIE, HALF = "nightdesk-staff", "nightdesk-half"
CHOSEN = "x" * 43
NEW = "another quiet harbour 43"


async def is_in(http: httpx.AsyncClient, token: str) -> bool:
    """Whether a browser with only that cookie is signed in."""
    answer = await http.get("/inbox", headers={"Cookie": f"{COOKIE}={token}"})
    return answer.status_code == 200


def cookies_set(answer: httpx.Response) -> dict[str, str]:
    """The cookies that an answer sets or drops, each with its attributes."""
    found = answer.headers.get_list("set-cookie")
    return {line.partition("=")[0]: line for line in found}


async def test_a_cookie_that_somebody_chose_is_never_a_session(
    sign_in: SignIn, browser: Browser
) -> None:
    await sign_in()
    http = browser()
    for name in (COOKIE, "nightdesk-login", HALF):
        http.cookies.set(name, CHOSEN, domain="desk.test", path="/")
    assert (await log_in(http, "maria", PASSWORD)).status_code == 303
    token = http.cookies.get(COOKIE, domain="desk.test", path="/")
    assert token
    assert token != CHOSEN
    assert await is_in(browser(), token)
    assert not await is_in(browser(), CHOSEN)


async def test_the_cookie_changes_at_each_step_and_the_old_one_is_dead(
    sign_in: SignIn, desk: Desk, browser: Browser
) -> None:
    maria, http = await sign_in(), browser()
    phone = await enrolled(desk, maria)
    assert (await log_in(http, "maria", PASSWORD)).status_code == 303
    half = http.cookies[HALF]
    assert COOKIE not in http.cookies
    assert not await is_in(browser(), half)
    assert (await give_code(http, code=phone.code())).status_code == 303
    first = http.cookies[COOKIE]
    assert first != half
    assert HALF not in http.cookies
    # The half one opens no second sign-in, with a new code either.
    await phone.next_step()
    again = browser()
    again.cookies.set(HALF, half)
    token = csrf_of((await again.get("/inbox/login")).text)
    form = {"csrf_token": token, "code": phone.code()}
    answer = await again.post("/inbox/login/code", data=form)
    assert answer.headers["location"] == "/inbox/login?ended=code"
    # Signing in anew in the same browser ends what was there.
    http.cookies.delete("nightdesk-login")
    login = await browser().get("/inbox/login")
    proof = csrf_of(login.text)
    headers = {"Cookie": f"{COOKIE}={first}; nightdesk-login={proof}"}
    form = {"username": "maria", "password": PASSWORD, "csrf_token": proof}
    fresh = browser()
    assert (await fresh.post("/inbox/login", data=form, headers=headers)).status_code == 303
    await phone.next_step()
    headers["Cookie"] += f"; {HALF}={fresh.cookies[HALF]}"
    form = {"code": phone.code(), "csrf_token": proof}
    done = await fresh.post("/inbox/login/code", data=form, headers=headers)
    assert done.status_code == 303, done.text
    assert not await is_in(browser(), first)


@pytest.mark.parametrize("how", ["sign out", "end all", "password", "disabled", "role of admin"])
async def test_what_ends_a_session_ends_it_on_the_server(
    how: str, sign_in: SignIn, desk: Desk, browser: Browser
) -> None:
    maria, other = await sign_in(), browser()
    await log_in(other, "maria", PASSWORD)
    mine, others = maria.http.cookies[COOKIE], other.cookies[COOKIE]
    form = {"password": PASSWORD, "new_password": NEW, "again": NEW}
    ended, stays = [others], [mine]
    if how == "sign out":
        answer = await maria.post("/inbox/logout")
        assert answer.headers["clear-site-data"] == '"cache"'
        ended, stays = [mine], [others]
    elif how == "end all":
        await maria.post("/inbox/account/sessions/end-all")
        ended, stays = [mine, others], []
    elif how == "password":
        assert (await maria.post("/inbox/account/password", **form)).status_code in (200, 303)
    elif how == "disabled":
        async with desk.db.write() as session:
            await accounts.disable_account(session, "maria")
        ended, stays = [mine, others], []
    else:
        ada = await sign_in("ada", "Ada", "admin")
        await ada.post(f"/inbox/staff/{maria.id}/end-sessions")
        ended, stays = [mine, others], []
    for token in ended:
        assert not await is_in(browser(), token), how
    for token in stays:
        assert await is_in(browser(), token), how


class TestFlags:
    @pytest.mark.parametrize("scheme", ["http", "https"])
    async def test_every_cookie_is_out_of_reach_of_scripts_and_other_sites(
        self, scheme: str, app: FastAPI, sign_in: SignIn
    ) -> None:
        await sign_in()
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://desk.test") as http:
            answers = [await http.get("/inbox/login"), await log_in(http, "maria", PASSWORD)]
            page = await http.get("/inbox")
            form = {"csrf_token": csrf_of(page.text)}
            answers.append(await http.post("/inbox/logout", data=form))
        found = [line for answer in answers for line in cookies_set(answer).values()]
        assert len(found) >= 4
        for line in found:
            attributes = {part.strip().lower() for part in line.split(";")[1:]}
            assert {"httponly", "samesite=strict", "path=/"} <= attributes
            assert not any(part.startswith("domain") for part in attributes)
            assert ("secure" in attributes) is (scheme == "https")
            assert line.startswith("__Host-nightdesk-") is (scheme == "https")

    async def test_without_an_end_they_go_with_the_browser(
        self, sign_in: SignIn, browser: Browser
    ) -> None:
        await sign_in()
        answer = await log_in(browser(), "maria", PASSWORD)
        line = cookies_set(answer)[COOKIE].lower()
        assert "expires" not in line
        assert "max-age" not in line


class TestOpenRedirects:
    AWAY = (
        *("https://evil.example", "//evil.example", "/\\evil.example", "/inbox/../../evil"),
        *("javascript:alert(1)", "/inbox/conversations/../../x", "/inbox@evil.example", "/logout"),
        *("/inbox/conversations/a\r\nLocation: //evil.example", "\t//evil.example", "", "/demo"),
        *("/inbox/conversations/\u2028//evil", "http:evil.example", "/inbox/logout", "/inbox?x"),
        *("/inbox/conversations//evil.example/%5c", "/inbox/staff/..%2f..%2f"),
    )

    async def test_a_sign_in_leads_nowhere_but_into_the_inbox(
        self, sign_in: SignIn, browser: Browser
    ) -> None:
        maria = await sign_in()
        for where in self.AWAY:
            http = browser()
            page = await http.get("/inbox/login", params={"next": where})
            for leads_to in (
                re.findall(r'name="next" value="([^"]*)"', page.text)[0],
                (await log_in(http, "maria", PASSWORD, where)).headers["location"],
                (await maria.http.get("/inbox/login", params={"next": where})).headers["location"],
            ):
                assert leads_to == "/inbox" or leads_to.startswith(("/inbox/conv", "/inbox/staff"))
                assert "\r" not in leads_to
                assert "\n" not in leads_to
                assert "\\" not in leads_to

    async def test_of_two_places_to_go_the_last_counts_and_is_looked_at(
        self, browser: Browser
    ) -> None:
        page = await browser().get("/inbox/login?next=/inbox/asked&next=//evil.example")
        assert "evil" not in page.text


async def test_names_are_not_told_apart_at_the_sign_in(
    app: FastAPI, sign_in: SignIn, desk: Desk, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Known, unknown and disabled names: the same page and headers, and as much work."""
    await sign_in()
    await sign_in("noor", "Noor")
    async with desk.db.write() as session:
        await accounts.disable_account(session, "noor")
    from nightdesk_desk.staff import login as module  # the one place that looks

    looked: list[str | None] = []
    real = module.is_password_async

    async def counted(stored: str | None, password: str) -> bool:
        looked.append(stored)
        return await real(stored, password)

    monkeypatch.setattr(module, "is_password_async", counted)
    seen = set()
    for name in ("maria", "noor", "nobody", "MARIA ", "ma\0ria", "' OR 1=1 --", "x" * 5000):
        http = browser()
        answer = await log_in(http, name, "not the password at all")
        assert answer.status_code == 401
        text = re.sub(r'value="[^"]*"', "", answer.text)
        headers = {key for key, _ in answer.headers.items()}
        seen.add((re.sub(r"\d{4}-\d\d-\d\dT[\d:.+Z-]*", "", text), tuple(sorted(headers))))
    assert len(seen) == 1
    # One hash each, of an account's or of nobody's.
    assert len(looked) == 7


async def test_a_session_of_another_desk_opens_nothing(
    sign_in: SignIn, desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What is signed nowhere cannot be made: the cookie means something in its database alone."""
    maria: Person = await sign_in()
    from nightdesk_desk.db import migrate

    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('other') / 'desk.sqlite3'}"
    migrate(url)
    other = create_app(replace(desk.settings, database_url=url))
    transport = httpx.ASGITransport(app=other)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test") as http:
        assert not await is_in(http, maria.http.cookies[COOKIE])
    await other.state.desk.db.close()
