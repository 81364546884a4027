"""After hours every path says that nobody reads, when the clinic opens, and offers a call-back."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from beside_staff import taken_by_staff
from desk_in_process import ALWAYS_OPEN, CLINIC, NEVER_OPEN, Running, Visitor, started
from fake_rasa import FakeRasa, Raw, answer, handover

from nightdesk_desk.app import create_app
from nightdesk_desk.settings import Settings

OPENS_ONCE_A_YEAR = "Jan 01 09:00-09:01"
FORM = {"consent": True, "email": "a@clinic.example"}


def nobody(*_: str) -> Raw:
    return Raw.of(500, b"")


@pytest.fixture(params=[OPENS_ONCE_A_YEAR, NEVER_OPEN], ids=["opens", "never"])
def hours(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest_asyncio.fixture
async def night(settings: Settings, rasa: FakeRasa, hours: str) -> AsyncIterator[Running]:
    """A desk whose clinic is closed."""
    settings.clinic_path.write_text(CLINIC.format(hours=hours))
    async with started(create_app(replace(settings, rasa_url=rasa.url))) as desk:
        yield desk


def assert_truthful(event: dict[str, Any], hours: str) -> None:
    text = event["text"]
    assert "obody at the clinic is reading right now" in text
    assert "have been told" not in text
    assert ("January 1, at 9:00 am" in text) == (hours == OPENS_ONCE_A_YEAR)


@pytest.mark.parametrize(
    ("reason", "level"), [("request", "P3"), ("medical_advice", "P2"), ("crisis", "P1")]
)
async def test_after_a_hand_over(
    night: Running, rasa: FakeRasa, hours: str, reason: str, level: str
) -> None:
    rasa.script = lambda *_: handover(reason, level)
    visitor = await night.visitor()
    [bot, told] = await visitor.chat("words")
    assert_truthful(told, hours)
    assert (bot["offers"], told["offers"]) == ([], ["contact"])
    # Below a crisis reply the numbers stand in that reply.
    assert ("911" in told["text"]) == (reason != "crisis")
    assert "minutes" not in told["text"]


async def test_in_an_emergency_nothing_is_offered(
    night: Running, rasa: FakeRasa, hours: str
) -> None:
    rasa.script = lambda *_: handover("crisis", "P0")
    [bot, told] = await (await night.visitor()).chat("words")
    assert_truthful(told, hours)
    assert (bot["offers"], told["offers"]) == ([], [])


async def test_when_the_answer_is_withheld(settings: Settings, rasa: FakeRasa, hours: str) -> None:
    live = CLINIC.format(hours=hours).replace("mode: demo", "mode: live")
    settings.clinic_path.write_text(f"{live}crisis_owner: {{name: x, phone: (555) 010-0143}}\n")
    rasa.script = lambda *_: answer()
    async with started(create_app(replace(settings, rasa_url=rasa.url))) as desk:
        [withheld, told] = await (await desk.visitor()).chat("how fast?")
    assert withheld["text"] == desk.desk.words.say("answer_withheld")
    assert_truthful(told, hours)
    assert told["offers"] == ["contact"]


async def test_when_the_bot_cannot_answer(night: Running, rasa: FakeRasa, hours: str) -> None:
    rasa.script = nobody
    visitor = await night.visitor()
    [told] = await visitor.chat("words")
    assert_truthful(told, hours)
    assert "988" in told["text"]
    assert told["offers"] == ["contact"]
    # Said again it is short, and the form has been offered.
    [again] = await visitor.chat("more words")
    assert again["offers"] == []


async def leave(visitor: Visitor, form: object = FORM) -> dict[str, Any]:
    sent = await visitor.client.post(f"{visitor.path}/contact", json=form, headers=visitor.headers)
    assert sent.status_code == 202, sent.text
    events = await visitor.events()
    return next(event for event in events if event["seq"] == sent.json()["seq"])


async def test_when_contact_details_are_left(night: Running, rasa: FakeRasa, hours: str) -> None:
    note = await leave(await night.visitor())
    assert_truthful(note, hours)
    assert note["text"].startswith("Thank you.")
    assert "911" in note["text"]
    assert "988" in note["text"]
    assert note["offers"] == []


async def test_details_are_stored_also_when_the_hours_cannot_be_told(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = running.desk.words
    monkeypatch.setattr(words, "open_now", lambda *_: 1 / 0)
    note = await leave(await running.visitor())
    assert note["text"] == words.say("contact_saved_closed_no_date")


async def test_in_hours_nothing_of_it_is_said(running: Running, rasa: FakeRasa) -> None:
    assert running.desk.settings.clinic_path.read_text() == CLINIC.format(hours=ALWAYS_OPEN)
    for script in (lambda *_: handover("request"), nobody, lambda *_: handover("crisis", "P1")):
        rasa.script = script
        visitor = await running.visitor()
        events = await visitor.chat("words")
        assert all(event["offers"] == [] for event in events)
        assert not any("obody at the clinic" in event["text"] for event in events)
    assert (await leave(visitor))["text"] == running.desk.words.say("contact_saved_open")


async def test_when_a_person_comes_and_goes_the_events_say_so(
    running: Running, rasa: FakeRasa
) -> None:
    taken = await taken_by_staff(running, rasa)
    await running.desk.handovers.release(taken.handover_id, taken.staff_id)
    events = await taken.visitor.events()
    assert [e["person"] for e in events if e["person"] is not None] == [True, False]
    assert all(e["person"] is None for e in events if e["from"] != "system")
