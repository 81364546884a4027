"""Turning one-time passwords on and off, recovery codes, and who must have them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select, update
from staff_people import PASSWORD, Person, SignIn, csrf_of
from totp_people import TOTP, Phone, enrolled, give_code, give_password, offered

from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.desk import Desk
from nightdesk_desk.models import Staff, StaffSession, now
from nightdesk_desk.settings import PROJECT_ROOT, Settings
from nightdesk_desk.staff.accounts import add_account
from nightdesk_desk.staff.models import RecoveryCode
from nightdesk_desk.staff.recovery import hash_code

Browser = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def maria(sign_in: SignIn) -> Person:
    return await sign_in()


async def is_on(desk: Desk) -> bool:
    async with desk.db.read() as session:
        return await session.scalar(select(Staff.totp_secret)) is not None


async def kinds(desk: Desk) -> list[str]:
    async with desk.db.read() as session:
        return list(await session.scalars(select(AuditEntry.kind).order_by(AuditEntry.number)))


class TestTurningThemOn:
    async def test_a_picture_a_key_and_a_first_code(self, maria: Person, desk: Desk) -> None:
        assert "They are off" in (await maria.http.get(TOTP)).text
        secret = await offered(maria)
        page = (await maria.http.get(TOTP)).text
        assert "<svg" in page
        assert 'class="qr"' in page
        assert "style=" not in page
        assert not await is_on(desk)
        answer = await maria.post(f"{TOTP}/confirm", code=Phone(desk, "maria", secret).code())
        assert answer.status_code == 200
        assert await is_on(desk)
        assert "They are on" in (await maria.http.get(TOTP)).text
        assert (await kinds(desk))[-1] == "totp_enrolled"

    async def test_a_wrong_code_turns_nothing_on(self, maria: Person, desk: Desk) -> None:
        await offered(maria)
        answer = await maria.post(f"{TOTP}/confirm", code="12345")
        assert answer.status_code == 422
        assert "is not the code" in answer.text
        assert not await is_on(desk)

    async def test_a_code_without_an_offer_turns_nothing_on(
        self, maria: Person, desk: Desk
    ) -> None:
        assert (await maria.post(f"{TOTP}/confirm", code="123456")).status_code == 422
        assert not await is_on(desk)

    async def test_the_offer_is_another_sessions_own(
        self, maria: Person, desk: Desk, browser: Browser
    ) -> None:
        await offered(maria)
        other = browser()
        await give_password(other)
        assert 'class="key"' not in (await other.get(TOTP)).text

    async def test_other_sessions_end(self, maria: Person, desk: Desk, browser: Browser) -> None:
        other = browser()
        await give_password(other)
        await enrolled(desk, maria)
        assert (await other.get("/inbox")).status_code == 303
        assert (await maria.http.get("/inbox")).status_code == 200

    async def test_the_secret_is_not_shown_again(self, maria: Person, desk: Desk) -> None:
        phone = await enrolled(desk, maria)
        assert (await maria.post(f"{TOTP}/start")).status_code == 303
        page = (await maria.http.get(TOTP)).text
        assert phone.secret[:4] not in page
        assert "<svg" not in page

    async def test_it_asks_for_the_password_ten_minutes_after_signing_in(
        self, maria: Person, desk: Desk
    ) -> None:
        async with desk.db.write() as session:
            earlier = now() - timedelta(minutes=10)
            await session.execute(update(StaffSession).values(created_at=earlier))
        answer = await maria.post(f"{TOTP}/start")
        assert answer.status_code == 403
        assert 'name="confirm_password"' in answer.text
        answer = await maria.post(f"{TOTP}/start", confirm_password=PASSWORD)
        assert answer.status_code == 303
        assert 'class="key"' in (await maria.http.get(TOTP)).text

    async def test_with_a_key_the_secret_is_encrypted(
        self, maria: Person, desk: Desk, monkeypatch: pytest.MonkeyPatch, browser: Browser
    ) -> None:
        monkeypatch.setenv("DESK_ENCRYPTION_KEYS", Fernet.generate_key().decode())
        phone = await enrolled(desk, maria)
        async with desk.db.read() as session:
            kept = await session.scalar(select(Staff.totp_secret))
        assert kept
        assert kept.startswith("enc1:")
        assert phone.secret not in kept
        http = browser()
        await give_password(http)
        assert (await give_code(http, code=phone.code())).status_code == 303

        # Without the key no code fits, but a recovery code still does.
        monkeypatch.delenv("DESK_ENCRYPTION_KEYS")
        await phone.next_step()
        lost = browser("10.0.0.9")
        await give_password(lost)
        assert (await give_code(lost, code=phone.code())).status_code == 401
        answer = await give_code(lost, recovery_code=phone.recovery_codes[0])
        assert answer.status_code == 303


class TestRecoveryCodes:
    async def test_they_are_shown_once_and_kept_as_hashes(self, maria: Person, desk: Desk) -> None:
        phone = await enrolled(desk, maria)
        async with desk.db.read() as session:
            kept = set(await session.scalars(select(RecoveryCode.code_hash)))
        assert kept == {hash_code(code) for code in phone.recovery_codes}
        assert len(kept) == 10
        for path in (TOTP, "/inbox/account"):
            page = (await maria.http.get(path)).text
            assert not any(code in page for code in phone.recovery_codes)

    async def test_they_can_be_downloaded(self, maria: Person, desk: Desk) -> None:
        phone = await enrolled(desk, maria)
        answer = await maria.post(
            f"{TOTP}/recovery-codes.txt", codes=" ".join(phone.recovery_codes)
        )
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain")
        assert "attachment" in answer.headers["content-disposition"]
        assert answer.headers["cache-control"] == "no-store"
        assert all(code in answer.text for code in phone.recovery_codes)

    @pytest.mark.parametrize("codes", ["", "ABCD-EFGH-IJKL-MNOP", "<script>"])
    async def test_nothing_else_comes_back_as_a_file(
        self, codes: str, maria: Person, desk: Desk
    ) -> None:
        await enrolled(desk, maria)
        answer = await maria.post(f"{TOTP}/recovery-codes.txt", codes=codes)
        assert answer.status_code == 403
        assert not codes or codes not in answer.text

    async def test_new_ones_end_the_old_ones(
        self, maria: Person, desk: Desk, browser: Browser
    ) -> None:
        phone = await enrolled(desk, maria)
        answer = await maria.post(f"{TOTP}/recovery-codes")
        assert "shown only now" in answer.text
        assert (await kinds(desk))[-1] == "recovery_codes_made"
        async with desk.db.read() as session:
            assert await session.scalar(select(func.count()).select_from(RecoveryCode)) == 10
        http = browser()
        await give_password(http)
        answer = await give_code(http, recovery_code=phone.recovery_codes[0])
        assert answer.status_code == 401

    async def test_without_one_time_passwords_there_are_none(
        self, maria: Person, desk: Desk
    ) -> None:
        assert (await maria.post(f"{TOTP}/recovery-codes")).status_code == 303
        async with desk.db.read() as session:
            assert await session.scalar(select(func.count()).select_from(RecoveryCode)) == 0


class TestTurningThemOff:
    @pytest.mark.parametrize("password", [PASSWORD, "not the password"])
    @pytest.mark.parametrize("right_code", [True, False])
    async def test_password_and_code_are_needed(
        self, password: str, right_code: bool, maria: Person, desk: Desk
    ) -> None:
        phone = await enrolled(desk, maria)
        code = phone.code() if right_code else ""
        answer = await maria.post(f"{TOTP}/off", password=password, code=code)
        both = right_code and password == PASSWORD
        assert answer.status_code == (303 if both else 401)
        assert await is_on(desk) is not both
        async with desk.db.read() as session:
            codes = await session.scalar(select(func.count()).select_from(RecoveryCode))
        assert codes == (0 if both else 10)
        assert ("totp_turned_off" in await kinds(desk)) is both

    async def test_a_recovery_code_will_do(self, maria: Person, desk: Desk) -> None:
        phone = await enrolled(desk, maria)
        code = phone.recovery_codes[9]
        answer = await maria.post(f"{TOTP}/off", password=PASSWORD, recovery_code=code)
        assert answer.status_code == 303
        assert not await is_on(desk)

    async def test_it_is_no_place_for_guessing(self, maria: Person, desk: Desk) -> None:
        phone = await enrolled(desk, maria)
        codes = [
            (await maria.post(f"{TOTP}/off", password=f"guess number {i}")).status_code
            for i in range(6)
        ]
        # The sign-in itself was right, and counts for nothing.
        assert codes == [401] * 5 + [429]
        answer = await maria.post(f"{TOTP}/off", password=PASSWORD, code=phone.code())
        assert answer.status_code == 429
        assert await is_on(desk)


async def who_signs_in(desk: Desk, http: httpx.AsyncClient, username: str, role: str) -> Person:
    """Somebody with an account of that role who has given the password."""
    async with desk.db.write() as session:
        account = await add_account(session, username, username.title(), role, PASSWORD)
    assert (await give_password(http, username)).headers["location"] == "/inbox"
    return Person(account.id, http, csrf_of((await http.get(TOTP)).text))


class TestWhoMust:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, require_totp="leads")

    async def test_a_lead_is_led_to_it_before_anything_else(
        self, desk: Desk, browser: Browser
    ) -> None:
        lee = await who_signs_in(desk, browser(), "lee", "lead")
        for path in ("/inbox", "/inbox/asked", "/inbox/account", "/inbox/stream"):
            answer = await lee.http.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, TOTP), path
        answer = await lee.http.get("/inbox/queue", headers={"HX-Request": "true"})
        assert answer.headers["hx-redirect"] == TOTP
        answer = await lee.post("/inbox/account/title", title="boss")
        assert answer.headers["location"] == TOTP
        assert "This desk asks for one-time passwords" in (await lee.http.get(TOTP)).text
        await enrolled(desk, lee, "lee")
        assert (await lee.http.get("/inbox")).status_code == 200

    async def test_they_can_leave_instead(self, desk: Desk, browser: Browser) -> None:
        lee = await who_signs_in(desk, browser(), "lee", "admin")
        assert (await lee.post("/inbox/logout")).headers["location"] == "/inbox/login"
        assert (await lee.http.get(TOTP)).headers["location"].startswith("/inbox/login")

    async def test_staff_need_not(self, maria: Person) -> None:
        assert (await maria.http.get("/inbox")).status_code == 200


class TestModeLive:
    @pytest.fixture
    def settings(self, settings: Settings, tmp_path: Path) -> Settings:
        clinic = tmp_path / "clinic.yml"
        text = (PROJECT_ROOT / "clinic.yml").read_text("utf-8")
        clinic.write_text(text.replace("\nmode: demo", "\nmode: live"), "utf-8")
        return replace(settings, clinic_path=clinic, require_totp="")

    async def test_everybody_must_unless_it_is_set_otherwise(
        self, desk: Desk, browser: Browser
    ) -> None:
        maria = await who_signs_in(desk, browser(), "maria", "staff")
        assert (await maria.http.get("/inbox")).headers["location"] == TOTP


async def test_nobody_sees_these_pages_without_a_session(browser: Browser) -> None:
    http = browser()
    assert (await http.get(TOTP)).headers["location"].startswith("/inbox/login")
    for act in ("start", "confirm", "recovery-codes", "recovery-codes.txt", "off"):
        answer = await http.post(f"{TOTP}/{act}")
        assert answer.headers["location"].startswith("/inbox/login"), act


@pytest.mark.parametrize("act", ["start", "confirm", "recovery-codes", "recovery-codes.txt", "off"])
async def test_no_act_without_the_csrf_token(act: str, maria: Person) -> None:
    answer = await maria.http.post(f"{TOTP}/{act}", data={"csrf_token": "x"})
    assert answer.status_code == 403
    assert "out of date" in answer.text
