"""Who waits for a word of a person is told so: after some minutes, and when the clinic closes.

While a person has a chat the bot is silent, and that person may have gone home; and who was told in
opening hours that a person will answer must not wait through the evening for it. It is read from
the rows who is due, and said under a key of its own, once, as call-backs are offered.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from nightdesk_contract.opening import closed_since
from nightdesk_contract.outcome import LANGUAGES
from sqlalchemy import and_, exists, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import handovers, log
from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.cases.models import HandoverAct
from nightdesk_desk.cases.unanswered import staff_wrote_after, unanswered_since
from nightdesk_desk.chat_language import language_of_case
from nightdesk_desk.decide import offered
from nightdesk_desk.desk_line import Line, line
from nightdesk_desk.models import Contact, Event, Handover
from nightdesk_desk.visitor_language import SPOKEN
from nightdesk_desk.words import Words

AFTER = timedelta(minutes=5)
"""How long whoever has a chat may take for a word before the visitor is told that none came."""
TOO_LATE = timedelta(hours=1)
"""What should have been said longer ago, when a desk first looks, is not said any more."""

ONE_DAY = timedelta(hours=16)
"""Who has waited longer when the clinic closes was told so the evening before."""


class Due(NamedTuple):
    """Somebody to be told, and the key of what is said: of each reason once."""

    handover_id: int
    conversation_id: str
    key: str


async def read_due(
    session: AsyncSession, words: Words, at: datetime, conversation_id: str | None = None
) -> list[Due]:
    """Give who is to be told at the moment `at` (in one conversation, or in all).

    Nobody in an emergency: help stands alone there. Nor where staff opened a case again: the
    visitor may have left long ago.
    """
    closed_at = closed_since(words.clinic, at, TOO_LATE)
    may_be = Handover.state == "taken"
    if closed_at is not None:
        # Requests that nobody has taken may be many, and most are older.
        today = Handover.opened_at > closed_at - ONE_DAY
        may_be = or_(may_be, and_(Handover.state != "resolved", today))
    here = true() if conversation_id is None else Handover.conversation_id == conversation_id
    cases = list(
        await session.scalars(
            select(Handover)
            .where(may_be, here, Handover.level != "P0")
            .where(
                ~exists().where(
                    HandoverAct.handover_id == Handover.id, HandoverAct.kind == "reopened"
                )
            )
        )
    )
    since = await unanswered_since(session, [case.id for case in cases])
    due = []
    for case in cases:
        taken = case.state == "taken"
        waits_since = since.get(case.id) if taken else case.opened_at
        if waits_since is not None:
            key = key_of(case.id, waits_since, at, closed_at, taken=taken)
            due += [Due(case.id, case.conversation_id, key)] if key else []
    said = await _said(session, due)
    wait = await _without_reply(session, due)
    return [
        one
        for one in due
        if (one.conversation_id, one.key) not in said and one.conversation_id in wait
    ]


def key_of(
    handover_id: int,
    waits_since: datetime,
    at: datetime,
    closed_at: datetime | None,
    *,
    taken: bool,
) -> str | None:
    """Give the key of what is to be said at `at` to somebody who waits; None when it is nothing.

    The clinic has lately closed at `closed_at`, if it has. Whoever has the chat gets some minutes
    for an answer; nobody waits for the others (`taken` is false) after closing time.
    """
    long_enough = not taken or waits_since <= at - AFTER
    today = closed_at is not None and closed_at - ONE_DAY < waits_since < closed_at
    if closed_at is not None and today and long_enough:
        return f"desk: closed {handover_id} {closed_at:%Y-%m-%d %H:%M}"
    if taken and at - TOO_LATE < waits_since <= at - AFTER:
        return f"desk: no answer {handover_id} {int(waits_since.timestamp())}"
    return None


async def _said(session: AsyncSession, due: Sequence[Due]) -> set[tuple[str, str | None]]:
    rows = await session.execute(
        select(Event.conversation_id, Event.idempotency_key).where(
            Event.conversation_id.in_({one.conversation_id for one in due}),
            Event.idempotency_key.in_([one.key for one in due]),
        )
    )
    return {(row[0], row[1]) for row in rows}


async def _without_reply(session: AsyncSession, due: Sequence[Due]) -> set[str]:
    """Give the conversations in which staff have not written since the visitor did."""
    rows = await session.scalars(
        select(Event.conversation_id)
        .where(Event.conversation_id.in_({one.conversation_id for one in due}))
        .where(Event.sender == "visitor", ~staff_wrote_after())
        .distinct()
    )
    return set(rows)


async def words_for(session: AsyncSession, words: Words, due: Due, at: datetime) -> Line | None:
    """Give what to say; None when it has been said since they wait that nobody reads now."""
    case = await handovers.get(session, due.handover_id)
    if case is None:
        return None
    if not words.open_now(at):
        told = told_already(words, case, at)
        said = await log.system_texts(
            session, due.conversation_id, await _waits_from(session, case)
        )
        if any(one.startswith(told) for one in said):
            return None
    language = await language_of_case(session, case, words.buttons())
    if language in SPOKEN:
        return line(partial(words.after_handover, "no_answer", at), language)
    return line(partial(words.still_waiting, case.level, case.reason, at), language)


def told_already(words: Words, case: Handover, at: datetime) -> tuple[str, ...]:
    """Give what somebody who waits at `at` may have been told that says the same, in any language.

    After hours that nobody reads now is also said in the bot's place, and at closing time.
    """
    found = [words.still_waiting(case.level, case.reason, at, one) for one in LANGUAGES]
    if not words.open_now(at):
        kinds = ("bot_unavailable", "no_answer")
        found += [words.after_handover(kind, at, one) for kind in kinds for one in SPOKEN]
    return tuple(found)


async def _waits_from(session: AsyncSession, case: Handover) -> int:
    """Give the number from which on somebody waits: what was said before a person came is over."""
    since = (await unanswered_since(session, [case.id])).get(case.id)
    if since is None:
        return case.trigger_seq
    first = select(func.min(Event.seq)).where(
        Event.conversation_id == case.conversation_id,
        Event.sender == "visitor",
        Event.at >= since,
    )
    return await session.scalar(first) or case.trigger_seq


async def tell(session: AsyncSession, words: Words, due: Due, at: datetime) -> int | None:
    """Say it, unless another desk has or a person has written. Gives the text's number, or None."""
    await log.hold(session, due.conversation_id)
    if due not in await read_due(session, words, at, due.conversation_id):
        return None
    found = await words_for(session, words, due, at)
    if found is None:
        return None
    case = await session.get_one(Handover, due.handover_id)
    has_details = await session.scalar(
        select(exists().where(Contact.conversation_id == due.conversation_id))
    )
    basis = found.basis(None if has_details else offered(case.level))
    event = log.NewEvent("system", found.text, idempotency_key=due.key, basis=basis)
    [seq] = await log.append(session, due.conversation_id, [event])
    details = {"handover": case.id, "level": case.level, "seq": seq}
    await audit(session, "no_answer_told", about=due.conversation_id, details=details)
    return seq
