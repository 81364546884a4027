"""Signing in, staying in, and being turned away."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, text, update
from staff_people import PASSWORD, Calls, Case, SignIn, csrf_of, log_in

from nightdesk_desk.desk import Desk
from nightdesk_desk.models import StaffSession, now
from nightdesk_desk.staff import accounts, sessions
from nightdesk_desk.staff.pages import local_path, without_tls

Browser = Callable[..., httpx.AsyncClient]


async def move_back(desk: Desk, **values: Any) -> None:
    async with desk.db.write() as session:
        await session.execute(update(StaffSession).values(**values))


async def test_the_right_password_opens_the_inbox(
    sign_in: SignIn, browser: Browser, desk: Desk
) -> None:
    await sign_in()
    http = browser()
    answer = await log_in(http, " Maria ", PASSWORD)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/inbox"
    cookie = next(c for c in answer.headers.get_list("set-cookie") if "nightdesk-staff=" in c)
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Secure" not in cookie
    token = http.cookies["nightdesk-staff"]
    async with desk.db.read() as session:
        kept = list(await session.scalars(select(StaffSession.token_hash)))
    assert sessions.hash_token(token) in kept
    assert token not in kept
    assert "Sign out" in (await http.get("/inbox")).text


async def test_with_tls_the_cookie_is_secure(sign_in: SignIn, browser: Browser) -> None:
    await sign_in()
    http = browser()
    http.base_url = httpx.URL("https://desk.test")
    answer = await log_in(http, "maria", PASSWORD)
    cookie = next(c for c in answer.headers.get_list("set-cookie") if "nightdesk-staff=" in c)
    assert cookie.startswith("__Host-nightdesk-staff=")
    assert "Secure" in cookie


async def test_a_proxy_that_is_not_named_is_seen(sign_in: SignIn, app: FastAPI, desk: Desk) -> None:
    lea, maria = await sign_in("lea", "Lea", "lead"), await sign_in()
    assert "came without TLS" not in (await lea.http.get("/inbox")).text
    app.state.desk = replace(
        desk, settings=replace(desk.settings, desk_url="https://desk.clinic.example")
    )
    for path in ("/inbox", "/inbox/queue"):
        assert "came without TLS" in (await lea.http.get(path)).text
    assert "came without TLS" not in (await maria.http.get("/inbox")).text
    assert not without_tls("https", "https://desk.clinic.example")
    assert not without_tls("http", "http://127.0.0.1:8000")


async def test_wrong_name_and_wrong_password_read_alike(sign_in: SignIn, browser: Browser) -> None:
    await sign_in()
    wrong = await log_in(browser(), "maria", "not the password")
    nobody = await log_in(browser(), "nobody", "not the password")
    assert wrong.status_code == nobody.status_code == 401
    assert "is not right" in wrong.text
    assert "nightdesk-staff" not in str(wrong.headers)

    def plain(answer: httpx.Response) -> str:
        return answer.text.replace(csrf_of(answer.text), "").replace("maria", "nobody")

    assert plain(wrong) == plain(nobody)


async def test_a_disabled_account_is_out_at_once(
    sign_in: SignIn, browser: Browser, desk: Desk
) -> None:
    maria = await sign_in()
    async with desk.db.write() as session:
        await accounts.disable_account(session, "maria")
    assert (await maria.http.get("/inbox")).status_code == 303
    assert (await log_in(browser(), "maria", PASSWORD)).status_code == 401


async def test_too_many_tries_at_one_name(sign_in: SignIn, browser: Browser) -> None:
    await sign_in()
    http = browser("10.0.0.5")
    codes = [(await log_in(http, "maria", f"guess number {i}")).status_code for i in range(7)]
    assert codes == [401] * 5 + [429] * 2
    # Not even the right password is looked at any more from there, but the owner gets in.
    assert (await log_in(http, "MARIA", PASSWORD)).status_code == 429
    assert (await log_in(browser("10.0.0.6"), "maria", PASSWORD)).status_code == 303


async def test_too_many_tries_from_one_address(browser: Browser) -> None:
    http = browser("10.0.0.7")
    codes = [(await log_in(http, f"name{i}", "guess after guess")).status_code for i in range(22)]
    assert codes.count(429) == 2


async def test_a_login_form_from_elsewhere_is_refused(sign_in: SignIn, browser: Browser) -> None:
    await sign_in()
    http = browser()
    form = {"username": "maria", "password": PASSWORD, "csrf_token": ""}
    assert (await http.post("/inbox/login", data=form)).status_code == 403
    assert (await http.post("/inbox/login", data={**form, "csrf_token": "x"})).status_code == 403
    assert (await http.post("/inbox/login", content=b"\xff\x00")).status_code == 403


async def test_without_the_record_the_page_says_so(
    sign_in: SignIn, browser: Browser, desk: Desk
) -> None:
    maria = await sign_in()
    async with desk.db.write() as session:
        await session.execute(text("ALTER TABLE staff_sign_in_tries RENAME TO away"))
    answer = await log_in(browser(), "maria", PASSWORD)
    assert answer.status_code == 503
    assert answer.headers["cache-control"] == "no-store"
    assert "<h1>The record cannot be reached</h1>" in answer.text
    assert "nightdesk-staff" not in str(answer.headers)
    assert 'code="unavailable"' in (await browser().get("/metrics")).text
    async with desk.db.write() as session:
        await session.execute(text("ALTER TABLE staff_sessions RENAME TO away_too"))
    assert "The record cannot be reached" in (await maria.http.get("/inbox")).text


async def test_a_second_sign_in_ends_the_browsers_first_session(
    sign_in: SignIn, desk: Desk
) -> None:
    maria = await sign_in()
    first = maria.http.cookies["nightdesk-staff"]
    # The page was opened in another tab, before the first sign-in.
    form = {"username": "maria", "password": PASSWORD, "csrf_token": "t"}
    maria.http.cookies.set("nightdesk-login", "t", domain="desk.test")
    assert (await maria.http.post("/inbox/login", data=form)).status_code == 303
    async with desk.db.read() as session:
        kept = list(await session.scalars(select(StaffSession.token_hash)))
    assert len(kept) == 1
    assert sessions.hash_token(first) not in kept


async def test_signing_out_ends_the_session(sign_in: SignIn) -> None:
    maria = await sign_in()
    token = maria.http.cookies["nightdesk-staff"]
    assert (await maria.post("/inbox/logout")).status_code == 303
    maria.http.cookies.set("nightdesk-staff", token, domain="desk.test")
    assert (await maria.http.get("/inbox")).status_code == 303


async def test_idle_for_half_an_hour(sign_in: SignIn, desk: Desk) -> None:
    maria = await sign_in()
    await move_back(desk, last_seen_at=now() - timedelta(minutes=29))
    assert (await maria.http.get("/inbox")).status_code == 200
    # That was a person's act, so the half hour begins again; a page's own refresh is none.
    await move_back(desk, last_seen_at=now() - timedelta(minutes=20))
    assert (await maria.http.get("/inbox/queue")).status_code == 200
    await move_back(desk, last_seen_at=now() - timedelta(minutes=30))
    assert (await maria.http.get("/inbox")).status_code == 303


async def test_only_a_persons_act_puts_off_the_log_off(sign_in: SignIn, desk: Desk) -> None:
    maria = await sign_in()
    earlier = now() - timedelta(minutes=20)

    async def seen() -> bool:
        async with desk.db.read() as session:
            (last,) = await session.scalars(select(StaffSession.last_seen_at))
        return bool(last > earlier)

    await move_back(desk, last_seen_at=earlier)
    await maria.http.get("/inbox/queue")
    assert not await seen()
    assert (await maria.htmx("/inbox/active")).status_code == 204
    assert await seen()


async def test_a_shift_has_an_end(sign_in: SignIn, desk: Desk) -> None:
    maria = await sign_in()
    await move_back(desk, created_at=now() - timedelta(hours=12))
    assert (await maria.http.get("/inbox")).status_code == 303


GET = ["", "/queue", "/stream", "{case}", "{case}/live", "{case}/stream"]
POST = ["/logout", "/active"] + [
    f"{{case}}/{act}" for act in ("acknowledge", "take", "release", "reply", "resolve", "typing")
]


def filled(path: str, case: Case) -> str:
    return "/inbox" + path.replace("{case}", case.url.removeprefix("/inbox"))


@pytest.mark.parametrize("path", GET)
async def test_no_page_without_a_login(path: str, calls: Calls, browser: Browser) -> None:
    case = await calls()
    answer = await browser().get(filled(path, case))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/inbox/login")
    assert "want to die" not in answer.text


@pytest.mark.parametrize("path", POST)
async def test_no_act_without_a_login(path: str, calls: Calls, browser: Browser) -> None:
    answer = await browser().post(filled(path, await calls()))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/inbox/login")


@pytest.mark.parametrize("path", POST)
async def test_no_act_without_the_csrf_token(path: str, calls: Calls, sign_in: SignIn) -> None:
    case, maria, noor = await calls(), await sign_in(), await sign_in("noor", "Noor")
    url = filled(path, case)
    assert (await maria.http.post(url)).status_code == 403
    assert (await maria.http.post(url, data={"csrf_token": "x"})).status_code == 403
    others = {"X-CSRF-Token": noor.csrf}
    assert (await maria.http.post(url, headers=others)).status_code == 403
    page = (await maria.http.get(case.url)).text
    assert "Nobody has seen this yet" in page
    assert "Sign out" in page


async def test_an_ended_session_takes_the_page_away(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, case = await sign_in(), await calls()
    await move_back(desk, last_seen_at=now() - timedelta(hours=1))
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://desk.test{case.url}"}
    answer = await maria.http.get(f"{case.url}/live", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == f"/inbox/login?ended=1&next={case.url}"


async def test_a_link_from_a_mail_finds_the_session(sign_in: SignIn, browser: Browser) -> None:
    # Such a request comes without the cookie; the page we answer with asks again, with it.
    answer = await browser().get("/inbox", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert 'content="0; url=/inbox"' in answer.text
    again = await browser().get("/inbox", headers={"Sec-Fetch-Site": "same-origin"})
    assert again.status_code == 303


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("/inbox", True),
        ("/inbox/asked", True),
        ("/inbox/account", True),
        ("/inbox/staff/3", True),
        ("/inbox/conversations/c_a-B_1", True),
        ("//evil.example/inbox", False),
        ("https://evil.example/inbox", False),
        ("/inbox/conversations/../../demo", False),
        ("/inbox\\evil", False),
        ("/inbox/conversations/a\nb", False),
        ("/demo", False),
        ("", False),
    ],
)
def test_a_login_leads_nowhere_else(path: str, inside: bool) -> None:
    assert local_path(path) == (path if inside else "/inbox")


async def test_what_every_page_says_to_the_browser(sign_in: SignIn, calls: Calls) -> None:
    maria, case = await sign_in(), await calls()
    pages = ("/inbox", "/inbox/queue", "/inbox/asked", case.url, "/inbox/login")
    for path in (*pages, "/inbox/conversations/none"):
        answer = await maria.http.get(path)
        assert answer.headers["cache-control"] == "no-store", path
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "style=" not in answer.text
        assert "<style" not in answer.text
        assert "<script>" not in answer.text
        assert " on" not in "".join(part.split(">")[0] for part in answer.text.split("<")[1:])
