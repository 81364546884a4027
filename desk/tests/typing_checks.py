"""What must hold of two desks that tell each other who writes, on every kind of database."""

import asyncio

from sqlalchemy import select, update

from nightdesk_desk import log
from nightdesk_desk.db import Database
from nightdesk_desk.models import Conversation, now
from nightdesk_desk.typing_notices import LASTS, TypingNotice, keep_note, writing
from nightdesk_desk.typing_told import TypingTold
from nightdesk_desk.wakeups import Typing, Wakeups


async def new_conversation(db: Database, state: str = "staff") -> str:
    async with db.write() as session:
        conversation_id, _ = await log.start_conversation(session)
        await session.execute(
            update(Conversation).where(Conversation.id == conversation_id).values(state=state)
        )
    return conversation_id


async def rows(db: Database, conversation_id: str) -> list[TypingNotice]:
    async with db.read() as session:
        query = select(TypingNotice).where(TypingNotice.conversation_id == conversation_id)
        return list(await session.scalars(query))


async def readers_at_another_desk_hear_who_writes(one: Database, two: Database) -> None:
    conversation_id, other = await new_conversation(one), await new_conversation(one)
    here, there = Wakeups(one), Wakeups(two)
    telling = TypingTold(one, here)
    with there.watch(conversation_id) as watch, there.watch(other) as apart:
        for sender in ("visitor", "staff"):
            await telling.tell(conversation_id, sender, True)
            await there.look()
            assert await watch.wait(0)
            assert watch.take_typing() == Typing(sender, True)
            # Whoever reads lets a notice end by itself: it is said again while it holds.
            await there.look()
            assert watch.take_typing() == Typing(sender, True)
            await telling.tell(conversation_id, sender, False)
            await there.look()
            assert watch.take_typing() == Typing(sender, False)
            await there.look()
            assert watch.take_typing() is None
        assert apart.take_typing() is None
    assert await rows(one, conversation_id) == []


async def a_notice_ends_by_itself_and_with_the_talk(one: Database, two: Database) -> None:
    conversation_id, at = await new_conversation(one), now()
    async with one.write() as session:
        await keep_note(session, conversation_id, "staff", True, at)
    async with two.read() as session:
        for later, expected in ((0.0, 1), (0.99, 1), (1.0, 0)):
            found = await writing(session, [conversation_id], at + later * LASTS["staff"])
            assert len(found) == expected
    there = Wakeups(two)
    with there.watch(conversation_id) as watch:
        await there.look()
        assert watch.take_typing() == Typing("staff", True)
        # Given back to the assistant in the middle of a word.
        async with one.write() as session:
            await session.execute(
                update(Conversation).where(Conversation.id == conversation_id).values(state="bot")
            )
        await there.look()
        assert watch.take_typing() == Typing("staff", False)


async def both_may_keep_a_notice_at_once(one: Database, two: Database) -> None:
    conversation_id = await new_conversation(one)
    tellings = [TypingTold(db, Wakeups(db)) for db in (one, two)]
    await asyncio.gather(
        *(telling.tell(conversation_id, "visitor", True) for telling in tellings * 4)
    )
    assert [row.sender for row in await rows(two, conversation_id)] == ["visitor"]


TYPING = [
    readers_at_another_desk_hear_who_writes,
    a_notice_ends_by_itself_and_with_the_talk,
    both_may_keep_a_notice_at_once,
]
