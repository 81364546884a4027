"""Somebody leaves: the account is locked and what they had taken waits for another, in one act."""

import contextlib
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.handover_acts import GivenBack, give_back
from nightdesk_desk.handover_rules import HandoverRefused
from nightdesk_desk.models import Handover, Staff
from nightdesk_desk.staff import accounts
from nightdesk_desk.words import Words


class Left(NamedTuple):
    """An account that is disabled, and what it had taken; `before` is whether it was already."""

    account: Staff
    given_back: list[GivenBack]
    before: bool


async def disable(
    session: AsyncSession, words: Words, username: str, *, by: int | None = None
) -> Left:
    """Lock an account, sign it out everywhere and give back every conversation that it has.

    All in the caller's transaction; `Handovers.given_back` takes what was given back after it.
    Of an account that is disabled already, what it still has is given back. `by` is whose act it
    is, on a page. Raises AccountError when there is no such account.
    """
    account = await accounts.find_account(session, username)
    before = account.disabled_at is not None
    if not before:
        await accounts.disable_account(session, username, by=by)
        # From here on nobody gives this person a chat: `who_talks.may_take` waits, and says no.
        await session.flush()
    taken = await session.scalars(
        select(Handover.id)
        .where(Handover.state == "taken", Handover.taken_by == account.id)
        .order_by(Handover.conversation_id)
    )
    given = []
    for handover_id in list(taken):
        # Somebody may have resolved it meanwhile.
        with contextlib.suppress(HandoverRefused):
            given.append(await give_back(session, words, handover_id, account.id, by=by))
    return Left(account, given, before)
