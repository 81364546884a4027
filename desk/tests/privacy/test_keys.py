"""What is encrypted, with which key, and what passes for it."""

import pytest
from sqlalchemy import select, text

from nightdesk_desk import log
from nightdesk_desk.db import Database
from nightdesk_desk.log import NewEvent
from nightdesk_desk.models import Contact, Event
from nightdesk_desk.privacy import keys, secret
from nightdesk_desk.privacy.encrypted import EncryptedText
from nightdesk_desk.privacy.keys import UNREADABLE, KeyMissing, Keys, KeysError, new_key
from nightdesk_desk.privacy.rotation import places
from nightdesk_desk.settings import Settings, SettingsError

OLD, NEW = new_key(), new_key()
SAID = "I am so tired of this, ça va?"


def test_without_keys_a_text_is_kept_as_it_stands():
    assert Keys().stored(SAID) == SAID
    assert Keys().read(SAID) == SAID
    assert not Keys().there


def test_the_first_key_encrypts_and_any_decrypts():
    before, after = Keys((OLD,)), Keys((NEW, OLD))
    kept = before.stored(SAID)
    assert SAID not in kept
    assert after.read(kept) == SAID
    assert before.is_first(kept)
    assert not after.is_first(kept)
    assert after.is_first(after.stored(SAID))


def test_with_keys_what_was_kept_before_stays_readable():
    assert Keys((NEW,)).read(SAID) == SAID


@pytest.mark.parametrize("there", [Keys(), Keys((NEW,))])
def test_a_text_whose_key_is_missing_is_not_read(there):
    with pytest.raises(KeyMissing):
        there.read(Keys((OLD,)).stored(SAID))


@pytest.mark.parametrize("there", [Keys(), Keys((OLD,))])
@pytest.mark.parametrize(
    "odd",
    [
        "",
        "enc1:",
        "txt1:",
        "txt1:hello",
        "enc1:hello",
        Keys((OLD,)).stored("x"),
        "txt1:" + Keys((OLD,)).stored("x"),
        "txt1:txt1:" + Keys((OLD,)).stored("x"),
    ],
)
def test_no_text_of_a_visitor_passes_for_an_encrypted_one(there, odd):
    kept = there.stored(odd)
    assert there.read(kept) == odd
    assert keys.is_encrypted(kept) is there.there


@pytest.mark.parametrize(
    "bad", ["x", OLD[:-1], f"{OLD},short"], ids=["one letter", "cut short", "the second"]
)
def test_a_key_that_is_none_stops_every_command_and_is_not_shown(bad):
    with pytest.raises(KeysError, match=r"DESK_ENCRYPTION_KEYS: key . of . is not a Fernet key"):
        keys.current({"DESK_ENCRYPTION_KEYS": bad})
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"DESK_ENCRYPTION_KEYS": bad})
    assert bad.rpartition(",")[2] not in str(caught.value).replace("Fernet key", "")


def test_empty_places_between_keys_are_nothing():
    found = keys.current({"DESK_ENCRYPTION_KEYS": f" {NEW} , ,{OLD},"})
    assert found.read(Keys((OLD,)).stored(SAID)) == SAID
    assert not keys.current({"DESK_ENCRYPTION_KEYS": " , "}).there


def test_small_secrets(monkeypatch):
    assert secret.decrypt(secret.encrypt("JBSWY3DP")) == "JBSWY3DP"
    monkeypatch.setenv("DESK_ENCRYPTION_KEYS", OLD)
    kept = secret.encrypt("JBSWY3DP")
    assert "JBSWY3DP" not in kept
    assert len(kept) <= 400
    assert secret.decrypt(kept) == "JBSWY3DP"
    monkeypatch.setenv("DESK_ENCRYPTION_KEYS", NEW)
    with pytest.raises(secret.KeyMissing):
        secret.decrypt(kept)


async def test_what_visitors_write_lies_encrypted_in_the_record(settings, monkeypatch):
    monkeypatch.setenv("DESK_ENCRYPTION_KEYS", OLD)
    db = Database(settings.database_url)
    async with db.write() as session:
        conversation_id, _ = await log.start_conversation(session)
        event = NewEvent("visitor", SAID, idempotency_key="k", answered=False)
        await log.append_once(session, conversation_id, event)
        session.add(Contact(conversation_id=conversation_id, name="Ada", phone="555-010-0100"))
    async with db.write() as session:
        # Encrypted anew it would be another text: the same message is known all the same.
        assert not (await log.append_once(session, conversation_id, event)).new
    async with db.read() as session:
        raw = (await session.execute(text("SELECT text FROM events"))).scalar_one()
        kept = (await session.execute(text("SELECT name, phone, email FROM contacts"))).one()
        assert keys.is_encrypted(raw)
        assert [value and keys.is_encrypted(value) for value in kept] == [True, True, None]
        assert await session.scalar(select(Event.text)) == SAID
        assert await session.scalar(select(Contact.name)) == "Ada"
        assert await session.scalar(select(Contact.email)) is None
    monkeypatch.setenv("DESK_ENCRYPTION_KEYS", NEW)
    async with db.read() as session:
        assert await session.scalar(select(Event.text)) == UNREADABLE
    await db.close()


@pytest.mark.parametrize(
    "asked",
    [
        lambda: Event.text == "x",
        lambda: Event.text != "x",
        lambda: Event.text.in_(["x"]),
        lambda: Event.text.like("x%"),
        lambda: Event.text.contains("x"),
        lambda: Event.text > "x",
        lambda: Event.text.desc(),
        lambda: "x" == Event.text,  # noqa: SIM300
    ],
)
def test_sql_that_looks_into_an_encrypted_text_is_refused(asked):
    with pytest.raises(TypeError, match="cannot be compared in SQL"):
        asked()


def test_whether_there_is_a_text_can_be_asked():
    assert "IS NULL" in str(Contact.email.is_(None))
    assert "IS NOT NULL" in str(Contact.email.is_not(None))
    assert "IS NULL" in str(Contact.email == None)  # noqa: E711


def test_all_that_people_wrote_is_encrypted():
    found = {f"{place.table}.{place.column}" for place in places()}
    assert found >= {
        "events.text",
        "held_replies.text",
        "contacts.name",
        "contacts.phone",
        "contacts.email",
        "handovers.note",
        "private_notes.text",
        "staff.totp_secret",
        "staff_sessions.totp_offered",
    }
    assert isinstance(Event.__table__.c.text.type, EncryptedText)
