"""Staff accounts: made, listed, locked and unlocked on the command line."""

import re

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.models import ROLES, Staff, now
from nightdesk_desk.staff.passwords import hash_password, password_problem
from nightdesk_desk.staff.second_factor import turn_off
from nightdesk_desk.staff.sessions import close_all_sessions

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
MAX_NAME = 40
"""Longest first name, and longest title: they are shown above each of that person's messages."""


class AccountError(ValueError):
    """An account cannot be made or changed; the text says why in plain words."""


def plain_username(username: str) -> str:
    """Give a user name as it is kept: trimmed, in lower case."""
    # PostgreSQL takes no NUL in a query; no account has one in its name.
    return username.strip().casefold().replace("\0", "\N{REPLACEMENT CHARACTER}")


def plain_title(title: str) -> str | None:
    """Give what visitors see beside a first name ("nurse") as it is kept; None for none.

    Raises AccountError for one that cannot be shown.
    """
    plain = " ".join(title.split())
    if len(plain) > MAX_NAME or not plain.isprintable():
        raise AccountError(f"The title can have at most {MAX_NAME} printable characters.")
    return plain or None


async def add_account(
    session: AsyncSession,
    username: str,
    first_name: str,
    role: str,
    password: str,
    title: str = "",
) -> Staff:
    """Make an account and give it.

    Raises AccountError for a user name, first name, role, password or title that cannot be used,
    and for a user name that is taken.
    """
    username, first_name = plain_username(username), " ".join(first_name.split())
    if not _USERNAME.fullmatch(username):
        raise AccountError(
            "The user name needs 2 to 64 characters: letters a-z, figures and . _ - @"
        )
    if not first_name or len(first_name) > MAX_NAME or not first_name.isprintable():
        raise AccountError(f"The first name needs 1 to {MAX_NAME} printable characters.")
    if role not in ROLES:
        raise AccountError(f"The role must be one of {', '.join(ROLES)}.")
    if problem := password_problem(password, username, first_name):
        raise AccountError(problem)
    title_kept = plain_title(title)
    account = Staff(
        username=username,
        first_name=first_name,
        role=role,
        title=title_kept,
        password_hash=hash_password(password),
    )
    session.add(account)
    try:
        await session.flush()
    except IntegrityError as error:
        raise AccountError(f"There is already an account named {username}.") from error
    await audit(session, "account_made", about=username, details={"role": role})
    return account


async def list_accounts(session: AsyncSession) -> list[Staff]:
    """Give all accounts by user name, the disabled ones too."""
    return list(await session.scalars(select(Staff).order_by(Staff.username)))


async def find_account(session: AsyncSession, username: str) -> Staff:
    """Give the account of that user name. Raises AccountError when there is none."""
    query = select(Staff).where(Staff.username == plain_username(username))
    account = (await session.scalars(query)).one_or_none()
    if account is None:
        raise AccountError(f"There is no account named {plain_username(username)}.")
    return account


async def find_working_account(session: AsyncSession, username: str) -> Staff | None:
    """Give the account that may sign in under that name, or None."""
    query = select(Staff).where(
        Staff.username == plain_username(username), Staff.disabled_at.is_(None)
    )
    return (await session.scalars(query)).one_or_none()


async def hold_account(session: AsyncSession, staff_id: int) -> Staff | None:
    """Give a working account as it is now, and hold its row until the transaction ends.

    Whoever signs somebody in holds it first: it may have been disabled or given another password
    meanwhile, and on PostgreSQL nobody then waits for it with a session's row in hand.
    """
    query = select(Staff).where(Staff.id == staff_id, Staff.disabled_at.is_(None))
    return await session.scalar(query.with_for_update(key_share=True))


async def known_username(session: AsyncSession, username: str) -> str | None:
    """Give that user name if an account has it, disabled or not; else None."""
    return await session.scalar(
        select(Staff.username).where(Staff.username == plain_username(username))
    )


async def disable_account(session: AsyncSession, username: str, by: int | None = None) -> Staff:
    """Lock an account and sign it out everywhere. Its name stays on what it wrote.

    `by` is whose act it is, on a page; here and below. Raises AccountError when there is no such
    account or it is disabled already.
    """
    account = await find_account(session, username)
    if account.disabled_at is not None:
        raise AccountError(f"The account {account.username} is disabled already.")
    account.disabled_at = now()
    await close_all_sessions(session, account.id, by=by)
    await audit(session, "account_disabled", staff_id=by, about=account.username)
    return account


async def enable_account(session: AsyncSession, username: str, by: int | None = None) -> Staff:
    """Unlock an account. Raises AccountError when there is none, or it is not disabled."""
    account = await find_account(session, username)
    if account.disabled_at is None:
        raise AccountError(f"The account {account.username} is not disabled.")
    account.disabled_at = None
    await audit(session, "account_enabled", staff_id=by, about=account.username)
    return account


async def set_password(session: AsyncSession, username: str, password: str) -> Staff:
    """Give an account a new password and sign it out everywhere. Raises AccountError."""
    account = await find_account(session, username)
    if problem := password_problem(password, account.username, account.first_name):
        raise AccountError(problem)
    await keep_password(session, account, hash_password(password))
    return account


async def keep_password(
    session: AsyncSession, account: Staff, hashed: str, *, keep: str = "", by: int | None = None
) -> None:
    """Keep the hash of a new password and sign the account out, but for the session `keep`."""
    account.password_hash = hashed
    await close_all_sessions(session, account.id, keep=keep, by=by)
    await audit(session, "password_set", staff_id=by, about=account.username)


async def set_role(session: AsyncSession, username: str, role: str, by: int | None = None) -> Staff:
    """Give an account another role. Raises AccountError."""
    account = await find_account(session, username)
    if role not in ROLES:
        raise AccountError(f"The role must be one of {', '.join(ROLES)}.")
    if role == account.role:
        raise AccountError(f"The account {account.username} is {role} already.")
    details = {"from": account.role, "to": role}
    account.role = role
    await audit(session, "role_changed", staff_id=by, about=account.username, details=details)
    return account


async def set_title(
    session: AsyncSession, username: str, title: str, by: int | None = None
) -> Staff:
    """Change what visitors see beside an account's first name; empty: nothing. AccountError."""
    account = await find_account(session, username)
    account.title = plain_title(title)
    await audit(session, "title_changed", staff_id=by, about=account.username)
    return account


async def reset_totp(session: AsyncSession, username: str, by: int | None = None) -> Staff:
    """Turn an account's one-time passwords off and sign it out everywhere: its telephone is lost.

    Raises AccountError when there is no such account or it has none.
    """
    account = await find_account(session, username)
    if account.totp_secret is None:
        raise AccountError(f"The account {account.username} has no one-time passwords.")
    await turn_off(session, account.id)
    await close_all_sessions(session, account.id, by=by)
    await audit(session, "totp_reset", staff_id=by, about=account.username)
    return account
