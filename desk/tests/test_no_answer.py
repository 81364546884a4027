"""Whoever waits for a word of a person is told that none has come, or that the clinic closed."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from beside_staff import Taken, taken_by_staff
from desk_in_process import CLINIC, Running, Visitor, started
from fake_rasa import FakeRasa, answer, handover
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import no_answer
from nightdesk_desk.app import create_app
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.cases.unanswered import unanswered_since
from nightdesk_desk.models import Handover, Staff, now
from nightdesk_desk.no_answer import key_of

AT = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)


def before(minutes: float) -> datetime:
    return AT - timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("waits", "closed", "taken", "kind"),
    [
        (4, None, True, None),
        (5, None, True, "no answer"),
        (59, None, True, "no answer"),
        (61, None, True, None),
        # Nobody has it: what is said two minutes after the hand-over is enough while it is open.
        (30, None, False, None),
        (1, 0.5, False, "closed"),
        (600, 0.5, False, "closed"),
        (1, 2, False, None),
        # Told so the evening before.
        (25 * 60, 0.5, False, None),
        # Whoever has it may be writing.
        (1, 0.5, True, None),
        (6, 0.5, True, "closed"),
        (6, 10, True, "no answer"),
    ],
)
def test_what_is_said(waits: float, closed: float | None, taken: bool, kind: str | None) -> None:
    closed_at = None if closed is None else before(closed)
    key = key_of(7, before(waits), AT, closed_at, taken=taken)
    assert (key is None) == (kind is None)
    assert key is None or key.startswith(f"desk: {kind} 7 ")


async def asked(running: Running, rasa: FakeRasa, reason: str = "request", **how: Any) -> Visitor:
    rasa.script = lambda *_: handover(reason, **how)
    visitor = await running.visitor()
    await visitor.chat("somebody please")
    return visitor


async def in_a_talk(running: Running, rasa: FakeRasa) -> Taken:
    """A person has the chat and has written; then the visitor writes."""
    taken = await taken_by_staff(running, rasa)
    await taken.reply()
    rasa.script = lambda *_: answer()
    await taken.visitor.chat("and on Friday?")
    return taken


async def said(visitor: Visitor) -> list[dict[str, Any]]:
    text = visitor.desk.words.after_handover("no_answer")
    return [e for e in await visitor.events() if e["text"] == text]


LATER = timedelta(minutes=5, seconds=1)


async def test_when_whoever_has_the_chat_does_not_answer(running: Running, rasa: FakeRasa) -> None:
    taken = await in_a_talk(running, rasa)
    look = running.desk.call_backs.look_for_unanswered
    assert await look(now() + timedelta(minutes=4)) == 0
    async with started(create_app(running.desk.settings)) as other:
        looks = [desk.desk.call_backs.look_for_unanswered for desk in (running, other)] * 3
        assert sum(await asyncio.gather(*(one(now() + LATER) for one in looks))) == 1
    [event] = await said(taken.visitor)
    assert (event["from"], event["offers"]) == ("system", ["contact"])
    assert event["text"].startswith("Nobody from our staff has answered your last message yet.")
    assert await look(now() + LATER) == 0
    async with running.desk.db.read() as session:
        [entry] = await session.scalars(
            select(AuditEntry).where(AuditEntry.kind == "no_answer_told")
        )
    assert entry.about == taken.visitor.id


@pytest.mark.parametrize("act", ["reply", "notice", "release", "resolve", "emergency"])
async def test_not_when_it_is_not_needed(running: Running, rasa: FakeRasa, act: str) -> None:
    taken = await in_a_talk(running, rasa)
    desk = running.desk
    if act == "reply":
        await taken.reply("On Friday too.")
    elif act == "notice":
        await desk.cases.notice(taken.handover_id, taken.staff_id)
    elif act == "emergency":
        await desk.cases.set_level(taken.handover_id, taken.staff_id, "P0", "In danger")
    else:
        await getattr(desk.handovers, act)(taken.handover_id, taken.staff_id)
    assert await desk.call_backs.look_for_unanswered(now() + LATER) == 0
    assert await said(taken.visitor) == []


def closed_a_minute_ago(running: Running) -> None:
    """Set hours that ended a minute ago, and began two hours before.

    It is noon there: at midnight "tomorrow" becomes "today", and that is another text.
    """
    zone = f"Etc/GMT{now().hour - 12:+d}"
    end = now().astimezone(ZoneInfo(zone)) - timedelta(minutes=1)
    start = end - timedelta(hours=2)
    clinic = CLINIC.format(hours=f'"{start:%H:%M}-{end:%H:%M}"')
    running.desk.settings.clinic_path.write_text(clinic.replace("America/Chicago", zone))


@pytest.mark.parametrize(("category", "begins"), [("c", "Nobody from"), ("c_es", "Nadie de")])
async def test_who_waits_at_closing_time_is_told_that_nobody_reads_now(
    running: Running, rasa: FakeRasa, category: str, begins: str
) -> None:
    visitor = await asked(running, rasa, "medical_advice", category=category)
    # Told in hours that somebody will answer, and two minutes later that nobody has yet.
    assert await running.desk.call_backs.look(now() + timedelta(minutes=3)) == 1
    opened, *_ = [e["text"] for e in await visitor.events() if e["from"] == "system"]
    assert "nobody at the clinic is reading" not in opened.lower()
    async with running.desk.db.write() as session:
        [case] = await session.scalars(select(Handover))
        case.opened_at -= timedelta(minutes=30)
    closed_a_minute_ago(running)
    look = running.desk.call_backs.look_for_unanswered
    assert await look() == 1
    last = (await visitor.events())[-1]
    assert last["text"].startswith(begins)
    assert (
        running.desk.words.opening_words(language="es" if category == "c_es" else "en")
        in (last["text"])
    )
    assert last["offers"] == ["contact"]
    assert [await look(), await running.desk.call_backs.look()] == [0, 0]


async def test_who_talks_with_a_person_after_hours_is_told_when_that_person_is_gone(
    running: Running, rasa: FakeRasa
) -> None:
    """What was said before that person came, that nobody reads now, is no longer what counts."""
    closed_a_minute_ago(running)
    taken = await in_a_talk(running, rasa)
    look = running.desk.call_backs.look_for_unanswered
    assert [await look(now() + LATER), await look(now() + LATER)] == [1, 0]
    assert "the clinic is closed now" in (await taken.visitor.events())[-1]["text"]


async def test_who_waits_in_spanish_is_told_so_in_spanish(running: Running, rasa: FakeRasa) -> None:
    visitor = await asked(running, rasa, "crisis", level="P1", category="c_es")
    async with running.desk.db.write() as session:
        staff = Staff(username="ana", first_name="Ana", role="staff", password_hash="x")
        session.add(staff)
        await session.flush()
        [case] = await session.scalars(select(Handover))
    await running.desk.handovers.take(case.id, staff.id)
    await visitor.chat("y ahora")
    assert await running.desk.call_backs.look_for_unanswered(now() + LATER) == 1
    last = (await visitor.events())[-1]
    assert last["text"] == running.desk.words.say("no_answer_open", "es")


async def test_to_tell_one_nobody_else_is_read(
    running: Running, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is done while no other desk can write."""
    desk, asked_of = running.desk, []
    talks = [await in_a_talk(running, rasa) for _ in range(2)]
    async with desk.db.read() as session:
        due = await no_answer.read_due(session, desk.words, now() + LATER)
    assert len(due) == len(talks)

    async def recorded(session: AsyncSession, ids: Iterable[int]) -> Mapping[int, datetime]:
        asked_of.append(list(ids))
        return await unanswered_since(session, asked_of[-1])

    monkeypatch.setattr(no_answer, "unanswered_since", recorded)
    async with desk.db.write() as session:
        assert await no_answer.tell(session, desk.words, due[0], now() + LATER)
    assert {number for ids in asked_of for number in ids} == {due[0].handover_id}


async def test_not_when_staff_have_opened_it_again(running: Running, rasa: FakeRasa) -> None:
    taken = await taken_by_staff(running, rasa)
    acts = running.desk
    await acts.handovers.resolve(taken.handover_id, taken.staff_id)
    await acts.cases.reopen(taken.handover_id, taken.staff_id, "They rang.")
    async with acts.db.write() as session:
        for case in await session.scalars(select(Handover)):
            case.opened_at -= timedelta(minutes=30)
    closed_a_minute_ago(running)
    assert await acts.call_backs.look_for_unanswered() == 0


async def test_who_wrote_after_closing_time_is_told_once(running: Running, rasa: FakeRasa) -> None:
    closed_a_minute_ago(running)
    await asked(running, rasa)
    assert await running.desk.call_backs.look_for_unanswered() == 0
    assert await running.desk.call_backs.look(now() + timedelta(minutes=3)) == 0
