"""What must hold of acts on cases on every kind of database, whichever process does them."""

import asyncio
from collections.abc import Awaitable

from nightdesk_contract.clinic import ClinicFile
from nightdesk_contract.clinic_alerts import AlertAddress
from sqlalchemy import select

from nightdesk_desk import handovers, log
from nightdesk_desk.alerts import outbox, relevel
from nightdesk_desk.cases import reading
from nightdesk_desk.cases.acts import CaseActs
from nightdesk_desk.cases.unanswered import unanswered_since
from nightdesk_desk.db import Database
from nightdesk_desk.decide import Call
from nightdesk_desk.handover_acts import Handovers
from nightdesk_desk.handover_rules import HandoverRefused
from nightdesk_desk.metrics import Metrics
from nightdesk_desk.models import Alert, Conversation, Handover, Staff, now
from nightdesk_desk.settings import PROJECT_ROOT
from nightdesk_desk.staff import leaving
from nightdesk_desk.staff.search import search
from nightdesk_desk.wakeups import Wakeups
from nightdesk_desk.words import Words


def acts_of(db: Database) -> tuple[Handovers, CaseActs]:
    """The acts of a desk process on this database."""
    words = Words(ClinicFile(PROJECT_ROOT / "clinic.yml"), PROJECT_ROOT / "data")
    parts = (db, Wakeups(db), words, Metrics())
    return Handovers(*parts), CaseActs(*parts)


async def case_with_staff(db: Database, text: str = "help") -> tuple[str, int, list[int]]:
    """A hand-over, and three people; gives the conversation, the hand-over, the people."""
    async with db.write() as session:
        conversation_id = (await log.start_conversation(session))[0]
        await log.append(session, conversation_id, [log.NewEvent("visitor", text)])
        opened = await handovers.open_or_raise(session, conversation_id, 1, Call("crisis", "P1"))
        people = [
            Staff(username=f"{conversation_id}{n}".lower(), first_name=f"N{n}", password_hash="x")
            for n in range(3)
        ]
        session.add_all(people)
        await session.flush()
        return conversation_id, opened.handover_id, [person.id for person in people]


async def refusals(*acts: Awaitable[object]) -> int:
    done = await asyncio.gather(*acts, return_exceptions=True)
    errors = [one for one in done if isinstance(one, BaseException)]
    assert all(isinstance(error, HandoverRefused) for error in errors), errors
    return len(errors)


async def of_many_one_takes_it(one: Database, two: Database) -> None:
    conversation_id, handover_id, people = await case_with_staff(one)
    (mine, _), (theirs, _) = acts_of(one), acts_of(two)
    lost = await refusals(
        *(acts.take(handover_id, who) for acts in (mine, theirs) for who in people)
    )
    assert lost == 5
    async with two.read() as session:
        case = await session.get_one(Handover, handover_id)
        said = await log.read_events(session, conversation_id, after=1)
    assert case.taken_by in people
    assert [event.sender for event in said] == ["system"]


async def taken_and_resolved_at_once_the_bot_has_it(one: Database, two: Database) -> None:
    """By one person in two tabs, whichever comes first."""
    (mine, _), (theirs, _) = acts_of(one), acts_of(two)
    for _ in range(5):
        conversation_id, handover_id, (ana, _, _) = await case_with_staff(one)
        await refusals(
            theirs.resolve(handover_id, ana, note="Spoke", outcome_code="answered"),
            mine.take(handover_id, ana),
        )
        async with two.read() as session:
            case = await session.get_one(Handover, handover_id)
            conversation = await session.get_one(Conversation, conversation_id)
        assert (case.state, conversation.state) == ("resolved", "bot")


async def words_to_whoever_has_it_wait(one: Database, two: Database) -> None:
    conversation_id, handover_id, (ana, _, _) = await case_with_staff(one)
    (mine, acts), _ = acts_of(one), acts_of(two)

    async def waits() -> bool:
        async with two.read() as session:
            return bool(await unanswered_since(session, [handover_id]))

    async def writes() -> None:
        async with one.write() as session:
            await log.append(session, conversation_id, [log.NewEvent("visitor", "there?")])

    assert not await waits()
    await mine.take(handover_id, ana)
    assert not await waits()
    await writes()
    assert await waits()
    await mine.reply(handover_id, ana, "yes")
    assert not await waits()
    await writes()
    await acts.notice(handover_id, ana)
    assert not await waits()


async def a_case_is_passed_on_by_one(one: Database, two: Database) -> None:
    _, handover_id, (ana, ben, cem) = await case_with_staff(one)
    (mine, first), (_, second) = acts_of(one), acts_of(two)
    await mine.take(handover_id, ana)
    lost = await refusals(
        first.pass_on(handover_id, ana, ben),
        second.pass_on(handover_id, ana, cem),
        mine.release(handover_id, ana),
    )
    assert lost == 2
    async with two.read() as session:
        case = await session.get_one(Handover, handover_id)
        acts = (await reading.read_acts(session, [handover_id])).get(handover_id, [])
    assert [act.to_staff_id for act in acts] == ([case.taken_by] if case.taken_by else [])


async def who_is_disabled_has_no_chat(one: Database, two: Database) -> None:
    words = Words(ClinicFile(PROJECT_ROOT / "clinic.yml"), PROJECT_ROOT / "data")
    for _ in range(4):
        _, handover_id, (ana, ben, _) = await case_with_staff(one)
        (mine, _), (_, second) = acts_of(one), acts_of(two)
        await mine.take(handover_id, ben)
        _, other, _ = await case_with_staff(one)

        async def disable(staff_id: int) -> None:
            async with two.write() as session:
                username = (await session.get_one(Staff, staff_id)).username
                await leaving.disable(session, words, username)

        await refusals(
            mine.take(other, ana), second.pass_on(handover_id, ben, ana), disable(ana), disable(ben)
        )
        async with one.read() as session:
            found = select(Handover.id).where(Handover.taken_by.in_([ana, ben]))
            assert (await session.scalars(found)).all() == []


async def a_case_is_opened_again_once(one: Database, two: Database) -> None:
    conversation_id, handover_id, (ana, ben, _) = await case_with_staff(one)
    (mine, first), (_, second) = acts_of(one), acts_of(two)
    await mine.resolve(handover_id, ana, note="Spoke", outcome_code="answered")
    lost = await refusals(
        *(acts.reopen(handover_id, ben, "They called") for acts in (first, second) * 2)
    )
    assert lost == 3
    async with two.read() as session:
        new, old = await handovers.of_conversation(session, conversation_id)
        [act] = (await reading.read_acts(session, [new.id]))[new.id]
    assert (act.kind, act.of_handover_id, act.why) == ("reopened", old.id, "They called")


async def lowered_and_serious_again_it_is_told_again(one: Database, two: Database) -> None:
    conversation_id, handover_id, _ = await case_with_staff(one)
    name = f"pager {conversation_id[:8]}"
    told = [AlertAddress(name, url="json://localhost", levels=("P0", "P1", "P2"))]

    async def change(db: Database, level: str) -> None:
        async with db.write() as session:
            session.info[outbox.ADDRESSES] = lambda: told
            case = await handovers.hold(session, handover_id)
            before, case.level = case.level, level
            if before < level:
                await relevel.lowered(session, case)
            else:
                await outbox.put(session, case)

    await change(one, "P0")
    await change(two, "P2")
    await change(one, "P0")
    async with two.read() as session:
        rows = await session.scalars(select(Alert).where(Alert.address == name).order_by(Alert.id))
        alerts = [(row.level, row.state, row.handover_id) for row in rows]
    assert alerts == [
        ("P0", "needless", None),
        ("P2", "waiting", handover_id),
        ("P0", "waiting", handover_id),
    ]
    async with one.write() as session:
        for row in await session.scalars(select(Alert).where(Alert.address == name)):
            row.state = "needless"


async def a_search_reads_words_and_numbers(one: Database, two: Database) -> None:
    conversation_id, _, _ = await case_with_staff(one, "My  ZÉBRA told me so")
    async with two.read() as session:
        for asked in ("zébra so", conversation_id, conversation_id[:12]):
            assert conversation_id in (await search(session, asked, now())).conversations, asked
        for asked in ("zebra quagga", "%", conversation_id[1:]):
            assert conversation_id not in (await search(session, asked, now())).conversations


CASES = [
    of_many_one_takes_it,
    taken_and_resolved_at_once_the_bot_has_it,
    words_to_whoever_has_it_wait,
    a_case_is_passed_on_by_one,
    who_is_disabled_has_no_chat,
    a_case_is_opened_again_once,
    lowered_and_serious_again_it_is_told_again,
    a_search_reads_words_and_numbers,
]
