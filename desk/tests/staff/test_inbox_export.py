"""A conversation as a file for leads and admins, and a visitor's wish to have it deleted."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from staff_people import PASSWORD, Calls, SignIn, signed_in_earlier

from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.desk import Desk
from nightdesk_desk.models import Contact, Conversation, Handover, now
from nightdesk_desk.privacy.deletion import request_deletion
from nightdesk_desk.privacy.keys import UNREADABLE, new_key


async def exports(desk: Desk) -> list[tuple[int | None, str | None]]:
    async with desk.db.read() as session:
        rows = await session.execute(
            select(AuditEntry.staff_id, AuditEntry.about).where(
                AuditEntry.kind == "conversation_exported"
            )
        )
        return [(row.staff_id, row.about) for row in rows]


@pytest.mark.parametrize("role", ["lead", "admin"])
async def test_a_lead_saves_a_conversation(
    desk: Desk, sign_in: SignIn, calls: Calls, role: str
) -> None:
    maria, case = await sign_in(role=role), await calls()
    async with desk.db.write() as session:
        session.add(Contact(conversation_id=case.conversation_id, phone="555-010-0100"))
    assert f'action="{case.url}/export"' in (await maria.http.get(case.url)).text
    saved = await maria.post(f"{case.url}/export", form="json")
    assert saved.status_code == 200
    assert saved.headers["content-disposition"] == (
        f'attachment; filename="conversation-{case.conversation_id}.json"'
    )
    assert saved.headers["cache-control"] == "no-store"
    found = json.loads(saved.text)
    assert found["events"][0]["text"] == "I want to die tonight"
    assert found["handovers"][0]["triggers"][0]["detector"] == "patterns"
    assert found["contacts"][0]["phone"] == "555-010-0100"
    assert "conversation_viewed" in {act["what"] for act in found["acts"]}
    as_text = await maria.post(f"{case.url}/export", form="text")
    assert as_text.headers["content-type"].startswith("text/plain")
    assert "I want to die tonight" in as_text.text
    assert await exports(desk) == [(maria.id, case.conversation_id)] * 2


async def test_staff_who_do_not_lead_cannot(desk: Desk, sign_in: SignIn, calls: Calls) -> None:
    maria, case = await sign_in(), await calls()
    assert "/export" not in (await maria.http.get(case.url)).text
    refused = await maria.post(f"{case.url}/export", form="json")
    assert refused.status_code == 403
    assert "I want to die" not in refused.text
    assert await exports(desk) == []


async def test_without_the_pages_token_nothing_is_given(
    desk: Desk, sign_in: SignIn, calls: Calls
) -> None:
    maria, case = await sign_in(role="lead"), await calls()
    refused = await maria.http.post(f"{case.url}/export", data={"form": "json"})
    assert refused.status_code == 403
    assert await exports(desk) == []


async def test_a_file_asks_for_the_password_again(
    desk: Desk, sign_in: SignIn, calls: Calls
) -> None:
    maria, case = await sign_in(role="lead"), await calls()
    await signed_in_earlier(desk)
    asked = await maria.post(f"{case.url}/export", form="json")
    assert asked.status_code == 403
    assert "Your browser then saves the file" in asked.text
    assert '<input type="hidden" name="form" value="json">' in asked.text
    assert f'<a href="{case.url}">Back to where you were</a>' in asked.text
    wrong = await maria.post(f"{case.url}/export", form="json", confirm_password="a wrong one")
    assert wrong.status_code == 401
    assert "want to die" not in asked.text + wrong.text
    assert await exports(desk) == []
    given = await maria.post(f"{case.url}/export", form="json", confirm_password=PASSWORD)
    assert json.loads(given.text)["events"][0]["text"] == "I want to die tonight"
    # For ten minutes that counts.
    again = await maria.post(f"{case.url}/export", form="text")
    assert again.headers["content-disposition"].startswith("attachment")


async def test_there_is_no_export_of_nothing(desk: Desk, sign_in: SignIn) -> None:
    maria = await sign_in(role="lead")
    missing = await maria.post("/inbox/conversations/c_nobody/export", form="json")
    assert missing.status_code == 404
    assert await exports(desk) == []


async def test_staff_see_that_the_visitor_asked_for_deletion(
    desk: Desk, sign_in: SignIn, calls: Calls
) -> None:
    maria, case = await sign_in(), await calls()
    assert "asked for deletion" not in (await maria.http.get(case.url)).text
    async with desk.db.write() as session:
        assert await request_deletion(session, case.conversation_id) == "staff"
    assert "The visitor asked for deletion" in (await maria.http.get(case.url)).text
    live = await maria.http.get(f"{case.url}/live", headers={"HX-Request": "true"})
    assert "The visitor asked for deletion" in live.text
    assert "a day after the hand-over is resolved" in live.text
    await desk.handovers.resolve(
        case.handover_id, maria.id, note="Called.", outcome_code="called_back"
    )
    async with desk.db.write() as session:
        kept = await session.get_one(Handover, case.handover_id)
        kept.resolved_at = datetime(2026, 11, 26, 18, 5, 30, tzinfo=UTC)
    page = (await maria.http.get(case.url)).text
    assert "open it" in page
    assert 'datetime="2026-11-27T18:05:30.000Z"' in page


async def test_a_page_does_not_break_on_what_cannot_be_read(
    desk: Desk, sign_in: SignIn, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    maria = await sign_in()
    monkeypatch.setenv("DESK_ENCRYPTION_KEYS", new_key())
    case = await calls()
    async with desk.db.write() as session:
        session.add(Contact(conversation_id=case.conversation_id, phone="1", name="Ada"))
    monkeypatch.setenv("DESK_ENCRYPTION_KEYS", new_key())
    for path in ("/inbox", case.url):
        page = await maria.http.get(path)
        assert page.status_code == 200
        assert UNREADABLE in page.text
    monkeypatch.delenv("DESK_ENCRYPTION_KEYS")
    assert UNREADABLE in (await maria.http.get(case.url)).text


async def test_when_it_is_gone_its_page_says_so(desk: Desk, sign_in: SignIn, calls: Calls) -> None:
    maria, case = await sign_in(), await calls()
    async with desk.db.write() as session:
        await session.execute(update(Conversation).values(deletion_requested_at=now()))
    await desk.handovers.resolve(
        case.handover_id, maria.id, note="Called.", outcome_code="called_back"
    )
    assert await desk.keeping.delete_what_waits(now() + timedelta(days=1)) == 1
    assert (await maria.http.get(case.url)).status_code == 404
    assert (await maria.http.get("/inbox")).status_code == 200
