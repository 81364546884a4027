"""A topic's page: what visitors wrote, and the draft of an answer."""

import html
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import yaml
from nightdesk_contract.answers import parse_answer
from nightdesk_contract.outcome import Safety
from staff_people import Calls, Person, SignIn

from nightdesk_desk import log, waiting
from nightdesk_desk.desk import Desk

PAGE = "/inbox/asked/mechanism"
LINES = "\n".join(f"how does it do that, way {i}" for i in range(10))
FORM = {
    "title": "How it works",
    "question": "How does it work in the brain?",
    "answer": "It <b>may</b> help nerves.\n\nAsk us.",
    "document": "Our leaflet",
    "passage": "Ketamine acts on nerves.",
    "examples": LINES,
}


async def ask(
    desk: Desk, text: str, outcome: str = "not_in_source:mechanism", safety: Safety | None = None
) -> None:
    async with desk.db.write() as session:
        conversation_id, _ = await log.start_conversation(session)
        asked = [log.NewEvent("visitor", text, answered=False)]
        [seq] = await log.append(session, conversation_id, asked)
        await waiting.mark_answered(session, conversation_id, seq, safety)
        await log.append(session, conversation_id, [log.NewEvent("bot", "Hm.", outcome)])


def examples(page: str) -> list[str]:
    listed = re.search(r'<ul class="examples">(.*?)</ul>', page, re.DOTALL)
    return [html.unescape(t) for t in re.findall(r"<li>(.*?)</li>", listed[1])] if listed else []


def value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page) or re.search(
        rf'name="{name}"[^>]*>\n(.*?)</textarea>', page, re.DOTALL
    )
    assert found
    return html.unescape(found[1])


async def a_lead(sign_in: SignIn) -> Person:
    return await sign_in("lea", "Lea", role="lead")


async def save(person: Person, topic: str = "mechanism", **fields: str) -> httpx.Response:
    return await person.post(f"/inbox/asked/{topic}/draft", **{**FORM, **fields})


async def test_the_page_shows_what_visitors_wrote_without_contacts(
    sign_in: SignIn, desk: Desk
) -> None:
    maria = await sign_in()
    await ask(desk, "how does it work? I'm Jo Smith, jo@example.com")
    await ask(desk, "what does <it> do in the brain")
    await ask(desk, "what does <it> do in the brain")
    await ask(desk, "another topic", "not_in_source:legality")
    page = (await maria.http.get(PAGE)).text
    assert "<h1>How does it work in the brain?</h1>" in page
    assert examples(page) == [
        "what does <it> do in the brain",
        "how does it work? I'm [name], [email]",
    ]
    assert "In <strong>3</strong> conversations" in page
    assert "<it>" not in page


async def test_a_crisis_is_no_example(sign_in: SignIn, desk: Desk, calls: Calls) -> None:
    maria = await sign_in()
    await ask(desk, "how would it end me", safety=Safety("self_harm", "model", "model", 0.9))
    case = await calls(text="I want to die")
    async with desk.db.write() as session:
        said = [
            log.NewEvent("visitor", "how does it work though"),
            log.NewEvent("bot", "Hm.", "not_in_source:mechanism"),
        ]
        await log.append(session, case.conversation_id, said)
    page = (await maria.http.get(PAGE)).text
    assert examples(page) == []
    assert "There is nothing to show in this time." in page
    assert "In <strong>2</strong> conversations" in page


async def test_at_most_ten_examples(sign_in: SignIn, desk: Desk) -> None:
    maria = await sign_in()
    for number in range(12):
        await ask(desk, f"how does it work, {number}")
    found = examples((await maria.http.get(PAGE)).text)
    assert found == [f"how does it work, {number}" for number in range(11, 1, -1)]


@pytest.mark.parametrize("topic", ["Bad", "no topic", "-x", "x" * 61, "a.b"])
async def test_what_can_be_no_topic_is_not_there(sign_in: SignIn, topic: str) -> None:
    maria = await sign_in()
    assert (await maria.http.get(f"/inbox/asked/{topic}")).status_code == 404


async def test_a_topic_that_nobody_asked_about_has_a_page(sign_in: SignIn) -> None:
    lea = await a_lead(sign_in)
    page = (await lea.http.get("/inbox/asked/dress_code")).text
    assert "<h1>dress code</h1>" in page
    assert value(page, "title") == "Dress code"


async def test_messages_without_a_topic_lead_to_a_new_one(sign_in: SignIn, desk: Desk) -> None:
    lea = await a_lead(sign_in)
    await ask(desk, "can I wear a hat", "unknown")
    page = (await lea.http.get("/inbox/asked/no-topic")).text
    assert examples(page) == ["can I wear a hat"]
    assert 'name="answer"' not in page
    led = await lea.http.get("/inbox/asked/no-topic", params={"name": "Dress Code", "days": "7"})
    assert (led.status_code, led.headers["location"]) == (
        303,
        "/inbox/asked/dress_code?days=7#draft",
    )
    refused = await lea.http.get("/inbox/asked/no-topic", params={"name": "safety"})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text
    assert (await save(lea, "no-topic")).status_code == 404


async def test_a_lead_writes_a_draft(sign_in: SignIn, desk: Desk) -> None:
    lea = await a_lead(sign_in)
    page = (await lea.http.get(PAGE)).text
    assert value(page, "question") == "How does it work in the brain?"
    assert value(page, "answer") == ""
    saved = await save(lea)
    assert (saved.status_code, saved.headers["location"]) == (303, f"{PAGE}#draft")
    page = (await lea.http.get(PAGE)).text
    assert {name: value(page, name) for name in FORM} == FORM
    assert "Last saved by <strong>Lea</strong>" in page
    assert "<b>may" not in page
    asked = (await lea.http.get("/inbox/asked")).text
    assert f'<a href="{PAGE}#draft">How it works</a>' in asked
    assert "Not placed yet" in asked


async def test_a_draft_saved_again_is_replaced(sign_in: SignIn) -> None:
    lea = await a_lead(sign_in)
    ada = await sign_in("ada", "Ada", role="admin")
    await save(lea)
    await save(ada, title="Anew")
    page = (await lea.http.get(PAGE)).text
    assert value(page, "title") == "Anew"
    assert "Last saved by <strong>Ada</strong>" in page


BAD: list[tuple[dict[str, str], str]] = [
    ({"title": " "}, "title"),
    ({"question": "x" * 46}, "question"),
    ({"answer": ""}, "answer"),
    ({"answer": "x" * 901}, "answer"),
    ({"document": ""}, "document"),
    ({"passage": ""}, "passage"),
    ({"examples": "one\ntwo"}, "examples"),
    ({"examples": LINES + "\n" + "x" * 301}, "examples"),
]


@pytest.mark.parametrize(("fields", "field"), BAD)
async def test_what_is_wrong_is_said_at_its_field(
    sign_in: SignIn, fields: dict[str, str], field: str
) -> None:
    lea = await a_lead(sign_in)
    refused = await save(lea, **fields)
    assert refused.status_code == 422
    assert re.findall(r'class="problem" id="([a-z]+)-problem', refused.text) == [field]
    named = re.search(rf'<(?:input|textarea)[^>]*name="{field}"[^>]*>', refused.text)
    assert named
    assert 'aria-invalid="true"' in named[0]
    assert f'{field}-problem"' in named[0]
    assert value(refused.text, "document") == fields.get("document", FORM["document"])
    assert "Not saved yet." in refused.text
    assert "Last saved by" not in (await lea.http.get(PAGE)).text


async def test_a_line_that_is_too_long_is_named(sign_in: SignIn) -> None:
    lea = await a_lead(sign_in)
    refused = await save(lea, examples=LINES + "\n" + "x" * 301)
    assert "Look at line 11." in refused.text


@pytest.mark.parametrize("act", ["draft", "draft/delete"])
async def test_only_leads_and_admins_write(sign_in: SignIn, act: str) -> None:
    maria, lea = await sign_in(), await a_lead(sign_in)
    await save(lea)
    refused = await maria.post(f"{PAGE}/{act}", **FORM)
    assert refused.status_code == 403
    assert "Only a lead or an admin can do this." in refused.text
    page = (await maria.http.get(PAGE)).text
    assert "<form" not in page.split("<main")[1]
    assert "Ketamine acts" not in page
    assert "It &lt;b&gt;may&lt;/b&gt; help nerves." in page
    assert "Last saved by <strong>Lea</strong>" in page


@pytest.mark.parametrize("act", ["draft", "draft/delete"])
async def test_a_form_of_another_page_is_refused(sign_in: SignIn, act: str) -> None:
    lea = await a_lead(sign_in)
    await save(lea)
    refused = await lea.http.post(f"{PAGE}/{act}", data={**FORM, "title": "Theirs"})
    assert refused.status_code == 403
    assert value((await lea.http.get(PAGE)).text, "title") == FORM["title"]


async def test_a_draft_is_downloaded_as_its_file(sign_in: SignIn) -> None:
    maria, lea = await sign_in(), await a_lead(sign_in)
    assert (await maria.http.get(f"{PAGE}/draft.yml")).status_code == 404
    await save(lea)
    got = await maria.http.get(f"{PAGE}/draft.yml")
    assert got.headers["content-disposition"] == 'attachment; filename="mechanism.yml"'
    assert got.headers["cache-control"] == "no-store"
    answer = parse_answer(Path("mechanism.yml"), yaml.safe_load(got.text))
    assert (answer.topic, answer.answer) == ("mechanism", FORM["answer"])


async def test_a_draft_is_thrown_away(sign_in: SignIn) -> None:
    lea = await a_lead(sign_in)
    await save(lea)
    for _ in range(2):
        gone = await lea.post(f"{PAGE}/draft/delete")
        assert (gone.status_code, gone.headers["location"]) == (303, "/inbox/asked#drafts")
    assert value((await lea.http.get(PAGE)).text, "title") == "Mechanism"
    assert "No draft yet." in (await lea.http.get("/inbox/asked")).text


async def test_what_the_guide_answers_has_no_form(sign_in: SignIn) -> None:
    lea = await a_lead(sign_in)
    page = (await lea.http.get("/inbox/asked/faq_safety")).text
    assert "The guide itself answers this." in page
    assert 'name="answer"' not in page
    assert (await save(lea, "faq_safety")).status_code == 422
    assert "No draft yet." in (await lea.http.get("/inbox/asked")).text


async def test_the_login_leads_back_to_the_topic(
    sign_in: SignIn, browser: Callable[[], httpx.AsyncClient]
) -> None:
    async with browser() as nobody:
        answer = await nobody.get(PAGE)
    assert answer.headers["location"] == f"/inbox/login?next={PAGE}"
    async with browser() as nobody:
        assert (await nobody.get(f"{PAGE}/draft.yml")).status_code == 303
