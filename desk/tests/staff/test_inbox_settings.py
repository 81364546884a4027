"""A mistake in clinic.yml, made while the desk runs: every page says so until it is mended."""

import os
import re
import shutil
from dataclasses import replace
from html import unescape
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from staff_people import Calls, SignIn

from nightdesk_desk.desk import Desk
from nightdesk_desk.settings import Settings

SAID = "There is a mistake in the clinic\u2019s settings"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """The desk of a clinic whose file can be edited."""
    path = tmp_path / "clinic.yml"
    shutil.copy(settings.clinic_path, path)
    return replace(settings, clinic_path=path)


@pytest.fixture
def edit(settings: Settings) -> "Edit":
    return Edit(settings.clinic_path)


class Edit:
    """Edits of the clinic's file, each at a time of its own on any file system."""

    def __init__(self, path: Path) -> None:
        self._path, self._good, self._tick = path, path.read_text(encoding="utf-8"), 1

    def to(self, old: str, new: str) -> None:
        assert old in self._good
        self._write(self._good.replace(old, new))

    def mend(self) -> None:
        self._write(self._good)

    def _write(self, text: str) -> None:
        self._path.write_text(text, encoding="utf-8")
        self._tick += 1
        os.utime(self._path, ns=(self._tick * 10**9, self._tick * 10**9))


def banner(page: str) -> str:
    """What stands in the page's place for a mistake in the settings, in plain text."""
    found = re.search(r'<div id="settings".*?\n</div>', page, re.DOTALL)
    assert found, "no place for it"
    return " ".join(unescape(re.sub(r"<[^>]*>", "", found[0])).split())


async def test_nothing_is_said_of_a_good_file(sign_in: SignIn, edit: Edit) -> None:
    maria = await sign_in()
    edit.to("country: US", "country: CA")
    assert banner((await maria.http.get("/inbox")).text) == ""


async def test_every_page_says_key_found_and_allowed_until_it_is_mended(
    sign_in: SignIn, calls: Calls, edit: Edit
) -> None:
    maria, case = await sign_in(), await calls()
    pages = ("/inbox", "/inbox/asked", case.url)
    edit.to("mode: demo ", "mode: test ")
    for path in pages:
        page = (await maria.http.get(path)).text
        said = banner(page)
        assert SAID in said, path
        assert "mode \u2013 found 'test'" in said
        assert "Allowed: demo or live" in said
        assert re.search(r"Line \d+: mode", said)
        # The last good settings are in use.
        assert "Harborlight Ketamine Clinic (example)</p>" in page
    edit.mend()
    for path in pages:
        assert banner((await maria.http.get(path)).text) == "", path


async def test_a_page_that_is_open_hears_of_it_with_its_next_update(
    sign_in: SignIn, calls: Calls, edit: Edit
) -> None:
    maria, case = await sign_in(), await calls()
    headers = {"HX-Request": "true"}
    for path in ("/inbox/queue", f"{case.url}/live"):
        edit.to("hours:", "hour:")
        update = (await maria.http.get(path, headers=headers)).text
        assert '<div id="settings" class="settings" role="status" hx-swap-oob="morph">' in update
        assert "hour \u2013 found an unknown key. Did you mean hours?" in banner(update)
        edit.mend()
        assert banner((await maria.http.get(path, headers=headers)).text) == ""


async def test_what_an_act_brings_says_it_too(sign_in: SignIn, calls: Calls, edit: Edit) -> None:
    maria, case = await sign_in(), await calls()
    edit.to("country: US", "country: FR")
    assert "found 'FR'" in banner((await maria.htmx(f"{case.url}/acknowledge")).text)


async def test_the_queue_itself_stays_where_it_is_in_a_live_update(
    sign_in: SignIn, calls: Calls
) -> None:
    maria, _ = await sign_in(), await calls()
    update = (await maria.http.get("/inbox/queue")).text
    # What lies outside of the list: settings, and whether the assistant is up.
    assert update.count("hx-swap-oob") == 2
    assert re.search(r'<div id="alarms" class="alarms" role="alert" data-title="">', update)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: [", "broken YAML"),
        ("1: x\nname: Clinic\n", "1 \u2013 found an unknown key"),
        ("closed_days: &a [*a]\n", "stands inside itself"),
        ("name: '<b>x</b>'\nmode: <i>\n", "found '<i>'"),
    ],
    ids=["yaml", "number-as-key", "ring", "markup"],
)
async def test_whatever_is_wrong_the_page_is_whole(
    sign_in: SignIn, settings: Settings, text: str, says: str
) -> None:
    maria = await sign_in()
    settings.clinic_path.write_text(text, encoding="utf-8")
    answer = await maria.http.get("/inbox")
    assert answer.status_code == 200
    assert says in banner(answer.text)
    assert "<i>" not in answer.text


async def test_who_is_not_signed_in_reads_nothing_of_it(app: FastAPI, edit: Edit) -> None:
    edit.to("mode: demo ", "mode: test ")
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test") as http:
        page = (await http.get("/inbox/login")).text
    assert app.state.desk.words.clinic_file.problems
    assert SAID not in page
    assert "found" not in page


@pytest.mark.parametrize(("role", "told"), [("staff", False), ("lead", True), ("admin", True)])
async def test_wrong_keys_are_said_to_who_leads(
    sign_in: SignIn, desk: Desk, role: str, told: bool
) -> None:
    person = await sign_in(role=role)
    said = "none of the encryption keys fits"
    assert said not in banner((await person.http.get("/inbox")).text)
    desk.keys.wrong = True
    for path in ("/inbox", "/inbox/asked"):
        assert (said in banner((await person.http.get(path)).text)) is told
