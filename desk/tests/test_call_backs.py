"""A call-back is offered after two minutes without a person: once, truthfully, never in a P0."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from beside_staff import taken_by_staff
from desk_in_process import CLINIC, NEVER_OPEN, Running, Visitor, started
from fake_rasa import FakeRasa, Raw, answer, handover
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from nightdesk_desk import call_backs
from nightdesk_desk.app import create_app
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.models import Handover, now
from nightdesk_desk.settings import Settings

IN_TIME = timedelta(minutes=2, seconds=1)


def later(passed: timedelta = IN_TIME) -> datetime:
    return now() + passed


async def offers(visitor: Visitor) -> list[dict[str, Any]]:
    """What was said with the form beside it."""
    return [e for e in await visitor.events() if e["offers"] == ["contact"]]


async def asked(running: Running, rasa: FakeRasa, reason: str = "request", **how: Any) -> Visitor:
    rasa.script = lambda *_: handover(reason, **how)
    visitor = await running.visitor()
    await visitor.chat("somebody please")
    return visitor


async def test_two_minutes_after_a_hand_over_it_is_offered_once(
    running: Running, rasa: FakeRasa
) -> None:
    visitor = await asked(running, rasa)
    look = running.desk.call_backs.look
    assert await look(now() + timedelta(seconds=118)) == 0
    assert await offers(visitor) == []

    assert await look(later()) == 1
    [event] = await offers(visitor)
    assert event["from"] == "system"
    assert event["text"] == running.desk.words.say("handover_still_waiting")
    async with running.desk.db.read() as session:
        entries = await session.scalars(
            select(AuditEntry).where(AuditEntry.kind == "call_back_offered")
        )
        [entry] = list(entries)
    assert entry.about == visitor.id
    assert [await look(later()), await look(later(timedelta(minutes=9)))] == [0, 0]
    assert len(await offers(visitor)) == 1


async def test_several_desks_offer_it_once(running: Running, rasa: FakeRasa) -> None:
    visitor = await asked(running, rasa)
    app = create_app(running.desk.settings)
    async with started(app) as other:
        looks = [desk.call_backs.look(later()) for desk in (running.desk, other.desk) * 3]
        assert sum(await asyncio.gather(*looks)) == 1
    assert len(await offers(visitor)) == 1


async def test_a_desk_that_was_away_offers_it_when_it_is_back(
    running: Running, rasa: FakeRasa
) -> None:
    visitor = await asked(running, rasa)
    async with running.desk.db.write() as session:
        await session.execute(update(Handover).values(opened_at=now() - IN_TIME))
    async with started(create_app(running.desk.settings)):
        for _ in range(100):
            if await offers(visitor):
                break
            await asyncio.sleep(0.05)
    assert len(await offers(visitor)) == 1


async def test_an_hour_later_nobody_is_told_of_it(running: Running, rasa: FakeRasa) -> None:
    visitor = await asked(running, rasa)
    assert await running.desk.call_backs.look(later(timedelta(hours=1, seconds=1))) == 0
    assert await offers(visitor) == []


async def test_not_in_an_emergency(running: Running, rasa: FakeRasa) -> None:
    visitor = await asked(running, rasa, "crisis", level="P0")
    assert await running.desk.call_backs.look(later()) == 0
    # Nor after it has become one.
    rasa.script = lambda *_: handover("request")
    milder = await running.visitor()
    await milder.chat("somebody please")
    rasa.script = lambda *_: handover("crisis", "P0")
    await milder.chat("an emergency")
    assert await running.desk.call_backs.look(later()) == 0
    assert [*await offers(visitor), *await offers(milder)] == []


@pytest.mark.parametrize(("category", "language"), [("crisis", "en"), ("crisis_es", "es")])
async def test_in_another_crisis_beside_the_lines_in_its_language(
    running: Running, rasa: FakeRasa, category: str, language: str
) -> None:
    visitor = await asked(running, rasa, "crisis", level="P1", category=category)
    assert await running.desk.call_backs.look(later()) == 1
    [event] = await offers(visitor)
    assert event["text"] == running.desk.words.say("crisis_still_waiting", language)
    assert "988" in event["text"]
    assert "911" in event["text"]


@pytest.mark.parametrize("act", ["taken", "replied", "resolved", "contact"])
async def test_not_when_it_is_not_needed(running: Running, rasa: FakeRasa, act: str) -> None:
    taken = await taken_by_staff(running, rasa)
    desk = running.desk
    if act == "replied":
        # Who has given it back has still answered.
        await taken.reply()
        await desk.handovers.release(taken.handover_id, taken.staff_id)
    elif act == "resolved":
        await desk.handovers.resolve(taken.handover_id, taken.staff_id)
    elif act == "contact":
        await desk.handovers.release(taken.handover_id, taken.staff_id)
        rasa.script = lambda *_: answer()
        visitor = taken.visitor
        form = {"consent": True, "phone": "555 010 0100"}
        sent = await visitor.client.post(
            f"{visitor.path}/contact", json=form, headers=visitor.headers
        )
        assert sent.status_code == 202
    assert await desk.call_backs.look(later()) == 0
    assert await offers(taken.visitor) == []


async def test_not_when_staff_have_opened_it_again(running: Running, rasa: FakeRasa) -> None:
    taken = await taken_by_staff(running, rasa)
    desk = running.desk
    await desk.handovers.resolve(taken.handover_id, taken.staff_id)
    await desk.cases.reopen(taken.handover_id, taken.staff_id, "not over")
    assert await desk.call_backs.look(later()) == 0
    assert await offers(taken.visitor) == []


async def test_who_has_only_been_seen_waits_still(running: Running, rasa: FakeRasa) -> None:
    taken = await taken_by_staff(running, rasa)
    await running.desk.handovers.release(taken.handover_id, taken.staff_id)
    await running.desk.handovers.acknowledge(taken.handover_id, taken.staff_id)
    assert await running.desk.call_backs.look(later()) == 1
    assert len(await offers(taken.visitor)) == 1


async def test_when_the_clinic_has_closed_meanwhile_that_is_said(
    running: Running, rasa: FakeRasa
) -> None:
    visitor = await asked(running, rasa)
    running.desk.settings.clinic_path.write_text(CLINIC.format(hours=NEVER_OPEN))
    assert await running.desk.call_backs.look(later()) == 1
    [event] = await offers(visitor)
    assert event["text"] == running.desk.words.say("handover_closed_no_date")
    assert await running.desk.call_backs.look(later()) == 0


async def test_who_was_told_so_at_once_is_not_told_again(
    settings: Settings, rasa: FakeRasa
) -> None:
    settings.clinic_path.write_text(CLINIC.format(hours=NEVER_OPEN))
    async with started(create_app(replace(settings, rasa_url=rasa.url))) as running:
        visitor = await asked(running, rasa)
        assert await running.desk.call_backs.look(later()) == 0
        assert [e["text"] for e in await offers(visitor)] == [
            running.desk.words.say("handover_closed_no_date")
        ]


async def test_who_was_told_so_without_the_bot_is_not_told_again(
    settings: Settings, rasa: FakeRasa
) -> None:
    settings.clinic_path.write_text(CLINIC.format(hours=NEVER_OPEN))
    async with started(create_app(replace(settings, rasa_url=rasa.url))) as running:
        rasa.script = lambda *_: Raw.of(500, b"")
        visitor = await running.visitor()
        await visitor.chat("somebody please")
        assert await running.desk.call_backs.look(later()) == 0
        assert [e["text"] for e in await offers(visitor)] == [
            running.desk.words.say("bot_unavailable_closed_no_date")
        ]


async def test_one_who_cannot_be_told_now_does_not_hinder_the_others(
    running: Running, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await asked(running, rasa), await asked(running, rasa)
    real, broken = call_backs.tell, {first.id}

    async def sometimes(session: Any, words: Any, due: call_backs.Due, at: datetime) -> int | None:
        if due.conversation_id in broken:
            raise OperationalError("x", {}, Exception())
        return await real(session, words, due, at)

    monkeypatch.setattr(call_backs, "tell", sometimes)
    assert await running.desk.call_backs.look(later()) == 1
    assert [len(await offers(v)) for v in (first, second)] == [0, 1]
    broken.clear()
    assert await running.desk.call_backs.look(later()) == 1
    assert len(await offers(first)) == 1


async def test_one_whose_words_cannot_be_chosen_does_not_hinder_the_others(
    running: Running, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await asked(running, rasa), await asked(running, rasa)
    real = call_backs.offer

    async def sometimes(session: Any, words: Any, due: call_backs.Due, at: datetime) -> str | None:
        if due.conversation_id == first.id:
            raise KeyError
        return await real(session, words, due, at)

    monkeypatch.setattr(call_backs, "offer", sometimes)
    assert await running.desk.call_backs.look(later()) == 1
    assert [len(await offers(v)) for v in (first, second)] == [0, 1]
