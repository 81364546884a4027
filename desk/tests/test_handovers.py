"""Hand-overs: the state machine, exactly one who takes, and what the visitor sees of it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from desk_in_process import Running, Visitor
from fake_rasa import FakeRasa, handover
from nightdesk_contract.door import MessageRefused
from nightdesk_contract.outcome import Safety

from nightdesk_desk import handovers, log
from nightdesk_desk.decide import Call
from nightdesk_desk.handover_rules import FROM_STATES, HandoverRefused, refusal
from nightdesk_desk.models import HANDOVER_STATES, Conversation, Handover, Staff, now


async def person(running: Running, name: str) -> int:
    async with running.desk.db.write() as session:
        staff = Staff(username=name.lower(), first_name=name, role="staff", password_hash="x")
        session.add(staff)
        await session.flush()
        return staff.id


async def called(running: Running, level: Any = "P3") -> tuple[Visitor, int]:
    """A visitor whose hand-over is open."""
    visitor = await running.visitor()
    async with running.desk.db.write() as session:
        await log.hold(session, visitor.id)
        [seq] = await log.append(session, visitor.id, [log.NewEvent("visitor", "help")])
        safety = Safety("c", "d", "r", 0.5, ((0, 4),))
        opened = await handovers.open_or_raise(
            session, visitor.id, seq, Call("request", level, safety)
        )
    return visitor, opened.handover_id


async def row(running: Running, handover_id: int) -> Handover:
    async with running.desk.db.read() as session:
        found = await handovers.get(session, handover_id)
    assert found is not None
    return found


@pytest.mark.parametrize("state", HANDOVER_STATES)
@pytest.mark.parametrize("act", FROM_STATES)
def test_an_act_is_possible_only_from_its_states(act: Any, state: str) -> None:
    code = refusal(act, state, "P3", mine=True, outcome_code=None, note=None)
    assert (code is None) == (state in FROM_STATES[act])


@pytest.mark.parametrize(
    ("level", "code", "note", "expected"),
    [
        ("P0", None, "called", "needs_outcome"),
        ("P1", "answered", None, "needs_outcome"),
        ("P1", "answered", "  ", "needs_outcome"),
        ("P1", "answered", "called", None),
        ("P2", None, None, None),
        ("P3", "made_up", None, "needs_outcome"),
    ],
)
def test_a_crisis_is_closed_only_with_outcome_and_note(
    level: str, code: str | None, note: str | None, expected: str | None
) -> None:
    found = refusal("resolve", "taken", level, mine=True, outcome_code=code, note=note)
    assert found == expected


@pytest.mark.parametrize("state", HANDOVER_STATES)
@pytest.mark.parametrize("act", FROM_STATES)
def test_while_the_clock_runs_anew_it_can_be_acknowledged_again(act: Any, state: str) -> None:
    code = refusal(act, state, "P3", mine=True, outcome_code=None, note=None, waits_anew=True)
    again = (act, state) == ("acknowledge", "acknowledged")
    assert (code is None) == (again or state in FROM_STATES[act])


def test_what_another_has_taken_is_not_mine_to_end() -> None:
    for act in ("release", "resolve"):
        assert refusal(act, "taken", "P3", mine=False, outcome_code=None, note=None) == "not_yours"


async def test_exactly_one_takes(running: Running) -> None:
    visitor, handover_id = await called(running)
    people = [await person(running, name) for name in ("Ana", "Ben", "Cleo", "Dan", "Eve")]
    results = await asyncio.gather(
        *(running.desk.handovers.take(handover_id, who) for who in people), return_exceptions=True
    )
    won = [who for who, result in zip(people, results, strict=True) if result is None]
    lost = [result for result in results if result is not None]
    assert len(won) == 1
    assert [(type(e), e.code, e.state) for e in lost] == [  # type: ignore[union-attr]
        (HandoverRefused, "not_possible", "taken")
    ] * 4
    taken = await row(running, handover_id)
    assert (taken.state, taken.taken_by, taken.acknowledged_by) == ("taken", won[0], won[0])
    assert len([e for e in await visitor.events() if e["from"] == "system"]) == 1


async def test_the_whole_way_as_the_visitor_sees_it(running: Running, rasa: FakeRasa) -> None:
    visitor, handover_id = await called(running)
    ana = await person(running, "Ana")
    acts = running.desk.handovers
    await acts.acknowledge(handover_id, ana)
    await acts.take(handover_id, ana)
    seq = await acts.reply(handover_id, ana, " Hello, Ana here. ", "k1")
    assert await acts.reply(handover_id, ana, "Hello, Ana here.", "k1") == seq
    rasa.script = lambda *_: handover("request")
    await visitor.chat("thank you")
    await acts.resolve(handover_id, ana, note="  all well ", outcome_code="answered")
    events = await visitor.events()
    assert [(e["from"], e["name"]) for e in events] == [
        ("visitor", None),
        ("system", None),
        ("staff", "Ana"),
        ("visitor", None),
        ("system", None),
    ]
    assert "Ana" in events[1]["text"]
    assert events[2]["text"] == "Hello, Ana here."
    done = await row(running, handover_id)
    assert (done.state, done.note, done.outcome_code) == ("resolved", "all well", "answered")
    async with running.desk.db.read() as session:
        conversation = await session.get(Conversation, visitor.id)
    assert conversation is not None
    assert conversation.state == "bot"


async def test_released_it_waits_again_and_keeps_when_it_was_first_seen(running: Running) -> None:
    _visitor, handover_id = await called(running)
    ana, ben = await person(running, "Ana"), await person(running, "Ben")
    await running.desk.handovers.take(handover_id, ana)
    first = await row(running, handover_id)
    with pytest.raises(HandoverRefused) as refused:
        await running.desk.handovers.release(handover_id, ben)
    assert refused.value.code == "not_yours"
    await running.desk.handovers.release(handover_id, ana)
    waiting = await row(running, handover_id)
    assert (waiting.state, waiting.taken_by, waiting.taken_at) == ("open", None, None)
    await running.desk.handovers.take(handover_id, ben)
    again = await row(running, handover_id)
    assert (again.taken_by, again.acknowledged_by) == (ben, ana)
    assert again.acknowledged_at == first.acknowledged_at


async def test_only_who_has_taken_it_may_write(running: Running) -> None:
    visitor, handover_id = await called(running)
    ana, ben = await person(running, "Ana"), await person(running, "Ben")
    acts = running.desk.handovers
    with pytest.raises(HandoverRefused):
        await acts.reply(handover_id, ana, "hello")
    await acts.take(handover_id, ana)
    with pytest.raises(HandoverRefused):
        await acts.reply(handover_id, ben, "hello")
    with pytest.raises(MessageRefused):
        await acts.reply(handover_id, ana, "  ")
    with pytest.raises(HandoverRefused) as refused:
        await acts.reply(999, ana, "hello")
    assert refused.value.code == "not_found"
    assert [e for e in await visitor.events() if e["from"] == "staff"] == []


async def test_a_new_trigger_after_the_end_opens_a_new_one(running: Running) -> None:
    visitor, handover_id = await called(running)
    ana = await person(running, "Ana")
    await running.desk.handovers.resolve(handover_id, ana, false_alarm=True)
    async with running.desk.db.write() as session:
        await log.hold(session, visitor.id)
        opened = await handovers.open_or_raise(session, visitor.id, 1, Call("crisis", "P1"))
    assert opened.new
    async with running.desk.db.read() as session:
        both = await handovers.of_conversation(session, visitor.id)
    assert [h.state for h in both] == ["open", "resolved"]
    assert both[1].false_alarm


async def test_the_queue_is_by_level_then_by_waiting_time(running: Running) -> None:
    ids = [(await called(running, level))[1] for level in ("P3", "P1", "P0", "P1")]
    async with running.desk.db.write() as session:
        oldest = await handovers.get(session, ids[3])
        assert oldest is not None
        oldest.opened_at = now() - timedelta(hours=1)
    async with running.desk.db.read() as session:
        queue = await handovers.list_open(session)
    assert [r.handover.id for r in queue] == [ids[2], ids[3], ids[1], ids[0]]


async def test_the_queue_hears_of_a_new_message_at_once(running: Running) -> None:
    visitor = await running.visitor()
    with running.desk.wakeups.watch_any() as watch:
        await visitor.say("hello")
        assert await watch.wait(1)


async def test_the_queue_hears_of_another_process(running: Running) -> None:
    from nightdesk_desk.db import Database

    with running.desk.wakeups.watch_any() as watch:
        await running.desk.wakeups.look()
        await watch.wait(0.1)
        visitor = await running.visitor()
        other = Database(running.desk.settings.database_url)
        async with other.write() as session:
            await log.hold(session, visitor.id)
            await handovers.open_or_raise(session, visitor.id, 0, Call("request", "P3"))
        await other.close()
        assert await watch.wait(5)
