"""Words in the contact form: judged whatever becomes of the form, and met as a message is."""

import asyncio
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from beside_staff import taken_by_staff
from desk_in_process import CLINIC, NEVER_OPEN, Running, Visitor, started
from fake_rasa import FakeRasa, Raw, answer, handover
from sqlalchemy import select

from nightdesk_desk import handovers
from nightdesk_desk.app import create_app
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.models import Handover, HandoverTrigger, now
from nightdesk_desk.settings import PROJECT_ROOT, Settings
from nightdesk_desk.staff.queue import Case, read_queue

WORDS = "nobody, i want to die"
PHONE = "+1 555 010 0123"
GOOD = {"name": "Ana Lopez", "phone": PHONE, "consent": True}
LINES = ("911", "988")


@pytest.fixture(autouse=True)
def says_what_it_hears(rasa: FakeRasa) -> None:
    def script(_sender: str, message: str) -> object:
        if "die" in message:
            return handover("crisis", "P1", text=f"Please call 988. {len(rasa.heard)}")
        return handover("medical_advice") if "mg" in message else answer()

    rasa.script = script


async def send(visitor: Visitor, form: object) -> tuple[int, dict[str, Any]]:
    """Send a form and wait until all turns are over."""
    answered = await visitor.client.post(
        f"{visitor.path}/contact", json=form, headers=visitor.headers
    )
    await visitor.desk.turns.idle()
    return answered.status_code, answered.json()


async def called(visitor: Visitor) -> tuple[Handover, list[HandoverTrigger]]:
    async with visitor.desk.db.read() as session:
        [row] = await handovers.list_open(session)
        return row.handover, await handovers.triggers(session, row.handover.id)


async def nobody_is_called(visitor: Visitor) -> bool:
    async with visitor.desk.db.read() as session:
        return await handovers.list_open(session) == []


def senders(events: list[dict[str, Any]]) -> list[str]:
    return [event["from"] for event in events]


@pytest.mark.parametrize("field", ["name", "email", "phone", "message"])
async def test_a_crisis_in_any_field_is_answered_and_handed_over_with_its_words(
    visitor: Visitor, rasa: FakeRasa, field: str
) -> None:
    _, _ = await send(visitor, GOOD | {field: WORDS})
    events = await visitor.events()
    [asked] = [e for e in events if e["from"] == "visitor"]
    assert WORDS in asked["text"]
    [reply] = [e for e in events if e["from"] == "bot"]
    assert (reply["outcome"], reply["level"]) == ("handover:crisis", "P1")
    row, triggers = await called(visitor)
    assert (row.level, row.reason) == ("P1", "crisis")
    assert (triggers[-1].seq, triggers[-1].spans) == (asked["seq"], [[0, 4]])


async def test_a_form_that_is_taken_is_stored_beside_the_crisis(visitor: Visitor) -> None:
    status, body = await send(visitor, GOOD | {"name": WORDS})
    assert status == 202
    events = await visitor.events()
    assert senders(events) == ["system", "visitor", "bot", "system"]
    assert (events[0]["seq"], events[0]["text"]) == (
        body["seq"],
        visitor.desk.words.say("contact_saved_open"),
    )
    async with visitor.desk.db.read() as session:
        [contact] = await handovers.contacts(session, visitor.id)
    assert (contact.name, contact.phone) == (WORDS, PHONE)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"name": WORDS, "phone": PHONE, "consent": False}, "consent_needed"),
        ({"name": WORDS, "phone": PHONE}, "bad_request"),
        ({"name": WORDS, "phone": 7, "consent": True}, "bad_request"),
        ({"name": WORDS, "consent": True}, "contact_needed"),
        ({"phone": WORDS, "consent": True}, "bad_phone"),
        ({"email": WORDS, "consent": True}, "bad_email"),
        ({"email": "a@b.example", "name": "x " * 60 + WORDS, "consent": True}, "bad_name"),
        ({"email": "a@b.example", "name": "x " * 3000 + WORDS, "consent": True}, "bad_name"),
    ],
)
async def test_a_crisis_in_a_refused_form_is_met_and_the_lines_stand_by_the_error(
    visitor: Visitor, form: dict[str, object], code: str
) -> None:
    status, body = await send(visitor, form)
    assert (status, body["error"]) == (422, code)
    assert body["message"].startswith(visitor.desk.words.error(code))
    assert all(number in body["message"] for number in LINES)
    events = await visitor.events()
    assert senders(events) == ["visitor", "bot", "system"]
    assert events[0]["text"].endswith(WORDS)
    row, triggers = await called(visitor)
    assert (row.level, row.reason) == ("P1", "crisis")
    assert triggers[-1].spans
    async with visitor.desk.db.read() as session:
        assert await handovers.contacts(session, visitor.id) == []


async def test_a_sentence_over_two_fields_is_read_as_one(visitor: Visitor, rasa: FakeRasa) -> None:
    await send(visitor, {"name": "i want to", "email": "die", "consent": True})
    assert rasa.heard[0][1] == "i want to\ndie"
    row, _ = await called(visitor)
    assert row.reason == "crisis"


@pytest.mark.parametrize("consent", [True, False])
async def test_a_medical_question_in_the_form_is_handed_over(
    visitor: Visitor, consent: bool
) -> None:
    form = GOOD | {"name": "is 100 mg too much for me", "consent": consent}
    status, body = await send(visitor, form)
    assert status == (202 if consent else 422)
    if not consent:
        assert body["message"] == visitor.desk.words.error("consent_needed")
    row, _ = await called(visitor)
    assert (row.level, row.reason) == ("P2", "medical_advice")
    assert "handover:medical_advice" in [e["outcome"] for e in await visitor.events()]


async def test_an_ordinary_form_is_no_turn_of_the_conversation(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    status, _ = await send(visitor, GOOD | {"email": "ana@example.org"})
    assert status == 202
    [(sender, heard)] = rasa.heard
    assert (heard, sender == visitor.id) == ("Ana Lopez", False)
    [note] = await visitor.events()
    assert note["text"] == visitor.desk.words.say("contact_saved_open")
    row, _ = await called(visitor)
    assert (row.level, row.reason) == ("P3", "request")


@pytest.mark.parametrize("error", [{"consent": False}, {"phone": "call me at home"}])
async def test_an_ordinary_refused_form_leaves_nothing_and_its_error_is_plain(
    visitor: Visitor, error: dict[str, object]
) -> None:
    status, body = await send(visitor, GOOD | error)
    assert status == 422
    assert body["message"] == visitor.desk.words.error(body["error"])
    assert await visitor.events() == []
    assert await nobody_is_called(visitor)


async def hangs(*_: str) -> object:
    await asyncio.sleep(5)
    return answer()


def detector_fault(*_: str) -> object:
    return handover("bot_unavailable", "P1")


FAULTS = [
    pytest.param(hangs, id="late", marks=pytest.mark.impatient),
    pytest.param(detector_fault, id="detector"),
    pytest.param(lambda *_: [], id="empty"),
    pytest.param(lambda *_: Raw.of(500, b""), id="error"),
]


@pytest.fixture(params=FAULTS)
def not_judging(request: pytest.FixtureRequest, rasa: FakeRasa) -> None:
    rasa.script = request.param


@pytest.mark.usefixtures("not_judging")
@pytest.mark.parametrize("refused", [False, True])
async def test_words_that_nobody_judged_are_recorded_and_handed_over_as_a_message_is(
    visitor: Visitor, refused: bool
) -> None:
    status, body = await send(visitor, GOOD | {"name": "Help Me", "consent": not refused})
    assert status == (422 if refused else 202)
    events = await visitor.events()
    [asked] = [e for e in events if e["from"] == "visitor"]
    assert asked["text"] == "Help Me"
    said = events[-1]
    assert (said["from"], said["outcome"], said["level"]) == (
        "system",
        "handover:bot_unavailable",
        "P1",
    )
    assert said["text"] == visitor.desk.words.system_texts().instead_of_bot["en"].unavailable
    assert all(number in said["text"] for number in LINES)
    row, triggers = await called(visitor)
    assert (row.level, row.reason) == ("P1", "bot_unavailable")
    assert triggers[-1].seq == asked["seq"]
    shown = body["message"] if refused else events[0]["text"]
    assert all(number in shown for number in LINES)


@pytest.mark.usefixtures("not_judging")
async def test_a_plain_name_that_nobody_judged_raises_no_alarm_but_shows_the_lines(
    visitor: Visitor,
) -> None:
    status, _ = await send(visitor, GOOD)
    assert status == 202
    [note] = await visitor.events()
    assert note["text"].startswith(visitor.desk.words.say("contact_saved_open"))
    assert all(number in note["text"] for number in LINES)
    row, _ = await called(visitor)
    assert (row.level, row.reason) == ("P3", "request")


@pytest.mark.usefixtures("not_judging")
async def test_a_refused_plain_name_that_nobody_judged_shows_the_lines(visitor: Visitor) -> None:
    status, body = await send(visitor, GOOD | {"consent": False})
    assert (status, body["error"]) == (422, "consent_needed")
    assert all(number in body["message"] for number in LINES)
    assert await visitor.events() == []


async def test_numbers_and_addresses_need_no_judge(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.script = lambda *_: []
    form = {"phone": PHONE, "email": "ana.lopez@example.org", "consent": True}
    status, _ = await send(visitor, form)
    assert (status, rasa.heard) == (202, [])
    [note] = await visitor.events()
    assert note["text"] == visitor.desk.words.say("contact_saved_open")


async def test_with_rasa_down_words_in_a_form_end_at_a_person(settings: Settings) -> None:
    settings.clinic_path.write_text(CLINIC.format(hours=NEVER_OPEN))
    # Nothing listens there.
    down = replace(settings, rasa_url="http://127.0.0.1:1")
    async with started(create_app(down)) as running:
        visitor = await running.visitor()
        status, body = await send(visitor, {"phone": WORDS, "consent": True})
        assert (status, body["error"]) == (422, "bad_phone")
        assert all(number in body["message"] for number in LINES)
        row, _ = await called(visitor)
        assert (row.level, row.reason) == ("P1", "bot_unavailable")
        said = (await visitor.events())[-1]["text"]
        assert all(number in said for number in (*LINES, "(555) 010-0199"))
        failures = running.desk.metrics.rasa_failures.labels("unreachable")
        # Once for the form, once for the turn.
        assert failures._value.get() == 2


async def test_a_form_with_far_too_many_words_is_refused_with_the_lines(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    status, body = await send(visitor, GOOD | {"name": "word " * 3000})
    assert (status, body["error"]) == (413, "too_large")
    assert all(number in body["message"] for number in LINES)
    assert rasa.heard == []
    # Nobody has read it: that is said.
    assert [event["from"] for event in await visitor.events()] == ["system"]


async def test_forms_take_part_in_the_rate_limit_which_hides_no_crisis(
    settings: Settings, rasa: FakeRasa
) -> None:
    few = replace(settings, rasa_url=rasa.url, messages_per_minute=1)
    async with started(create_app(few)) as running:
        visitor = await running.visitor()
        assert (await send(visitor, GOOD | {"consent": False}))[0] == 422
        status, body = await send(visitor, GOOD)
        assert (status, body["error"]) == (429, "rate_limited")
        assert all(number in body["message"] for number in LINES)
        assert (await send(visitor, GOOD | {"name": WORDS}))[0] == 202
        row, _ = await called(visitor)
        assert (row.level, row.reason) == ("P1", "crisis")


async def test_the_form_is_described(running: Running) -> None:
    described = (await running.client.get("/openapi.json")).json()
    path = described["paths"]["/api/conversations/{conversation_id}/contact"]
    schema = path["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert {"name", "phone", "email", "consent"} <= set(schema["properties"])
    assert schema["required"] == ["consent"]


async def test_details_left_in_a_case_that_somebody_has_seen_wait_for_an_act(
    running: Running, rasa: FakeRasa
) -> None:
    taken = await taken_by_staff(running, rasa)
    acts, desk = running.desk.handovers, running.desk

    async def line() -> Case:
        async with desk.db.read() as session:
            queue = await read_queue(session, desk.words.clinic.zone, now(), {})
        [found] = [*queue.waiting, *queue.taken]
        return found

    await acts.release(taken.handover_id, taken.staff_id)
    await acts.acknowledge(taken.handover_id, taken.staff_id)
    seen = await line()
    assert (seen.wait.ticking, seen.contact_at) == (False, None)
    rasa.script = lambda *_: answer()
    assert (await send(taken.visitor, GOOD))[0] == 202
    waits = await line()
    assert (waits.wait.ticking, waits.new_alarm, waits.level) == (True, True, "P3")
    assert waits.contact_at is not None
    _, triggers = await called(taken.visitor)
    assert (triggers[-1].reason, triggers[-1].level) == ("call_back", "P3")
    # Whoever has it is called by new details, too.
    await acts.take(taken.handover_id, taken.staff_id)
    assert not (await line()).wait.ticking
    assert (await send(taken.visitor, GOOD))[0] == 202
    assert (await line()).wait.ticking


async def test_the_words_that_were_agreed_to_are_kept_with_the_time(visitor: Visitor) -> None:
    assert (await send(visitor, GOOD))[0] == 202
    async with visitor.desk.db.read() as session:
        [entry] = await session.scalars(select(AuditEntry).where(AuditEntry.kind == "contact_left"))
    shown = json.loads((PROJECT_ROOT / "desk/widget/strings/more.en.json").read_text())
    assert json.loads(entry.details)["agreed_to"] == shown["contact_consent"]
    assert (entry.about, entry.staff_id) == (visitor.id, None)
    assert now() - datetime.fromisoformat(entry.at) < timedelta(minutes=1)
    assert PHONE not in entry.details
