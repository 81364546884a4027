"""Who else works here: the names of staff, and whom a conversation can be passed on to."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.models import Staff


class Colleague(NamedTuple):
    """One account that may sign in."""

    id: int
    first_name: str
    title: str | None


async def working_colleagues(session: AsyncSession, me: int) -> list[Colleague]:
    """Give the accounts that may sign in, without this person's own, by name."""
    rows = await session.execute(
        select(Staff.id, Staff.first_name, Staff.title)
        .where(Staff.disabled_at.is_(None), Staff.id != me)
        .order_by(Staff.first_name, Staff.id)
    )
    return [Colleague(*row) for row in rows]


async def staff_names(session: AsyncSession) -> dict[int, str]:
    """Give every staff member's first name by id, the disabled ones too."""
    rows = await session.execute(select(Staff.id, Staff.first_name))
    return {row.id: row.first_name for row in rows}
