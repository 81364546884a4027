"""What the queue and a conversation show."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from staff_people import Calls, Case, SignIn

from nightdesk_desk import log
from nightdesk_desk.desk import Desk
from nightdesk_desk.models import Contact, Handover, now


async def say(desk: Desk, case: Case, *events: log.NewEvent) -> None:
    async with desk.db.write() as session:
        await log.append(session, case.conversation_id, list(events))
    desk.wakeups.notify(case.conversation_id)


async def opened_before(desk: Desk, case: Case, **ago: float) -> None:
    async with desk.db.write() as session:
        await session.execute(
            update(Handover)
            .where(Handover.id == case.handover_id)
            .values(opened_at=now() - timedelta(**ago))
        )


async def test_nobody_is_waiting(sign_in: SignIn) -> None:
    maria = await sign_in()
    assert "Nobody is waiting." in (await maria.http.get("/inbox")).text


async def test_the_queue_goes_by_level_then_by_waiting_time(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria = await sign_in()
    wishes = await calls("can I talk to a person", "P3", "request", ())
    late = await calls("late crisis words")
    early = await calls("early crisis words")
    now_ = await calls("took the pills", "P0")
    await opened_before(desk, wishes, hours=3)
    await opened_before(desk, early, minutes=6)
    page = (await maria.http.get("/inbox")).text
    places = [page.index(case.url) for case in (now_, early, late, wishes)]
    assert places == sorted(places)
    assert "“early crisis words”" in page
    assert "May be in crisis or unsafe" in page
    assert "Asked for a person" in page
    for level in ("Emergency", "Crisis", "Request"):
        assert f"</span> {level}</span>" in page
    assert "3:00:0" in page
    assert "past 5 min" in page
    assert '<span class="count">4</span>' in page


async def test_the_queue_says_who_has_it(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria, case, seen = await sign_in(), await calls(), await calls("also bad")
    await desk.handovers.take(case.handover_id, maria.id)
    await desk.handovers.acknowledge(seen.handover_id, maria.id)
    page = (await maria.http.get("/inbox")).text
    assert "With <strong>Maria</strong>" in page
    assert "Seen by Maria" in page
    # The words that led to the hand-over came before it was taken.
    assert "Visitor has written, no reply yet" in page
    await desk.handovers.reply(case.handover_id, maria.id, "I am here")
    assert "no reply yet" not in (await maria.http.get("/inbox")).text


async def test_a_new_alarm_after_an_act_is_shown(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria = await sign_in()
    case = await calls("can I talk to a person", "P3", "request", ())
    await desk.handovers.acknowledge(case.handover_id, maria.id)
    assert "New alarm" not in (await maria.http.get("/inbox")).text
    await calls("I have taken the pills", "P0", into=case.conversation_id)
    page = (await maria.http.get("/inbox")).text
    assert "New alarm since" in page
    assert "Emergency" in page
    assert "“I have taken the pills”" in page
    assert "A new alarm has come since." in (await maria.http.get(case.url)).text


async def test_a_conversation_shows_all_that_matters(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria = await sign_in()
    case = await calls('<b>I</b> want to die "tonight"', spans=((9, 20),))
    await say(
        desk,
        case,
        log.NewEvent("bot", "Please call.", outcome="handover:crisis", level="P1"),
        log.NewEvent("bot", "It can work fast.", "answer:rapid_relief", ["rapid_relief"]),
        log.NewEvent("system", "Our staff have been told."),
    )
    async with desk.db.write() as session:
        session.add(
            Contact(
                conversation_id=case.conversation_id,
                name="<i>Jo</i>",
                phone="(555) 010-0199",
                safe_to_leave_message=False,
            )
        )
    page = (await maria.http.get(case.url)).text
    assert "&lt;b&gt;I&lt;/b&gt; <mark>want to die</mark> &#34;tonight&#34;" in page
    assert "<b>I" not in page
    assert "&lt;i&gt;Jo&lt;/i&gt;" in page
    for words in (
        "want_to_die",
        "0.97",
        "suicidal ideation",
        "patterns",
        "Answered from our guide",
        f"From our guide: {desk.passages['rapid_relief'].title}",
        "Our staff have been told.",
        'href="tel:5550100199"',
        "Do not leave a message",
        "Nobody has seen this yet",
        "Opened: May be in crisis or unsafe",
    ):
        assert words in page, words


async def test_broken_or_missing_spans_hide_nothing(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria = await sign_in()
    case = await calls("help me please", spans=((5, 700), (-3, 2)))
    page = (await maria.http.get(case.url)).text
    assert "<mark>he</mark>lp <mark>me please</mark>" in page


async def test_times_are_the_clinics(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria, case = await sign_in(), await calls()
    zone = desk.words.clinic.zone
    async with desk.db.read() as session:
        (event,) = await log.read_events(session, case.conversation_id)
    local = event.at.astimezone(zone)
    shown = f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"
    assert f">{shown}</time>" in (await maria.http.get(case.url)).text


async def test_an_earlier_handover_stays_in_the_history(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, first = await sign_in(), await calls()
    await desk.handovers.resolve(
        first.handover_id, maria.id, note="Spoke with them", outcome_code="called_back"
    )
    again = await calls("not fine again", into=first.conversation_id)
    assert again.handover_id != first.handover_id
    page = (await maria.http.get(first.url)).text
    assert "Spoke with them" in page
    assert "Resolved by Maria: Called back" in page
    assert "Nobody has seen this yet." in page
    queue = (await maria.http.get("/inbox")).text
    assert queue.index("Waiting for a person") < queue.index("Resolved by Maria")


async def test_an_unknown_conversation(sign_in: SignIn) -> None:
    maria = await sign_in()
    for path in ("", "/live", "/stream"):
        answer = await maria.http.get(f"/inbox/conversations/c_none{path}")
        assert answer.status_code == 404
        assert "no such page or conversation" in answer.text


async def test_a_conversation_that_nobody_was_asked_for(sign_in: SignIn, desk: Desk) -> None:
    maria = await sign_in()
    async with desk.db.write() as session:
        conversation_id, _ = await log.start_conversation(session)
    case = Case(conversation_id, 0)
    page = (await maria.http.get(case.url)).text
    assert "The assistant is answering this visitor." in page
    assert "Nothing has been written yet." in page
    assert (await maria.htmx(f"{case.url}/take")).status_code == 409


@pytest.mark.parametrize(
    ("category", "words"),
    [
        ("crisis_third_person_emergency", "Worry about another person, emergency"),
        ("crisis_es", "Crisis, in Spanish"),
        ("not_judged", "Not judged: the safety check could not read this message"),
        ("of_an_older_desk", "of an older desk"),
    ],
)
async def test_a_category_is_told_in_words(
    sign_in: SignIn, calls: Calls, category: str, words: str
) -> None:
    maria, case = await sign_in(), await calls(category=category)
    page = (await maria.http.get(case.url)).text
    assert f"<dt>Category</dt><dd>{words}</dd>" in page
