"""Signing in with one-time passwords and recovery codes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pyotp
import pytest
from sqlalchemy import delete, select, update
from staff_people import PASSWORD, Person, SignIn, csrf_of, log_in
from totp_people import CODE, TOTP, Phone, enrolled, give_code, give_password

from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.desk import Desk
from nightdesk_desk.models import Staff, StaffSession, now
from nightdesk_desk.staff import accounts, login, second_step
from nightdesk_desk.staff.models import HalfSignIn

Browser = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def maria(sign_in: SignIn) -> Person:
    return await sign_in()


@pytest.fixture
async def phone(desk: Desk, maria: Person) -> Phone:
    return await enrolled(desk, maria)


async def noted(desk: Desk, kind: str) -> list[Any]:
    async with desk.db.read() as session:
        return list(await session.scalars(select(AuditEntry).where(AuditEntry.kind == kind)))


async def is_in(http: httpx.AsyncClient) -> bool:
    return (await http.get("/inbox")).status_code == 200


async def test_password_then_code(phone: Phone, browser: Browser, desk: Desk) -> None:
    http = browser()
    answer = await log_in(http, "maria", PASSWORD, where="/inbox/asked")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{CODE}?next=/inbox/asked"
    assert "nightdesk-staff" not in http.cookies
    assert not await is_in(http)

    answer = await give_code(http, code=phone.code(), next="/inbox/asked")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/inbox/asked"
    assert await is_in(http)
    assert "nightdesk-half" not in http.cookies
    entry = (await noted(desk, "signed_in"))[-1]
    assert (entry.username, entry.details) == ("maria", '{"second_step":"code"}')


async def test_the_half_cookie_opens_nothing(phone: Phone, browser: Browser) -> None:
    http = browser()
    await give_password(http)
    http.cookies.set("nightdesk-staff", http.cookies["nightdesk-half"], domain="desk.test")
    assert not await is_in(http)


async def test_with_tls_both_cookies_are_bound_to_the_host(phone: Phone, browser: Browser) -> None:
    http = browser()
    http.base_url = httpx.URL("https://desk.test")
    answer = await give_password(http)
    half = next(c for c in answer.headers.get_list("set-cookie") if "nightdesk-half" in c)
    assert half.startswith("__Host-nightdesk-half=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=strict"} <= set(half.split("; "))
    answer = await give_code(http, code=phone.code())
    (dropped,) = [c for c in answer.headers.get_list("set-cookie") if "nightdesk-half" in c]
    # Browsers take a __Host- cookie only with Secure, also to forget it.
    assert {"Max-Age=0", "Secure", "Path=/"} <= set(dropped.split("; "))
    assert await is_in(http)


async def test_without_the_password_there_is_no_second_step(phone: Phone, browser: Browser) -> None:
    http = browser()
    assert (await http.get(CODE)).headers["location"] == "/inbox/login"
    assert (await http.post(CODE, data={"code": phone.code()})).status_code == 403
    await log_in(http, "maria", "not the password")
    token = csrf_of((await http.get("/inbox/login")).text)
    form = {"csrf_token": token, "code": phone.code()}
    answer = await http.post(CODE, data=form)
    assert answer.headers["location"].startswith("/inbox/login")
    assert not await is_in(http)


async def test_a_code_counts_once(phone: Phone, browser: Browser, desk: Desk) -> None:
    code, (first, second) = phone.code(), (browser(), browser("10.0.0.9"))
    for http in (first, second):
        await give_password(http)
    assert (await give_code(first, code=code)).status_code == 303
    answer = await give_code(second, code=code)
    assert answer.status_code == 401
    assert "used before" in answer.text
    assert not await is_in(second)
    (entry,) = await noted(desk, "sign_in_failed")
    assert (entry.about, entry.address, entry.details) == (
        "maria",
        "10.0.0.9",
        '{"step":"code"}',
    )


async def test_a_code_older_than_the_last_used_one_counts_no_more(
    phone: Phone, browser: Browser
) -> None:
    first, second = browser(), browser("10.0.0.9")
    for http in (first, second):
        await give_password(http)
    older, newer = phone.code(), phone.code(1)
    assert (await give_code(first, code=newer)).status_code == 303
    assert (await give_code(second, code=older)).status_code == 401


async def test_the_code_that_turned_them_on_is_used_up(
    maria: Person, desk: Desk, browser: Browser
) -> None:
    phone = await enrolled(desk, maria, later=False)
    http = browser()
    await give_password(http)
    async with desk.db.read() as session:
        (step,) = await session.scalars(select(Staff.totp_last_step))
    used = pyotp.TOTP(phone.secret).generate_otp(step)
    assert (await give_code(http, code=used)).status_code == 401
    assert (await give_code(http, code=phone.code(1))).status_code == 303


async def test_a_recovery_code_counts_once(phone: Phone, browser: Browser, desk: Desk) -> None:
    assert len(phone.recovery_codes) == 10
    typed = phone.recovery_codes[3].lower().replace("-", " ")
    for address, status in (("10.0.0.1", 303), ("10.0.0.2", 401)):
        http = browser(address)
        await give_password(http)
        assert (await give_code(http, recovery_code=typed)).status_code == status
        assert await is_in(http) is (status == 303)
    assert (await noted(desk, "signed_in"))[-1].details == '{"second_step":"recovery_code"}'
    http = browser("10.0.0.3")
    await give_password(http)
    assert (await give_code(http, recovery_code=phone.recovery_codes[4])).status_code == 303
    assert "<strong>8</strong>" in (await http.get(TOTP)).text


async def test_another_persons_codes_do_not_count(
    phone: Phone, sign_in: SignIn, desk: Desk, browser: Browser
) -> None:
    theirs = await enrolled(desk, await sign_in("noor", "Noor"), "noor")
    http = browser()
    await give_password(http)
    assert (await give_code(http, code=theirs.code())).status_code == 401
    answer = await give_code(http, recovery_code=theirs.recovery_codes[0])
    assert answer.status_code == 401


async def test_after_five_minutes_the_password_comes_first_again(
    phone: Phone, browser: Browser, desk: Desk
) -> None:
    http = browser()
    await give_password(http)
    token = csrf_of((await http.get(CODE)).text)
    async with desk.db.write() as session:
        earlier = now() - timedelta(minutes=5)
        await session.execute(update(HalfSignIn).values(created_at=earlier))
    answer = await http.post(CODE, data={"csrf_token": token, "code": phone.code()})
    assert answer.status_code == 303
    assert "longer than five minutes" in (await http.get(answer.headers["location"])).text
    assert not await is_in(http)


@pytest.mark.parametrize("act", ["disable", "reset", "password"])
async def test_what_happens_to_the_account_ends_the_second_step(
    act: str, phone: Phone, browser: Browser, desk: Desk
) -> None:
    http = browser()
    await give_password(http)
    token = csrf_of((await http.get(CODE)).text)
    async with desk.db.write() as session:
        if act == "disable":
            await accounts.disable_account(session, "maria")
        elif act == "reset":
            await accounts.reset_totp(session, "maria")
        else:
            await accounts.set_password(session, "maria", "another harbour 43")
    answer = await http.post(CODE, data={"csrf_token": token, "code": phone.code()})
    assert answer.headers["location"].startswith("/inbox/login")
    assert not await is_in(http)


async def test_a_second_step_opens_one_session(phone: Phone, browser: Browser, desk: Desk) -> None:
    http = browser()
    await give_password(http)
    half = http.cookies["nightdesk-half"]
    assert (await give_code(http, code=phone.code())).status_code == 303
    await phone.next_step()
    other = browser("10.0.0.9")
    other.cookies.set("nightdesk-half", half, domain="desk.test")
    assert (await other.get(CODE)).headers["location"] == "/inbox/login"


async def test_a_form_from_elsewhere_is_refused(phone: Phone, browser: Browser) -> None:
    http = browser()
    await give_password(http)
    for token in ("", "x"):
        answer = await http.post(CODE, data={"code": phone.code(), "csrf_token": token})
        assert answer.status_code == 403
    assert not await is_in(http)


async def test_too_many_codes(phone: Phone, browser: Browser) -> None:
    http = browser("10.0.0.5")
    await give_password(http)
    wrong = "000000" if phone.code() != "000000" else "000001"
    codes = [(await give_code(http, code=wrong)).status_code for _ in range(6)]
    assert codes == [401] * 5 + [429]
    # Not even the right one is looked at any more from there.
    assert (await give_code(http, code=phone.code())).status_code == 429
    assert (await give_code(http, recovery_code=phone.recovery_codes[0])).status_code == 429
    owner = browser("10.0.0.6")
    await give_password(owner)
    assert (await give_code(owner, code=phone.code())).status_code == 303


async def test_a_wide_attack_has_few_tries_at_an_accounts_codes(
    phone: Phone, browser: Browser
) -> None:
    # One sign-in half-way through, used from many addresses.
    http = browser("10.0.1.0")
    await give_password(http)
    token = csrf_of((await http.get(CODE)).text)
    codes = []
    for i in range(1, 13):
        other = browser(f"10.0.1.{i}")
        other.cookies = http.cookies
        form = {"csrf_token": token, "code": "no code"}
        codes.append((await other.post(CODE, data=form)).status_code)
    # Turning them on counts for nothing: that code was right.
    assert codes == [401] * 10 + [429] * 2


async def test_over_the_limit_the_right_password_reads_like_a_wrong_one(
    phone: Phone, browser: Browser
) -> None:
    http = browser("10.0.0.8")
    for _ in range(5):
        await log_in(http, "maria", "not the password")
    wrong = await log_in(http, "maria", "not the password")
    right = await log_in(http, "maria", PASSWORD)
    assert wrong.status_code == right.status_code == 429
    assert wrong.text == right.text
    assert "nightdesk-half" not in http.cookies


async def test_the_session_says_where_it_was_opened(
    phone: Phone, browser: Browser, desk: Desk
) -> None:
    http = browser("10.0.0.4")
    http.headers["user-agent"] = "Mozilla/5.0 (Windows NT 10.0; rv:145.0) Firefox/145.0"
    await give_password(http)
    await give_code(http, code=phone.code())
    async with desk.db.read() as session:
        query = select(StaffSession.browser, StaffSession.address)
        assert ("Firefox on Windows", "10.0.0.4") in [
            tuple(r) for r in await session.execute(query)
        ]


async def test_the_pages_say_what_every_page_says(phone: Phone, browser: Browser) -> None:
    http = browser()
    await give_password(http)
    answer = await http.get(CODE)
    assert answer.headers["cache-control"] == "no-store"
    assert "style=" not in answer.text
    assert 'autocomplete="one-time-code"' in answer.text


class TestMeanwhile:
    """The account changes between two statements of one sign-in."""

    @pytest.fixture
    def while_checked(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
        def put(change: Callable[[], Any]) -> None:
            async def checked(stored: str | None, password: str) -> bool:
                await change()
                return True

            monkeypatch.setattr(login, "is_password_async", checked)

        return put

    async def test_another_password(
        self, maria: Person, desk: Desk, browser: Browser, while_checked: Callable[[Any], None]
    ) -> None:
        async def change() -> None:
            async with desk.db.write() as session:
                await accounts.set_password(session, "maria", "another harbour 43")

        while_checked(change)
        http = browser()
        assert (await log_in(http, "maria", PASSWORD)).status_code == 401
        assert not await is_in(http)
        assert [entry.about for entry in await noted(desk, "sign_in_failed")] == ["maria"]

    async def test_an_older_hash_does_not_bring_the_old_password_back(
        self,
        maria: Person,
        desk: Desk,
        browser: Browser,
        while_checked: Callable[[Any], None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        async def change() -> None:
            async with desk.db.write() as session:
                await accounts.set_password(session, "maria", "another harbour 43")

        while_checked(change)
        monkeypatch.setattr(login, "needs_new_hash", lambda stored: True)
        await log_in(browser(), "maria", PASSWORD)
        monkeypatch.undo()
        assert (await log_in(browser(), "maria", PASSWORD)).status_code == 401
        assert (await log_in(browser(), "maria", "another harbour 43")).status_code == 303

    async def test_turned_on(
        self, maria: Person, desk: Desk, browser: Browser, while_checked: Callable[[Any], None]
    ) -> None:
        async def change() -> None:
            await enrolled(desk, maria)

        while_checked(change)
        http = browser()
        answer = await log_in(http, "maria", PASSWORD)
        assert answer.headers["location"].startswith(CODE)
        assert not await is_in(http)

    async def test_signed_out_everywhere(
        self, phone: Phone, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held = second_step.hold_account

        async def hold(session: Any, staff_id: int) -> Staff | None:
            await session.execute(delete(HalfSignIn))
            return await held(session, staff_id)

        http = browser()
        await give_password(http)
        monkeypatch.setattr(second_step, "hold_account", hold)
        answer = await give_code(http, code=phone.code())
        assert answer.headers["location"] == "/inbox/login?ended=code"
        assert not await is_in(http)
