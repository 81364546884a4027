"""Steps in the record: taken once, with their alerts or not at all, until a person acts."""

import asyncio
import json

import pytest
from on_call_clinic import always, row
from on_call_night import Night
from sqlalchemy import func, select

from nightdesk_desk import log
from nightdesk_desk.alerts import outbox
from nightdesk_desk.desk import Desk
from nightdesk_desk.escalation import taking, worker
from nightdesk_desk.escalation.chain import Facts, Planned, due
from nightdesk_desk.escalation.models import EscalationStep
from nightdesk_desk.handover_rules import HandoverRefused
from nightdesk_desk.models import Alert, Handover

P1_STEPS = [("P1", "first"), ("P1", "backup"), ("P1", "lead"), ("P1", "manager")]


async def test_step_by_step_each_person_once(night: Night) -> None:
    await night.hand_over()
    for minute, told in ((0, "ann"), (6, "bo"), (11, "dee"), (16, "em")):
        if minute:
            assert await night.look(minute - 0.1) == 0
        assert await night.look(minute + 0.1) == 1
        assert await night.look(minute + 0.1) == 0
        assert (await night.alerts())[-1] == ("P1", f"{told} phone")
    assert await night.look(600) == 0
    assert await night.steps() == P1_STEPS
    assert len(await night.alerts()) == 4


async def test_the_team_is_told_at_once_and_no_person_with_it(night: Night) -> None:
    await night.hand_over()
    async with night.desk.db.read() as session:
        at_once = list(await session.scalars(select(Alert.address)))
    assert at_once == ["team"]


async def test_what_is_told_is_noted_and_counted(night: Night) -> None:
    conversation_id, handover_id = await night.hand_over("P0")
    await night.look(3)
    first, everyone = await night.noted("escalation_step_taken")
    assert first.about == everyone.about == conversation_id
    assert json.loads(everyone.details) == {
        "handover": handover_id,
        "level": "P0",
        "step": "everyone",
        "told": ["Ann (first)", "Bo (backup)", "Dee (lead)", "Em (manager)"],
        "addresses": ["ann phone", "bo phone", "dee phone", "em phone"],
    }
    value = night.desk.metrics.registry.get_sample_value
    labels = {"level": "P0", "step": "everyone"}
    assert value("nightdesk_escalation_steps_total", labels) == 1


@pytest.mark.parametrize("act", ["acknowledge", "take", "resolve"])
async def test_a_persons_act_stops_it(night: Night, act: str) -> None:
    _, handover_id = await night.hand_over()
    await night.look(7)
    ana = await night.person()
    if act == "resolve":
        handovers = night.desk.handovers
        await handovers.resolve(handover_id, ana, note="Called.", outcome_code="called_back")
    else:
        await getattr(night.desk.handovers, act)(handover_id, ana)
    assert await night.look(600) == 0
    assert await night.steps() == P1_STEPS[:2]


async def test_an_alarm_after_the_act_starts_it_anew(night: Night) -> None:
    conversation_id, handover_id = await night.hand_over()
    await night.look(7)
    await night.desk.handovers.acknowledge(handover_id, await night.person())
    await night.hand_over(into=conversation_id)
    await night.look(0.1)
    assert await night.steps() == [*P1_STEPS[:2], P1_STEPS[0]]
    await night.look(600)
    assert await night.steps() == [*P1_STEPS[:2], *P1_STEPS]
    assert [address for _, address in await night.alerts()].count("ann phone") == 2


async def test_what_came_after_the_act_can_be_acknowledged_too_and_stops_it(night: Night) -> None:
    conversation_id, handover_id = await night.hand_over()
    acts, ana, bo = night.desk.handovers, await night.person(), await night.person("Bo")
    await acts.acknowledge(handover_id, ana)
    with pytest.raises(HandoverRefused) as refused:
        await acts.acknowledge(handover_id, bo)
    assert refused.value.code == "not_possible"
    async with night.desk.db.read() as session:
        before = await session.get_one(Handover, handover_id)
    await night.hand_over(into=conversation_id)
    await night.look(0.1)
    assert await night.steps() == P1_STEPS[:1]
    # Of two at once one is the first: then it waits no more.
    both = await asyncio.gather(
        *(acts.acknowledge(handover_id, who) for who in (bo, ana)), return_exceptions=True
    )
    assert sorted(type(one) for one in both if one) == [HandoverRefused]
    async with night.desk.db.read() as session:
        after = await session.get_one(Handover, handover_id)
    assert (before.state, after.state) == ("acknowledged", "acknowledged")
    # The first act stays as it was: figures go by it.
    assert (after.acknowledged_by, after.acknowledged_at) == (ana, before.acknowledged_at)
    assert before.acted_at is not None
    assert after.acted_at is not None
    assert before.acted_at < after.acted_at
    assert [entry.staff_id for entry in await night.noted("handover_acknowledged")] == [ana, bo]
    assert await night.look(600) == 0


async def test_whoever_gives_it_back_starts_it_anew(night: Night) -> None:
    _, handover_id = await night.hand_over()
    await night.look(600)
    ana = await night.person()
    await night.desk.handovers.take(handover_id, ana)
    assert await night.look(600) == 0
    await night.desk.handovers.release(handover_id, ana)
    assert await night.look(1) == 1
    assert await night.steps() == [*P1_STEPS, P1_STEPS[0]]
    # Seen once more, it stands still.
    await night.desk.handovers.acknowledge(handover_id, ana)
    assert await night.look(600) == 0


async def test_a_higher_level_starts_with_its_own_steps(night: Night) -> None:
    conversation_id, _ = await night.hand_over("P2", reason="medical_advice")
    assert await night.look(29) == 0
    await night.hand_over("P0", into=conversation_id)
    await night.look(0.1)
    await night.look(3)
    assert await night.steps() == [("P0", "first"), ("P0", "everyone")]
    assert await night.look(600) == 0


async def test_staff_who_lower_and_raise_it_again_start_it_anew(night: Night) -> None:
    _, handover_id = await night.hand_over()
    await night.look(7)
    ana = await night.person()
    await night.desk.cases.set_level(handover_id, ana, "P2", "They are fine.")
    assert await night.look(20) == 0
    await night.desk.cases.set_level(handover_id, ana, "P1", "They are not.")
    await night.look(0.1)
    assert await night.steps() == [*P1_STEPS[:2], P1_STEPS[0]]


async def test_two_desks_on_one_database_take_each_step_once(night: Night) -> None:
    for _ in range(5):
        await night.hand_over()
    other = Desk.build(night.settings)
    one, two = night.worker(), night.worker(other)
    taken = 0
    for minute in (0.1, 7, 20):
        night.moved = type(night.moved)(minutes=minute)
        taken += sum(await asyncio.gather(*(desk.look() for desk in (one, two, one, two))))
    assert taken == 20
    assert len(await night.steps()) == len(set(await night.alerts())) * 5 == 20
    async with night.desk.db.read() as session:
        doubles = await session.execute(
            select(Alert.handover_id, Alert.address)
            .group_by(Alert.handover_id, Alert.address)
            .having(func.count() > 1)
        )
        assert list(doubles) == []
    await other.rasa.close()
    await other.db.close()


async def test_a_step_that_cannot_be_written_whole_is_not_there_and_is_taken_later(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    await night.hand_over()

    async def fails(*_: object) -> None:
        raise RuntimeError("no luck")

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "put_step", fails)
        assert await night.look(1) == 0
    assert await night.steps() == []
    assert await night.look(1) == 1
    assert await night.alerts() == [("P1", "ann phone")]


async def test_one_that_fails_does_not_hold_up_the_others(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    await night.hand_over("P0")
    await night.hand_over("P1")
    put = outbox.put_step

    async def fails_for_p0(session: object, case: object, *more: object) -> None:
        if getattr(case, "level", "") == "P0":
            raise RuntimeError("no luck")
        await put(session, case, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(outbox, "put_step", fails_for_p0)
    assert await night.look(1) == 1
    assert await night.steps() == [("P1", "first")]


async def test_one_that_cannot_be_decided_does_not_hold_up_the_others(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    await night.hand_over("P2", reason="medical_advice")
    await night.hand_over("P1")

    def fails_for_p2(facts: Facts, *more: object) -> list[Planned]:
        if facts.level == "P2":
            raise RuntimeError("no luck")
        return due(facts, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(taking, "due", fails_for_p2)
    assert await night.look(1) == 1
    assert await night.steps() == [("P1", "first")]


async def test_more_than_are_read_at_a_time(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "BATCH", 2)
    for _ in range(3):
        await night.hand_over()
    assert await night.look(1) == 3
    assert await night.look(1) == 0


async def test_an_emergency_does_not_wait_for_all_that_is_due(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a standstill much may be due at once; what comes meanwhile is worse."""
    monkeypatch.setattr(worker, "AT_A_LOOK", 1)
    for _ in range(3):
        await night.hand_over("P1")
    assert await night.look() == 1
    await night.hand_over("P0")
    assert await night.look() == 1
    assert await night.steps() == [("P1", "first"), ("P0", "first")]
    assert [await night.look() for _ in range(3)] == [1, 1, 0]


async def test_new_settings_apply_at_once_and_double_nothing(night: Night) -> None:
    await night.hand_over()
    await night.look(7)
    night.set(always(escalation={"P1": {"first": 1, "backup": 2, "lead": 8}}))
    assert await night.look(7) == 0
    assert await night.look(8.1) == 1
    assert await night.steps() == P1_STEPS[:3]


async def test_whose_address_is_renamed_before_it_is_sent_is_told_at_the_new_one(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def takes(*_: object) -> None:
        return None

    monkeypatch.setattr(night.desk.alerts._sender, "send", takes)
    await night.hand_over("P0")
    await night.look(1)
    renamed = always()
    renamed["alerts"][1]["name"] = "ann mobile"
    renamed["on_call"]["people"] = [
        {"name": "Ann", "addresses": ["ann mobile"]},
        *renamed["on_call"]["people"][1:],
    ]
    night.set(renamed)
    for _ in range(2):
        await night.desk.alerts.look()
        await night.desk.alerts.idle()
    assert await night.alerts() == [("P0", "ann phone"), ("P0", "ann mobile")]
    async with night.desk.db.read() as session:
        [step] = await session.scalars(select(EscalationStep))
    assert step.told == [{"name": "Ann", "role": "first", "addresses": ["ann mobile"]}]


async def test_people_who_cannot_be_reached_now_are_told_when_they_can(night: Night) -> None:
    whole = always()
    night.set(whole | {"alerts": []})
    await night.hand_over()
    assert await night.look(7) == 0
    night.set(whole)
    assert await night.look(7) == 2


async def test_without_people_the_same_addresses_are_told_again_once(night: Night) -> None:
    both = row(on_call=None, hours="24/7")
    both["alerts"] = both["alerts"][:2]
    night.set(both)
    _, handover_id = await night.hand_over()
    assert await night.look(4.9) == 0
    assert await night.look(5.1) == 1
    assert await night.look(600) == 0
    assert await night.alerts() == [("P1", "team"), ("P1", "ann phone")]
    async with night.desk.db.read() as session:
        count = await session.scalar(
            select(func.count()).where(Alert.handover_id == handover_id, Alert.step_id.is_(None))
        )
        steps = list(await session.scalars(select(EscalationStep)))
    assert count == 2
    assert [one.told for one in steps] == [
        [{"name": "", "role": "team", "addresses": ["team", "ann phone"]}]
    ]


async def test_with_nobody_to_tell_nothing_is_written(night: Night) -> None:
    night.set(row(on_call=None, hours="24/7", alerts=[]))
    await night.hand_over("P0")
    assert await night.look(600) == 0
    assert await night.steps() == []


async def test_passed_on_to_somebody_away_it_is_told_of_like_an_alarm(night: Night) -> None:
    _, handover_id = await night.hand_over()
    ana, ben = await night.person(), await night.person("Ben")
    await night.desk.handovers.take(handover_id, ana)
    assert await night.look(600) == 0
    await night.desk.cases.pass_on(handover_id, ana, ben)
    # It is the colleague's to answer first.
    due_after = night.desk.words.clinic.staff_times["P1"]
    assert await night.look(due_after - 0.1) == 0
    assert await night.look(due_after + 0.1) > 0
    assert (await night.steps())[0] == P1_STEPS[0]


@pytest.mark.parametrize("act", ["reply", "notice"])
async def test_what_was_passed_on_and_seen_is_told_to_nobody(night: Night, act: str) -> None:
    _, handover_id = await night.hand_over()
    ana, ben = await night.person(), await night.person("Ben")
    await night.desk.handovers.take(handover_id, ana)
    await night.desk.cases.pass_on(handover_id, ana, ben)
    if act == "reply":
        await night.desk.handovers.reply(handover_id, ben, "Hello")
    else:
        await night.desk.cases.notice(handover_id, ben)
    assert await night.look(600) == 0


async def visitor_writes(night: Night, conversation_id: str) -> None:
    """Plain words, in which no detector saw anything."""
    async with night.desk.db.write() as session:
        await log.append(session, conversation_id, [log.NewEvent("visitor", "Are you there?")])


async def test_words_that_whoever_has_the_chat_does_not_answer_are_told_of(night: Night) -> None:
    conversation_id, handover_id = await night.hand_over()
    ana = await night.person()
    await night.desk.handovers.take(handover_id, ana)
    await night.desk.handovers.reply(handover_id, ana, "Hello")
    assert await night.look(600) == 0
    # The person has gone home; the bot is silent while they have the chat.
    await visitor_writes(night, conversation_id)
    due_after = night.desk.words.clinic.staff_times["P1"]
    assert await night.look(due_after - 0.1) == 0
    assert await night.look(600) > 0
    assert await night.steps() == P1_STEPS
    # An alarm there has a round of its own.
    await night.hand_over(into=conversation_id)
    assert await night.look(600) > 0
    assert await night.steps() == P1_STEPS * 2


@pytest.mark.parametrize("act", ["reply", "notice", "release", "resolve", "pass_on"])
async def test_words_that_were_answered_or_seen_are_told_to_nobody(night: Night, act: str) -> None:
    conversation_id, handover_id = await night.hand_over()
    ana = await night.person()
    acts = night.desk.handovers
    await acts.take(handover_id, ana)
    await visitor_writes(night, conversation_id)
    if act == "reply":
        await acts.reply(handover_id, ana, "Yes")
    elif act == "notice":
        await night.desk.cases.notice(handover_id, ana)
    elif act == "resolve":
        await acts.resolve(handover_id, ana, note="Spoke.", outcome_code="answered")
    else:
        # Both start a round of their own, until somebody acts: of the words alone nobody hears.
        ben = await night.person("Ben")
        if act == "release":
            await acts.release(handover_id, ana)
            await acts.take(handover_id, ben)
        else:
            await night.desk.cases.pass_on(handover_id, ana, ben)
            await night.desk.cases.notice(handover_id, ben)
    assert await night.look(600) == 0


async def test_an_alarm_is_not_over_because_somebody_has_seen_it(night: Night) -> None:
    conversation_id, handover_id = await night.hand_over()
    ana = await night.person()
    await night.desk.handovers.take(handover_id, ana)
    await visitor_writes(night, conversation_id)
    await night.hand_over(into=conversation_id)
    with pytest.raises(HandoverRefused) as refused:
        await night.desk.cases.notice(handover_id, ana)
    assert refused.value.code == "not_possible"
    assert await night.look(600) > 0
