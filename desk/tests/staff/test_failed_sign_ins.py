"""A slow attack on one account is seen by leads and admins, by its owner, and on /metrics."""

from collections.abc import Callable
from datetime import timedelta

import httpx
from staff_people import PASSWORD, SignIn, log_in

from nightdesk_desk.audit.record import note
from nightdesk_desk.desk import Desk
from nightdesk_desk.models import now
from nightdesk_desk.staff.failed_sign_ins import (
    MANY,
    MANY_IN_ALL,
    Attacked,
    read_failed_sign_ins,
    weigh,
)

Browser = Callable[..., httpx.AsyncClient]


async def guessed(desk: Desk, count: int, name: str | None = "maria") -> None:
    async with desk.db.write() as session:
        for _ in range(count):
            await note(session, "sign_in_failed", about=name)


def test_what_is_many() -> None:
    few = weigh({"maria": MANY - 1, "noor": 3, None: 10})
    assert (few.total, few.attacked, few.many) == (MANY + 12, [], False)
    assert few.of == {"maria": MANY - 1, "noor": 3}
    one = weigh({"maria": MANY, "noor": MANY + 5})
    assert one.attacked == [Attacked("noor", MANY + 5), Attacked("maria", MANY)]
    assert one.many
    spread = weigh({None: MANY_IN_ALL - 5, **{f"name{i}": 1 for i in range(5)}})
    assert spread.many
    assert not spread.attacked


async def test_leads_and_admins_read_it_in_the_inbox(sign_in: SignIn, desk: Desk) -> None:
    maria, lea = await sign_in(), await sign_in("lea", "Lea", "lead")
    await guessed(desk, MANY - 1)
    assert "Many failed sign-ins" not in (await lea.http.get("/inbox")).text
    await guessed(desk, 1)
    for path in ("/inbox", "/inbox/queue"):
        page = (await lea.http.get(path)).text
        assert "Many failed sign-ins for maria:</strong> 20 in the last 24 hours" in page
        assert 'href="/inbox/audit?about=maria"' in page
        assert "Many failed" not in (await maria.http.get(path)).text


async def test_a_few_at_very_many_names_are_read_too(sign_in: SignIn, desk: Desk) -> None:
    ada = await sign_in("ada", "Ada", "admin")
    await guessed(desk, MANY_IN_ALL, None)
    assert "100 in the last 24 hours, at many names" in (await ada.http.get("/inbox")).text


async def test_the_owner_and_an_admin_see_how_many(
    sign_in: SignIn, browser: Browser, desk: Desk
) -> None:
    maria, ada = await sign_in(), await sign_in("ada", "Ada", "admin")
    assert "Failed sign-ins" not in (await maria.http.get("/inbox/account")).text
    for _ in range(2):
        assert (await log_in(browser("10.0.0.9"), "maria", "a guess at it")).status_code == 401
    page = (await maria.http.get("/inbox/account")).text
    assert "in the last 24 hours: <strong>2</strong>" in page
    page = (await ada.http.get(f"/inbox/staff/{maria.id}")).text
    assert "Failed sign-ins, last 24 hours</dt><dd>2</dd>" in page
    assert PASSWORD not in page


async def test_the_figures_have_counts_and_no_names(browser: Browser, desk: Desk) -> None:
    await guessed(desk, MANY)
    await guessed(desk, 3, "noor")
    figures = (await browser().get("/metrics")).text
    assert "nightdesk_failed_sign_ins 23.0" in figures
    assert "nightdesk_accounts_with_many_failed_sign_ins 1.0" in figures
    assert "maria" not in figures


async def test_after_a_day_it_is_over(desk: Desk) -> None:
    await guessed(desk, 2)
    async with desk.db.read() as session:
        assert (await read_failed_sign_ins(session, now())).total == 2
        later = now() + timedelta(hours=24)
        assert (await read_failed_sign_ins(session, later)).total == 0
