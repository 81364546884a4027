"""What must hold of the record on every kind of database."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from account_checks import ACCOUNTS
from audit_checks import AUDIT
from case_checks import CASES
from escalation_checks import ESCALATION
from nightdesk_contract.clinic_alerts import AlertAddress
from nightdesk_contract.outcome import Safety
from privacy_checks import PRIVACY
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from typing_checks import TYPING
from waiting_checks import WAITING

from nightdesk_desk import handovers, held, log, waiting
from nightdesk_desk.alerts import addresses, outbox
from nightdesk_desk.alerts.faults import Fault
from nightdesk_desk.audit.dropping import drop_before
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.audit.record import note
from nightdesk_desk.audit.verifying import verify
from nightdesk_desk.db import Database
from nightdesk_desk.decide import Call
from nightdesk_desk.drafts import Fields, checked, read_drafts, save_draft
from nightdesk_desk.feedback_api import store_feedback
from nightdesk_desk.gaps import read_gap_turns
from nightdesk_desk.log import NewEvent
from nightdesk_desk.models import Alert, Event, Handover, HeldReply, Staff, now


async def new_conversation(db: Database) -> str:
    async with db.write() as session:
        return (await log.start_conversation(session))[0]


async def writers_at_once_leave_no_gap_and_no_double(one: Database, two: Database) -> None:
    conversation_id = await new_conversation(one)

    async def write(db: Database, name: str) -> None:
        for i in range(15):
            async with db.write() as session:
                pair = [NewEvent("visitor", f"{name}{i}"), NewEvent("bot", f"to {name}{i}")]
                await log.append(session, conversation_id, pair)

    await asyncio.gather(*(write(db, n) for n, db in [("a", one), ("b", two), ("c", one)]))
    async with one.read() as session:
        events = await log.read_events(session, conversation_id)
    assert [e.seq for e in events] == list(range(1, 91))
    for asked, answered in zip(events[::2], events[1::2], strict=True):
        assert answered.text == f"to {asked.text}"


async def one_token_at_once_begins_one_conversation(one: Database, two: Database) -> None:
    token = log.new_token()
    looked = asyncio.Barrier(6)

    async def begin(db: Database) -> tuple[str, str]:
        async with db.read() as session:
            assert await log.conversation_of_token(session, token) is None
        await looked.wait()
        async with db.write() as session:
            found = await log.start_conversation(session, token)
            event = NewEvent("visitor", "hello", idempotency_key="k", answered=False)
            await log.append_once(session, found[0], event)
        return found

    [(conversation_id, given)] = {*await asyncio.gather(*(begin(db) for db in (one, two) * 3))}
    assert given == token
    async with one.read() as session:
        assert len(await log.read_events(session, conversation_id)) == 1


async def the_same_key_at_once_is_stored_once(one: Database, two: Database) -> None:
    conversation_id = await new_conversation(one)

    async def write(db: Database) -> log.Stored:
        async with db.write() as session:
            event = NewEvent("visitor", "hello", idempotency_key="k", answered=False)
            return await log.append_once(session, conversation_id, event)

    stored = await asyncio.gather(*(write(db) for db in (one, two) * 5))
    assert {s.seq for s in stored} == {1}
    assert [s.new for s in stored].count(True) == 1
    async with one.read() as session:
        assert len(await log.read_events(session, conversation_id)) == 1
        assert (conversation_id, 1) in await waiting.unanswered(session)


async def what_is_not_stored_takes_no_number(db: Database, _: Database) -> None:
    conversation_id = await new_conversation(db)
    event = NewEvent("visitor", "hello", idempotency_key="k", answered=False)
    other = NewEvent("visitor", "another", idempotency_key="k", answered=False)
    async with db.write() as session:
        await log.append_once(session, conversation_id, event)
    async with db.write() as session:
        assert not (await log.append_once(session, conversation_id, event)).new
        with pytest.raises(log.KeyReused):
            await log.append_once(session, conversation_id, other)
    async with db.write() as session:
        assert await log.append(session, conversation_id, [NewEvent("bot", "hi")]) == [2]


async def a_message_is_answered_once(one: Database, two: Database) -> None:
    conversation_id = await new_conversation(one)
    async with one.write() as session:
        await log.append(session, conversation_id, [NewEvent("visitor", "hi", answered=False)])

    async def answered(db: Database) -> bool:
        async with db.write() as session:
            return await waiting.mark_answered(
                session, conversation_id, 1, Safety("c", "d", "r", 0.5, ((0, 2),))
            )

    assert (await asyncio.gather(*(answered(db) for db in (one, two) * 4))).count(True) == 1
    async with one.read() as session:
        [event] = await log.read_events(session, conversation_id)
    assert event.safety == {
        "category": "c",
        "detector": "d",
        "rule": "r",
        "score": 0.5,
        "spans": [[0, 2]],
    }


async def waiting_messages_are_read_as_an_unbroken_run(one: Database, two: Database) -> None:
    conversation_id = await new_conversation(one)
    said = [
        NewEvent("visitor", "before"),
        NewEvent("bot", "Hello.", quick_replies=["Costs", "Hours"]),
        NewEvent("system", "A note."),
        *(NewEvent("visitor", text, answered=False) for text in ("a", "b", "c")),
    ]
    async with one.write() as session:
        await log.append(session, conversation_id, said)

    async def read(seq: int, reach: int = 10) -> waiting.Waiting | None:
        async with two.read() as session:
            return await waiting.waiting_around(session, conversation_id, seq, reach)

    found = await read(5)
    assert found is not None
    assert [(m.seq, m.text) for m in found.run] == [(4, "a"), (5, "b"), (6, "c")]
    assert (found.state, list(found.quick_replies)) == ("bot", ["Costs", "Hours"])
    assert not found.followed
    short = await read(6, reach=1)
    assert short is not None
    assert [m.seq for m in short.run] == [5, 6]
    assert await read(2) is None
    async with one.write() as session:
        await log.append(session, conversation_id, [NewEvent("bot", "Yes?", quick_replies=["No"])])
        await waiting.mark_answered(session, conversation_id, 5)
    found = await read(4)
    assert found is not None
    assert [m.seq for m in found.run] == [4]
    assert found.followed
    assert await read(5) is None


async def a_conversation_has_at_most_one_unresolved_hand_over(one: Database, two: Database) -> None:
    conversation_id = await new_conversation(one)

    async def call(db: Database, seq: int) -> handovers.Opened:
        async with db.write() as session:
            await log.hold(session, conversation_id)
            return await handovers.open_or_raise(
                session, conversation_id, seq, Call("request", "P3")
            )

    opened = await asyncio.gather(*(call(db, i) for i, db in enumerate((one, two) * 5)))
    assert [o.new for o in opened].count(True) == 1
    assert len({o.handover_id for o in opened}) == 1
    async with one.read() as session:
        assert len(await handovers.triggers(session, opened[0].handover_id)) == 10
    with pytest.raises(IntegrityError):
        async with one.write() as session:
            session.add(
                Handover(
                    conversation_id=conversation_id, trigger_seq=1, reason="request", level="P3"
                )
            )


async def an_alert_is_written_once_and_claimed_by_one(one: Database, two: Database) -> None:
    conversation_id = await new_conversation(one)
    name = f"phone {conversation_id[:8]}"
    address = AlertAddress(name, url="json://localhost", levels=("P0", "P1"))
    async with one.write() as session:
        session.info[outbox.ADDRESSES] = lambda: [address]
        await log.hold(session, conversation_id)
        opened = await handovers.open_or_raise(session, conversation_id, 1, Call("crisis", "P1"))
        case = await handovers.get(session, opened.handover_id)
        assert case is not None
        await outbox.put(session, case)
    async with two.read() as session:
        [found] = [row for row in await outbox.due(session, now(), 3) if row.address == name]

    async def claimed(db: Database) -> Alert | None:
        async with db.write() as session:
            return await outbox.claim(session, found, now())

    [alert] = [
        got for got in await asyncio.gather(*map(claimed, (one, two) * 5)) if got is not None
    ]
    fault = Fault("server", "500")

    async def fails(db: Database) -> None:
        async with db.write() as session:
            await addresses.note_failure(session, name, fault, now(), [name, f"{name} too"])

    await asyncio.gather(*map(fails, (one, two) * 2))
    async with one.write() as session:
        assert await outbox.end(session, alert, state="failed")
        notes = await session.scalars(select(Alert.address).where(Alert.about == name))
        assert list(notes) == [f"{name} too"]
        failing = (await addresses.known(session))[name]
        assert (failing.waiting, failing.fault) == (1, fault)
        await addresses.note_success(session, name, now())
    async with two.read() as session:
        assert (await addresses.known(session))[name].failing_since is None


HELD = NewEvent("bot", "Please call.", "handover:crisis", level="P1", quick_replies=["Yes"])


async def a_held_reply_is_sent_once(one: Database, two: Database) -> None:
    conversation_id = await new_conversation(one)
    async with one.write() as session:
        await log.hold(session, conversation_id)
        assert await held.keep(session, conversation_id, HELD, 0, {"P0": 30, "P1": 0})

    async def settled(db: Database) -> held.Settled | None:
        async with db.write() as session:
            await log.hold(session, conversation_id)
            return await held.settle(session, conversation_id)

    found = await asyncio.gather(*(settled(db) for db in (one, two) * 5))
    sent = replace(HELD, answers=[0])
    assert [s for s in found if s is not None] == [held.Settled("sent", sent)]
    async with two.read() as session:
        [event] = await log.read_events(session, conversation_id)
        assert await held.waiting(session, conversation_id) is None
    assert (event.sender, event.text, event.outcome, event.level, event.quick_replies) == (
        "bot",
        "Please call.",
        "handover:crisis",
        "P1",
        ["Yes"],
    )


async def a_conversation_holds_one_reply_at_most(one: Database, two: Database) -> None:
    conversation_id = await new_conversation(one)

    async def keep(db: Database, seq: int) -> bool:
        async with db.write() as session:
            await log.hold(session, conversation_id)
            return await held.keep(session, conversation_id, HELD, seq, {"P0": 30, "P1": 60})

    kept = await asyncio.gather(*(keep(db, i) for i, db in enumerate((one, two) * 5)))
    assert kept.count(True) == 1
    with pytest.raises(IntegrityError):
        async with one.write() as session:
            session.add(
                HeldReply(
                    conversation_id=conversation_id,
                    trigger_seq=1,
                    after_seq=1,
                    due_at=now(),
                    sender="bot",
                    text="x",
                    outcome="handover:crisis",
                    level="P1",
                )
            )
    # One that has ended stands in nobody's way.
    async with one.write() as session:
        await session.execute(update(HeldReply).values(state="answered"))
    assert await keep(two, 11)


async def moments_come_back_as_they_went(one: Database, _two: Database) -> None:
    conversation_id = await new_conversation(one)
    at = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)
    zoned = at.astimezone(datetime.now().astimezone().tzinfo)
    async with one.write() as session:
        session.add(Event(conversation_id=conversation_id, seq=1, sender="bot", text="x", at=zoned))
    async with one.read() as session:
        [event] = await log.read_events(session, conversation_id)
        assert event.at == at
        assert event.at.tzinfo is not None
        before = at + timedelta(microseconds=1)
        found = await session.scalars(
            select(Event.seq).where(
                Event.conversation_id == conversation_id, Event.at < before, Event.at >= at
            )
        )
        assert list(found) == [1]


async def a_failed_block_leaves_nothing(one: Database, _two: Database) -> None:
    conversation_id = await new_conversation(one)

    async def fail() -> None:
        async with one.write() as session:
            await log.append(session, conversation_id, [NewEvent("visitor", "x")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with one.write() as session:
        assert await log.append(session, conversation_id, [NewEvent("visitor", "y")]) == [1]


async def unknown_states_are_refused_by_the_tables(one: Database, _two: Database) -> None:
    for row in (
        Staff(username="x", first_name="X", role="owner", password_hash="x"),
        Event(conversation_id=await new_conversation(one), seq=1, sender="ghost", text="x"),
        Event(conversation_id="c_nobody", seq=1, sender="bot", text="x"),
        Alert(message_id="m", kind="gossip", address="a", level="P0"),
        Alert(message_id="m", kind="outage", address="a", level="P0", state="lost"),
    ):
        with pytest.raises(IntegrityError):
            async with one.write() as session:
                session.add(row)


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


async def audit_entries_are_numbered_and_chained_however_many_write(
    one: Database, two: Database
) -> None:
    conversation_id = await new_conversation(one)

    async def write(db: Database, name: str) -> None:
        for i in range(10):
            async with db.write() as session:
                # Before and after what else the transaction holds: no order may deadlock.
                await note(session, "first", about=name)
                await log.append(session, conversation_id, [NewEvent("bot", f"{name}{i}")])
                await note(session, "second", about=name)

    await asyncio.gather(*(write(db, n) for n, db in [("a", one), ("b", two), ("c", two)]))
    async with two.read() as session:
        verdict = await verify(session, lambda done, of: None)
        rows = await session.execute(
            select(AuditEntry.number, AuditEntry.about)
            .where(AuditEntry.about.in_(["a", "b", "c"]))
            .order_by(AuditEntry.number)
        )
        found = [tuple(row) for row in rows]
    assert verdict.wrong is None
    assert len(found) == 60
    assert [number for number, _ in found] == list(range(found[0][0], found[0][0] + 60))
    for first, second in zip(found[::2], found[1::2], strict=True):
        assert first[1] == second[1]


async def audit_entries_are_never_changed_and_only_dropped_as_a_beginning(
    one: Database, two: Database
) -> None:
    async def refused(words: str) -> None:
        with pytest.raises(DBAPIError, match="never"):
            async with two.write() as session:
                await session.execute(text(words))

    async with one.write() as session:
        await note(session, "kept", about="c_1")
    for attempt in range(2):
        await refused("UPDATE audit_entries SET about = 'c_2'")
        await refused("UPDATE audit_entries SET number = number + 1000")
        await refused("DELETE FROM audit_entries")
        if one.engine.dialect.name == "postgresql":
            await refused("TRUNCATE audit_entries")
        if attempt == 0:
            async with one.write() as session:
                assert await drop_before(session, now() + timedelta(days=1)) > 0
    async with two.read() as session:
        verdict = await verify(session, lambda done, of: None)
        left = await session.execute(select(AuditEntry.kind, AuditEntry.number))
        assert [tuple(row) for row in left] == [("audit_dropped", verdict.first)]
    assert verdict.wrong is None


ALL = [
    writers_at_once_leave_no_gap_and_no_double,
    one_token_at_once_begins_one_conversation,
    the_same_key_at_once_is_stored_once,
    what_is_not_stored_takes_no_number,
    a_message_is_answered_once,
    waiting_messages_are_read_as_an_unbroken_run,
    a_conversation_has_at_most_one_unresolved_hand_over,
    an_alert_is_written_once_and_claimed_by_one,
    *ESCALATION,
    a_held_reply_is_sent_once,
    a_conversation_holds_one_reply_at_most,
    moments_come_back_as_they_went,
    a_failed_block_leaves_nothing,
    unknown_states_are_refused_by_the_tables,
    an_answer_is_judged_once_by_the_last_word,
    a_topic_has_one_draft,
    turns_without_an_answer_are_read_with_their_topic,
    audit_entries_are_numbered_and_chained_however_many_write,
    audit_entries_are_never_changed_and_only_dropped_as_a_beginning,
    *AUDIT,
    *PRIVACY,
    *CASES,
    *WAITING,
    *ACCOUNTS,
    *TYPING,
]
