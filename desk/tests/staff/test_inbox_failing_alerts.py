"""An address that alerts do not reach is named on the queue's page, and until it works again."""

import re
import shutil
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
import yaml
from staff_people import SignIn

from nightdesk_desk.alerts import addresses
from nightdesk_desk.alerts.faults import Fault
from nightdesk_desk.desk import Desk
from nightdesk_desk.models import now
from nightdesk_desk.settings import Settings

SECRET = "whsec_" + "A" * 32


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """The desk of a clinic with two addresses."""
    path = tmp_path / "clinic.yml"
    shutil.copy(settings.clinic_path, path)
    row = yaml.safe_load(path.read_text(encoding="utf-8"))
    row["alerts"] = [
        {"name": "front desk", "webhook": "https://a.example/", "secret": SECRET},
        {"name": "phone", "webhook": "https://b.example/", "secret": SECRET},
    ]
    path.write_text(yaml.safe_dump(row), encoding="utf-8")
    return replace(settings, clinic_path=path)


def said(page: str) -> str:
    found = re.search(r'<div id="failing-alerts".*?\n</div>', page, re.DOTALL)
    assert found, "no place for it"
    return " ".join(unescape(re.sub(r"<[^>]*>", "", found[0])).split())


async def fails(desk: Desk, name: str) -> None:
    async with desk.db.write() as session:
        await addresses.note_failure(session, name, Fault("refused", "403"), now(), ["phone"])


async def test_it_is_named_with_since_when_and_why_until_it_works(
    sign_in: SignIn, desk: Desk
) -> None:
    maria = await sign_in()
    assert said((await maria.http.get("/inbox")).text) == ""
    await fails(desk, "front desk")
    for path in ("/inbox", "/inbox/queue"):
        text = said((await maria.http.get(path)).text)
        assert re.search(r"Alerts do not reach “front desk” since \d+:\d\d [ap]m:", text), text
        assert "it refused the message (403)." in text
        assert "phone" not in text
    async with desk.db.write() as session:
        await addresses.note_success(session, "front desk", now())
    assert said((await maria.http.get("/inbox")).text) == ""


async def test_a_variable_that_is_missing_is_named_before_any_alert(
    sign_in: SignIn, settings: Settings
) -> None:
    maria = await sign_in()
    text = settings.clinic_path.read_text(encoding="utf-8")
    settings.clinic_path.write_text(text.replace(SECRET, "${NOT_SET_ANYWHERE}", 1))
    shown = said((await maria.http.get("/inbox")).text)
    assert "front desk”: the variable NOT_SET_ANYWHERE is not set where the desk runs." in shown


async def test_an_address_that_was_taken_out_is_not_named(sign_in: SignIn, desk: Desk) -> None:
    maria = await sign_in()
    await fails(desk, "an old one")
    assert said((await maria.http.get("/inbox")).text) == ""
