"""The sending: once, again until it works, over a restart; the others hear of an outage."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from alerting import (
    WORDS,
    Receiver,
    hand_over,
    hook,
    make_due,
    rows,
    set_alerts,
    state_of,
    work,
)
from desk_in_process import started
from fake_rasa import FakeRasa, handover
from sqlalchemy import update

from nightdesk_desk.alerts import content, outbox, sending
from nightdesk_desk.app import create_app
from nightdesk_desk.contact import ContactDetails, leave_contact
from nightdesk_desk.desk import Desk
from nightdesk_desk.models import Alert, Staff, now
from nightdesk_desk.settings import Settings


async def person(desk: Desk) -> int:
    async with desk.db.write() as session:
        staff = Staff(username="ana", first_name="Ana", role="staff", password_hash="x")
        session.add(staff)
        await session.flush()
        return staff.id


async def test_it_is_sent_once_with_level_reason_wait_and_link(
    desk: Desk, receiver: Receiver
) -> None:
    conversation_id, _ = await hand_over(desk, "P0")
    assert await work(desk) == 1
    assert await work(desk) == 0
    [request] = receiver.received
    assert request.headers["webhook-id"] == (await rows(desk))[0].message_id
    data = request.json["data"]
    assert data.pop("opened_at")
    assert data.pop("waiting_seconds") < 60
    assert data == {
        "level": "P0",
        "reason": "crisis",
        "url": f"https://desk.example/inbox/conversations/{conversation_id}",
        "drill": False,
    }
    [row] = await rows(desk)
    assert (row.state, row.tries, row.last_error) == ("sent", 1, None)


async def test_nothing_that_a_visitor_wrote_leaves_the_house(
    settings: Settings, desk: Desk, receiver: Receiver
) -> None:
    set_alerts(settings.clinic_path, [hook("hook", receiver.url, ["P0", "P3"])])
    conversation_id, _ = await hand_over(desk, "P3", "request")
    details = ContactDetails("Walrus Quibble", "555-0100-777", "walrus@quibble.example", True)
    async with desk.db.write() as session:
        await leave_contact(session, conversation_id, details, "noted", "I agree.")
    await hand_over(desk, "P0", "crisis", conversation_id)
    assert await work(desk) == 2
    for request in receiver.received:
        for words in (*WORDS.split(), "walrus@quibble.example", "555-0100-777", "noted"):
            assert words.encode() not in request.body


async def test_it_fails_then_works_and_keeps_its_id(
    desk: Desk, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.status = 503
    await hand_over(desk)
    with caplog.at_level(logging.DEBUG, "nightdesk_desk"):
        await work(desk)
    [row] = await rows(desk)
    assert (row.state, row.tries, row.last_error) == ("failed", 1, "server 503")
    assert timedelta(seconds=3) < row.next_at - now() <= timedelta(seconds=5)
    # Not before its time.
    assert await work(desk) == 0
    for _ in range(2):
        await make_due(desk)
        await work(desk)
    receiver.status = 200
    await make_due(desk)
    await work(desk)
    [row] = await rows(desk)
    assert (row.state, row.tries) == ("sent", 4)
    assert {request.headers["webhook-id"] for request in receiver.received} == {row.message_id}
    # When it happened, not when it was tried.
    assert {request.json["timestamp"] for request in receiver.received} == {
        row.created_at.isoformat()
    }
    assert len(receiver.received) == 4
    assert "did not reach hook (try 1): server" in caplog.text
    ours = [line.getMessage() for line in caplog.records if line.name.startswith("nightdesk")]
    assert receiver.url not in "".join(ours)


async def test_after_a_day_it_is_given_up(desk: Desk, receiver: Receiver) -> None:
    receiver.status = 500
    await hand_over(desk)
    async with desk.db.write() as session:
        await session.execute(update(Alert).values(created_at=now() - timedelta(hours=24)))
    await work(desk)
    await make_due(desk)
    assert await work(desk) == 0
    assert [(row.state, row.last_error) for row in await rows(desk)] == [("given_up", "server 500")]


@pytest.mark.parametrize(("hours", "state"), [(0, "failed"), (24, "given_up")])
async def test_one_that_cannot_be_made_is_tried_like_one_that_failed(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, hours: int, state: str
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr(content, "of_handover", broken)
    await hand_over(desk)
    async with desk.db.write() as session:
        await session.execute(update(Alert).values(created_at=now() - timedelta(hours=hours)))
    await work(desk)
    [row] = await rows(desk)
    assert (row.state, row.tries, row.last_error) == (state, 1, "failed")
    assert row.leased_until is None
    # That says nothing about the address.
    assert await state_of(desk, "hook") is None
    assert receiver.received == []


async def test_two_desks_send_one_alert_once(
    settings: Settings, desk: Desk, receiver: Receiver
) -> None:
    other = Desk.build(settings)
    for _ in range(6):
        await hand_over(desk)
    for _ in range(3):
        await asyncio.gather(work(desk), work(other))
    ids = [request.headers["webhook-id"] for request in receiver.received]
    assert len(ids) == len(set(ids)) == 6
    assert {row.state for row in await rows(desk)} == {"sent"}
    for part in (other.alerts.stop, other.rasa.close, other.db.close):
        await part()


async def test_a_desk_that_starts_sends_what_an_earlier_one_left(
    settings: Settings, desk: Desk, receiver: Receiver
) -> None:
    await hand_over(desk)
    # It had claimed the alert and was killed before it could say how it went.
    async with desk.db.write() as session:
        await session.execute(
            update(Alert).values(tries=1, leased_until=now() - timedelta(seconds=1))
        )
    later = Desk.build(settings)
    await later.start()
    try:
        for _ in range(100):
            if receiver.received:
                break
            await asyncio.sleep(0.1)
        await later.alerts.idle()
    finally:
        await later.stop()
    assert len(receiver.received) == 1
    assert [(row.state, row.tries) for row in await rows(desk)] == [("sent", 2)]


async def test_a_slow_address_does_not_hold_up_another(
    settings: Settings, desk: Desk, receiver: Receiver
) -> None:
    slow = Receiver()
    slow.open.clear()
    set_alerts(settings.clinic_path, [hook("slow", slow.url), hook("quick", receiver.url)])
    for _ in range(5):
        await hand_over(desk)
    try:
        await desk.alerts.look()
        await desk.alerts.look()
        for _ in range(100):
            if len(receiver.received) == 5 and len(slow.received) == 3:
                break
            await desk.alerts.look()
            await asyncio.sleep(0.05)
        assert (len(receiver.received), len(slow.received)) == (5, 3)
        slow.open.set()
        await desk.alerts.idle()
        await work(desk)
        assert len(slow.received) == 5
    finally:
        slow.close()


@pytest.mark.parametrize("act", ["acknowledge", "take", "resolve"])
async def test_what_a_person_has_seen_meanwhile_is_not_sent_again(
    desk: Desk, receiver: Receiver, act: str
) -> None:
    receiver.status = 500
    _, handover_id = await hand_over(desk)
    await work(desk)
    ana = await person(desk)
    if act == "resolve":
        await desk.handovers.resolve(handover_id, ana, note="Called.", outcome_code="called_back")
    else:
        await getattr(desk.handovers, act)(handover_id, ana)
    await make_due(desk)
    await work(desk)
    assert len(receiver.received) == 1
    assert [row.state for row in await rows(desk)] == ["needless"]


async def test_who_took_it_is_told_that_it_got_worse(desk: Desk, receiver: Receiver) -> None:
    conversation_id, handover_id = await hand_over(desk, "P2")
    await desk.handovers.take(handover_id, await person(desk))
    await hand_over(desk, "P0", "crisis", conversation_id)
    await work(desk)
    assert [request.json["data"]["level"] for request in receiver.received] == ["P0"]


async def test_an_address_that_was_taken_out_gets_nothing(
    settings: Settings, desk: Desk, receiver: Receiver
) -> None:
    await hand_over(desk)
    set_alerts(settings.clinic_path, [])
    await work(desk)
    assert receiver.received == []
    assert [(row.state, row.last_error) for row in await rows(desk)] == [("given_up", "removed")]


@pytest.mark.parametrize("acts", [False, True])
async def test_an_address_of_another_name_is_told_in_its_place_unless_somebody_acted(
    desk: Desk, settings: Settings, receiver: Receiver, acts: bool
) -> None:
    _, handover_id = await hand_over(desk, "P0")
    set_alerts(settings.clinic_path, [hook("new name", receiver.url)])
    if acts:
        await desk.handovers.acknowledge(handover_id, await person(desk))
    await work(desk)
    await work(desk)
    found = [(row.address, row.state) for row in await rows(desk)]
    later = [] if acts else [("new name", "sent")]
    assert found == [("hook", "given_up"), *later]
    assert len(receiver.received) == len(later)


async def test_a_visitors_crisis_is_told_while_the_desk_runs(
    settings: Settings, receiver: Receiver, rasa: FakeRasa, caplog: pytest.LogCaptureFixture
) -> None:
    lacking = hook("lacking", receiver.url) | {"secret": "${NOT_SET_ANYWHERE}"}
    set_alerts(settings.clinic_path, [hook("hook", receiver.url), lacking])
    rasa.script = lambda *_: handover("crisis", "P0")
    async with started(create_app(replace(settings, rasa_url=rasa.url))) as running:
        visitor = await running.visitor()
        await visitor.chat(WORDS)
        for _ in range(100):
            if receiver.received:
                break
            await asyncio.sleep(0.1)
        await running.desk.alerts.idle()
        figures = (await running.client.get("/metrics")).text
    assert receiver.received[0].json["data"]["level"] == "P0"
    assert receiver.received[0].json["data"]["url"] is None
    assert 'nightdesk_alerts{state="sent"} 1.0' in figures
    assert 'nightdesk_alert_address_failing{address="lacking"} 1.0' in figures
    # What cannot work is in the log from the start on.
    assert "alerts do not reach lacking: no_variable NOT_SET_ANYWHERE" in caplog.text


class TestOutage:
    """One address fails while another works."""

    @pytest.fixture
    def broken(self) -> "Receiver":
        made = Receiver()
        made.status = 500
        return made

    @pytest.fixture
    async def pair(
        self, settings: Settings, desk: Desk, receiver: Receiver, broken: Receiver
    ) -> "Desk":
        addresses = [hook("broken", broken.url), hook("good", receiver.url, ["P0"])]
        set_alerts(settings.clinic_path, addresses)
        return desk

    async def outages(self, receiver: Receiver) -> list[dict[str, object]]:
        found = [request.json for request in receiver.received]
        return [row["data"] for row in found if row["type"] == "alerts.address_failing"]

    async def test_the_other_addresses_hear_of_it_once(
        self, pair: Desk, receiver: Receiver, broken: Receiver
    ) -> None:
        await hand_over(pair, "P1")
        for tries in range(1, 6):
            await work(pair)
            await make_due(pair)
            assert len(await self.outages(receiver)) == (1 if tries > 3 else 0)
        [note] = await self.outages(receiver)
        assert (note["address"], note["fault"]) == ("broken", "server 500")
        state = await state_of(pair, "broken")
        assert state is not None
        assert state.failures == 5
        broken.close()

    async def test_when_it_works_again_all_that_failed_is_sent_and_a_new_outage_is_told_anew(
        self, pair: Desk, receiver: Receiver, broken: Receiver
    ) -> None:
        for _ in range(3):
            await hand_over(pair, "P1")
        await work(pair)
        broken.status = 200
        await hand_over(pair, "P1")
        # The new one gets through; the others are due at once, long before their time.
        await work(pair)
        await work(pair)
        assert [row.state for row in await rows(pair) if row.address == "broken"] == ["sent"] * 4
        state = await state_of(pair, "broken")
        assert state is not None
        assert (state.failing_since, state.failures, state.told_at) == (None, 0, None)
        told = len(await self.outages(receiver))
        broken.status = 500
        for _ in range(3):
            await hand_over(pair, "P1")
        await work(pair)
        await work(pair)
        assert len(await self.outages(receiver)) == told + 1
        broken.close()

    async def test_a_missing_variable_is_told_at_the_first_failure(
        self,
        pair: Desk,
        receiver: Receiver,
        settings: Settings,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        lacking = hook("lacking", receiver.url) | {"secret": "${NOT_SET_ANYWHERE}"}
        set_alerts(settings.clinic_path, [lacking, hook("good", receiver.url, ["P0"])])
        await hand_over(pair, "P1")
        await work(pair)
        await work(pair)
        [note] = await self.outages(receiver)
        assert note["fault"] == "no_variable NOT_SET_ANYWHERE"

    async def test_an_outage_that_is_over_is_not_told_any_more(
        self, pair: Desk, receiver: Receiver, broken: Receiver
    ) -> None:
        receiver.status = 500
        for _ in range(3):
            await hand_over(pair, "P1")
        await work(pair)
        await work(pair)
        broken.status = receiver.status = 200
        await make_due(pair)
        async with pair.db.write() as session:
            await session.execute(
                update(Alert)
                .where(Alert.kind == "outage")
                .values(next_at=now() + timedelta(days=1))
            )
        await work(pair)
        before = len(receiver.received)
        await make_due(pair)
        await work(pair)
        assert len(receiver.received) == before
        assert [row.state for row in await rows(pair) if row.about == "broken"] == ["needless"]
        broken.close()


async def test_the_figures_name_states_kinds_and_addresses_alone(
    desk: Desk, receiver: Receiver
) -> None:
    receiver.status = 403
    await hand_over(desk)
    await hand_over(desk)
    await work(desk)
    await desk.alerts.read_figures()
    value = desk.metrics.registry.get_sample_value
    assert value("nightdesk_alerts", {"state": "failed"}) == 2
    assert value("nightdesk_alerts", {"state": "sent"}) == 0
    assert value("nightdesk_alert_address_failing", {"address": "hook"}) == 1
    assert value("nightdesk_alert_failures_total", {"address": "hook", "kind": "refused"}) == 2
    async with desk.db.write() as session:
        await session.execute(update(Alert).values(created_at=now() - timedelta(minutes=10)))
    await desk.alerts.read_figures()
    oldest = value("nightdesk_alert_oldest_waiting_seconds")
    assert oldest is not None
    assert oldest >= 600
    receiver.status = 200
    await make_due(desk)
    await work(desk)
    await desk.alerts.read_figures()
    assert value("nightdesk_alert_oldest_waiting_seconds") == 0
    assert value("nightdesk_alert_address_failing", {"address": "hook"}) == 0


async def test_a_desk_that_stops_lets_what_is_under_way_arrive(
    desk: Desk, receiver: Receiver
) -> None:
    receiver.open.clear()
    await hand_over(desk)
    await desk.alerts.look()
    stopping = asyncio.create_task(desk.alerts.stop())
    await asyncio.sleep(0.1)
    receiver.open.set()
    await stopping
    assert [row.state for row in await rows(desk)] == ["sent"]


def test_a_claim_lasts_longer_than_a_sending() -> None:
    assert outbox.LEASE.total_seconds() > sending.TIMEOUT + 10
