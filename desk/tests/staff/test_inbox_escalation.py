"""The inbox shows who was told of a hand-over when, and who is next unless somebody acts."""

import re
import shutil
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
import yaml
from sqlalchemy import update
from staff_people import Calls, Person, SignIn

from nightdesk_desk import handovers, log
from nightdesk_desk.decide import Call
from nightdesk_desk.desk import Desk
from nightdesk_desk.escalation.worker import Escalation
from nightdesk_desk.models import Alert, Handover, now
from nightdesk_desk.settings import Settings
from nightdesk_desk.staff.times import clock_time

SECRET = "whsec_" + "A" * 32
NAMES = ("ann", "bo", "dee")


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """The desk of a clinic with Ann on call, Bo behind her, Dee as the lead, and a channel."""
    path = tmp_path / "clinic.yml"
    shutil.copy(settings.clinic_path, path)
    row = yaml.safe_load(path.read_text(encoding="utf-8"))
    row["alerts"] = [
        {"name": name, "webhook": "https://a.example/", "secret": SECRET}
        for name in ("channel", *(f"{name} phone" for name in NAMES))
    ]
    row["on_call"] = {
        "people": [{"name": n.capitalize(), "addresses": [f"{n} phone"]} for n in NAMES],
        "rota": {"from": "2020-01-06", "first": "ann", "backup": "bo"},
        "lead": "dee",
    }
    path.write_text(yaml.safe_dump(row), encoding="utf-8")
    return replace(settings, clinic_path=path)


async def look(desk: Desk, after: float) -> int:
    steps = desk.metrics.escalation_steps
    moved = timedelta(minutes=after)
    worker = Escalation(desk.db, desk.wakeups, desk.words, steps, clock=lambda: now() + moved)
    return await worker.look()


async def opened(desk: Desk, handover_id: int, minutes: float) -> str:
    """When so many minutes have passed since it was opened, as staff read it."""
    async with desk.db.read() as session:
        case = await session.get_one(Handover, handover_id)
    return clock_time(case.opened_at + timedelta(minutes=minutes), desk.words.clinic.zone, now())


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", "", html)).split())


async def told(maria: Person, url: str) -> str:
    page = (await maria.http.get(url)).text
    found = re.search(r'<section class="card" aria-labelledby="told-h">.*?</section>', page, re.S)
    assert found
    return plain(found[0])


async def test_a_conversation_shows_who_was_told_and_who_is_next(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, case = await sign_in(), await calls()
    await look(desk, 0)
    at = {minute: await opened(desk, case.handover_id, minute) for minute in (6, 11)}
    text = await told(maria, case.url)
    assert re.search(r"P1: the team channel: being sent .* P1: Ann \(first on call\) ann", text)
    assert f"Next, unless somebody acknowledges: Bo (backup) at {at[6]}" in text
    assert f"Dee (lead) at {at[11]}" in text
    async with desk.db.write() as session:
        await session.execute(update(Alert).values(state="sent"))
    await look(desk, 7)
    text = await told(maria, case.url)
    assert "ann phone: delivered" in text
    assert "P1: Bo (backup) bo phone: being sent Next" in text
    assert f"acknowledges: Dee (lead) at {at[11]}" in text


async def test_once_somebody_acts_nobody_is_next(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria, case = await sign_in(), await calls()
    await look(desk, 0)
    await maria.post(f"{case.url}/acknowledge")
    text = await told(maria, case.url)
    assert "Ann (first on call)" in text
    assert "Next" not in text
    assert "Next:" not in plain((await maria.http.get("/inbox")).text)


async def test_an_alarm_after_the_act_can_be_acknowledged_on_the_page(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, case = await sign_in(), await calls()
    await maria.post(f"{case.url}/acknowledge")
    assert "do-acknowledge" not in (await maria.http.get(case.url)).text
    async with desk.db.write() as session:
        await log.hold(session, case.conversation_id)
        [seq] = await log.append(session, case.conversation_id, [log.NewEvent("visitor", "x")])
        call = Call("crisis", "P1")
        await handovers.open_or_raise(session, case.conversation_id, seq, call)
    page = (await maria.http.get(case.url)).text
    assert "do-acknowledge" in page
    assert "Next, unless somebody acknowledges" in plain(page)
    answer = await maria.htmx(f"{case.url}/acknowledge")
    assert answer.status_code == 200
    assert "clock still" in answer.text
    assert "do-acknowledge" not in answer.text


async def test_a_line_of_the_queue_shows_the_last_step_and_the_next(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, case = await sign_in(), await calls()
    before = await maria.http.get("/inbox/queue")
    assert "Told: the team" in plain(before.text)
    await look(desk, 7)
    due = await opened(desk, case.handover_id, 11)
    for path in ("/inbox", "/inbox/queue"):
        line = plain((await maria.http.get(path)).text)
        assert re.search(rf"Told: Bo \(backup\) .{{7,30}} · Next: Dee \(lead\) at {due}", line)


async def test_a_step_is_news_for_both_pages(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria, case = await sign_in(), await calls()

    async def digests() -> list[str]:
        pages = [(await maria.http.get(path)).text for path in ("/inbox", case.url)]
        return [re.findall(r"stream\?seen=(\w+)", page)[0] for page in pages]

    before = await digests()
    assert await digests() == before
    await look(desk, 0)
    after = await digests()
    assert after[0] != before[0]
    assert after[1] != before[1]


async def test_nobody_in_reach_is_said(sign_in: SignIn, calls: Calls, settings: Settings) -> None:
    maria = await sign_in()
    row = yaml.safe_load(settings.clinic_path.read_text(encoding="utf-8"))
    row["alerts"] = []
    settings.clinic_path.write_text(yaml.safe_dump(row), encoding="utf-8")
    case = await calls()
    text = await told(maria, case.url)
    assert text.startswith("Who was told No alert was sent outside the inbox.")
    assert "Nobody can be reached for the step at" in text


async def test_a_resolved_hand_over_keeps_who_was_told(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, case = await sign_in(), await calls()
    await look(desk, 7)
    await desk.handovers.resolve(
        case.handover_id, maria.id, note="Called them.", outcome_code="called_back"
    )
    text = await told(maria, case.url)
    assert "Bo (backup)" in text
    assert "Next" not in text
