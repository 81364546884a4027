"""A reply that the assistant sent while a person had the chat is in the audit record."""

import json

from beside_staff import taken_by_staff, the_time_is_up
from desk_in_process import Running
from fake_rasa import FakeRasa, handover
from sqlalchemy import select

from nightdesk_desk.audit.models import AuditEntry


async def held_entries(running: Running) -> list[tuple[str | None, dict[str, object]]]:
    async with running.desk.db.read() as session:
        entries = await session.scalars(
            select(AuditEntry).where(AuditEntry.kind == "held_reply_sent")
        )
        return [(entry.about, json.loads(entry.details)) for entry in entries]


async def test_it_is_noted_once_and_without_words(running: Running, rasa: FakeRasa) -> None:
    taken = await taken_by_staff(running, rasa)
    rasa.script = lambda *_: handover("crisis", "P1", "Please call.")
    assert await taken.visitor.chat("I want to die") == []
    assert await held_entries(running) == []
    await the_time_is_up(running.desk.db)
    await running.desk.held.look()
    events = await taken.visitor.events()
    seq = next(event["seq"] for event in events if event["text"] == "Please call.")
    assert await held_entries(running) == [
        (taken.visitor.id, {"seq": seq, "level": "P1", "staff_had_it": True})
    ]


async def test_giving_the_chat_back_sends_it_too(running: Running, rasa: FakeRasa) -> None:
    taken = await taken_by_staff(running, rasa)
    rasa.script = lambda *_: handover("crisis", "P1", "Please call.")
    await taken.visitor.chat("I want to die")
    await running.desk.handovers.release(taken.handover_id, taken.staff_id)
    [(about, details)] = await held_entries(running)
    assert (about, details["staff_had_it"]) == (taken.visitor.id, False)


async def test_what_a_person_answered_is_not_noted_as_sent(
    running: Running, rasa: FakeRasa
) -> None:
    taken = await taken_by_staff(running, rasa)
    rasa.script = lambda *_: handover("crisis", "P1", "Please call.")
    await taken.visitor.chat("I want to die")
    await taken.reply()
    assert await held_entries(running) == []
