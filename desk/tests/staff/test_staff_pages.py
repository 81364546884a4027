"""All accounts, for admins."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import httpx
import pytest
from sqlalchemy import select, update
from staff_people import PASSWORD, Calls, Person, SignIn, log_in
from totp_people import enrolled

from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.desk import Desk
from nightdesk_desk.handover_rules import HandoverRefused
from nightdesk_desk.models import Handover, Staff, StaffSession, now
from nightdesk_desk.staff import accounts, leaving

Browser = Callable[..., httpx.AsyncClient]
STAFF = "/inbox/staff"
ACTS = ("disable", "enable", "role", "title", "end-sessions", "reset-totp")


class Two(NamedTuple):
    """An admin, and a nurse whom she looks after."""

    admin: Person
    maria: Person

    @property
    def page(self) -> str:
        return f"{STAFF}/{self.maria.id}"


@pytest.fixture
async def two(sign_in: SignIn) -> Two:
    return Two(await sign_in("ada", "Ada", "admin"), await sign_in())


async def account(desk: Desk, username: str = "maria") -> Staff:
    async with desk.db.read() as session:
        return await accounts.find_account(session, username)


async def last_note(desk: Desk) -> tuple[str, str | None, str | None]:
    async with desk.db.read() as session:
        query = select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1)
        entry = (await session.scalars(query)).one()
    return entry.kind, entry.username, entry.about


async def _fails(*_: object, **__: object) -> None:
    raise OSError("away")


async def is_in(person: Person) -> bool:
    return (await person.http.get("/inbox")).status_code == 200


@pytest.mark.parametrize("role", ["staff", "lead"])
async def test_only_admins_see_it(role: str, two: Two, sign_in: SignIn) -> None:
    other = await sign_in("noor", "Noor", role)
    for path in (STAFF, two.page):
        answer = await other.http.get(path)
        assert answer.status_code == 403
        assert "Only an admin" in answer.text
        assert "maria" not in answer.text
    assert f'href="{STAFF}"' not in (await other.http.get("/inbox")).text
    assert f'href="{STAFF}"' in (await two.admin.http.get("/inbox")).text


@pytest.mark.parametrize("act", ACTS)
async def test_only_admins_act(act: str, two: Two, sign_in: SignIn, desk: Desk) -> None:
    lead = await sign_in("noor", "Noor", "lead")
    answer = await lead.post(f"{two.page}/{act}", role="admin", title="x")
    assert answer.status_code == 403
    kept = await account(desk)
    assert (kept.role, kept.title, kept.disabled_at) == ("staff", None, None)
    assert await is_in(two.maria)


@pytest.mark.parametrize("act", ACTS)
async def test_no_act_without_the_csrf_token(act: str, two: Two, desk: Desk) -> None:
    form = {"csrf_token": two.maria.csrf, "role": "admin"}
    assert (await two.admin.http.post(f"{two.page}/{act}", data=form)).status_code == 403
    assert (await account(desk)).role == "staff"
    assert await is_in(two.maria)


async def test_nobody_without_a_session(two: Two, browser: Browser) -> None:
    for path in (STAFF, two.page):
        assert (await browser().get(path)).headers["location"].startswith("/inbox/login")
    assert (await browser().post(f"{two.page}/disable")).status_code == 303


async def test_the_list(two: Two, desk: Desk) -> None:
    await enrolled(desk, two.maria)
    async with desk.db.write() as session:
        await accounts.add_account(session, "noor", "Noor", "lead", PASSWORD, "front desk")
        await accounts.disable_account(session, "noor")
    page = (await two.admin.http.get(STAFF)).text
    rows = {name: part for part in page.split("<tr>") for name in ("maria", "noor") if name in part}
    assert "<td>On</td>" in rows["maria"]
    assert "<td>Yes</td>" in rows["maria"]
    assert "Noor, front desk" in rows["noor"]
    assert "Not yet" in rows["noor"]
    assert "<td>Off</td>" in rows["noor"]
    assert "No, disabled" in rows["noor"]
    for path in (STAFF, two.page):
        assert "style=" not in (await two.admin.http.get(path)).text


@pytest.mark.parametrize("path", ["/0", "/999", "/x"])
async def test_who_is_not_there(path: str, two: Two) -> None:
    assert (await two.admin.http.get(STAFF + path)).status_code == 404
    assert (await two.admin.post(f"{STAFF}{path}/disable")).status_code == 404


class TestActs:
    async def test_disable_and_enable(
        self, two: Two, desk: Desk, calls: Calls, browser: Browser
    ) -> None:
        case = await calls()
        await desk.handovers.take(case.handover_id, two.maria.id)
        answer = await two.admin.post(f"{two.page}/disable")
        assert answer.status_code == 303
        # The admin gave it back, not she.
        assert await last_note(desk) == ("handover_released", "ada", case.conversation_id)
        assert (
            "waits for somebody else" in (await two.admin.http.get(answer.headers["location"])).text
        )
        assert not await is_in(two.maria)
        assert (await log_in(browser(), "maria", PASSWORD)).status_code == 401
        async with desk.db.read() as session:
            kept = await session.get_one(Handover, case.handover_id)
        assert (kept.state, kept.taken_by) == ("open", None)

        assert (await two.admin.post(f"{two.page}/enable")).status_code == 303
        assert await last_note(desk) == ("account_enabled", "ada", "maria")
        assert (await log_in(browser(), "maria", PASSWORD)).status_code == 303

    async def test_disable_is_one_act_and_can_be_repeated(
        self, two: Two, desk: Desk, calls: Calls, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        case = await calls()
        await desk.handovers.take(case.handover_id, two.maria.id)
        with monkeypatch.context() as broken:
            broken.setattr(leaving, "give_back", _fails)
            assert (await two.admin.post(f"{two.page}/disable")).status_code >= 500
        # Nothing of it has happened.
        assert (await account(desk)).disabled_at is None
        assert await is_in(two.maria)
        async with desk.db.write() as session:
            await accounts.disable_account(session, "maria")
        with desk.wakeups.watch(case.conversation_id) as news:
            assert (await two.admin.post(f"{two.page}/disable")).status_code == 303
            assert await news.wait(5)
        async with desk.db.read() as session:
            kept = await session.get_one(Handover, case.handover_id)
        assert (kept.state, kept.taken_by) == ("open", None)
        assert (await two.admin.post(f"{two.page}/disable")).status_code == 303

    async def test_a_disabled_person_is_given_no_chat(
        self, two: Two, desk: Desk, calls: Calls
    ) -> None:
        case = await calls()
        await two.admin.post(f"{two.page}/disable")
        with pytest.raises(HandoverRefused, match="not_possible"):
            await desk.handovers.take(case.handover_id, two.maria.id)
        await desk.handovers.take(case.handover_id, two.admin.id)

    async def test_role(self, two: Two, desk: Desk) -> None:
        assert (await two.admin.post(f"{two.page}/role", role="lead")).status_code == 303
        assert (await account(desk)).role == "lead"
        assert await last_note(desk) == ("role_changed", "ada", "maria")
        for role in ("lead", "boss", ""):
            assert (await two.admin.post(f"{two.page}/role", role=role)).status_code == 422
        assert (await account(desk)).role == "lead"

    async def test_title(self, two: Two, desk: Desk) -> None:
        await two.admin.post(f"{two.page}/title", title="nurse")
        assert (await account(desk)).title == "nurse"
        assert await last_note(desk) == ("title_changed", "ada", "maria")
        answer = await two.admin.post(f"{two.page}/title", title="x" * 41)
        assert answer.status_code == 422

    async def test_end_sessions(self, two: Two, desk: Desk, browser: Browser) -> None:
        await two.admin.post(f"{two.page}/end-sessions")
        assert await last_note(desk) == ("sessions_ended", "ada", "maria")
        assert not await is_in(two.maria)
        assert await is_in(two.admin)
        assert (await log_in(browser(), "maria", PASSWORD)).status_code == 303

    async def test_reset_one_time_passwords(self, two: Two, desk: Desk, browser: Browser) -> None:
        assert (await two.admin.post(f"{two.page}/reset-totp")).status_code == 422
        await enrolled(desk, two.maria)
        assert (await two.admin.post(f"{two.page}/reset-totp")).status_code == 303
        assert await last_note(desk) == ("totp_reset", "ada", "maria")
        assert not await is_in(two.maria)
        answer = await log_in(browser(), "maria", PASSWORD)
        assert answer.headers["location"] == "/inbox"

    @pytest.mark.parametrize("act", ["disable", "role", "end-sessions", "reset-totp"])
    async def test_not_to_oneself(self, act: str, two: Two, desk: Desk, sign_in: SignIn) -> None:
        await sign_in("ben", "Ben", "admin")
        answer = await two.admin.post(f"{STAFF}/{two.admin.id}/{act}", role="staff")
        assert answer.status_code == 422
        assert "your own account" in answer.text
        kept = await account(desk, "ada")
        assert (kept.role, kept.disabled_at) == ("admin", None)
        assert await is_in(two.admin)

    async def test_an_admin_who_is_none_any_more_acts_no_more(self, two: Two, desk: Desk) -> None:
        async with desk.db.write() as session:
            await accounts.set_role(session, "ada", "lead")
        assert (await two.admin.post(f"{two.page}/disable")).status_code == 403
        assert (await account(desk)).disabled_at is None


class TestRecentAuthentication:
    @pytest.fixture
    async def late(self, two: Two, desk: Desk) -> Two:
        """Ten minutes after the admin signed in."""
        async with desk.db.write() as session:
            await session.execute(
                update(StaffSession)
                .where(StaffSession.staff_id == two.admin.id)
                .values(created_at=now() - timedelta(minutes=10))
            )
        return two

    @pytest.mark.parametrize("act", ACTS)
    async def test_each_act_asks_for_the_password(self, act: str, late: Two, desk: Desk) -> None:
        answer = await late.admin.post(f"{late.page}/{act}", role="admin", title="nurse")
        assert answer.status_code == 403
        assert 'name="confirm_password"' in answer.text
        assert f'action="{late.page}/{act}"' in answer.text
        kept = await account(desk)
        assert (kept.role, kept.title, kept.disabled_at) == ("staff", None, None)
        assert await is_in(late.maria)

    async def test_it_sends_what_was_sent_again(self, late: Two) -> None:
        answer = await late.admin.post(f"{late.page}/title", title='"nurse" <b>')
        assert 'name="title" value="&#34;nurse&#34; &lt;b&gt;"' in answer.text
        assert answer.text.count('name="csrf_token"') == 2  # and that of "Sign out"

    async def test_the_right_password_does_it_and_counts_for_ten_minutes(
        self, late: Two, desk: Desk
    ) -> None:
        form = {"role": "lead", "confirm_password": PASSWORD}
        assert (await late.admin.post(f"{late.page}/role", **form)).status_code == 303
        assert (await account(desk)).role == "lead"
        assert (await late.admin.post(f"{late.page}/role", role="staff")).status_code == 303

    async def test_a_wrong_one_does_nothing(self, late: Two, desk: Desk) -> None:
        form = {"role": "lead", "confirm_password": "not the password"}
        answer = await late.admin.post(f"{late.page}/role", **form)
        assert answer.status_code == 401
        assert "The password is not right" in answer.text
        assert "not the password" not in answer.text
        assert (await account(desk)).role == "staff"
        assert await last_note(desk) == ("password_refused", "ada", "ada")

    async def test_it_is_no_place_for_guessing(self, late: Two, desk: Desk) -> None:
        path = f"{late.page}/disable"
        codes = [
            (await late.admin.post(path, confirm_password=f"guess number {i}")).status_code
            for i in range(6)
        ]
        assert codes == [401] * 5 + [429]
        answer = await late.admin.post(path, confirm_password=PASSWORD)
        assert answer.status_code == 429
        assert (await account(desk)).disabled_at is None
