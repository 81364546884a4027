"""What staff see of an answer: its source, cautions, signature, and what was not given."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from nightdesk_contract.problems import Problem
from staff_people import SignIn

from nightdesk_desk import log
from nightdesk_desk.desk import Desk
from nightdesk_desk.settings import Settings

SIGNED = {
    "state": "signed",
    "reviewer": "Dr. A. Example",
    "role": "Director",
    "on": "2026-11-03",
    "next_review": "2027-11-03",
}
RISK = {
    "text": "There is <b>some</b> risk.",
    "sources": [{"name": "A study", "url": "https://x.example/?a=1&b=2"}],
}


async def transcript(desk: Desk, sign_in: SignIn, *events: log.NewEvent) -> str:
    async with desk.db.write() as session:
        conversation, _ = await log.start_conversation(session)
        await log.append(session, conversation, events)
    maria = await sign_in()
    page = (await maria.http.get(f"/inbox/conversations/{conversation}")).text
    found = re.search(r'<div id="transcript".*?<form id="reply"', page, re.DOTALL)
    assert found
    return found[0]


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", "", html)).split())


def answered(basis: dict[str, Any] | None) -> log.NewEvent:
    return log.NewEvent("bot", "It is safe.", "answer:safety", ["safety"], basis=basis)


async def test_an_answer_with_passage_caution_and_signature(desk: Desk, sign_in: SignIn) -> None:
    event = answered({"item": "answer:utter_faq_safety", "review": SIGNED, "cautions": [RISK]})
    html = await transcript(desk, sign_in, event)
    shown = plain(html)
    assert "From our guide: Safety" in shown
    assert "What are the benefits of Ketamine Therapy?” (no date given)" in shown
    assert "Shown beside it: There is <b>some</b> risk." in shown
    assert 'href="https://x.example/?a=1&amp;b=2"' in html
    assert "<b>some</b>" not in html
    assert "Signed by Dr. A. Example, Director, on 2026-11-03; next review 2027-11-03" in shown


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("unsigned", "Not signed by a clinician"),
        ("changed", "Not as it was signed"),
        ("due", "Its next review was due"),
    ],
)
async def test_an_answer_that_nobody_stood_for(
    desk: Desk, sign_in: SignIn, state: str, said: str
) -> None:
    assert said in plain(await transcript(desk, sign_in, answered({"review": {"state": state}})))


async def test_a_line_of_the_desk_in_another_language_with_what_it_means(
    desk: Desk, sign_in: SignIn
) -> None:
    basis = {"person": True, "language": "es", "english": "Ana <b>from our staff</b> has joined."}
    event = log.NewEvent("system", "Ana, de nuestro personal, se unió.", basis=basis)
    html = await transcript(desk, sign_in, event, log.NewEvent("system", "Ana has left."))
    assert '<p class="text" lang="es">Ana, de nuestro personal, se unió.</p>' in html
    assert "In English: Ana <b>from our staff</b> has joined." in plain(html)
    assert "<b>from" not in html
    assert html.count("In English:") == 1
    assert '<p class="text">Ana has left.</p>' in html


async def test_an_answer_of_before_this_was_recorded(desk: Desk, sign_in: SignIn) -> None:
    shown = plain(await transcript(desk, sign_in, answered(None)))
    assert "It is safe." in shown
    assert "igned" not in shown


async def test_what_was_not_given(desk: Desk, sign_in: SignIn) -> None:
    event = log.NewEvent(
        "bot", "A person will.", "handover:request", basis={"withheld": ["clinic:cost", "answer:x"]}
    )
    shown = plain(await transcript(desk, sign_in, event))
    assert "no clinician stands for it as it is: clinic:cost, answer:x" in shown


class TestBanner:
    @pytest.fixture
    def settings(self, settings: Settings, tmp_path: Any) -> Settings:
        text = settings.clinic_path.read_text(encoding="utf-8")
        path = tmp_path / "clinic.yml"
        path.write_text(text.replace("mode: demo ", "mode: live "), encoding="utf-8")
        return replace(settings, clinic_path=path)

    async def test_mode_live_says_how_many_answers_are_not_given(
        self, desk: Desk, sign_in: SignIn
    ) -> None:
        maria = await sign_in()
        shown = plain((await maria.http.get("/inbox")).text)
        count = desk.answers.not_served()["unsigned"]
        assert count > 20
        assert f"no clinician stands for them as they are: {count} never signed." in shown


async def test_a_file_that_an_edit_broke_is_named(desk: Desk, sign_in: SignIn) -> None:
    wrong = Problem("signatures.0.date", "'<b>'", "a day as YYYY-MM-DD", 7)
    desk.answers.problem = (Path("data/review.yml"), [wrong])
    maria = await sign_in()
    html = (await maria.http.get("/inbox")).text
    assert "There is a mistake in review.yml." in plain(html)
    assert "Line 7: signatures.0.date \u2013 found '<b>'. Allowed: a day as YYYY-MM-DD." in plain(
        html
    )
    assert "'<b>'" not in html


async def test_mode_demo_says_nothing_of_it(sign_in: SignIn) -> None:
    maria = await sign_in()
    assert "no clinician stands for" not in (await maria.http.get("/inbox")).text
