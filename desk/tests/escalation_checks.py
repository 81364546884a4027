"""What must hold of escalation on every kind of database."""

import asyncio
from datetime import UTC, date, datetime, timedelta

from nightdesk_contract.clinic import parse_clinic
from sqlalchemy import select

from nightdesk_desk import handovers, log
from nightdesk_desk.clock import SharedClock
from nightdesk_desk.db import Database
from nightdesk_desk.decide import Call
from nightdesk_desk.escalation.chain import Planned
from nightdesk_desk.escalation.day_report import take_report, was_reported
from nightdesk_desk.escalation.models import EscalationStep
from nightdesk_desk.escalation.taking import read_due, take_due
from nightdesk_desk.models import Alert, now

ON_CALL = {
    **{"name": "x", "country": "US", "time_zone": "America/Chicago", "hours": "24/7"},
    **{"phone": "(555) 010-0199", "mode": "demo"},
    "alerts": [{"name": "ann phone", "url": "json://localhost", "levels": ["P0"]}],
    "on_call": {
        "people": [{"name": "Ann", "addresses": ["ann phone"]}],
        "rota": {"from": "2020-01-06", "first": "Ann"},
        "lead": "Ann",
    },
}


async def a_step_is_taken_once_with_its_alerts(one: Database, two: Database) -> None:
    clinic = parse_clinic(ON_CALL)
    async with one.write() as session:
        conversation_id, _ = await log.start_conversation(session)
        await log.hold(session, conversation_id)
        opened = await handovers.open_or_raise(session, conversation_id, 1, Call("crisis", "P0"))
    for minutes in (1, 3):
        at = now() + timedelta(minutes=minutes)
        async with two.read() as session:
            assert opened.handover_id in await read_due(session, clinic, at)

        async def take(db: Database, at: datetime = at) -> list[Planned]:
            async with db.write() as session:
                return (await take_due(session, clinic, opened.handover_id, at))[1]

        taken = await asyncio.gather(*(take(db) for db in (one, two) * 4))
        assert sorted(map(len, taken)) == [0] * 7 + [1]
    async with two.read() as session:
        steps = select(EscalationStep).where(EscalationStep.handover_id == opened.handover_id)
        found = list(await session.scalars(steps.order_by(EscalationStep.id)))
        alerts = list(
            await session.scalars(select(Alert).where(Alert.handover_id == opened.handover_id))
        )
        later = now() + timedelta(days=1)
        assert opened.handover_id not in await read_due(session, clinic, later)
    assert [(step.step, step.told[0]["name"]) for step in found] == [
        ("first", "Ann"),
        ("everyone", "Ann"),
    ]
    # One address hears of the same level again with the next step.
    assert [(alert.step_id, alert.address) for alert in alerts] == [
        (step.id, "ann phone") for step in found
    ]


async def a_day_is_reported_once(one: Database, two: Database) -> None:
    clinic, day = parse_clinic(ON_CALL), date(2026, 11, 23)
    async with one.write() as session:
        conversation_id, _ = await log.start_conversation(session)
        await log.hold(session, conversation_id)
        await handovers.open_or_raise(session, conversation_id, 1, Call("request", "P3"))

    async def report(db: Database) -> bool:
        async with db.write() as session:
            return await take_report(session, clinic, day, now())

    assert (await asyncio.gather(*(report(db) for db in (one, two) * 4))).count(True) == 1
    async with two.read() as session:
        assert await was_reported(session, day)
        alerts = select(Alert.address, Alert.about).where(Alert.kind == "report")
        assert [tuple(row) for row in await session.execute(alerts)] == [
            ("ann phone", "2026-11-23")
        ]


async def a_desk_goes_by_the_databases_clock(one: Database, _two: Database) -> None:
    """SQLite has the clock of the machine that it is on, however wrong that is."""
    wrong = timedelta(seconds=90)
    clock = SharedClock(one.engine, own=lambda: datetime.now(UTC) + wrong)
    await clock.look()
    behind = datetime.now(UTC) - now()
    await clock.stop()
    expected = wrong if one.engine.dialect.name == "postgresql" else timedelta(0)
    assert abs(behind - expected) < timedelta(seconds=20)


ESCALATION = [
    a_step_is_taken_once_with_its_alerts,
    a_day_is_reported_once,
    a_desk_goes_by_the_databases_clock,
]
