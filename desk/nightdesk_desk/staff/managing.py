"""What an admin may do to an account: never to their own, never to the last working admin."""

from collections.abc import Collection
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.models import Staff

AccountAct = Literal["disable", "enable", "role", "end_sessions", "reset_totp", "title"]

OWN = "This is your own account. Another admin has to do that; the rest is on your own page."
LAST_ADMIN = "This is the only admin who can sign in. Make somebody else an admin first."


def refusal(
    act: AccountAct, actor: int, account: Staff, working_admins: Collection[int], role: str = ""
) -> str:
    """Say why an admin may not do that to an account, or give nothing when they may.

    `actor` is the admin's id, `working_admins` are the ids of all admins who can sign in, `role`
    the new one.
    """
    if account.id == actor and act != "title":
        return OWN
    loses_an_admin = act == "disable" or (act == "role" and role != "admin")
    if loses_an_admin and set(working_admins) <= {account.id}:
        return LAST_ADMIN
    return ""


async def working_admins(session: AsyncSession) -> set[int]:
    """Give the ids of all admins who can sign in; others who look wait for this transaction."""
    query = (
        select(Staff.id)
        .where(Staff.role == "admin", Staff.disabled_at.is_(None))
        .order_by(Staff.id)
        # Not against what only refers to them: it may be in a chat that is given back here.
        .with_for_update(key_share=True)
    )
    return set(await session.scalars(query))
