"""Passing on, changing the level, private notes, opening again."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from staff_people import Calls, Case, Person, SignIn

from nightdesk_desk import handovers, log
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.decide import Call
from nightdesk_desk.desk import Desk
from nightdesk_desk.handover_rules import HandoverRefused
from nightdesk_desk.models import Handover, Staff, now
from nightdesk_desk.staff.queue import read_queue


async def row(desk: Desk, handover_id: int) -> Handover:
    async with desk.db.read() as session:
        found = await handovers.get(session, handover_id)
    assert found
    return found


async def events(desk: Desk, case: Case) -> list[log.LogEvent]:
    async with desk.db.read() as session:
        return await log.read_events(session, case.conversation_id)


async def audited(desk: Desk, kind: str) -> list[AuditEntry]:
    async with desk.db.read() as session:
        rows = await session.scalars(select(AuditEntry).where(AuditEntry.kind == kind))
        return list(rows)


async def waits(desk: Desk, case: Case) -> bool:
    """Whether the clock of the case runs in the queue."""
    async with desk.db.read() as session:
        queue = await read_queue(session, desk.words.clinic.zone, now(), {})
    [line] = queue.taken
    assert line.id == case.handover_id
    return line.wait.ticking


async def taken(
    sign_in: SignIn, calls: Calls, desk: Desk, level: str = "P1"
) -> tuple[Person, Person, Case]:
    maria, noor, case = await sign_in(), await sign_in("noor", "Noor"), await calls(level=level)
    await desk.handovers.take(case.handover_id, maria.id)
    return maria, noor, case


async def resolved(desk: Desk, case: Case, by: Person, **ago: float) -> None:
    await desk.handovers.resolve(
        case.handover_id, by.id, note="Spoke", outcome_code="answered", false_alarm=False
    )
    async with desk.db.write() as session:
        await session.execute(
            update(Handover)
            .where(Handover.id == case.handover_id)
            .values(resolved_at=now() - timedelta(**ago))
        )


async def test_passed_on_it_is_the_colleagues_at_once(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, noor, case = await taken(sign_in, calls, desk)
    answer = await maria.htmx(f"{case.url}/pass", to=str(noor.id))
    assert answer.status_code == 200
    assert answer.headers["hx-trigger"] == "nightdesk:passed"
    assert "With Noor</strong> since" in answer.text
    assert (await row(desk, case.handover_id)).taken_by == noor.id
    assert (await events(desk, case))[
        -1
    ].text == "Noor from our staff is with you in this chat now."

    assert "Maria passed this on to you" in (await noor.http.get("/inbox")).text
    assert "Maria passed this on to you." in (await noor.http.get(case.url)).text
    assert "Maria passed this on to Noor" in (await maria.http.get("/inbox")).text
    refused = await maria.htmx(f"{case.url}/reply", text="Me again")
    assert refused.status_code == 409
    assert (await noor.htmx(f"{case.url}/reply", text="Noor here")).status_code == 200
    assert "passed this on" not in (await noor.http.get("/inbox")).text
    history = (await noor.http.get(case.url)).text
    assert "Taken by Maria" in history
    assert "Passed on by Maria to Noor" in history
    [entry] = await audited(desk, "handover_passed")
    assert (entry.staff_id, entry.about) == (maria.id, case.conversation_id)


async def test_passed_on_it_waits_until_the_colleague_writes(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, noor, case = await taken(sign_in, calls, desk)
    assert not await waits(desk, case)
    await desk.cases.pass_on(case.handover_id, maria.id, noor.id)
    assert await waits(desk, case)
    assert "passed this on to Noor, not answered yet" in (await maria.http.get("/inbox")).text
    assert "New alarm" not in (await maria.http.get("/inbox")).text
    page = (await noor.http.get(case.url)).text
    assert "Not answered yet" in page
    await desk.handovers.reply(case.handover_id, noor.id, "Noor here")
    assert not await waits(desk, case)
    assert "Not answered yet" not in (await noor.http.get(case.url)).text


async def test_whoever_has_it_now_can_say_that_they_have_seen_it(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, noor, case = await taken(sign_in, calls, desk)
    assert (await maria.htmx(f"{case.url}/notice")).status_code == 409
    await desk.cases.pass_on(case.handover_id, maria.id, noor.id)
    assert 'id="do-notice"' not in (await maria.http.get(case.url)).text
    assert (await maria.htmx(f"{case.url}/notice")).status_code == 409
    assert await waits(desk, case)
    assert 'id="do-notice"' in (await noor.http.get(case.url)).text
    answer = await noor.htmx(f"{case.url}/notice")
    assert answer.status_code == 200
    assert "do-notice" not in answer.text
    assert not await waits(desk, case)
    assert "not answered yet" not in (await maria.http.get("/inbox")).text
    [entry] = await audited(desk, "handover_noticed")
    assert (entry.staff_id, entry.about) == (noor.id, case.conversation_id)
    assert (await noor.htmx(f"{case.url}/notice")).status_code == 409


async def test_a_new_alarm_after_it_was_passed_on_is_said_too(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, noor, case = await taken(sign_in, calls, desk)
    await desk.cases.pass_on(case.handover_id, maria.id, noor.id)
    await calls("I want to die", "P1", into=case.conversation_id)
    assert "New alarm, no reply yet" in (await noor.http.get("/inbox")).text


async def test_lowered_it_still_needs_how_it_ended(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, _, case = await taken(sign_in, calls, desk, "P1")
    await desk.cases.set_level(case.handover_id, maria.id, "P3", "A song")
    assert "for P1, how it ended" in (await maria.http.get(case.url)).text
    refused = await maria.htmx(f"{case.url}/resolve", note="A song")
    assert refused.status_code == 422
    assert "For P1 both are needed" in refused.text
    assert (await row(desk, case.handover_id)).state == "taken"
    done = await maria.htmx(f"{case.url}/resolve", note="A song", outcome_code="not_needed")
    assert done.status_code == 200
    assert (await row(desk, case.handover_id)).state == "resolved"


async def test_a_colleague_elsewhere_hears_that_it_was_passed_on(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, noor, case = await taken(sign_in, calls, desk)
    other = await calls("a person please", "P3", "request", ())
    await desk.cases.pass_on(case.handover_id, maria.id, noor.id)
    page = (await noor.http.get(f"{other.url}/live")).text
    assert "Maria has passed a conversation on to you." in page
    assert f'data-keys="passed-{case.handover_id} "' in page
    assert "has passed a conversation" not in (await maria.http.get(f"{other.url}/live")).text


async def test_not_to_whom_it_cannot_be_passed_on(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, noor, case = await taken(sign_in, calls, desk)
    async with desk.db.write() as session:
        await session.execute(update(Staff).where(Staff.id == noor.id).values(disabled_at=now()))
    for to in (str(noor.id), str(maria.id), "999", "", "noor", "-1", "1" * 40, "٣"):
        answer = await maria.htmx(f"{case.url}/pass", to=to)
        assert answer.status_code == 422, to
        assert "Choose a colleague who may sign in." in answer.text
    assert (await row(desk, case.handover_id)).taken_by == maria.id
    assert f'<option value="{noor.id}"' not in (await maria.http.get(case.url)).text
    assert await audited(desk, "handover_passed") == []


async def test_of_two_who_act_at_once_one_comes_second(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, noor, case = await taken(sign_in, calls, desk)
    ada = await sign_in("ada", "Ada")
    done = await asyncio.gather(
        desk.cases.pass_on(case.handover_id, maria.id, noor.id),
        desk.cases.pass_on(case.handover_id, maria.id, ada.id),
        desk.handovers.release(case.handover_id, maria.id),
        return_exceptions=True,
    )
    lost = [error for error in done if isinstance(error, HandoverRefused)]
    assert len(lost) == 2
    joined = [e for e in await events(desk, case) if e.sender == "system"]
    assert len(joined) == 2


@pytest.mark.parametrize("state", ["open", "acknowledged", "resolved"])
async def test_only_what_one_has_can_be_passed_on(
    sign_in: SignIn, calls: Calls, desk: Desk, state: str
) -> None:
    maria, noor, case = await sign_in(), await sign_in("noor", "Noor"), await calls()
    if state == "acknowledged":
        await desk.handovers.acknowledge(case.handover_id, maria.id)
    if state == "resolved":
        await resolved(desk, case, maria, minutes=1)
    answer = await maria.htmx(f"{case.url}/pass", to=str(noor.id))
    assert answer.status_code == 409


async def test_raised_it_comes_first_and_waits_anew(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria = await sign_in()
    case = await calls("a person please", "P3", "request", ())
    await desk.handovers.acknowledge(case.handover_id, maria.id)
    before = await events(desk, case)
    answer = await maria.htmx(f"{case.url}/level", level="P1", why="They sound in danger")
    assert answer.status_code == 200
    assert answer.headers["hx-trigger"] == "nightdesk:level"
    assert "Raised by staff" in answer.text
    assert "Raised by Maria: P3 to P1" in answer.text
    assert "They sound in danger" in answer.text
    raised = await row(desk, case.handover_id)
    assert (raised.level, raised.reason, raised.state) == ("P1", "request", "acknowledged")
    assert "New alarm since" in (await maria.http.get("/inbox")).text
    # The visitor is not told.
    assert await events(desk, case) == before
    [entry] = await audited(desk, "handover_raised")
    assert entry.staff_id == maria.id
    assert "danger" not in entry.details


async def test_lowered_it_is_marked(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria, noor, case = await taken(sign_in, calls, desk, "P0")
    other = await noor.htmx(f"{case.url}/level", level="P2", why="A song")
    assert other.status_code == 409
    nothing = await maria.htmx(f"{case.url}/level", level="P2", why=" ")
    assert nothing.status_code == 422
    assert "Write down why." in nothing.text
    assert (await row(desk, case.handover_id)).level == "P0"
    done = await maria.htmx(f"{case.url}/level", level="P2", why="A song")
    assert done.status_code == 200
    assert "Maria lowered this from" in done.text
    assert "Lowered by Maria: P0 to P2" in done.text
    assert "lowered from P0 by Maria" in (await noor.http.get("/inbox")).text
    assert len(await audited(desk, "handover_lowered")) == 1
    # A new crisis raises it as ever.
    await calls("I want to die", "P1", into=case.conversation_id)
    assert (await row(desk, case.handover_id)).level == "P1"


async def test_a_refused_reason_is_still_in_the_form(sign_in: SignIn, calls: Calls) -> None:
    maria, case = await sign_in(), await calls()
    answer = await maria.post(f"{case.url}/level", level="P1", why="As it is")
    assert answer.status_code == 422
    assert "As it is</textarea>" in answer.text
    assert '<details id="level" class="card case-act" open>' in answer.text


async def test_a_private_note_is_only_for_staff(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria, noor, case = await sign_in(), await sign_in("noor", "Noor"), await calls()
    before = await events(desk, case)
    answer = await maria.htmx(f"{case.url}/note", text="  Called <b>the</b> partner ")
    assert answer.status_code == 200
    assert answer.headers["hx-trigger"] == "nightdesk:noted"
    page = (await noor.http.get(case.url)).text
    assert "Private note by Maria" in page
    assert "Called &lt;b&gt;the&lt;/b&gt; partner" in page
    assert await events(desk, case) == before
    [entry] = await audited(desk, "note_added")
    assert "partner" not in entry.details
    empty = await maria.htmx(f"{case.url}/note", text=" \n")
    assert empty.status_code == 422
    assert "write the note first" in empty.text


async def test_a_note_beside_a_conversation_without_a_hand_over(
    sign_in: SignIn, desk: Desk
) -> None:
    maria = await sign_in()
    async with desk.db.write() as session:
        conversation_id, _ = await log.start_conversation(session)
    case = Case(conversation_id, 0)
    assert (await maria.post(f"{case.url}/note", text="Seen")).status_code == 303
    assert "Private note by Maria" in (await maria.http.get(case.url)).text
    assert (await maria.post("/inbox/conversations/nope/note", text="Seen")).status_code == 404


async def test_opened_again_it_is_a_new_one_that_says_so(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, noor, case = await sign_in(), await sign_in("noor", "Noor"), await calls()
    await resolved(desk, case, maria, days=6)
    answer = await noor.htmx(f"{case.url}/reopen", why="They called back")
    assert answer.status_code == 200
    assert answer.headers["hx-trigger"] == "nightdesk:reopened"
    async with desk.db.read() as session:
        new, old = await handovers.of_conversation(session, case.conversation_id)
        [trigger] = await handovers.triggers(session, new.id)
    assert (new.state, new.level, new.reason) == ("open", "P1", "crisis")
    assert (old.id, old.state, old.note) == (case.handover_id, "resolved", "Spoke")
    # By whose message the language of help is known.
    assert (trigger.detector, trigger.category) == ("staff", "suicidal_ideation")
    page = (await maria.http.get(case.url)).text
    assert "Opened again by Noor" in page
    assert "They called back" in page
    assert "Earlier hand-overs here" in page
    assert "How it ended: Answered here" in page
    assert "opened again" in (await maria.http.get("/inbox")).text
    [entry] = await audited(desk, "handover_reopened")
    assert entry.staff_id == noor.id


async def test_two_open_it_again_at_once(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria, case = await sign_in(), await calls()
    await resolved(desk, case, maria, days=1)
    done = await asyncio.gather(
        *(desk.cases.reopen(case.handover_id, maria.id, f"{n}") for n in range(4)),
        return_exceptions=True,
    )
    assert [isinstance(one, HandoverRefused) for one in done].count(True) == 3
    async with desk.db.read() as session:
        assert len(await handovers.of_conversation(session, case.conversation_id)) == 2


@pytest.mark.parametrize(
    ("how", "status", "words"),
    [
        ({"days": 8}, 422, "more than 7 days ago"),
        ({"days": 1}, 422, "Write down why."),
        (None, 409, "is not resolved"),
    ],
)
async def test_what_cannot_be_opened_again(
    sign_in: SignIn,
    calls: Calls,
    desk: Desk,
    how: dict[str, float] | None,
    status: int,
    words: str,
) -> None:
    maria, case = await sign_in(), await calls()
    if how:
        await resolved(desk, case, maria, **how)
    why = "They called" if how != {"days": 1} else ""
    answer = await maria.htmx(f"{case.url}/reopen", why=why)
    assert answer.status_code == status
    assert words in answer.text


async def test_what_a_newer_one_follows_is_not_opened_again(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, case = await sign_in(), await calls()
    await resolved(desk, case, maria, days=1)
    async with desk.db.write() as session:
        await log.hold(session, case.conversation_id)
        await handovers.open_or_raise(session, case.conversation_id, 1, Call("request", "P3"))
    with pytest.raises(HandoverRefused) as refused:
        await desk.cases.reopen(case.handover_id, maria.id, "They called")
    assert refused.value.code == "not_possible"


async def test_the_visitor_is_told_a_title(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria, noor, case = await sign_in(), await sign_in("noor", "Noor"), await calls()
    async with desk.db.write() as session:
        await session.execute(update(Staff).where(Staff.id == noor.id).values(title="nurse"))
    await desk.handovers.take(case.handover_id, maria.id)
    await desk.cases.pass_on(case.handover_id, maria.id, noor.id)
    await desk.handovers.reply(case.handover_id, noor.id, "Hello")
    joined, passed, said = (await events(desk, case))[-3:]
    assert joined.text == "Maria from our staff has joined this chat."
    assert passed.text == "Noor (nurse) from our staff is with you in this chat now."
    assert (said.name, said.title) == ("Noor", "nurse")


async def test_every_act_needs_the_pages_proof(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria, noor, case = await taken(sign_in, calls, desk)
    fields = {"to": str(noor.id), "level": "P0", "why": "x", "text": "x", "q": "xx"}
    for path in ("pass", "level", "note", "reopen"):
        assert (await maria.http.post(f"{case.url}/{path}", data=fields)).status_code == 403, path
    assert (await maria.http.post("/inbox/search", data=fields)).status_code == 403
    unchanged = await row(desk, case.handover_id)
    assert (unchanged.taken_by, unchanged.level) == (maria.id, "P1")


async def test_words_to_whoever_has_it_make_the_clock_run(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, noor, case = await taken(sign_in, calls, desk)
    assert "data-since" not in (await maria.http.get(case.url)).text
    async with desk.db.write() as session:
        await log.append(session, case.conversation_id, [log.NewEvent("visitor", "Still there?")])
    for page in ("/inbox", case.url):
        assert "data-since" in (await noor.http.get(page)).text, page
    assert "The visitor has written and waits" in (await noor.http.get(case.url)).text
    assert 'id="do-notice"' not in (await noor.http.get(case.url)).text
    assert 'id="do-notice"' in (await maria.http.get(case.url)).text
    answer = await maria.htmx(f"{case.url}/notice")
    assert answer.status_code == 200
    assert "data-since" not in answer.text
    assert "The visitor has written and waits" not in answer.text
    assert "data-since" not in (await noor.http.get("/inbox")).text
