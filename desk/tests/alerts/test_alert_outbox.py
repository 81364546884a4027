"""The outbox: written with the hand-over or not at all, and claimed by exactly one."""

import asyncio
from datetime import timedelta

import pytest
from alerting import hand_over, hook, make_due, rows, set_alerts
from sqlalchemy import func, select

from nightdesk_desk import handovers, log
from nightdesk_desk.alerts import outbox
from nightdesk_desk.db import Database
from nightdesk_desk.decide import Call
from nightdesk_desk.desk import Desk
from nightdesk_desk.models import Alert, now
from nightdesk_desk.settings import Settings

THREE = [
    hook("all", "https://a.example/", ["P0", "P1", "P2", "P3"]),
    hook("crises", "https://b.example/", ["P0", "P1"]),
    hook("worst", "https://c.example/", ["P0"]),
]


@pytest.fixture
def three(settings: Settings, desk: Desk) -> Desk:
    set_alerts(settings.clinic_path, THREE)
    return desk


async def told(desk: Desk) -> list[tuple[str, str, str | None]]:
    return [(row.address, row.level, row.reason) for row in await rows(desk)]


async def test_one_for_each_address_that_is_told_of_the_level(three: Desk) -> None:
    await hand_over(three, "P1")
    assert await told(three) == [("all", "P1", "crisis"), ("crises", "P1", "crisis")]
    assert len({row.message_id for row in await rows(three)}) == 2
    assert {(row.state, row.tries) for row in await rows(three)} == {("waiting", 0)}


async def test_a_higher_level_is_told_anew_and_the_same_or_a_lower_one_is_not(three: Desk) -> None:
    conversation_id, _ = await hand_over(three, "P2", "medical_advice")
    await hand_over(three, "P2", "medical_advice", conversation_id)
    await hand_over(three, "P3", "request", conversation_id)
    assert await told(three) == [("all", "P2", "medical_advice")]
    await hand_over(three, "P0", "crisis", conversation_id)
    await hand_over(three, "P1", "crisis", conversation_id)
    assert (await told(three))[1:] == [
        ("all", "P0", "crisis"),
        ("crises", "P0", "crisis"),
        ("worst", "P0", "crisis"),
    ]


async def test_another_conversation_is_another_alert(three: Desk) -> None:
    await hand_over(three, "P2")
    await hand_over(three, "P2")
    assert [address for address, *_ in await told(three)] == ["all", "all"]


async def test_a_turn_that_rolls_back_leaves_no_alert(three: Desk) -> None:
    async with three.db.write() as session:
        conversation_id, _ = await log.start_conversation(session)

    async def turn_that_fails() -> None:
        async with three.db.write() as session:
            await handovers.open_or_raise(session, conversation_id, 1, Call("crisis", "P0"))
            written = await session.scalar(select(func.count()).select_from(Alert))
            assert written == 3
            raise RuntimeError("no luck")

    with pytest.raises(RuntimeError, match="no luck"):
        await turn_that_fails()
    assert await rows(three) == []
    async with three.db.read() as session:
        assert await handovers.unresolved(session, conversation_id) is None


async def test_what_writes_without_the_clinics_settings_tells_nobody(
    settings: Settings, three: Desk
) -> None:
    plain = Database(settings.database_url)
    async with plain.write() as session:
        conversation_id, _ = await log.start_conversation(session)
        await handovers.open_or_raise(session, conversation_id, 1, Call("crisis", "P0"))
    await plain.close()
    assert await rows(three) == []


async def test_a_second_row_of_one_hand_over_level_and_address_is_not_written(three: Desk) -> None:
    _, handover_id = await hand_over(three, "P2")
    async with three.db.write() as session:
        case = await handovers.get(session, handover_id)
        assert case is not None
        await outbox.put(session, case)
    assert len(await rows(three)) == 1


async def test_of_many_who_claim_exactly_one_gets_it(settings: Settings, three: Desk) -> None:
    await hand_over(three, "P2")
    others = [Database(settings.database_url) for _ in range(4)]
    async with three.db.read() as session:
        [found] = await outbox.due(session, now(), 3)

    async def claimed(db: Database) -> bool:
        async with db.write() as session:
            return await outbox.claim(session, found, now()) is not None

    assert sorted(await asyncio.gather(*map(claimed, others))) == [False, False, False, True]
    for db in others:
        await db.close()
    async with three.db.read() as session:
        assert await outbox.due(session, now(), 3) == []


async def test_a_claim_that_has_run_out_is_due_again_and_its_holder_can_note_nothing(
    three: Desk,
) -> None:
    await hand_over(three, "P2")

    async def claim() -> Alert:
        async with three.db.read() as session:
            [found] = await outbox.due(session, now(), 3)
        async with three.db.write() as session:
            claimed = await outbox.claim(session, found, now())
        assert claimed is not None
        return claimed

    first = await claim()
    await make_due(three, leases_too=True)
    second = await claim()
    assert (first.tries, second.tries) == (1, 2)
    assert first.message_id == second.message_id
    async with three.db.write() as session:
        assert not await outbox.end(session, first, state="failed")
        assert await outbox.end(session, second, state="sent")
    assert [row.state for row in await rows(three)] == ["sent"]


async def test_the_worst_is_first_and_no_address_fills_the_line(three: Desk) -> None:
    for _ in range(4):
        await hand_over(three, "P1")
    await hand_over(three, "P0")
    async with three.db.read() as session:
        due = await outbox.due(session, now(), 2)
    everything = {row.id: row for row in await rows(three)}
    found = [(everything[row.id].level, row.address) for row in due]
    assert sorted(found[:3]) == [("P0", "all"), ("P0", "crises"), ("P0", "worst")]
    assert sorted(found[3:]) == [("P1", "all"), ("P1", "crises")]


async def test_what_is_not_due_yet_waits(three: Desk) -> None:
    await hand_over(three, "P2")
    async with three.db.read() as session:
        assert await outbox.due(session, now() - timedelta(minutes=1), 3) == []
