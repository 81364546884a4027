"""The public page on crises: the project's document, filled in with the clinic's facts."""

import re
import shutil
import socket
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from desk_in_process import ALWAYS_OPEN, CLINIC, Running
from nightdesk_contract.clinic import ClinicFile
from nightdesk_contract.texts import TextsError

from nightdesk_desk.app import create_app
from nightdesk_desk.cli import main
from nightdesk_desk.protocol import FILE, Protocol
from nightdesk_desk.settings import PROJECT_ROOT, Settings
from nightdesk_desk.words import Words

DOCUMENT = (PROJECT_ROOT / "docs" / FILE).read_text(encoding="utf-8")


@pytest.fixture
def words(settings: Settings) -> Words:
    return Words(ClinicFile(settings.clinic_path), settings.data)


def html(folder: Path, words: Words, text: str) -> str:
    (folder / FILE).write_text(text)
    return Protocol(folder, words).html()


async def page(running: Running) -> str:
    return (await running.client.get("/crisis-protocol")).text


async def test_help_comes_first_and_can_be_dialled(running: Running) -> None:
    first = (await page(running)).split("<h2>")[1]
    assert first.startswith("If you need help now</h2>")
    for link in ("tel:911", "tel:988", "sms:988"):
        assert f'href="{link}"' in first
    assert '<a href="/crisis-lines">' in first


async def test_it_names_the_clinic_its_phone_its_country_and_who_keeps_the_numbers(
    running: Running,
) -> None:
    text = await page(running)
    assert "about\nTest Clinic" in text or "about Test Clinic" in text
    assert '<a href="tel:5550100199">(555) 010-0199</a>' in text
    for known in ("numbers for the US", "the clinic's crisis owner", "30 seconds", "60 seconds"):
        assert known in text.replace("&#39;", "'")
    checked = running.desk.words.lines.last_verified
    assert f"{checked:%B} {checked.day}, {checked.year}" in text


async def test_the_seconds_are_those_that_the_clinic_sets(running: Running) -> None:
    path = running.desk.settings.clinic_path
    path.write_text(f"{path.read_text()}staff_answer_seconds: {{P0: 7, P1: 45}}\n")
    text = await page(running)
    assert "7 seconds" in text
    assert "45 seconds" in text


async def test_the_crisis_owner_that_the_clinic_names_stands_there_without_phone_and_email(
    running: Running,
) -> None:
    path = running.desk.settings.clinic_path
    owner = "{name: <b>clinical</b> director, phone: 555-0188, email: lead@clinic.example}"
    path.write_text(f"{path.read_text()}crisis_owner: {owner}\n")
    text = await page(running)
    assert "kept right by &lt;b&gt;clinical&lt;/b&gt; director." in text
    assert "crisis owner" not in text
    assert "0188" not in text
    assert "lead@" not in text


async def test_another_countrys_clinic_shows_that_countrys_numbers(running: Running) -> None:
    path = running.desk.settings.clinic_path
    path.write_text(path.read_text().replace("country: US", "country: GB"))
    text = await page(running)
    for link in ("tel:999", "tel:116123", "sms:85258?body=SHOUT"):
        assert f'href="{link}"' in text
    assert "988" not in text


async def test_headings_go_down_one_at_a_time(running: Running) -> None:
    levels = [int(level) for level in re.findall(r"<h(\d)", await page(running))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


async def test_in_spanish_it_names_the_numbers_the_country_the_day_and_who_keeps_them(
    running: Running,
) -> None:
    text = (await running.client.get("/crisis-protocol?lang=es")).text
    assert "<h1>Qué hace este chat en una crisis</h1>" in text
    for link in ("tel:911", "tel:988", "sms:988?body=AYUDA", "tel:5550100199"):
        assert f'href="{link}"' in text
    assert text.count('href="/crisis-lines?lang=es"') == 2
    assert "los números de Estados Unidos" in text
    assert "la persona responsable de crisis en la clínica" in text
    checked = running.desk.words.lines.last_verified
    assert f"{checked.day} de noviembre de {checked.year}" in text
    assert len(re.findall(r"<li>[^<]*intervalo del 95 %", text)) >= 9


def test_without_the_spanish_document_the_application_is_not_made(
    tmp_path: Path, settings: Settings
) -> None:
    shutil.copy(PROJECT_ROOT / "docs" / FILE, tmp_path)
    with pytest.raises(TextsError, match=r"crisis-protocol\.es\.md.*NIGHTDESK_DOCS"):
        create_app(replace(settings, docs=tmp_path))


async def test_the_figures_are_shown_and_notes_for_editors_are_not(running: Running) -> None:
    text = await page(running)
    measured = re.findall(r"^- .*95 % interval.*$", DOCUMENT, re.MULTILINE)
    assert len(measured) >= 9
    for line in measured:
        assert f"<li>{line[2:]}</li>" in text.replace("&#39;", "'")
    assert "<!--" not in text
    assert "&lt;!--" not in text


async def test_settings_cannot_put_markup_on_it(running: Running) -> None:
    path = running.desk.settings.clinic_path
    name = "<script>alert(1)</script> *b* [x](https://elsewhere.example)"
    path.write_text(path.read_text().replace("name: Test Clinic", f"name: '{name}'"))
    text = await page(running)
    assert "<script" not in text
    assert "elsewhere.example)" in text
    assert 'href="https://elsewhere.example"' not in text


def test_its_aims_are_those_of_the_inbox(settings: Settings) -> None:
    with settings.clinic_path.open("a") as file:
        file.write("staff_times: {P0: 3, P1: 7, P2: 21}\n")
    shown = Protocol(settings.docs, Words(ClinicFile(settings.clinic_path), settings.data)).html()
    for level, minutes in (("P0", 3), ("P1", 7), ("P2", 21)):
        (line,) = re.findall(rf"<strong>[^<]*\({level}\)\.</strong>[^<]*", shown)
        assert f"within {minutes} minutes" in line


def test_its_words_are_safe() -> None:
    assert not re.search(r"commit\w* suicide|successful|failed attempt", DOCUMENT, re.IGNORECASE)


def test_a_number_to_text_after_a_line_end_is_one_to_text(tmp_path: Path, words: Words) -> None:
    made = html(tmp_path, words, "# T\n\nCall {crisis_call} or text\n{crisis_text}.\n")
    assert made == ('<p>Call <a href="tel:988">988</a> or <a href="sms:988">text 988</a>.</p>\n')


def test_markup_in_the_document_is_shown_as_text(tmp_path: Path, words: Words) -> None:
    text = "# T\n\n<img src=x onerror=alert(1)>\n\n[a](javascript:alert(1)) **b**\n"
    made = html(tmp_path, words, text)
    assert "<img" not in made
    assert "href" not in made
    assert "<strong>b</strong>" in made


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("# T\n\nCall {nobody}.\n", "nobody"),
        ("# T\n\nCall {}.\n", "field"),
        ("# T\n\nA lone { brace.\n", "field"),
        ("No title.\n", "begin with its title"),
        ("## Too deep\n", "begin with its title"),
        ("", "begin with its title"),
    ],
)
def test_a_document_that_cannot_be_shown_is_refused(
    tmp_path: Path, words: Words, text: str, says: str
) -> None:
    with pytest.raises(TextsError, match=says):
        html(tmp_path, words, text)


def test_without_the_document_the_application_is_not_made(
    settings: Settings, tmp_path: Path
) -> None:
    with pytest.raises(TextsError, match=r"crisis-protocol\.md.*NIGHTDESK_DOCS"):
        create_app(replace(settings, docs=tmp_path / "none"))


def test_without_the_document_the_start_is_refused_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "clinic.yml").write_text(CLINIC.format(hours=ALWAYS_OPEN))
    monkeypatch.setenv("NIGHTDESK_CLINIC", str(tmp_path / "clinic.yml"))
    monkeypatch.setenv("NIGHTDESK_VAR", str(tmp_path))
    monkeypatch.setenv("NIGHTDESK_DOCS", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert main(["serve", "--port", str(port)]) == 1
    said = capsys.readouterr().err
    assert "crisis-protocol.md" in said
    assert "NIGHTDESK_DOCS" in said
    assert "Traceback" not in said
