"""What must hold of answers judged, drafted and missing, on every kind of database."""

import asyncio

from log_checks import new_conversation

from nightdesk_desk import log
from nightdesk_desk.db import Database
from nightdesk_desk.drafts import Fields, checked, read_drafts, save_draft
from nightdesk_desk.feedback_api import store_feedback
from nightdesk_desk.gaps import read_gap_turns
from nightdesk_desk.log import NewEvent
from nightdesk_desk.models import Staff, now


async def an_answer_is_judged_once_by_the_last_word(one: Database, two: Database) -> None:
    conversation_id = await new_conversation(one)
    async with one.write() as session:
        said = [NewEvent("visitor", "how?"), NewEvent("bot", "So.", "answer:safety")]
        await log.append(session, conversation_id, said)

    async def press(db: Database, helpful: bool) -> None:
        async with db.write() as session:
            assert await store_feedback(session, conversation_id, 2, helpful=helpful)

    await asyncio.gather(*(press(db, helpful) for db in (one, two) for helpful in (True, False)))
    await press(two, False)
    async with one.read() as session:
        asked, answered = await log.read_events(session, conversation_id)
    assert (asked.helpful, answered.helpful) == (None, False)


async def a_topic_has_one_draft(one: Database, two: Database) -> None:
    async with one.write() as session:
        staff = Staff(username="dora", first_name="Dora", password_hash="x")
        session.add(staff)
        await session.flush()
        staff_id = staff.id

    async def save(db: Database, words: str) -> None:
        row = Fields("Parking", "Where?", words, "Guide", "Behind.", "\n".join("abcdefghij"))
        async with db.write() as session:
            await save_draft(session, "parking", checked("parking", row), staff_id)

    await asyncio.gather(*(save(db, f"Behind {i}.") for i in range(4) for db in (one, two)))
    await save(two, "In front.")
    async with one.read() as session:
        kept = await read_drafts(session)
    assert [(k.draft.topic, k.draft.answer, k.by) for k in kept] == [
        ("parking", "In front.", "Dora")
    ]


async def turns_without_an_answer_are_read_with_their_topic(one: Database, two: Database) -> None:
    since = now()
    conversation_id = await new_conversation(one)
    outcomes = [
        ("not_in_source:mechanism", None),
        ("unknown", {"nearest": ["cost"]}),
        ("not_inXsource:legality", None),
        ("handover:request", None),
        ("answer:safety", {"item": "answer:utter_faq_safety"}),
    ]
    async with one.write() as session:
        said = [NewEvent("bot", "So.", outcome, basis=basis) for outcome, basis in outcomes]
        await log.append(session, conversation_id, said)
        await store_feedback(session, conversation_id, 5, helpful=False)
    async with two.read() as session:
        turns = await read_gap_turns(session, since, ["faq_safety", "cost", "mechanism"])
    found = [(t.kind, t.topic, t.seq) for t in turns if t.conversation_id == conversation_id]
    assert found == [
        ("not_helpful", "faq_safety", 5),
        ("not_understood", "cost", 2),
        ("not_covered", "mechanism", 1),
    ]


ANSWERS = [
    an_answer_is_judged_once_by_the_last_word,
    a_topic_has_one_draft,
    turns_without_an_answer_are_read_with_their_topic,
]
