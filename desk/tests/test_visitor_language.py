"""A client asks for the desk's own words in Spanish: settings, refusals, what is stored."""

import json
import re
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from desk_in_process import CLINIC, NEVER_OPEN, Running, Visitor, started
from fake_rasa import FakeRasa, handover
from sqlalchemy import select

from nightdesk_desk.app import create_app
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.hours_in_words import hours_in_words
from nightdesk_desk.settings import PROJECT_ROOT, Settings
from nightdesk_desk.visitor_language import language_asked

TEXTS = yaml.safe_load((PROJECT_ROOT / "data" / "texts" / "desk.yml").read_text(encoding="utf-8"))
SPANISH_HOURS = "de lunes a jueves, de las 9:00 a. m. a las 5:00 p. m."


async def config(running: Running, lang: str = "es", **changes: str) -> dict[str, Any]:
    """Give the widget's settings in a language, with other lines in the clinic's file."""
    path = running.desk.settings.clinic_path
    for key, value in changes.items():
        text = re.sub(f"(?m)^{key}:.*\\n", "", path.read_text())
        path.write_text(f"{key}: {value}\n{text}")
    found: dict[str, Any] = (
        await running.client.get("/api/widget/config", params={"lang": lang})
    ).json()
    return found


async def test_settings_in_spanish(running: Running) -> None:
    found = await config(running, hours="Mo-Th 09:00-17:00", demo_notice_es="Es una demostración.")
    assert found["lang"] == "es"
    assert (found["clinic"]["hours_text"], found["clinic"]["hours_lang"]) == (SPANISH_HOURS, "es")
    assert (found["demo_notice"], found["demo_notice_lang"]) == ("Es una demostración.", "es")
    crisis = found["crisis"]
    assert (crisis["call"], crisis["press"]) == ("988", "2")
    assert (crisis["text"], crisis["place"]) == ("AYUDA to 988", "Estados Unidos")


async def test_the_settings_lead_to_the_pages_in_the_language(running: Running) -> None:
    found = await config(running)
    assert found["privacy_url"] == "/privacy?lang=es"
    assert found["protocol_url"] == "/crisis-protocol?lang=es"
    for address in (found["privacy_url"], found["protocol_url"]):
        assert '<html lang="es">' in (await running.client.get(address)).text


async def test_the_next_opening_in_spanish(running: Running) -> None:
    found = await config(running, hours="Jan 01 09:00-09:01")
    assert found["clinic"]["next_opening"].endswith("1 de enero, a las 9:00 a. m.")


async def test_what_the_clinic_has_only_in_english_is_marked_so(running: Running) -> None:
    found = await config(running)
    assert (found["clinic"]["hours_text"], found["clinic"]["hours_lang"]) == ("Any time", "en")
    assert (found["demo_notice"], found["demo_notice_lang"]) == ("This is demo content.", "en")


async def test_the_clinics_own_spanish_words_come_first(running: Running) -> None:
    found = await config(running, hours="Mo-Th 09:00-17:00", hours_text_es="a toda hora")
    assert (found["clinic"]["hours_text"], found["clinic"]["hours_lang"]) == ("a toda hora", "es")
    path = running.desk.settings.clinic_path
    path.write_text(path.read_text().replace("mode: demo", "mode: live"))
    assert (await config(running))["demo_notice"] is None


async def test_another_country_has_nothing_to_press(running: Running) -> None:
    crisis = (await config(running, country="GB"))["crisis"]
    assert (crisis["press"], crisis["text"]) == ("", "SHOUT to 85258")
    assert crisis["place"] == "el Reino Unido"


async def test_a_language_that_is_not_spoken_gives_english(running: Running) -> None:
    assert await config(running, "xx") == await config(running, "en")
    assert [language_asked(lang) for lang in ("es-MX", "ES", "", None, "est", "fr")] == [
        *("es", "es", "en", "en", "en", "en"),
    ]


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ("Mo-Th 09:00-17:00", SPANISH_HOURS),
        (
            "Mo,We-Fr 09:00-12:00,13:00-17:30; Su 10:00-12:00",
            "lunes y de miércoles a viernes, de las 9:00 a. m. a las 12:00 p. m. y de la "
            "1:00 p. m. a las 5:30 p. m.; domingo, de las 10:00 a. m. a las 12:00 p. m.",
        ),
        ("Mo,We,Fr 13:00-14:00", "lunes, miércoles y viernes, de la 1:00 p. m. a las 2:00 p. m."),
        ("Sa-Mo 09:00-10:00", "de sábado a lunes, de las 9:00 a. m. a las 10:00 a. m."),
    ],
)
def test_simple_hours_in_spanish_words(hours: str, said: str) -> None:
    assert hours_in_words(hours, TEXTS, "es") == said


@pytest.mark.parametrize(
    "hours",
    [
        *("24/7", "Jan 01 09:00-09:01", "Mo-Fr 09:00-17:00; PH off", "Mo-Su 00:00-24:00"),
        *("Mo-Fr 09:00-17:00; We 10:00-12:00", "Mo,Mo 09:00-10:00", "Mo-We-Fr 09:00-10:00"),
        *("Fr 22:00-02:00", "Mo 13:00-15:00,09:00-12:00", "Mo-Fr 09:00-17:00 open", ""),
    ],
)
def test_hours_that_are_not_simple_have_no_words(hours: str) -> None:
    assert hours_in_words(hours, TEXTS, "es") is None


async def refusal(visitor: Visitor, what: str, body: object, lang: str = "es") -> dict[str, Any]:
    answered = await visitor.client.post(
        f"{visitor.path}/{what}?lang={lang}", json=body, headers=visitor.headers
    )
    assert answered.status_code >= 400
    found: dict[str, Any] = answered.json()
    return found


@pytest.mark.parametrize(
    ("what", "body", "code", "words"),
    [
        ("messages", {"text": " "}, "empty", "escriba primero un mensaje"),
        ("messages", {"text": "x" * 2001}, "too_long", "demasiado largo"),
        ("messages", [], "bad_request", "No se pudo leer"),
        ("messages", {"text": "x" * 70_000}, "too_large", "demasiado grande"),
        ("contact", {"consent": False, "phone": "1"}, "consent_needed", "marque la casilla"),
        ("contact", {"consent": True}, "contact_needed", "un número de teléfono"),
        ("contact", {"consent": True, "phone": "x1"}, "bad_phone", "no parece un número"),
        ("contact", {"consent": True, "email": "x"}, "bad_email", "no parece un correo"),
        ("nothing", {}, "not_found", "No pudimos encontrarlo"),
    ],
)
async def test_refusals_in_spanish(
    visitor: Visitor, what: str, body: object, code: str, words: str
) -> None:
    found = await refusal(visitor, what, body)
    assert found["error"] == code
    assert words in found["message"]
    # The same in English for who does not ask for Spanish, or for what is not spoken.
    english = await refusal(visitor, what, body, "fr")
    assert english["error"] == code
    assert english["message"].startswith(TEXTS[f"error_{code}"][:20])


async def test_too_much_at_once_names_help_in_spanish(settings: Settings, rasa: FakeRasa) -> None:
    limited = replace(settings, rasa_url=rasa.url, messages_per_minute=2)
    async with started(create_app(limited)) as running:
        visitor = await running.visitor()
        assert (await visitor.say("hola")).status_code == 202
        found = await refusal(visitor, "messages", {"text": "hola"})
    assert found["error"] == "rate_limited"
    said = found["message"]
    assert "espere un momento" in said
    assert "911" in said
    assert "llamar al 988 y oprimir 2, o enviar AYUDA en un mensaje de texto al 988" in said


async def test_every_refusal_has_spanish_words_of_its_own(running: Running) -> None:
    codes = [
        key.removeprefix("error_") for key in TEXTS if re.fullmatch(r"error_\w+?(?<!_es)", key)
    ]
    assert len(codes) > 15
    for code in codes:
        assert running.desk.words.error(code, "es") != running.desk.words.error(code)


async def test_contact_details_left_in_spanish(visitor: Visitor) -> None:
    form = {"consent": True, "phone": "(555) 010-0123", "name": ""}
    answered = await visitor.client.post(
        f"{visitor.path}/contact?lang=es", json=form, headers=visitor.headers
    )
    assert answered.status_code == 202
    await visitor.desk.turns.idle()
    events = await visitor.events()
    assert events[-1]["text"].startswith("Gracias. Sus datos de contacto quedaron guardados")
    # The record keeps what the visitor has read and agreed to.
    about_contact = select(AuditEntry.details).where(AuditEntry.kind == "contact_left")
    async with visitor.desk.db.read() as session:
        [details] = (await session.execute(about_contact)).scalars()
    assert json.loads(details)["agreed_to"] == TEXTS["contact_consent_es"]


async def test_a_copy_in_spanish(visitor: Visitor) -> None:
    await visitor.say("hola")
    await visitor.desk.turns.idle()
    answered = await visitor.client.get(f"{visitor.path}/export?lang=es", headers=visitor.headers)
    assert answered.text.startswith("Su chat con Test Clinic")
    assert "Usted (" in answered.text
    assert "Asistente automático (" in answered.text


async def test_contact_details_after_hours_say_when_in_spanish(running: Running) -> None:
    running.desk.settings.clinic_path.write_text(CLINIC.format(hours="Jan 01 09:00-09:01"))
    at = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("America/Chicago"))
    said = running.desk.words.contact_saved(at, "es")
    assert "Abrimos el viernes 1 de enero, a las 9:00 a. m., y entonces" in said
    running.desk.settings.clinic_path.write_text(CLINIC.format(hours=NEVER_OPEN))
    assert "Nadie de la clínica lee este chat ahora." in running.desk.words.contact_saved(at, "es")


async def test_the_api_tells_of_the_language(running: Running) -> None:
    paths = (await running.client.get("/openapi.json")).json()["paths"]
    for path, operations in paths.items():
        if path.startswith(("/api/conversations", "/api/widget")):
            for operation in operations.values():
                [lang] = [p for p in operation["parameters"] if p["name"] == "lang"]
                assert "Language" in lang["description"]


def test_the_chat_can_tell_every_spanish_line_from_an_english_answer() -> None:
    """It marks what has no letter that English lacks as English (in_language.ts)."""
    spanish = {k: t for k, t in TEXTS.items() if k.endswith("_es") and len(t.split()) > 4}
    assert len(spanish) > 40
    for key, text in spanish.items():
        # Pieces of a longer line, and what stands in no conversation.
        elsewhere = ("handover_wait", "handover_aim", "when_", "months", "full_date", "error_")
        assert key.startswith(elsewhere) or re.search(r"[áéíóúñü¿¡]", text), key


async def test_the_spanish_button_is_answered_in_spanish(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.script = lambda _sender, _message: handover("request")
    await visitor.say("Hablar con una persona")
    await visitor.desk.turns.idle()
    _, bot, system = await visitor.events()
    assert bot["text"] == TEXTS["handover_request_es"]
    assert system["text"].startswith("Ya avisamos a nuestro personal.")
