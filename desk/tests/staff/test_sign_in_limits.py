"""How many tries at a password or a code are looked at, whatever the number of desk processes."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import func, select, update
from staff_people import PASSWORD, SignIn, log_in

from nightdesk_desk.app import create_app
from nightdesk_desk.desk import Desk
from nightdesk_desk.limits import network_of
from nightdesk_desk.models import now
from nightdesk_desk.settings import Settings
from nightdesk_desk.staff.models import SignInPlace, SignInTry
from nightdesk_desk.staff.sign_in_limits import Try, decide, who_of
from nightdesk_desk.staff.sign_in_tries import PLACES_KEPT, give_back, take_try

Browser = Callable[..., httpx.AsyncClient]
AT = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
MARIA, OTHER = who_of("maria"), who_of("noor")


def tries(count: int, who: str = MARIA, place: str = "10.0.0.1", ago: float = 0) -> list[Try]:
    return [Try(AT - timedelta(seconds=ago), who, place) for _ in range(count)]


def elsewhere(count: int, ago: float = 0) -> list[Try]:
    return [tries(1, place=f"10.1.{i // 200}.{i % 200}", ago=ago)[0] for i in range(count)]


class TestDeciding:
    def test_five_for_a_name_from_one_place(self) -> None:
        assert decide(tries(4), "password", MARIA, "10.0.0.1", AT) == "look"
        assert decide(tries(5), "password", MARIA, "10.0.0.1", AT) == "refuse"
        assert decide(tries(5), "password", MARIA, "10.0.0.2", AT) == "look"
        assert decide(tries(5), "password", OTHER, "10.0.0.1", AT) == "look"
        assert decide(tries(5, ago=300), "password", MARIA, "10.0.0.1", AT) == "look"

    def test_twenty_from_one_place(self) -> None:
        spread = [row for i in range(20) for row in tries(1, who_of(f"name{i}"))]
        assert decide(spread[:19], "password", MARIA, "10.0.0.1", AT) == "look"
        assert decide(spread, "password", MARIA, "10.0.0.1", AT) == "refuse"
        assert decide(spread, "password", MARIA, "10.0.0.2", AT) == "look"

    @pytest.mark.parametrize(("secret", "most"), [("password", 30), ("code", 10)])
    def test_a_wide_attack_leaves_the_known_places(self, secret: str, most: int) -> None:
        def verdict(count: int) -> str:
            return decide(elsewhere(count), secret, MARIA, "10.0.0.1", AT)  # type: ignore[arg-type]

        assert verdict(most - 1) == "look"
        assert verdict(most) == verdict(most + 500) == "look_if_known"
        own = [*elsewhere(most), *tries(5)]
        assert decide(own, secret, MARIA, "10.0.0.1", AT) == "refuse"  # type: ignore[arg-type]

    def test_a_name_is_counted_however_it_is_typed_and_is_not_kept(self) -> None:
        assert who_of(" MARIA ") == MARIA != OTHER
        assert len(who_of("a password typed here by mistake")) == 5


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
        ("x" * 100, "x" * 64),
    ],
)
def test_what_an_address_is_counted_by(address: str, counted: str) -> None:
    assert network_of(address) == counted


async def test_two_desk_processes_count_together_and_a_restart_forgives_nothing(
    settings: Settings, sign_in: SignIn, browser: Browser
) -> None:
    await sign_in()
    other_app = create_app(settings)
    transport = httpx.ASGITransport(app=other_app, client=("10.0.0.5", 40000))
    there = httpx.AsyncClient(transport=transport, base_url="http://desk.test")
    here = browser("10.0.0.5")
    try:
        codes = [
            (await log_in(http, "maria", f"guess number {i}")).status_code
            for i, http in enumerate([here, there] * 4)
        ]
        assert codes == [401] * 5 + [429] * 3
        assert (await log_in(there, "maria", PASSWORD)).status_code == 429
    finally:
        await other_app.state.desk.db.close()


async def test_an_ipv6_attacker_is_one_whatever_the_address(
    sign_in: SignIn, browser: Browser
) -> None:
    await sign_in()
    codes = [
        (await log_in(browser(f"2001:db8:5:6::{i:x}"), "maria", "a wrong guess")).status_code
        for i in range(1, 8)
    ]
    assert codes == [401] * 5 + [429] * 2


async def test_tries_at_the_same_moment_do_not_slip_past(desk: Desk) -> None:
    at = now()
    found = await asyncio.gather(
        *(take_try(desk.db, "password", "maria", "10.0.0.5", at) for _ in range(12))
    )
    assert sum(number is not None for number in found) == 5


async def test_a_right_password_does_not_count(sign_in: SignIn, browser: Browser) -> None:
    # A whole clinic behind one address, at the beginning of a shift.
    for i in range(24):
        await sign_in(f"name{i}", "Nurse")
    assert (await log_in(browser(), "name1", PASSWORD)).status_code == 303


async def test_the_owner_gets_in_from_where_they_were_while_others_attack(
    sign_in: SignIn, browser: Browser, desk: Desk
) -> None:
    await sign_in()  # From 127.0.0.1.
    for i in range(30):
        assert await take_try(desk.db, "password", "maria", f"10.9.9.{i}", now())
    assert (await log_in(browser("10.0.0.6"), "maria", PASSWORD)).status_code == 429
    assert (await log_in(browser(), "maria", PASSWORD)).status_code == 303
    # There, too, guessing has its limit.
    codes = [(await log_in(browser(), "maria", f"a guess {i}")).status_code for i in range(7)]
    assert codes == [401] * 5 + [429] * 2
    async with desk.db.write() as session:
        await session.execute(update(SignInTry).values(at=now() - timedelta(minutes=4)))
        for i in range(30):
            session.add(SignInTry(at=now(), secret="password", who=MARIA, place=f"10.8.8.{i}"))
        await session.execute(update(SignInPlace).values(last_at=now() - PLACES_KEPT))
    assert (await log_in(browser(), "maria", PASSWORD)).status_code == 429


async def test_a_name_without_an_account_is_limited_alike(browser: Browser, desk: Desk) -> None:
    for i in range(30):
        assert await take_try(desk.db, "password", "nobody", f"10.9.9.{i}", now())
    assert (await log_in(browser(), "nobody", PASSWORD)).status_code == 429
    # Tries that are turned away are in no record, but counted.
    figures = (await browser().get("/metrics")).text
    assert 'nightdesk_refused_total{code="sign_in_limited"} 1.0' in figures


async def test_nothing_is_kept_for_longer_than_it_counts(desk: Desk) -> None:
    start = now()
    assert await take_try(desk.db, "code", "maria", "10.0.0.5", start)
    later = start + timedelta(minutes=10)
    assert await take_try(desk.db, "code", "noor", "2001:db8::1", later)
    async with desk.db.read() as session:
        kept = list(await session.scalars(select(SignInTry)))
    assert [(row.who, row.place) for row in kept] == [(OTHER, "2001:db8::/64")]
    # A clock that was an hour fast and is put right again: its tries stand in nobody's way.
    fast = later + timedelta(hours=1)
    for _ in range(5):
        assert await take_try(desk.db, "code", "maria", "10.0.0.5", fast)
    assert await take_try(desk.db, "code", "maria", "10.0.0.5", later)
    async with desk.db.read() as session:
        assert await session.scalar(select(func.count()).where(SignInTry.at > later)) == 0


async def test_a_try_that_is_refused_prolongs_nothing(desk: Desk) -> None:
    start = now()
    numbers = [await take_try(desk.db, "code", "maria", "10.0.0.5", start) for _ in range(9)]
    assert [number is None for number in numbers] == [False] * 5 + [True] * 4
    async with desk.db.write() as session:
        await give_back(session, numbers[0] or 0)
    assert await take_try(desk.db, "code", "maria", "10.0.0.5", start)
    later = start + timedelta(minutes=5)
    assert await take_try(desk.db, "code", "maria", "10.0.0.5", later)
