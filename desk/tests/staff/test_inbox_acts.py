"""What staff do: acknowledge, take, reply, give back, resolve."""

import asyncio
import re

import pytest
from staff_people import Calls, Case, Person, SignIn

from nightdesk_desk import handovers, log
from nightdesk_desk.contact import ContactDetails, leave_contact
from nightdesk_desk.desk import Desk
from nightdesk_desk.models import Conversation, Handover


async def handover(desk: Desk, case: Case) -> Handover:
    async with desk.db.read() as session:
        found = await handovers.get(session, case.handover_id)
    assert found
    return found


async def events(desk: Desk, case: Case) -> list[log.LogEvent]:
    async with desk.db.read() as session:
        return await log.read_events(session, case.conversation_id)


async def taken(sign_in: SignIn, calls: Calls, **how: str) -> tuple[Person, Case]:
    maria, case = await sign_in(), await calls(**how)
    assert (await maria.htmx(f"{case.url}/take")).status_code == 200
    return maria, case


async def test_acknowledge_stops_the_clock_once(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria, noor, case = await sign_in(), await sign_in("noor", "Noor"), await calls()
    answer = await maria.htmx(f"{case.url}/acknowledge")
    # The page's script leads the focus from the button, which is gone, to what came of it.
    assert answer.headers["hx-trigger"] == "nightdesk:acknowledged"
    assert '<h1 id="status-h" tabindex="-1">' in answer.text
    assert answer.status_code == 200
    assert "Seen by Maria" in answer.text
    assert "clock still" in answer.text
    again = await noor.htmx(f"{case.url}/acknowledge")
    assert again.status_code == 409
    assert "Maria has seen this already." in again.text
    assert (await handover(desk, case)).acknowledged_by == maria.id


async def test_exactly_one_takes_it(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    names = ["Maria", "Noor", "Ada", "Li", "Sam"]
    people = [await sign_in(name.lower() + "1", name) for name in names]
    case = await calls()
    answers = await asyncio.gather(*(p.htmx(f"{case.url}/take") for p in people))
    assert sorted(a.status_code for a in answers) == [200] + [409] * 4
    winner = next(i for i, a in enumerate(answers) if a.status_code == 200)
    assert (await handover(desk, case)).taken_by == people[winner].id
    for i, answer in enumerate(answers):
        if i != winner:
            assert f"{names[winner]} has this conversation. Nothing was changed." in answer.text
            assert f"<strong>With {names[winner]}</strong> since" in answer.text
        else:
            assert "<strong>With you</strong> since" in answer.text
            assert answer.headers["hx-trigger"] == "nightdesk:taken"
    joined = [e for e in await events(desk, case) if e.sender == "system"]
    assert len(joined) == 1
    assert names[winner] in joined[0].text


async def test_a_reply_reaches_the_visitors_log(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria, case = await taken(sign_in, calls)
    answer = await maria.htmx(f"{case.url}/reply", text="  I am here.\n<b>Stay</b>  ", key="k1")
    assert answer.status_code == 200
    assert answer.headers["hx-trigger"] == "nightdesk:replied"
    assert "I am here.\n&lt;b&gt;Stay&lt;/b&gt;" in answer.text
    last = (await events(desk, case))[-1]
    assert (last.sender, last.text, last.name) == ("staff", "I am here.\n<b>Stay</b>", "Maria")


async def test_the_same_reply_sent_twice_arrives_once(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, case = await taken(sign_in, calls)
    for _ in range(2):
        assert (await maria.htmx(f"{case.url}/reply", text="Hello", key="k1")).status_code == 200
    other = await maria.htmx(f"{case.url}/reply", text="Hello you", key="k1")
    assert other.status_code == 409
    assert "did reach the visitor" in other.text
    assert other.headers["hx-trigger"] == "nightdesk:new-key"
    assert [e.text for e in await events(desk, case) if e.sender == "staff"] == ["Hello"]


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "nothing to send"), (" \u200b\n", "nothing to send"), ("x" * 2001, "too long")],
)
async def test_a_reply_that_cannot_be_sent_stays_with_its_writer(
    sign_in: SignIn, calls: Calls, desk: Desk, text: str, words: str
) -> None:
    maria, case = await taken(sign_in, calls)
    answer = await maria.htmx(f"{case.url}/reply", text=text)
    assert answer.status_code == 422
    assert words in answer.text
    assert "hx-trigger" not in answer.headers
    whole = await maria.post(f"{case.url}/reply", text=text)
    assert f"{text}</textarea>" in whole.text
    assert all(e.sender != "staff" for e in await events(desk, case))


async def test_only_who_has_taken_it_may_reply(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria, case = await taken(sign_in, calls)
    noor = await sign_in("noor", "Noor")
    answer = await noor.htmx(f"{case.url}/reply", text="Hi")
    assert answer.status_code == 409
    assert "Maria has this conversation. Nothing was changed." in answer.text
    await maria.htmx(f"{case.url}/release")
    answer = await maria.htmx(f"{case.url}/reply", text="Hi")
    assert answer.status_code == 409
    assert "Take the conversation first." in answer.text
    assert all(e.sender != "staff" for e in await events(desk, case))


async def test_giving_it_back(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria, case = await taken(sign_in, calls)
    assert (await maria.htmx(f"{case.url}/release")).status_code == 200
    assert (await handover(desk, case)).state == "open"
    async with desk.db.read() as session:
        conversation = await session.get(Conversation, case.conversation_id)
    assert conversation
    assert conversation.state == "bot"
    # It waits for a person again, and its clock runs.
    queue = (await maria.http.get("/inbox")).text
    assert "Nobody has seen this yet" in queue
    assert "data-since" in queue


@pytest.mark.parametrize(
    ("level", "form", "status", "words"),
    [
        ("P1", {"note": "", "outcome_code": "answered"}, 422, "Write a note first"),
        ("P1", {"note": "Spoke", "outcome_code": ""}, 422, "both are needed"),
        ("P0", {"note": "Spoke", "outcome_code": "invented"}, 422, "both are needed"),
        ("P2", {"note": " \n ", "outcome_code": ""}, 422, "Write a note first"),
        ("P2", {"note": "x" * 4001, "outcome_code": ""}, 422, "too long"),
        ("P0", {"note": "Spoke", "outcome_code": "emergency_services"}, 200, "Resolved by Maria"),
        ("P2", {"note": "Spoke", "outcome_code": ""}, 200, "Resolved by Maria"),
        ("P3", {"note": "Spoke", "outcome_code": "answered"}, 200, "Resolved by Maria"),
    ],
)
async def test_what_resolving_needs(
    sign_in: SignIn,
    calls: Calls,
    desk: Desk,
    level: str,
    form: dict[str, str],
    status: int,
    words: str,
) -> None:
    maria, case = await taken(sign_in, calls, level=level)
    answer = await maria.htmx(f"{case.url}/resolve", **form)
    assert answer.status_code == status
    assert words in answer.text
    now_ = await handover(desk, case)
    assert now_.state == ("resolved" if status == 200 else "taken")
    if status == 200:
        assert (now_.note, now_.outcome_code) == ("Spoke", form["outcome_code"] or None)
        assert not now_.false_alarm


async def test_a_false_alarm_is_kept_as_one(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria, case = await sign_in(), await calls()
    form = {"note": "A song", "outcome_code": "not_needed", "false_alarm": "yes"}
    answer = await maria.post(f"{case.url}/resolve", **form)
    assert answer.status_code == 303
    assert (await handover(desk, case)).false_alarm
    assert "(false alarm)" in (await maria.http.get(case.url)).text
    assert "false alarm" in (await maria.http.get("/inbox")).text


async def test_a_refused_note_is_still_in_the_form(sign_in: SignIn, calls: Calls) -> None:
    maria, case = await sign_in(), await calls()
    answer = await maria.post(f"{case.url}/resolve", note="Half written", false_alarm="yes")
    assert answer.status_code == 422
    assert "Half written</textarea>" in answer.text
    assert 'value="yes" checked' in answer.text
    assert '<details id="resolve" class="card" open>' in answer.text


async def test_nobody_resolves_what_another_has(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    _, case = await taken(sign_in, calls)
    noor = await sign_in("noor", "Noor")
    form = {"note": "Mine", "outcome_code": "answered"}
    answer = await noor.htmx(f"{case.url}/resolve", **form)
    assert answer.status_code == 409
    assert "Maria has this conversation" in answer.text
    assert (await handover(desk, case)).state == "taken"


async def test_after_resolving_nothing_more_can_be_done(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, case = await taken(sign_in, calls)
    form = {"note": "Done", "outcome_code": "answered", "text": "Hi"}
    assert (await maria.htmx(f"{case.url}/resolve", **form)).status_code == 200
    before = await events(desk, case)
    for act in ("acknowledge", "take", "release", "reply", "resolve"):
        answer = await maria.htmx(f"{case.url}/{act}", **form)
        assert answer.status_code == 409, act
        assert "resolved already, by Maria" in answer.text
    assert await events(desk, case) == before


async def test_plain_forms_work_without_script(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria, case = await sign_in(), await calls()
    for act, fields in (("take", {}), ("reply", {"text": "Hello"}), ("release", {})):
        answer = await maria.post(f"{case.url}/{act}", **fields)
        assert (answer.status_code, answer.headers["location"]) == (303, case.url)
    assert any(e.text == "Hello" for e in await events(desk, case))


async def test_only_the_one_who_has_it_is_seen_typing(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, case = await taken(sign_in, calls)
    noor = await sign_in("noor", "Noor")
    with desk.wakeups.watch(case.conversation_id) as watch:
        assert (await noor.htmx(f"{case.url}/typing", typing="yes")).status_code == 204
        assert watch.take_typing() is None
        assert (await maria.htmx(f"{case.url}/typing", typing="yes")).status_code == 204
        assert watch.take_typing() == ("staff", True)


async def test_details_left_since_are_not_resolved_unseen(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, case = await taken(sign_in, calls)
    how = {"note": "Spoke", "outcome_code": "answered"}
    seen = (await events(desk, case))[-1].seq
    details = ContactDetails("Ann", "555-0100-777", None, True)
    async with desk.db.write() as session:
        note, _ = await leave_contact(session, case.conversation_id, details, "Saved.", "I agree.")
    assert (await maria.htmx(f"{case.url}/resolve", seen=str(seen), **how)).status_code == 409
    assert (await handover(desk, case)).state == "taken"
    assert (await maria.htmx(f"{case.url}/resolve", seen=str(note), **how)).status_code == 200


async def test_what_was_written_since_is_not_resolved_unread(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, case = await taken(sign_in, calls)
    how = {"note": "Spoke", "outcome_code": "answered"}

    def seen(page: str) -> str:
        found = re.search(r'name="seen" id="resolve-seen" value="([0-9]+)"', page)
        assert found
        return found[1]

    before = seen((await maria.http.get(case.url)).text)
    async with desk.db.write() as session:
        await log.append(
            session, case.conversation_id, [log.NewEvent("visitor", "I took all of them")]
        )
    refused = await maria.htmx(f"{case.url}/resolve", seen=before, **how)
    assert refused.status_code == 409
    assert "read it first" in refused.text
    assert "I took all of them" in refused.text
    assert (await handover(desk, case)).state == "taken"
    # What is typed is kept, also without a script.
    whole = await maria.post(f"{case.url}/resolve", seen=before, **how)
    assert (whole.status_code, "Spoke</textarea>" in whole.text) == (409, True)
    # The answer's page has it: now it was read.
    assert seen(refused.text) == seen(whole.text) != before
    done = await maria.htmx(f"{case.url}/resolve", seen=seen(refused.text), **how)
    assert done.status_code == 200
    assert (await handover(desk, case)).state == "resolved"
    # Sent twice, it is resolved already.
    assert "resolved already" in (await maria.htmx(f"{case.url}/resolve", seen="1", **how)).text
