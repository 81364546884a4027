"""Changing keys: everything is encrypted with the first one, and nothing is lost on the way."""

import logging
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from desk_in_process import Visitor, started
from fake_rasa import FakeRasa
from sqlalchemy import select, text

from nightdesk_desk import log
from nightdesk_desk.app import create_app
from nightdesk_desk.db import Database
from nightdesk_desk.log import NewEvent
from nightdesk_desk.models import Contact, Event, Staff
from nightdesk_desk.privacy import rotation, secret
from nightdesk_desk.privacy.at_start import NO_KEY, WRONG_KEYS, KeyCheck, why_not_to_start
from nightdesk_desk.privacy.keys import UNREADABLE, Keys, is_encrypted, new_key
from nightdesk_desk.privacy.rotation import any_encrypted, rotate, standing, survey
from nightdesk_desk.settings import Settings

OLD, NEW, LOST = new_key(), new_key(), new_key()


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database_url)
    yield database
    await database.close()


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch):
    def set_keys(*keys: str) -> Keys:
        monkeypatch.setenv("DESK_ENCRYPTION_KEYS", ",".join(keys))
        return Keys(keys)

    return set_keys


async def say(db: Database, *texts: str) -> str:
    async with db.write() as session:
        conversation_id, _ = await log.start_conversation(session)
        await log.append(session, conversation_id, [NewEvent("visitor", said) for said in texts])
        session.add(Contact(conversation_id=conversation_id, phone=f"phone of {texts[0]}"))
    return conversation_id


async def raw(db: Database) -> list[str]:
    async with db.read() as session:
        rows = await session.execute(text("SELECT text FROM events ORDER BY conversation_id, seq"))
        return list(rows.scalars())


async def read(db: Database) -> set[str]:
    async with db.read() as session:
        return {
            *await session.scalars(select(Event.text)),
            *await session.scalars(select(Contact.phone)),
        }


def test_how_a_text_is_kept() -> None:
    both = Keys((NEW, OLD))
    assert standing(both, "hello") == "plain"
    assert standing(both, Keys((NEW,)).stored("x")) == "first"
    assert standing(both, Keys((OLD,)).stored("x")) == "other"
    assert standing(both, Keys((LOST,)).stored("x")) == "unreadable"


async def test_everything_gets_the_first_key_whatever_it_had(db, use, monkeypatch) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    await say(db, "plain a", "plain b", "plain c")
    use(LOST)
    await say(db, "lost")
    use(OLD)
    await say(db, "old a", "old b", "old c")
    async with db.write() as session:
        session.add(
            Staff(
                username="ada",
                first_name="Ada",
                password_hash="x",
                totp_secret=secret.encrypt("JBSWY3DP"),
            )
        )
    keys = use(NEW, OLD)
    expected = Counter({"plain": 4, "other": 5, "unreadable": 2})
    assert await survey(db, keys) == expected
    before = await raw(db)
    told: list[int] = []
    assert await rotate(db, keys, told.append) == expected
    assert told == sorted(told)
    assert told[-1] == 9
    assert await survey(db, keys) == Counter({"first": 9, "unreadable": 2})
    after = await raw(db)
    assert len([text for text in after if text in before]) == 1
    only_new = use(NEW)
    # The old key can go now.
    assert await read(db) == {
        *("plain a", "plain b", "plain c", "old a", "old b", "old c"),
        *("phone of plain a", "phone of old a"),
        UNREADABLE,
    }
    async with db.read() as session:
        kept = await session.scalar(select(Staff.totp_secret))
        assert secret.decrypt(str(kept)) == "JBSWY3DP"
    assert await rotate(db, only_new, told.append) == Counter({"first": 9, "unreadable": 2})


async def test_a_text_that_changes_meanwhile_is_left_to_its_writer(db, use, monkeypatch) -> None:
    await say(db, "before")
    keys = use(NEW)
    replace = rotation._replace

    async def changed_first(session, place, row, kept) -> None:
        if place.table == "events":
            await session.execute(text("UPDATE events SET text = 'meanwhile'"))
        await replace(session, place, row, kept)

    monkeypatch.setattr(rotation, "_replace", changed_first)
    await rotate(db, keys, lambda done: None)
    assert await raw(db) == ["meanwhile"]


async def test_a_visitor_cannot_pass_for_encrypted_and_stop_the_desk(db, use, settings) -> None:
    await say(db, Keys((LOST,)).stored("x"), "enc1:", "txt1:")
    async with db.write() as session:
        conversation_id, _ = await log.start_conversation(session)
        key = Keys((LOST,)).stored("x")
        await log.append(session, conversation_id, [NewEvent("visitor", "a", idempotency_key=key)])
    assert not await any_encrypted(db)
    assert await why_not_to_start(settings.database_url) is None


async def test_without_the_key_the_desk_does_not_start(db, use, settings) -> None:
    use(OLD)
    await say(db, "hello")
    assert await why_not_to_start(settings.database_url) is None
    use()
    assert await why_not_to_start(settings.database_url) == NO_KEY
    # With another one it does: what is there still is worth more than nothing.
    use(NEW)
    assert await why_not_to_start(settings.database_url) is None


@pytest.mark.parametrize(
    ("written", "keys", "wrong"),
    [
        ((OLD,), (NEW,), True),
        ((OLD,), (NEW, LOST), True),
        ((OLD,), (NEW, OLD), False),
        # Of two keys one is there.
        ((OLD, NEW), (NEW,), False),
        ((OLD,), (), False),
        ((), (NEW,), False),
    ],
)
async def test_keys_of_which_none_fits_are_said_at_the_start(
    db, use, caplog, written: tuple[str, ...], keys: tuple[str, ...], wrong: bool
) -> None:
    for key in written:
        use(key)
        await say(db, "hello")
    use(*keys)
    check = KeyCheck()
    with caplog.at_level(logging.ERROR):
        await check.look(db)
    assert check.wrong is wrong
    assert (WRONG_KEYS in caplog.text) is wrong
    assert not any(key in caplog.text for key in (OLD, NEW, LOST))


async def test_a_desk_with_wrong_keys_starts_and_knows_it(use, settings, db) -> None:
    use(OLD)
    await say(db, "hello")
    use(NEW)
    async with started(create_app(settings)) as running:
        assert running.desk.keys.wrong
        assert (await running.client.get("/health/live")).status_code == 200


async def test_a_visitor_reads_honest_words_where_a_key_is_missing(
    visitor: Visitor, rasa: FakeRasa, use
) -> None:
    use(OLD)
    await visitor.chat("how fast is it?")
    use(NEW)
    texts = {event["text"] for event in await visitor.events()}
    assert len(texts) == 1
    assert "can't be shown right now" in texts.pop()


async def test_a_message_that_cannot_be_read_ends_at_a_person(
    visitor: Visitor, rasa: FakeRasa, use
) -> None:
    use(OLD)
    async with visitor.desk.db.write() as session:
        await log.append(
            session, visitor.id, [log.NewEvent("visitor", "I took pills", answered=False)]
        )
    use(NEW)
    await visitor.desk.turns.sweep(0)
    await visitor.desk.turns.idle()
    _, said = await visitor.events()
    assert said["outcome"] == "handover:bot_unavailable"
    async with visitor.desk.db.read() as session:
        kept = (await session.execute(text("SELECT text FROM events WHERE seq = 1"))).scalar_one()
    assert is_encrypted(kept)
    use(NEW, OLD)
    assert (await visitor.events())[0]["text"] == "I took pills"
