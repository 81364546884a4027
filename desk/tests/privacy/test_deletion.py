"""A visitor has the conversation deleted: at once, or as soon as it may be."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from desk_in_process import Running, Visitor
from fake_rasa import FakeRasa, handover
from sqlalchemy import select

from nightdesk_desk import handovers, log
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.models import Conversation, Handover, Staff, now
from nightdesk_desk.privacy.deletion import goes_at, kept_for
from nightdesk_desk.privacy.removal import belonging, of_conversation

FORM = {"consent": True, "name": "Ada", "phone": "555-010-0100"}


AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
DAY = timedelta(hours=24)
MOMENT = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("ends", "unanswered", "expected"),
    [
        ([], False, None),
        ([None], False, "staff"),
        ([None], True, "staff"),
        ([AT - DAY], False, None),
        ([AT - DAY + MOMENT], False, "staff"),
        ([AT], True, "staff"),
        # An earlier one is long over, and it was opened again.
        ([AT - 9 * DAY, None], False, "staff"),
        ([AT - DAY, AT - 9 * DAY], False, None),
        ([], True, "answer"),
        ([AT - DAY], True, "answer"),
    ],
)
def test_what_keeps_a_conversation(
    ends: list[datetime | None], unanswered: bool, expected: Any
) -> None:
    assert kept_for(ends, AT, unanswered=unanswered) == expected


@pytest.mark.parametrize(
    ("ends", "expected"),
    [([], None), ([None], None), ([AT, None], None), ([AT, AT - DAY], AT + DAY)],
)
def test_when_a_crisis_keeps_it_no_more(
    ends: list[datetime | None], expected: datetime | None
) -> None:
    assert goes_at(ends) == expected


async def delete(visitor: Visitor) -> httpx.Response:
    return await visitor.client.delete(visitor.path, headers=visitor.headers)


async def rows_of(visitor: Visitor) -> int:
    async with visitor.desk.db.read() as session:
        return sum(
            [
                len((await session.execute(select(t).where(of_conversation(t, visitor.id)))).all())
                for t in belonging()
            ]
        )


async def audit(visitor: Visitor) -> list[tuple[str, str]]:
    async with visitor.desk.db.read() as session:
        found = await session.execute(
            select(AuditEntry.kind, AuditEntry.details)
            .where(AuditEntry.about == visitor.id)
            .order_by(AuditEntry.number)
        )
        rows = [(row.kind, row.details) for row in found]
    return [row for row in rows if "delet" in row[0]]


async def close(visitor: Visitor) -> tuple[int, int]:
    """Staff resolve the conversation's hand-over. Gives its number and theirs."""
    async with visitor.desk.db.write() as session:
        session.add(staff := Staff(username="maria", first_name="Maria", password_hash="x"))
        await session.flush()
        case = await handovers.unresolved(session, visitor.id)
    assert case is not None
    await visitor.desk.handovers.resolve(
        case.id, staff.id, note="Called back.", outcome_code="called_back"
    )
    return case.id, staff.id


async def test_all_of_it_goes_at_once(visitor: Visitor) -> None:
    await visitor.chat("how fast is it?")
    assert (
        await visitor.client.post(f"{visitor.path}/contact", json=FORM, headers=visitor.headers)
    ).status_code == 202
    await visitor.desk.turns.idle()
    said = await delete(visitor)
    assert (said.status_code, said.json()) == (200, {"deleted": True})
    assert said.headers["cache-control"] == "no-store"
    assert await rows_of(visitor) == 0
    assert await audit(visitor) == [("conversation_deleted", '{"why":"visitor"}')]


async def test_afterwards_its_token_is_like_an_unknown_one(visitor: Visitor) -> None:
    await visitor.chat("hello")
    await delete(visitor)
    known = {"Authorization": f"Bearer {visitor.token}"}
    for headers in (known, {"Authorization": "Bearer nobody"}):
        for answer in (
            await visitor.client.get(f"{visitor.path}/events", headers=headers),
            await visitor.client.get(f"{visitor.path}/export", headers=headers),
            await visitor.client.delete(visitor.path, headers=headers),
            await visitor.client.post(
                f"{visitor.path}/messages", json={"text": "x"}, headers=headers
            ),
        ):
            assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")


async def test_nobody_deletes_anothers(running: Running, visitor: Visitor) -> None:
    await visitor.chat("hello")
    other = await running.visitor()
    answer = await other.client.delete(visitor.path, headers=other.headers)
    assert answer.status_code == 404
    assert (await other.client.delete(visitor.path)).status_code == 401
    assert len(await visitor.events()) == 2


async def test_a_request_for_a_person_does_not_keep_it(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.script = lambda *_: handover("request", "P3")
    await visitor.chat("a person please")
    assert (await delete(visitor)).json() == {"deleted": True}
    assert await rows_of(visitor) == 0


@pytest.mark.parametrize("level", ["P0", "P1"])
async def test_a_crisis_is_kept_until_a_day_after_staff_have_closed_it(
    visitor: Visitor, rasa: FakeRasa, level: str
) -> None:
    rasa.script = lambda *_: handover("crisis", level)
    await visitor.chat("I want to die")
    for _ in range(2):
        said = await delete(visitor)
        assert said.status_code == 202
        assert said.json()["deleted"] is False
        assert "can't delete this chat yet" in said.json()["message"]
        assert "one day after our staff have dealt with it" in said.json()["message"]
        assert "call 911" in said.json()["message"]
    # The visitor can still be helped here.
    assert len(await visitor.events()) >= 2
    assert (await visitor.say("are you there?")).status_code == 202
    await visitor.desk.turns.idle()
    assert await visitor.desk.keeping.delete_what_waits() == 0
    await close(visitor)
    assert (await delete(visitor)).status_code == 202
    assert await visitor.desk.keeping.delete_what_waits() == 0
    assert await visitor.desk.keeping.delete_what_waits(now() + DAY - timedelta(minutes=5)) == 0
    assert len(await visitor.events()) >= 2
    assert await visitor.desk.keeping.delete_what_waits(now() + DAY) == 1
    assert await rows_of(visitor) == 0
    assert [kind for kind, _ in await audit(visitor)] == [
        "deletion_requested",
        "conversation_deleted",
    ]


async def test_a_crisis_that_was_resolved_by_mistake_is_there_to_be_opened_again(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    rasa.script = lambda *_: handover("crisis", "P1")
    await visitor.chat("I want to die")
    await delete(visitor)
    async with visitor.desk.db.write() as session:
        case = await session.scalar(select(Handover))
        assert case is not None
        # What it was called for stands in its triggers.
        case.level = "P2"
    handover_id, staff_id = await close(visitor)
    again = await visitor.desk.cases.reopen(handover_id, staff_id, "Closed by mistake.")
    keeping = visitor.desk.keeping
    assert await keeping.delete_what_waits(now() + 3 * DAY) == 0
    await visitor.desk.handovers.resolve(again, staff_id, note="Spoke.", outcome_code="answered")
    assert await keeping.delete_what_waits() == 0
    assert await keeping.delete_what_waits(now() + DAY) == 1


async def test_a_crisis_that_staff_made_of_it_counts_as_well(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    rasa.script = lambda *_: handover("request", "P3")
    await visitor.chat("a person please")
    async with visitor.desk.db.write() as session:
        session.add(ben := Staff(username="ben", first_name="Ben", password_hash="x"))
        case = await handovers.unresolved(session, visitor.id)
        assert case is not None
    acts = visitor.desk.cases
    # While it is taken nothing is called for anew: only the act says it.
    await visitor.desk.handovers.take(case.id, ben.id)
    await acts.set_level(case.id, ben.id, "P1", "They told me on the phone.")
    await acts.set_level(case.id, ben.id, "P3", "It was somebody else.")
    await visitor.desk.handovers.resolve(case.id, ben.id, note="Spoke.", outcome_code="answered")
    assert (await delete(visitor)).status_code == 202
    assert await visitor.desk.keeping.delete_what_waits(now() + DAY) == 1


async def test_a_lowered_crisis_is_kept_as_well(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.script = lambda *_: handover("crisis", "P1")
    await visitor.chat("I want to die")
    async with visitor.desk.db.write() as session:
        case = await session.scalar(select(Handover))
        assert case is not None
        case.level = "P2"
    assert (await delete(visitor)).status_code == 202


async def test_a_message_that_nobody_has_judged_is_kept_until_it_is(visitor: Visitor) -> None:
    async with visitor.desk.db.write() as session:
        # Stored, and its turn is still to come.
        await log.append(
            session, visitor.id, [log.NewEvent("visitor", "I took pills", answered=False)]
        )
    said = await delete(visitor)
    assert said.status_code == 202
    assert "as soon as your last message has been read" in said.json()["message"]
    assert await visitor.desk.keeping.delete_what_waits() == 0
    await visitor.desk.turns.sweep(0)
    await visitor.desk.turns.idle()
    assert await visitor.desk.keeping.delete_what_waits() == 1
    assert await rows_of(visitor) == 0


async def test_two_at_once_are_one(visitor: Visitor) -> None:
    await visitor.chat("hello")
    answers = await asyncio.gather(*(delete(visitor) for _ in range(4)))
    # Whoever comes later finds an unknown token, or that it is gone.
    assert {answer.status_code for answer in answers} <= {200, 401}
    assert await audit(visitor) == [("conversation_deleted", '{"why":"visitor"}')]


async def test_who_reads_along_hears_that_it_is_over(served: Any) -> None:
    async with httpx.AsyncClient(base_url=served.url, timeout=10) as client:
        begun = (await client.post("/api/conversations")).json()
        path = f"/api/conversations/{begun['conversation_id']}"
        headers = {"Authorization": f"Bearer {begun['token']}"}
        async with client.stream("GET", f"{path}/stream", headers=headers) as stream:
            async with httpx.AsyncClient(base_url=served.url) as other:
                assert (await other.delete(path, headers=headers)).status_code == 200
            async with asyncio.timeout(8):
                async for _ in stream.aiter_bytes():
                    pass
        assert (await client.get(f"{path}/stream", headers=headers)).status_code == 401


async def test_what_the_request_leaves_in_the_record(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.script = lambda *_: handover("crisis", "P1")
    await visitor.chat("I want to die")
    await delete(visitor)
    async with visitor.desk.db.read() as session:
        first = await session.scalar(select(Conversation.deletion_requested_at))
    await delete(visitor)
    async with visitor.desk.db.read() as session:
        assert await session.scalar(select(Conversation.deletion_requested_at)) == first
    assert first is not None


async def test_the_file_for_the_visitor(visitor: Visitor, rasa: FakeRasa) -> None:
    await visitor.chat("how fast is it?")
    answer = await visitor.client.get(f"{visitor.path}/export", headers=visitor.headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["content-disposition"] == 'attachment; filename="chat.txt"'
    title, _, _, you, asked, _, bot, said, *_ = answer.text.split("\n")
    assert title == "Your chat with Test Clinic"
    assert you.startswith("You (20")
    assert asked == "how fast is it?"
    assert bot.startswith("Automated assistant (20")
    assert said == "It can work fast."


async def test_a_file_of_nothing_is_not_given(visitor: Visitor) -> None:
    answer = await visitor.client.get(f"{visitor.path}/export", headers=visitor.headers)
    assert answer.status_code == 404
