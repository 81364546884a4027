"""What an alert of a step says: how long nobody has acted, and who the reader is."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from alerting import WORDS, Receiver, hand_over, hook, make_due, rows, set_alerts, work
from sqlalchemy import select, update

from nightdesk_desk import log
from nightdesk_desk.alerts import content
from nightdesk_desk.desk import Desk
from nightdesk_desk.escalation.day_report import take_report
from nightdesk_desk.escalation.models import EscalationStep
from nightdesk_desk.escalation.said import said
from nightdesk_desk.escalation.worker import Escalation
from nightdesk_desk.models import Handover, HandoverTrigger, Staff, now
from nightdesk_desk.settings import Settings

OPENED = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
GIVEN_BACK = OPENED + timedelta(minutes=20)
ANN = {"name": "Ann", "role": "first", "addresses": ["ann phone"]}
BO = {"name": "Bo", "role": "backup", "addresses": ["bo phone", "bo mail"]}
TEAM = {"name": "", "role": "team", "addresses": ["channel"]}


def step(name: str, *told: dict[str, Any], began: datetime = OPENED) -> EscalationStep:
    return EscalationStep(step=name, told=list(told), round_at=began)


@pytest.mark.parametrize(
    ("taken", "address", "after", "line"),
    [
        (step("first", ANN), "ann phone", 0, "You are first on call."),
        (
            step("backup", BO),
            "bo mail",
            6,
            "Nobody has acknowledged for 6 min: you are the backup.",
        ),
        (
            step("everyone", ANN, BO),
            "bo phone",
            2,
            "Nobody has acknowledged for 2 min: everyone on call is told and you are the backup.",
        ),
        (
            step("again", TEAM),
            "channel",
            5,
            "Nobody has acknowledged for 5 min: this is the second alert.",
        ),
        (
            step("lead", TEAM),
            "channel",
            11,
            "Nobody has acknowledged for 11 min: nobody on call can be reached.",
        ),
        (
            step("first", ANN, began=OPENED + timedelta(minutes=30)),
            "ann phone",
            30,
            "Something new has come: you are first on call.",
        ),
        (
            step("backup", BO, began=OPENED + timedelta(minutes=30)),
            "bo phone",
            36,
            "Nobody has acted on what came last for 6 min: you are the backup.",
        ),
        (
            step("first", ANN, began=GIVEN_BACK),
            "ann phone",
            20,
            "Staff gave the chat back: you are first on call.",
        ),
        (
            step("backup", BO, began=GIVEN_BACK),
            "bo phone",
            26,
            "Staff gave the chat back 6 min ago, and nobody has acknowledged since: "
            "you are the backup.",
        ),
    ],
)
def test_the_line(taken: EscalationStep, address: str, after: int, line: str) -> None:
    case = Handover(opened_at=OPENED, state="open", acted_at=GIVEN_BACK)
    assert said(taken, address, case, OPENED + timedelta(minutes=after)).line == line


def test_only_what_is_open_was_given_back() -> None:
    case = Handover(opened_at=OPENED, state="acknowledged", acted_at=GIVEN_BACK)
    found = said(step("first", ANN, began=GIVEN_BACK), "ann phone", case, GIVEN_BACK)
    assert found.line == "Something new has come: you are first on call."


def test_the_report_says_how_many_are_open() -> None:
    message = content.of_report("Test Clinic", 3, date(2026, 11, 23), "https://desk.example")
    assert message.title == "P3 Requests still open, Test Clinic"
    assert message.text == (
        "3 requests are still open at the end of Monday, November 23. Nobody has resolved them.\n"
        "https://desk.example/inbox"
    )
    assert message.data == {
        "day": "2026-11-23",
        "open_requests": 3,
        "url": "https://desk.example/inbox",
        "drill": False,
    }
    one = content.of_report("Test Clinic", 1, date(2026, 11, 23), "")
    assert one.text.startswith("1 request is still open")
    assert one.text.endswith("\nOpen the inbox.")


@pytest.fixture
def on_call(settings: Settings, desk: Desk, receiver: Receiver) -> Desk:
    people = [
        {"name": "Ann", "addresses": ["ann phone"]},
        {"name": "Bo", "addresses": ["bo phone"]},
    ]
    rota = {"from": "2020-01-06", "first": "Ann", "backup": "Bo"}
    addresses = [hook("ann phone", receiver.url), hook("bo phone", receiver.url)]
    on_call = {"people": people, "rota": rota, "lead": "Bo"}
    set_alerts(settings.clinic_path, addresses, desk_url="https://desk.example", on_call=on_call)
    return desk


async def look(desk: Desk) -> int:
    steps = desk.metrics.escalation_steps
    return await Escalation(desk.db, desk.wakeups, desk.words, steps).look()


async def let_pass(desk: Desk, minutes: int) -> None:
    """Have everything begun so many minutes ago."""
    ago = now() - timedelta(minutes=minutes)
    async with desk.db.write() as session:
        await session.execute(update(Handover).values(opened_at=ago))
        await session.execute(update(HandoverTrigger).values(at=ago))
        await session.execute(update(EscalationStep).values(round_at=ago))


async def test_each_hears_its_own_step_and_no_words(on_call: Desk, receiver: Receiver) -> None:
    conversation_id, _ = await hand_over(on_call)
    assert await look(on_call) == 1
    assert await work(on_call) == 1
    await let_pass(on_call, 7)
    assert await look(on_call) == 1
    assert await work(on_call) == 1
    first, backup = (request.json["data"] for request in receiver.received)
    assert first["step"]["name"] == first["step"]["role"] == "first"
    assert backup["step"] == {
        "name": "backup",
        "role": "backup",
        "unacknowledged_seconds": backup["waiting_seconds"],
    }
    assert 420 <= backup["waiting_seconds"] < 440
    assert backup["url"].endswith(conversation_id)
    for request in receiver.received:
        assert not any(word.encode() in request.body for word in WORDS.split())


async def test_after_an_outage_or_a_standstill_nobody_hears_the_same_twice(
    on_call: Desk, receiver: Receiver
) -> None:
    await hand_over(on_call, "P0")
    await look(on_call)
    receiver.status = 503
    await work(on_call)
    await let_pass(on_call, 3)
    assert await look(on_call) == 1
    receiver.status = 204
    receiver.received.clear()
    await make_due(on_call)
    await work(on_call)
    steps = [(one.json["type"], one.json["data"]["step"]["name"]) for one in receiver.received]
    assert steps == [("handover.waiting", "everyone")] * 2
    found = [(row.address, row.state) for row in await rows(on_call)]
    assert found == [("ann phone", "needless"), ("ann phone", "sent"), ("bo phone", "sent")]


async def test_what_is_not_said_yet_and_may_be_taken_back_stands_in_for_nothing(
    on_call: Desk, receiver: Receiver
) -> None:
    """Lowering ends a waiting alert of a worse level: the earlier one must not be gone then."""
    conversation_id, handover_id = await hand_over(on_call, "P1")
    await look(on_call)
    receiver.status = 503
    await work(on_call)
    await hand_over(on_call, "P0", into=conversation_id)
    await look(on_call)
    await make_due(on_call)
    await work(on_call)
    async with on_call.db.write() as session:
        staff = Staff(username="ana", first_name="Ana", role="staff", password_hash="x")
        session.add(staff)
    await on_call.cases.set_level(handover_id, staff.id, "P1", "Less than it seemed")
    receiver.status = 204
    await make_due(on_call)
    await work(on_call)
    alerts = [row for row in await rows(on_call) if row.kind == "handover"]
    found = [(row.address, row.level, row.state) for row in alerts]
    assert found == [("ann phone", "P1", "sent"), ("ann phone", "P0", "needless")]


async def test_a_step_is_told_to_nobody_once_whoever_has_the_chat_has_answered(
    on_call: Desk, receiver: Receiver
) -> None:
    conversation_id, handover_id = await hand_over(on_call, "P1")
    async with on_call.db.write() as session:
        staff = Staff(username="ana", first_name="Ana", role="staff", password_hash="x")
        session.add(staff)
    await on_call.handovers.take(handover_id, staff.id)
    async with on_call.db.write() as session:
        await log.append(session, conversation_id, [log.NewEvent("visitor", "Are you there?")])
    steps = on_call.metrics.escalation_steps
    later = Escalation(
        on_call.db,
        on_call.wakeups,
        on_call.words,
        steps,
        clock=lambda: now() + timedelta(minutes=5, seconds=1),
    )
    assert await later.look() == 1
    receiver.status = 503
    await work(on_call)
    await on_call.handovers.reply(handover_id, staff.id, "Yes.")
    receiver.status = 204
    receiver.received.clear()
    await make_due(on_call)
    await work(on_call)
    assert not receiver.received
    assert [row.state for row in await rows(on_call)] == ["needless"]


async def test_who_is_told_because_a_chat_was_given_back_reads_so(
    on_call: Desk, receiver: Receiver
) -> None:
    _, handover_id = await hand_over(on_call)
    async with on_call.db.write() as session:
        ana = Staff(username="ana", first_name="Ana", role="staff", password_hash="x")
        session.add(ana)
    await on_call.handovers.take(handover_id, ana.id)
    await on_call.handovers.release(handover_id, ana.id)
    assert await look(on_call) == 1
    async with on_call.db.read() as session:
        case = await session.get_one(Handover, handover_id)
        [taken] = await session.scalars(select(EscalationStep))
    line = said(taken, "ann phone", case, now()).line
    assert line == "Staff gave the chat back: you are first on call."


async def test_a_step_that_is_not_sent_yet_when_a_person_acts_is_needless(
    on_call: Desk, receiver: Receiver
) -> None:
    _, handover_id = await hand_over(on_call)
    await look(on_call)
    async with on_call.db.write() as session:
        ana = Staff(username="ana", first_name="Ana", role="staff", password_hash="x")
        session.add(ana)
    await on_call.handovers.acknowledge(handover_id, ana.id)
    await work(on_call)
    assert receiver.received == []
    assert [row.state for row in await rows(on_call)] == ["needless"]


async def test_the_report_is_sent(on_call: Desk, receiver: Receiver) -> None:
    await hand_over(on_call, "P3", "request")
    async with on_call.db.write() as session:
        await take_report(session, on_call.words.clinic, date(2026, 11, 23), now())
    await work(on_call)
    [request] = receiver.received
    assert request.json["type"] == "requests.open_at_end_of_day"
    assert request.json["data"]["open_requests"] == 1
