"""What must hold of accounts and signing in on every kind of database."""

import asyncio
from datetime import UTC, datetime, timedelta

import pyotp
from sqlalchemy import update

from nightdesk_desk.db import Database
from nightdesk_desk.models import Staff, now
from nightdesk_desk.staff.accounts import find_working_account, hold_account, known_username
from nightdesk_desk.staff.half_sign_ins import close_half, open_half
from nightdesk_desk.staff.managing import refusal, working_admins
from nightdesk_desk.staff.recovery import codes_left, renew_codes
from nightdesk_desk.staff.second_factor import accept
from nightdesk_desk.staff.sessions import close_all_sessions, open_session
from nightdesk_desk.staff.sign_in_tries import give_back, note_place, take_try
from nightdesk_desk.staff.totp import new_secret


async def new_account(db: Database, username: str, role: str = "staff") -> Staff:
    async with db.write() as session:
        account = Staff(username=username, first_name="X", role=role, password_hash="h")
        session.add(account)
    return account


async def a_one_time_password_and_a_recovery_code_count_once(one: Database, two: Database) -> None:
    at, secret = datetime(2026, 11, 26, 9, 0, tzinfo=UTC), new_secret()
    account = await new_account(one, "once")
    async with one.write() as session:
        await session.execute(
            update(Staff).where(Staff.id == account.id).values(totp_secret=secret)
        )
        codes = await renew_codes(session, account.id)
    code = pyotp.TOTP(secret).at(at)

    async def give(db: Database, code: str, recovery_code: str) -> str | None:
        async with db.write() as session:
            kept = await session.get_one(Staff, account.id)
            return await accept(session, kept, code, recovery_code, at)

    found = await asyncio.gather(*(give(db, code, "") for db in (one, two) for _ in range(4)))
    assert sorted(found, key=str) == [None] * 7 + ["code"]
    found = await asyncio.gather(*(give(db, "", codes[0]) for db in (one, two) for _ in range(4)))
    assert sorted(found, key=str) == [None] * 7 + ["recovery_code"]
    async with two.read() as session:
        assert await codes_left(session, account.id) == 9


async def a_second_step_is_ended_once(one: Database, two: Database) -> None:
    account = await new_account(one, "half")
    async with one.write() as session:
        token = await open_half(session, account.id, now())

    async def end(db: Database) -> bool:
        async with db.write() as session:
            return await close_half(session, token)

    found = await asyncio.gather(*(end(db) for db in (one, two) for _ in range(4)))
    assert sorted(found) == [False] * 7 + [True]


async def two_admins_cannot_lock_each_other_out(one: Database, two: Database) -> None:
    ada, ben = await new_account(one, "ada", "admin"), await new_account(one, "ben", "admin")

    async def disable(db: Database, actor: Staff, other: Staff) -> None:
        async with db.write() as session:
            admins = await working_admins(session)
            kept = await session.get_one(Staff, other.id)
            if actor.id in admins and not refusal("disable", actor.id, kept, admins):
                kept.disabled_at = now()

    await asyncio.gather(disable(one, ada, ben), disable(two, ben, ada))
    async with one.write() as session:
        assert len(await working_admins(session)) == 1


async def a_sign_in_and_an_admins_act_do_not_wait_for_each_other(
    one: Database, two: Database
) -> None:
    cora, dina = await new_account(one, "cora", "admin"), await new_account(one, "dina")
    async with one.write() as session:
        # It has ended: the next sign-in clears it away.
        await open_session(session, dina.id, now() - timedelta(days=2))

    async def sign_in() -> None:
        async with two.write() as session:
            assert await hold_account(session, cora.id)
            await open_session(session, cora.id, now())

    async with one.write() as session:
        await working_admins(session)
        signing_in = asyncio.create_task(sign_in())
        await asyncio.sleep(0.3)
        await close_all_sessions(session, dina.id, by=cora.id)
    await signing_in


async def tries_at_once_are_counted_by_all_processes(one: Database, two: Database) -> None:
    account, at = await new_account(one, "tried"), now()

    async def guess(db: Database, place: int) -> int | None:
        return await take_try(db, "password", "tried", f"10.5.0.{place}", at)

    found = await asyncio.gather(*(guess(db, 1) for db in (one, two) for _ in range(8)))
    assert sum(number is not None for number in found) == 5
    places = range(2, 42)
    found = await asyncio.gather(*(guess((one, two)[place % 2], place) for place in places))
    assert sum(number is not None for number in found) == 25
    assert await guess(two, 50) is None
    async with one.write() as session:
        await hold_account(session, account.id)
        for _ in range(2):
            await note_place(session, account.id, "10.5.0.50", at)
    number = await guess(two, 50)
    assert number is not None
    async with two.write() as session:
        await give_back(session, number)
    # The next try, of anybody, clears away what counts no longer.
    assert await take_try(one, "code", "other", "10.5.0.1", at + timedelta(minutes=10))
    assert await guess(two, 51) is not None


async def what_no_name_can_hold_is_a_name_without_an_account(one: Database, _: Database) -> None:
    async with one.read() as session:
        assert await find_working_account(session, "ma\0ria") is None
        assert await known_username(session, "\0") is None
    assert await take_try(one, "password", "ma\0ria", "10.6.0.1", now())


ACCOUNTS = [
    a_one_time_password_and_a_recovery_code_count_once,
    a_second_step_is_ended_once,
    two_admins_cannot_lock_each_other_out,
    a_sign_in_and_an_admins_act_do_not_wait_for_each_other,
    tries_at_once_are_counted_by_all_processes,
    what_no_name_can_hold_is_a_name_without_an_account,
]
