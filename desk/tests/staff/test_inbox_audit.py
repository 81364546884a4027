"""Who did what: every view and act in the inbox leaves its entry, and leads can read them."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, text
from staff_people import PASSWORD, Calls, SignIn, log_in, signed_in_earlier

from nightdesk_desk import log
from nightdesk_desk.audit import views
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.audit.verifying import verify
from nightdesk_desk.desk import Desk
from nightdesk_desk.models import StaffSession, now
from nightdesk_desk.staff.audit_pages import details_of

WORDS = "zebra-marmalade-seventeen"


async def entries(desk: Desk, *kinds: str) -> list[AuditEntry]:
    query = select(AuditEntry).order_by(AuditEntry.number)
    if kinds:
        query = query.where(AuditEntry.kind.in_(kinds))
    async with desk.db.read() as session:
        return list(await session.scalars(query))


def details(entry: AuditEntry) -> dict[str, object]:
    found: dict[str, object] = json.loads(entry.details)
    return found


async def test_signing_in_and_out(
    sign_in: SignIn, desk: Desk, browser: Callable[..., httpx.AsyncClient]
) -> None:
    maria = await sign_in()
    await maria.post("/inbox/logout")
    found = await entries(desk, "signed_in", "signed_out")
    assert [(e.kind, e.username, e.address) for e in found] == [
        ("signed_in", "maria", "127.0.0.1"),
        ("signed_out", "maria", "127.0.0.1"),
    ]


async def test_a_failed_sign_in_names_only_who_has_an_account(
    sign_in: SignIn, desk: Desk, browser: Callable[..., httpx.AsyncClient]
) -> None:
    await sign_in()
    stranger = browser("203.0.113.7")
    assert (await log_in(stranger, " Maria", "not it")).status_code == 401
    assert (await log_in(stranger, PASSWORD, "not it")).status_code == 401
    found = await entries(desk, "sign_in_failed")
    assert [(e.username, e.about, e.address) for e in found] == [
        (None, "maria", "203.0.113.7"),
        (None, None, "203.0.113.7"),
    ]
    assert all(PASSWORD not in json.dumps(e.details) for e in found)


async def test_a_session_that_ran_out_is_noted_when_it_is_cleared(
    sign_in: SignIn, desk: Desk
) -> None:
    await sign_in()
    async with desk.db.write() as session:
        kept = (await session.scalars(select(StaffSession))).one()
        kept.last_seen_at = now() - timedelta(hours=2)
    await sign_in("noor", "Noor")
    [entry] = await entries(desk, "session_ended")
    assert entry.about == "maria"
    assert str(details(entry)["ended_at"]) < entry.at


async def test_a_conversation_is_noted_once_in_a_while(
    sign_in: SignIn, calls: Calls, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    maria, noor = await sign_in(), await sign_in("noor", "Noor")
    case, other = await calls(WORDS), await calls(WORDS)
    for _ in range(2):
        await maria.http.get(case.url)
        await maria.http.get(f"{case.url}/live")
    await noor.http.get(case.url)
    await maria.http.get(other.url)
    seen = [(e.username, e.about) for e in await entries(desk, "conversation_viewed")]
    assert seen == [
        ("maria", case.conversation_id),
        ("noor", case.conversation_id),
        ("maria", other.conversation_id),
    ]
    # Later, the page adds one again; what it asks for by itself does not.
    later = now() + timedelta(minutes=11)
    monkeypatch.setattr(views, "now", lambda: later)
    await maria.http.get(f"{case.url}/live")
    assert len(await entries(desk, "conversation_viewed")) == 3
    await maria.http.get(case.url)
    assert len(await entries(desk, "conversation_viewed")) == 4


async def test_the_live_part_alone_is_a_view_too(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria, case = await sign_in(), await calls(WORDS)
    assert (await maria.http.get(f"{case.url}/live")).status_code == 200
    assert len(await entries(desk, "conversation_viewed")) == 1


async def test_no_page_without_its_entry(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria, case = await sign_in(), await calls(WORDS)
    async with desk.db.write() as session:
        await session.execute(text("DELETE FROM audit_head"))
    answer = await maria.http.get(case.url)
    assert answer.status_code == 503
    assert WORDS not in answer.text


async def test_nobody_sees_a_conversation_that_is_not_there(sign_in: SignIn, desk: Desk) -> None:
    maria = await sign_in()
    assert (await maria.http.get("/inbox/conversations/c_nobody")).status_code == 404
    assert await entries(desk, "conversation_viewed") == []


async def test_every_act_on_a_hand_over(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria, noor = await sign_in(), await sign_in("noor", "Noor")
    case = await calls(WORDS, "P2", "medical_advice", category="x")
    await calls(WORDS, "P1", "crisis", into=case.conversation_id)
    await maria.post(f"{case.url}/acknowledge")
    await maria.post(f"{case.url}/take")
    await noor.post(f"{case.url}/take")
    for _ in range(2):
        await maria.post(f"{case.url}/reply", text=f"{WORDS} again", key="k1")
    await maria.post(f"{case.url}/release")
    await maria.post(f"{case.url}/take")
    fields = {"note": f"{WORDS} note", "outcome_code": "referred", "false_alarm": "yes"}
    await maria.post(f"{case.url}/resolve", **fields)
    about = [e for e in await entries(desk) if e.about == case.conversation_id]
    found = [(e.kind, e.username, e.address) for e in about if e.kind != "conversation_viewed"]
    me = ("maria", "127.0.0.1")
    assert found == [
        ("handover_opened", None, None),
        ("handover_raised", None, None),
        ("handover_acknowledged", *me),
        ("handover_taken", *me),
        ("reply_sent", *me),
        ("handover_released", *me),
        ("handover_taken", *me),
        ("handover_resolved", *me),
    ]
    assert details(about[0]) == {
        "handover": case.handover_id,
        "level": "P2",
        "reason": "medical_advice",
    }
    resolved = next(details(e) for e in about if e.kind == "handover_resolved")
    assert (resolved["outcome"], resolved["false_alarm"]) == ("referred", True)
    everything = " ".join(f"{e.about} {e.details}" for e in await entries(desk))
    assert WORDS not in everything
    async with desk.db.read() as session:
        assert (await verify(session, lambda done, of: None)).wrong is None


async def test_a_topic_with_examples_is_a_view(sign_in: SignIn, desk: Desk) -> None:
    maria = await sign_in()
    await maria.http.get("/inbox/asked/mechanism")
    assert await entries(desk, "topic_viewed") == []
    async with desk.db.write() as session:
        conversation_id, _ = await log.start_conversation(session)
        said = [log.NewEvent("visitor", WORDS), log.NewEvent("bot", "x", "not_in_source:mechanism")]
        await log.append(session, conversation_id, said)
    await maria.http.get("/inbox/asked/mechanism")
    [entry] = await entries(desk, "topic_viewed")
    assert (entry.username, entry.about) == ("maria", "mechanism")


async def test_drafts(sign_in: SignIn, desk: Desk) -> None:
    lead = await sign_in("lea", "Lea", "lead")
    fields = {
        "title": "Parking",
        "question": "Where can I park?",
        "answer": "Behind us.",
        "document": "Guide",
        "passage": "Behind.",
        "examples": "\n".join(f"where do I park, way {i}" for i in range(10)),
    }
    assert (await lead.post("/inbox/asked/parking/draft", **fields)).status_code == 303
    await lead.post("/inbox/asked/parking/draft/delete")
    await lead.post("/inbox/asked/parking/draft/delete")
    found = await entries(desk, "draft_saved", "draft_deleted")
    assert [(e.kind, e.username, e.about) for e in found] == [
        ("draft_saved", "lea", "parking"),
        ("draft_deleted", "lea", "parking"),
    ]


async def test_the_page_is_for_leads_and_admins(sign_in: SignIn) -> None:
    maria = await sign_in()
    for answer in (
        await maria.http.get("/inbox/audit"),
        await maria.post("/inbox/audit/entries.csv"),
    ):
        assert answer.status_code == 403
        assert "Only a lead or an admin can do this." in answer.text
    assert "/inbox/audit" not in (await maria.http.get("/inbox")).text
    for role in ("lead", "admin"):
        person = await sign_in(role, "Lea", role)
        assert 'href="/inbox/audit"' in (await person.http.get("/inbox")).text
        assert (await person.http.get("/inbox/audit")).status_code == 200


async def test_the_page_shows_and_filters(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    lead, case = await sign_in("lea", "Lea", "lead"), await calls(WORDS)
    await lead.post(f"{case.url}/take")
    page = (await lead.http.get("/inbox/audit")).text
    assert f'<a href="{case.url}">{case.conversation_id}</a>' in page
    assert "Handover taken</td>" in page
    assert "level: P1" in page
    page = (await lead.http.get("/inbox/audit?kind=signed_in&who=lea")).text
    assert "Signed in</td>" in page
    assert "Handover taken</td>" not in page
    assert '<input type="hidden" name="kind" value="signed_in">' in page
    assert '<input type="hidden" name="who" value="lea">' in page
    assert "No entry fits." in (await lead.http.get("/inbox/audit?since=2999-01-01")).text
    assert "No entry fits." in (await lead.http.get("/inbox/audit?about=<b>")).text
    answer = await lead.http.get("/inbox/audit?since=yesterday")
    assert answer.status_code == 422
    assert "A date is not right" in answer.text
    assert [e.username for e in await entries(desk, "audit_viewed")] == ["lea"]


async def test_the_page_leads_to_older_entries(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    lead = await sign_in("lea", "Lea", "lead")
    for _ in range(60):
        await calls(WORDS)
    first = (await lead.http.get("/inbox/audit?kind=handover_opened")).text
    assert first.count("Handover opened</td>") == 50
    last = [e.number for e in await entries(desk, "handover_opened")][-50]
    where = f"/inbox/audit?kind=handover_opened&amp;before={last}"
    assert f'<a href="{where}">Older</a>' in first
    assert ">Newest</a>" not in first
    second = (await lead.http.get(where.replace("&amp;", "&"))).text
    assert second.count("Handover opened</td>") == 10
    assert ">Older</a>" not in second
    assert ">Newest</a>" in second


async def test_the_file_is_the_whole_of_it_and_is_noted(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    lead, case = await sign_in("lea", "Lea", "lead"), await calls(WORDS)
    answer = await lead.post("/inbox/audit/entries.csv", about=case.conversation_id)
    assert answer.headers["content-disposition"] == 'attachment; filename="nightdesk-audit.csv"'
    assert answer.headers["cache-control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["kind"], row["about"]) for row in rows] == [
        ("handover_opened", case.conversation_id)
    ]
    [entry] = await entries(desk, "audit_exported")
    assert (entry.username, details(entry)) == (
        "lea",
        {"about": case.conversation_id, "to": ".csv"},
    )
    wrong = await lead.post("/inbox/audit/entries.csv", until="x")
    assert wrong.headers["location"] == "/inbox/audit?until=x"
    assert (await lead.http.get("/inbox/audit?until=x")).status_code == 422


async def test_the_file_asks_for_the_password_again(sign_in: SignIn, desk: Desk) -> None:
    lead = await sign_in("lea", "Lea", "lead")
    without = await lead.http.post("/inbox/audit/entries.csv")
    assert without.status_code == 403
    await signed_in_earlier(desk)
    asked = await lead.post("/inbox/audit/entries.csv", who="lea")
    assert asked.status_code == 403
    assert "Your password again" in asked.text
    assert '<input type="hidden" name="who" value="lea">' in asked.text
    assert 'href="/inbox/audit?who=lea"' in asked.text
    assert not await entries(desk, "audit_exported")
    wrong = await lead.post("/inbox/audit/entries.csv", confirm_password="not my password")
    assert wrong.status_code == 401
    given = await lead.post("/inbox/audit/entries.csv", who="lea", confirm_password=PASSWORD)
    assert given.headers["content-type"].startswith("text/csv")
    [entry] = await entries(desk, "audit_exported")
    assert details(entry) == {"who": "lea", "to": ".csv"}


async def test_of_the_filters_only_what_the_record_knows_is_kept(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    lead, _ = await sign_in("lea", "Lea", "lead"), await calls(WORDS)
    elsewhere = "c_" + "a" * 24
    known = {"kind": "signed_in", "who": "lea", "about": "lea"}
    the_desk = {"who": "the desk", "about": elsewhere}
    for asked, kept in (
        (known, known),
        (the_desk, the_desk),
        (
            {"kind": "i_want_to_die", "who": "ada 555-010-0100", "about": "c_i want to die"},
            dict.fromkeys(("kind", "who", "about"), "(something else)"),
        ),
    ):
        await lead.post("/inbox/audit/entries.csv", **asked)
        assert details((await entries(desk, "audit_exported"))[-1]) == kept | {"to": ".csv"}


async def test_a_broken_entry_is_shown_as_it_is() -> None:
    assert details_of("not JSON") == "not JSON"
    assert details_of("[1]") == "[1]"
    assert details_of('{"false_alarm":true,"outcome":null,"n":1}') == (
        "false alarm: yes, outcome: none, n: 1"
    )
