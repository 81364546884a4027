"""Who reads on is noted for all together."""

from datetime import timedelta

from sqlalchemy import select, update

from nightdesk_desk import log
from nightdesk_desk.db import Database
from nightdesk_desk.models import Conversation, now
from nightdesk_desk.presence import Presence
from nightdesk_desk.settings import Settings
from nightdesk_desk.wakeups import Wakeups


async def test_all_are_noted_together_and_nobody_else(settings: Settings) -> None:
    db = Database(settings.database_url)
    presence = Presence(db, Wakeups(db))
    try:
        async with db.write() as session:
            ids = [(await log.start_conversation(session))[0] for _ in range(3)]
            await session.execute(
                update(Conversation).values(visitor_seen_at=now() - timedelta(hours=1))
            )
        presence.reads_on(ids[0])
        presence.reads_on(ids[2])
        await presence.note()
        async with db.read() as session:
            rows = await session.execute(select(Conversation.id, Conversation.visitor_seen_at))
            seen = {row.id for row in rows if now() - row.visitor_seen_at < timedelta(minutes=1)}
        assert seen == {ids[0], ids[2]}
    finally:
        await db.close()


async def test_nobody_to_note_is_no_write() -> None:
    presence = Presence(None, None)  # type: ignore[arg-type]  # neither is asked for anything
    await presence.note()


async def test_readers_of_what_is_gone_are_woken(settings: Settings) -> None:
    db = Database(settings.database_url)
    wakeups = Wakeups(db)
    presence = Presence(db, wakeups)
    try:
        with wakeups.watch("c_gone") as watch:
            presence.reads_on("c_gone")
            await presence.note()
            assert await watch.wait(0.1)
            assert watch.take_stored()
    finally:
        await db.close()
