"""In which language the desk speaks in a conversation, on the real flow."""

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from beside_staff import the_time_is_up
from desk_in_process import CLINIC, NEVER_OPEN, Running, Visitor, started
from fake_rasa import FakeRasa, Raw, answer, handover
from sqlalchemy import select

from nightdesk_desk import log
from nightdesk_desk.app import create_app
from nightdesk_desk.chat_language import chat_language, language_seen
from nightdesk_desk.models import Handover, HandoverTrigger, Staff, now
from nightdesk_desk.settings import Settings

PRESS = "Hablar con una persona"


async def come(running: Running, lang: str = "es") -> Visitor:
    answered = await running.client.post(f"/api/conversations?lang={lang}")
    body = answered.json()
    return Visitor(running.client, running.desk, body["conversation_id"], body["token"])


async def chat(visitor: Visitor, text: str, lang: str = "es") -> list[dict[str, Any]]:
    """Say something in a chat in a language; give what the desk and the bot said to it."""
    answered = await visitor.client.post(
        f"{visitor.path}/messages?lang={lang}", json={"text": text}, headers=visitor.headers
    )
    assert answered.status_code == 202, answered.text
    await visitor.desk.turns.idle()
    return await visitor.events(after=answered.json()["seq"])


async def language(visitor: Visitor) -> str:
    async with visitor.desk.db.read() as session:
        return await chat_language(session, visitor.id)


async def staff_of(visitor: Visitor, name: str = "Ana", title: str | None = None) -> int:
    async with visitor.desk.db.write() as session:
        staff = Staff(username=name.lower(), first_name=name, title=title, password_hash="x")
        session.add(staff)
        await session.flush()
        return staff.id


async def case_of(visitor: Visitor) -> Handover:
    async with visitor.desk.db.read() as session:
        [case] = await session.scalars(
            select(Handover).where(Handover.conversation_id == visitor.id)
        )
    return case


async def english(visitor: Visitor) -> list[str | None]:
    """What is recorded for staff beside each event."""
    async with visitor.desk.db.read() as session:
        events = await log.read_events(session, visitor.id)
    return [(event.basis or {}).get("english") for event in events]


async def test_the_last_message_says_in_which_language_the_chat_is(running: Running) -> None:
    visitor = await come(running)
    assert await language(visitor) == "es"
    await chat(visitor, "hello", "en")
    assert await language(visitor) == "en"
    await chat(visitor, "hola", "es-MX")
    assert await language(visitor) == "es"
    # Reading says nothing: another tab may be in another language.
    await visitor.events()
    assert await language(visitor) == "es"
    assert await language(await running.visitor()) == "en"


async def test_a_message_that_is_sent_again_says_nothing_new(running: Running) -> None:
    visitor = await running.visitor()
    headers = visitor.headers | {"Idempotency-Key": "k"}
    for lang, found in (("es", "es"), ("en", "es")):
        await visitor.client.post(
            f"{visitor.path}/messages?lang={lang}", json={"text": "hola"}, headers=headers
        )
        assert await language(visitor) == found


async def test_what_begins_with_its_first_message_is_in_its_language(running: Running) -> None:
    body = {"token": secrets.token_hex(16), "messages": {"a": "hola"}}
    begun = (await running.client.post("/api/conversations?lang=es", json=body)).json()
    visitor = Visitor(running.client, running.desk, begun["conversation_id"], begun["token"])
    assert await language(visitor) == "es"
    # The same again, from a page that is not in Spanish: nothing new was written.
    await running.client.post("/api/conversations", json=body)
    assert await language(visitor) == "es"


async def test_the_form_says_it_too_and_staff_see_the_english_words(visitor: Visitor) -> None:
    form = {"consent": True, "phone": "(555) 010-0123"}
    await visitor.client.post(f"{visitor.path}/contact?lang=es", json=form, headers=visitor.headers)
    assert await language(visitor) == "es"
    assert (await english(visitor))[0] == visitor.desk.words.contact_saved()


@pytest.mark.parametrize("hours", ["24/7", NEVER_OPEN])
async def test_with_rasa_down_who_writes_in_spanish_is_told_in_spanish_and_handed_over(
    settings: Settings, rasa: FakeRasa, hours: str
) -> None:
    settings.clinic_path.write_text(CLINIC.format(hours=hours))
    async with started(create_app(replace(settings, rasa_url=rasa.url))) as running:
        rasa.script = lambda *_: Raw.of(500, b"")
        visitor, other = await come(running), await running.visitor()
        [told] = await chat(visitor, "necesito hablar con alguien")
        [in_english] = await other.chat("I need to talk to somebody")
        words = running.desk.words
        assert told["text"] == words.after_handover("bot_unavailable", language="es")
        for part in ("(555) 010-0199", "911", "llamar al 988 y oprimir 2", "enviar AYUDA", "chat"):
            assert part in told["text"]
        for key in ("from", "outcome", "level", "offers"):
            assert told[key] == in_english[key]
        ours, theirs = await case_of(visitor), await case_of(other)
        assert (ours.reason, ours.level, ours.state) == (theirs.reason, theirs.level, theirs.state)
        assert (await english(visitor))[-1] == in_english["text"]
        [again] = await chat(visitor, "¿hola?")
        assert again["text"] == words.say("bot_unavailable_again", "es")
        # After hours it has said that nobody reads: the look for who waits does not say it again.
        looked = await running.desk.call_backs.look(now() + timedelta(minutes=3))
        assert looked == (0 if hours == NEVER_OPEN else 2)


async def test_who_comes_and_goes_is_told_in_spanish(running: Running, rasa: FakeRasa) -> None:
    rasa.script = lambda *_: handover("request")
    visitor = await come(running)
    await chat(visitor, PRESS)
    ana, noor = await staff_of(visitor), await staff_of(visitor, "Noor", "nurse")
    case, acts = await case_of(visitor), running.desk
    await acts.handovers.take(case.id, ana)
    await acts.cases.pass_on(case.id, ana, noor)
    await acts.handovers.resolve(case.id, noor)
    *_, joined, passed, left = await visitor.events()
    assert joined["text"] == "Ana, de nuestro personal, se unió a este chat."
    assert passed["text"] == "Noor (nurse), de nuestro personal, está ahora con usted en este chat."
    assert left["text"].startswith("Noor (nurse) salió de este chat.")
    assert [each["person"] for each in (joined, passed, left)] == [True, True, False]
    assert (await english(visitor))[-3:] == [
        "Ana from our staff has joined this chat.",
        "Noor (nurse) from our staff is with you in this chat now.",
        "Noor (nurse) has left this chat. The automated assistant is answering again.",
    ]


async def test_that_nobody_answers_is_said_in_spanish(running: Running, rasa: FakeRasa) -> None:
    rasa.script = lambda *_: handover("request")
    visitor = await come(running)
    await chat(visitor, PRESS)
    ana, case = await staff_of(visitor), await case_of(visitor)
    await running.desk.handovers.take(case.id, ana)
    rasa.script = lambda *_: answer()
    await chat(visitor, "¿y el viernes?")
    look = running.desk.call_backs.look_for_unanswered
    assert await look(now() + timedelta(minutes=6)) == 1
    last = (await visitor.events())[-1]
    assert last["text"] == running.desk.words.say("no_answer_open", "es")
    assert (await english(visitor))[-1] == running.desk.words.say("no_answer_open")


async def test_what_is_held_beside_staff_is_said_in_spanish_and_staff_see_the_english(
    running: Running, rasa: FakeRasa
) -> None:
    rasa.script = lambda *_: handover("request")
    visitor = await come(running)
    await chat(visitor, PRESS)
    await running.desk.handovers.take((await case_of(visitor)).id, await staff_of(visitor))
    rasa.script = lambda *_: Raw.of(500, b"")
    await chat(visitor, "¿sigue ahí?")
    await the_time_is_up(running.desk.db)
    assert await running.desk.held.look() == 1
    last = (await visitor.events())[-1]
    assert last["text"] == running.desk.words.after_handover("bot_unavailable", language="es")
    assert (await english(visitor))[-1] == running.desk.words.after_handover("bot_unavailable")


async def test_who_waits_in_a_chat_in_spanish_is_told_in_spanish(
    running: Running, rasa: FakeRasa
) -> None:
    rasa.script = lambda *_: handover("request")
    visitor = await come(running)
    await chat(visitor, "I want somebody")
    assert await running.desk.call_backs.look(now() + timedelta(minutes=3)) == 1
    last = (await visitor.events())[-1]
    assert last["text"] == running.desk.words.say("handover_still_waiting", "es")
    assert last["offers"] == ["contact"]


async def test_the_spanish_button_is_remembered_in_a_chat_that_is_not_in_spanish(
    running: Running, rasa: FakeRasa
) -> None:
    """The bot offers that button to who writes in Spanish on an English page."""
    rasa.script = lambda *_: handover("request")
    visitor = await running.visitor()
    await visitor.chat(f" {PRESS.upper()} ")
    assert await language(visitor) == "en"
    assert await running.desk.call_backs.look(now() + timedelta(minutes=3)) == 1
    last = (await visitor.events())[-1]
    assert last["text"] == running.desk.words.say("handover_still_waiting", "es")
    rasa.script = lambda *_: Raw.of(500, b"")
    [told] = await visitor.chat("¿hola?")
    assert told["text"] == running.desk.words.after_handover("bot_unavailable", language="es")
    await running.desk.handovers.take((await case_of(visitor)).id, await staff_of(visitor))
    assert "se unió" in (await visitor.events())[-1]["text"]


@pytest.mark.parametrize(
    ("category", "lang", "begins"),
    [
        ("crisis_es", "en", "Ana, de nuestro personal"),
        ("crisis", "es", "Ana, de nuestro personal"),
        ("crisis", "en", "Ana from our staff"),
        # The desk has no words for that in French.
        ("crisis_fr", "en", "Ana from our staff"),
        ("crisis_fr", "es", "Ana, de nuestro personal"),
    ],
)
async def test_a_language_that_was_seen_goes_before_that_of_the_chat(
    running: Running, rasa: FakeRasa, category: str, lang: str, begins: str
) -> None:
    rasa.script = lambda *_: handover("crisis", "P1", category=category)
    visitor = await come(running, lang)
    await chat(visitor, "words", lang)
    await running.desk.handovers.take((await case_of(visitor)).id, await staff_of(visitor))
    assert (await visitor.events())[-1]["text"].startswith(begins)


async def test_after_hours_who_changes_the_language_is_not_told_it_all_again(
    settings: Settings, rasa: FakeRasa
) -> None:
    settings.clinic_path.write_text(CLINIC.format(hours=NEVER_OPEN))
    async with started(create_app(replace(settings, rasa_url=rasa.url))) as running:
        rasa.script = lambda *_: handover("request")
        visitor = await running.visitor()
        await visitor.chat("somebody please")
        rasa.script = lambda *_: answer()
        await chat(visitor, "gracias")
        assert await running.desk.call_backs.look(now() + timedelta(minutes=3)) == 0


def test_the_language_seen_is_that_of_the_last_message_that_was_judged() -> None:
    def trigger(category: str | None) -> HandoverTrigger:
        return HandoverTrigger(category=category)

    assert language_seen([]) == "en"
    assert language_seen([trigger("medical_advice_fr"), trigger(None)]) == "fr"
    assert language_seen([trigger("crisis_es"), trigger("crisis")]) == "en"
