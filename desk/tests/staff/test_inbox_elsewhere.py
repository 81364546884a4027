"""What every other page of the inbox hears of by itself."""

from dataclasses import replace

import pytest
from staff_people import PASSWORD, Calls, SignIn, log_in

from nightdesk_desk.desk import Desk
from nightdesk_desk.settings import Settings
from nightdesk_desk.staff.accounts import add_account

ASKS = 'hx-get="/inbox/calls"'


@pytest.mark.parametrize(
    "path", ["asked", "numbers", "audit", "account", "account/totp", "staff", "asked/other"]
)
async def test_every_other_page_asks_for_what_calls(sign_in: SignIn, path: str) -> None:
    ada = await sign_in("ada", "Ada", "admin")
    page = await ada.http.get(f"/inbox/{path}")
    assert page.status_code == 200
    assert page.text.count(ASKS) == 1
    assert 'id="calls"' not in page.text


async def test_the_queue_and_a_conversation_have_their_own(sign_in: SignIn, calls: Calls) -> None:
    maria, case = await sign_in(), await calls()
    for path in ("/inbox", case.url):
        page = (await maria.http.get(path)).text
        assert ASKS not in page, path
        assert page.count('id="calls"') == 1, path


async def test_nobody_is_asked_for_before_sign_in(browser) -> None:  # type: ignore[no-untyped-def]
    http = browser()
    assert ASKS not in (await http.get("/inbox/login")).text
    answer = await http.get("/inbox/calls", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"].startswith("/inbox/login")


async def test_an_emergency_is_named_until_somebody_acknowledges_it(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, case = await sign_in(), await calls(level="P0", reason="emergency")
    await calls("a person please", "P3", "request", ())
    part = (await maria.http.get("/inbox/calls")).text
    assert f'data-keys="P0-{case.handover_id} "' in part
    assert 'data-title="P0 waiting"' in part
    assert f'href="{case.url}"' in part
    await desk.handovers.acknowledge(case.handover_id, maria.id)
    part = (await maria.http.get("/inbox/calls")).text
    assert 'data-keys=""' in part
    assert "P0" not in part


async def test_many_do_not_push_the_page_away_and_none_is_left_out_of_the_sound(
    sign_in: SignIn, calls: Calls
) -> None:
    maria = await sign_in()
    cases = [await calls(level=level) for level in ("P1", "P1", "P0", "P1")]
    part = (await maria.http.get("/inbox/calls")).text
    assert part.count('id="call-') == 1
    assert f'id="call-{cases[2].handover_id}"' in part
    assert "And 3 more:" in part
    assert all(f"-{case.handover_id} " in part for case in cases)


class TestWhoStillSetsUpCodes:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, require_totp="all")

    async def test_is_not_led_away(self, desk: Desk, calls: Calls, browser) -> None:  # type: ignore[no-untyped-def]
        async with desk.db.write() as session:
            await add_account(session, "maria", "Maria", "staff", PASSWORD)
        http = browser()
        await log_in(http, "maria", PASSWORD)
        await calls(level="P0")
        answer = await http.get("/inbox/calls", headers={"HX-Request": "true"})
        assert (answer.status_code, answer.text) == (204, "")
        assert "hx-redirect" not in answer.headers
