"""Staff accounts: made, listed, locked and unlocked on the command line."""

import re

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.models import ROLES, Staff, now
from nightdesk_desk.staff.passwords import hash_password, password_problem
from nightdesk_desk.staff.sessions import close_all_sessions

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
MAX_NAME = 40
"""Longest first name: it is shown above each of that person's messages."""


class AccountError(ValueError):
    """An account cannot be made or changed; the text says why in plain words."""


def plain_username(username: str) -> str:
    """Give a user name as it is kept: trimmed, in lower case."""
    return username.strip().casefold()


async def add_account(
    session: AsyncSession, username: str, first_name: str, role: str, password: str
) -> Staff:
    """Make an account and give it.

    Raises AccountError for a user name, first name, role or password that cannot be used, and for
    a user name that is taken.
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
    account = Staff(
        username=username,
        first_name=first_name,
        role=role,
        password_hash=hash_password(password),
    )
    session.add(account)
    try:
        await session.flush()
    except IntegrityError as error:
        raise AccountError(f"There is already an account named {username}.") from error
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


async def disable_account(session: AsyncSession, username: str) -> Staff:
    """Lock an account and sign it out everywhere. Its name stays on what it wrote.

    Raises AccountError when there is no such account or it is disabled already.
    """
    account = await find_account(session, username)
    if account.disabled_at is not None:
        raise AccountError(f"The account {account.username} is disabled already.")
    account.disabled_at = now()
    await close_all_sessions(session, account.id)
    return account


async def enable_account(session: AsyncSession, username: str) -> Staff:
    """Unlock an account. Raises AccountError when there is none, or it is not disabled."""
    account = await find_account(session, username)
    if account.disabled_at is None:
        raise AccountError(f"The account {account.username} is not disabled.")
    account.disabled_at = None
    return account


async def set_password(session: AsyncSession, username: str, password: str) -> Staff:
    """Give an account a new password and sign it out everywhere. Raises AccountError."""
    account = await find_account(session, username)
    if problem := password_problem(password, account.username, account.first_name):
        raise AccountError(problem)
    account.password_hash = hash_password(password)
    await close_all_sessions(session, account.id)
    return account
