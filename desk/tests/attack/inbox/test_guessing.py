"""Guessing a password from many places: its owner still gets in, also on a phone that moves."""

from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import select
from staff_people import PASSWORD, SignIn, csrf_of, log_in
from totp_people import enrolled, give_code

from nightdesk_desk.desk import Desk
from nightdesk_desk.models import now
from nightdesk_desk.staff.models import SignInPlace
from nightdesk_desk.staff.sign_in_tries import place_of_browser, take_try

Browser = Callable[..., httpx.AsyncClient]
KNOWN = "nightdesk-browser"


async def attack(
    desk: Desk, name: str = "maria", secret: str = "password", times: int = 30
) -> None:
    """Use up the tries of a name from all places."""
    for i in range(times):
        assert await take_try(desk.db, secret, name, f"10.9.9.{i}", now())  # type: ignore[arg-type]


async def phone_of(browser: Browser, address: str, known: str = "") -> httpx.AsyncClient:
    http = browser(address)
    if known:
        http.cookies.set(KNOWN, known, domain="desk.test", path="/")
    return http


async def status(http: httpx.AsyncClient, password: str = PASSWORD, name: str = "maria") -> int:
    return (await log_in(http, name, password)).status_code


async def test_a_browser_that_has_signed_in_gets_in_from_a_new_network(
    sign_in: SignIn, browser: Browser, desk: Desk
) -> None:
    maria = await sign_in()
    known = maria.http.cookies[KNOWN]
    await attack(desk)
    # The networks of a phone change by the hour.
    assert await status(browser("2001:db8:1::1")) == 429
    assert await status(await phone_of(browser, "2001:db8:2::1", known)) == 303


async def test_it_has_the_pace_of_one_place_from_everywhere(
    sign_in: SignIn, browser: Browser, desk: Desk
) -> None:
    """A stolen cookie of that kind is worth five tries in five minutes."""
    known = (await sign_in()).http.cookies[KNOWN]
    await attack(desk)
    codes = [
        await status(await phone_of(browser, f"2001:db8:{i}::1", known), f"a guess {i}")
        for i in range(7)
    ]
    assert codes == [401] * 5 + [429] * 2
    assert await status(await phone_of(browser, "2001:db8:9::1", known)) == 429


async def test_it_counts_for_its_own_name_alone(
    sign_in: SignIn, browser: Browser, desk: Desk
) -> None:
    noors = (await sign_in("noor", "Noor")).http.cookies[KNOWN]
    await sign_in()
    await attack(desk)
    for made_up in (noors, "x" * 43, place_of_browser(noors), "", "d:", "%"):
        assert await status(await phone_of(browser, "2001:db8:2::1", made_up)) == 429, made_up


async def test_it_is_no_sign_in_and_no_way_past_what_one_place_may(
    sign_in: SignIn, browser: Browser
) -> None:
    known = (await sign_in()).http.cookies[KNOWN]
    http = await phone_of(browser, "10.1.1.1", known)
    assert (await http.get("/inbox")).status_code == 303
    codes = [await status(http, f"a guess {i}") for i in range(6)]
    assert codes == [401] * 5 + [429]


async def test_a_cookie_that_somebody_put_there_is_not_taken_over(
    sign_in: SignIn, browser: Browser, desk: Desk
) -> None:
    await sign_in()
    planted = "x" * 43
    http = await phone_of(browser, "10.1.1.1", planted)
    answer = await log_in(http, "maria", PASSWORD)
    (line,) = [each for each in answer.headers.get_list("set-cookie") if each.startswith(KNOWN)]
    assert planted not in line
    for attribute in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age=2592000"):
        assert attribute in line
    async with desk.db.read() as session:
        places = set(await session.scalars(select(SignInPlace.place)))
    assert place_of_browser(planted) not in places
    # Not the cookie itself is kept.
    value = line.partition("=")[2].partition(";")[0]
    assert place_of_browser(value) in places
    assert not any(value in place for place in places)


async def test_a_browser_keeps_its_cookie_through_sign_ins_of_several_people(
    sign_in: SignIn, browser: Browser, desk: Desk
) -> None:
    maria = await sign_in()
    await sign_in("noor", "Noor")
    known = maria.http.cookies[KNOWN]
    await maria.post("/inbox/logout")
    assert await status(maria.http, name="noor") == 303
    assert maria.http.cookies[KNOWN] == known
    await attack(desk)
    await attack(desk, "noor")
    for name in ("maria", "noor"):
        http = await phone_of(browser, "2001:db8:2::1", known)
        assert await status(http, name=name) == 303


async def test_codes_too(sign_in: SignIn, browser: Browser, desk: Desk) -> None:
    maria = await sign_in()
    phone = await enrolled(desk, maria)
    known = maria.http.cookies[KNOWN]
    await attack(desk, secret="code", times=10)
    for cookie, expected in (("", 429), (known, 303)):
        http = await phone_of(browser, f"2001:db8:{len(cookie)}::1", cookie)
        assert await status(http) == 303
        assert (await give_code(http, code=phone.code())).status_code == expected


@pytest.mark.parametrize("names", [1, 40])
async def test_one_place_guesses_at_no_more_than_twenty(
    names: int, browser: Browser, sign_in: SignIn
) -> None:
    await sign_in()
    http = browser("203.0.113.9")
    token = csrf_of((await http.get("/inbox/login")).text)
    codes = []
    for i in range(25):
        name = "maria" if names == 1 else f"name{i}"
        form = {"username": name, "password": f"guess {i} guess", "csrf_token": token}
        codes.append((await http.post("/inbox/login", data=form)).status_code)
    assert codes.count(401) == (5 if names == 1 else 20)
    assert codes[-1] == 429
