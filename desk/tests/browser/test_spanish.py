"""A Spanish page: the chat speaks Spanish, from the launcher to a crisis, and never half of it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import NewGuest
from guest import PHONE, Guest
from inbox_page import InboxPage
from playwright.sync_api import Locator, Route, expect
from running_system import ROOT, RunningSystem
from test_accessible import assert_no_findings
from test_widget_states import HIDDEN_LINES, MISFITS
from visitor_page import VisitorPage, hook

STRINGS = ROOT / "desk" / "widget" / "strings"
POLICY = (
    "script-src 'self'; connect-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types nightdesk lit-html"
)
SPANISH_PAGE = """<!doctype html><html lang="es-US"><title>Una clínica</title>
<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width">
<body><main><h1>Una clínica</h1></main>
<script src="/widget.js" data-phone="(555) 010-0142" data-country="US" async></script>
</body></html>"""
PERSON = "Hablar con una persona"
WORDS_FILE = re.compile(r"/widget-es\.js")
CHAT_FILE = re.compile(r"/widget-chat\.js")
CONFIG = re.compile(r"/api/widget/config")
BROKEN_ON_PURPOSE = pytest.mark.parametrize(
    "expected_complaints", [["Failed to load resource", "Access to script"]], ids=["broken"]
)

SAID = """() => {
  const root = document.querySelector("nightdesk-chat").shadowRoot;
  const found = [];
  const walk = (place) => {
    for (const name of ["aria-label", "placeholder", "title", "alt"])
      if (place.getAttribute?.(name)) found.push(place.getAttribute(name));
    if (place.nodeName === "STYLE") return;
    // What was said in the conversation, and what the clinic is called, are not our words.
    if (place.matches?.(".bubble, h2")) return;
    for (const child of place.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) {
        const text = child.textContent.trim();
        if (text) found.push(text);
      } else walk(child);
    }
  };
  walk(root);
  return found;
}"""


def come(guest: Guest, page: str = SPANISH_PAGE) -> VisitorPage:
    """Load a Spanish page with the chat, under the strictest policy that it works with."""
    guest.context.route(
        re.compile("/demo$"),
        lambda route: route.fulfill(
            body=page,
            content_type="text/html; charset=utf-8",
            headers={"Content-Security-Policy": POLICY},
        ),
    )
    return VisitorPage(guest).come()


@pytest.fixture
def visitor(new_guest: NewGuest) -> VisitorPage:
    return come(new_guest())


@pytest.fixture
def chatting(visitor: VisitorPage) -> VisitorPage:
    visitor.open_chat()
    expect(visitor.input).to_be_visible()
    return visitor


@pytest.fixture
def night(system: RunningSystem) -> Iterator[RunningSystem]:
    before = system.clinic.read_text()
    system.clinic.write_text(re.sub("(?m)^hours:.*$", "hours: Jan 01 09:00-09:01", before))
    yield system
    system.clinic.write_text(before)


def english_texts() -> set[str]:
    """Give the widget's English texts, without those that read the same in Spanish."""
    found: dict[str, set[str]] = {"en": set(), "es": set()}
    for path in STRINGS.glob("*.json"):
        words: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        language = Path(path.stem).suffix.lstrip(".") or path.stem
        # A text with fields by what stands between them.
        found[language] |= {
            part.strip(" .:,()") for text in words.values() for part in re.split(r"\{\w+\}", text)
        }
    return {text for text in found["en"] - found["es"] if len(text) > 1}


def assert_all_spanish(visitor: VisitorPage, state: str) -> None:
    said = visitor.page.evaluate(SAID)
    assert len(said) >= 2, state
    for text in said:
        for english in english_texts():
            assert not re.search(rf"(?<!\w){re.escape(english)}(?!\w)", text), (state, text)


def crisis_links(place: Locator) -> dict[str, str]:
    return {
        link.get_attribute("href") or "": link.inner_text()
        for link in place.get_by_role("link").all()
    }


def test_the_lines_are_said_and_dialled_as_for_who_speaks_spanish(chatting: VisitorPage) -> None:
    assert crisis_links(chatting.crisis_line) | {"": ""} == {
        "tel:911": "Llamar al 911",
        "tel:988": "Llamar al 988 y oprimir 2",
        "sms:988?body=AYUDA": "Enviar AYUDA al 988",
        "https://988lifeline.org/chat/": "Chat en línea",
        f"{chatting.guest.url}/crisis-lines?lang=es": "¿No está en Estados Unidos?",
        "": "",
    }
    expect(chatting.crisis_line).to_contain_text("¿En crisis?")
    for link in chatting.crisis_line.get_by_role("link").all()[:3]:
        expect(link).to_be_in_viewport(ratio=1)


def test_who_opens_it_is_told_in_spanish_what_it_is(chatting: VisitorPage) -> None:
    intro = chatting.page.locator(hook("intro"))
    for words in (
        "Soy un asistente automático, no una persona.",
        "Solo entiendo inglés.",
        f"Puede escribir en español y pedir una persona con el botón “{PERSON}”.",
        "El personal puede leer este chat.",
        "Horario de la clínica: de lunes a viernes, de 9 a. m. a 5 p. m. ",
    ):
        expect(intro).to_contain_text(words)
    expect(intro.locator(hook("demo-notice"))).to_contain_text("Esta es una demostración")
    # No question that would not be understood.
    expect(chatting.page.locator(hook("starter"))).to_have_text([PERSON])
    expect(chatting.page.locator(".root")).to_have_attribute("lang", "es")
    assert_no_findings(chatting.page, "open, in Spanish")


def test_no_word_is_english(visitor: VisitorPage) -> None:
    page = visitor.page
    assert "Chat with us" in english_texts()
    assert_all_spanish(visitor, "closed")
    visitor.open_chat()
    expect(visitor.input).to_be_visible()
    expect(page.locator(hook("menu"))).to_be_visible()
    assert_all_spanish(visitor, "open")

    visitor.input.fill("a" * 2001)
    assert_all_spanish(visitor, "too long")
    # Answers, with what stands below them.
    answer = visitor.ask("How fast does ketamine therapy work?")
    expect(answer.locator(hook("feedback"))).to_be_visible()
    # English, among Spanish words.
    expect(answer.locator(".bubble")).to_have_attribute("lang", "en")
    answer.locator(hook("feedback-no")).click()
    expect(answer.locator(hook("feedback-person"))).to_have_text(PERSON)
    for label in answer.locator("button, .who, .foot").all():
        assert_spanish_text(label.inner_text())
    for state in ("open-contact", "open-delete"):
        page.locator(hook("menu")).click()
        assert_all_spanish(visitor, "menu")
        page.locator(hook("sheet")).locator(hook(state)).click()
        assert_all_spanish(visitor, state)
        page.keyboard.press("Escape")


def assert_spanish_text(text: str) -> None:
    # Titles of our guide's passages are English.
    ours = re.sub("De nuestra guía: .*", "", text)
    for english in english_texts():
        assert not re.search(rf"(?<!\w){re.escape(english)}(?!\w)", ours), text


def test_a_crisis_in_spanish_is_met_in_spanish(
    chatting: VisitorPage, system: RunningSystem
) -> None:
    reply = chatting.ask("Quiero matarme")

    links = crisis_links(reply.locator(".bubble"))
    assert {"tel:911", "tel:988", "sms:988?body=AYUDA"} <= links.keys()
    expect(reply).to_contain_text("oprimir 2")
    assert reply.locator(".bubble").get_attribute("lang") is None
    expect(chatting.system.first).to_contain_text(re.compile("nuestro personal|la clínica"))
    for link in chatting.crisis_line.get_by_role("link").all()[:3]:
        expect(link).to_be_in_viewport(ratio=1)
    [(reason, level, state)] = system.handovers(chatting.conversation_id())
    assert (reason, state) == ("crisis", "open")
    assert level in ("P0", "P1")


@pytest.mark.parametrize("where", ["starter", "person"])
def test_the_button_for_a_person_calls_one(
    chatting: VisitorPage, system: RunningSystem, where: str
) -> None:
    chatting.page.locator(hook(where)).first.click()

    expect(chatting.next_answer(0)).to_contain_text("Puede hablar con una persona")
    expect(chatting.system.first).to_contain_text(re.compile("nuestro personal|la clínica"))
    expect(chatting.own.locator(".bubble")).to_have_text([PERSON])
    expect(chatting.own.locator(hook("status"))).to_have_text("Entregado")
    [(reason, _, state)] = system.handovers(chatting.conversation_id())
    assert (reason, state) == ("request", "open")


def test_a_question_in_spanish_leads_to_a_person(
    chatting: VisitorPage, system: RunningSystem
) -> None:
    reply = chatting.ask("¿Cuánto cuesta una sesión de tratamiento?")
    expect(reply).to_contain_text("solo entiendo inglés")

    chatting.quick_replies.filter(has_text=PERSON).click()

    chatting.next_answer(1)
    [(reason, _, state)] = system.handovers(chatting.conversation_id())
    assert (reason, state) == ("request", "open")


def test_staff_read_and_answer_a_spanish_chat(chatting: VisitorPage, kim: InboxPage) -> None:
    chatting.page.locator(hook("person")).click()
    chatting.next_answer(0)
    chatting.say("Me siento muy mareado después de la sesión")
    kim.open_conversation(chatting.conversation_id())
    expect(kim.page.get_by_text("Me siento muy mareado").first).to_be_visible()


def open_form(visitor: VisitorPage) -> Locator:
    visitor.page.locator(hook("menu")).click()
    visitor.page.locator(hook("sheet")).locator(hook("open-contact")).click()
    return visitor.page.locator(hook("contact-form"))


@pytest.mark.parametrize("size", [PHONE, (320, 640), (320, 256), (640, 320)])
def test_longer_words_have_room_too(new_guest: NewGuest, size: tuple[int, int]) -> None:
    visitor = come(new_guest(size=size)).open_chat()
    expect(visitor.hooked("menu")).to_be_visible()
    assert visitor.page.evaluate(MISFITS) == []
    assert visitor.page.evaluate(HIDDEN_LINES) == []
    visitor.hooked("person").click()
    expect(visitor.system.first).to_be_visible()
    visitor.hooked("menu").click()
    for sheet in ("open-contact", "contact-cancel"):
        expect(visitor.hooked("sheet")).to_be_visible()
        assert visitor.page.evaluate(MISFITS) == []
        assert visitor.page.evaluate(HIDDEN_LINES) == []
        visitor.hooked("sheet", sheet).click()
    assert visitor.page.evaluate(MISFITS) == []


@BROKEN_ON_PURPOSE
def test_mistakes_in_the_form_are_told_in_spanish(chatting: VisitorPage) -> None:
    form = open_form(chatting)
    send = chatting.page.locator(hook("contact-send"))

    send.click()
    expect(form.locator(hook("contact-consent-wrong"))).to_contain_text("marque la casilla")
    form.get_by_label("Acepto que").check()
    send.click()
    expect(form.locator(hook("contact-phone-wrong"))).to_contain_text("un número de teléfono o")
    form.get_by_label("Correo electrónico").fill("ninguno")
    send.click()
    expect(form.locator(hook("contact-email-wrong"))).to_contain_text("no parece un correo")
    form.get_by_label("Correo electrónico").fill("")
    form.get_by_label("Número de teléfono").fill("(555) 010-0123")
    send.click()
    expect(chatting.page.locator(hook("said"))).to_contain_text("Gracias. Sus datos quedaron")
    expect(chatting.system.last).to_contain_text("Gracias. Sus datos de contacto quedaron")


def test_after_hours_it_is_said_in_spanish_when_the_clinic_opens(
    night: RunningSystem, new_guest: NewGuest
) -> None:
    visitor = come(new_guest()).open_chat()
    intro = visitor.page.locator(hook("intro"))
    expect(intro).to_contain_text("La clínica está cerrada ahora. Abre el ")
    expect(intro).to_contain_text("1 de enero, a las 9:00 a. m.")
    expect(intro).not_to_contain_text("..")


def test_with_the_desk_away_nothing_is_lost_and_all_is_spanish(
    new_guest: NewGuest, system: RunningSystem, expected_complaints: list[str]
) -> None:
    expected_complaints += ["Failed to load resource"]
    visitor = come(new_guest()).open_chat()
    expect(visitor.page.locator(hook("menu"))).to_be_visible()
    visitor.page.route(re.compile("/api/"), lambda route: route.abort())

    visitor.say("¿Hay alguien?")

    expect(visitor.own.locator(hook("status"))).to_have_text("No se entregó")
    expect(visitor.unreachable).to_contain_text("No podemos conectarnos con el chat")
    expect(visitor.unreachable).to_contain_text("Nadie ha visto lo que está marcado")
    assert_all_spanish(visitor, "away")
    visitor.page.unroute(re.compile("/api/"))
    visitor.own.locator(hook("retry")).click()
    expect(visitor.own.locator(hook("status"))).to_have_text("Entregado")


@BROKEN_ON_PURPOSE
@pytest.mark.parametrize("size", [(1200, 800), PHONE])
def test_without_anything_else_the_launcher_helps_in_spanish(
    new_guest: NewGuest, size: tuple[int, int]
) -> None:
    guest = new_guest(size=size)
    for gone in (CHAT_FILE, WORDS_FILE, CONFIG):
        guest.context.route(gone, lambda route: route.abort())
    visitor = come(guest).open_chat()

    fallback = visitor.page.locator(hook("fallback"))
    expect(fallback).to_contain_text("El chat no funciona en este momento.")
    expect(fallback).to_contain_text("Los números de arriba funcionan sin este chat.")
    expect(fallback.locator("a[href='tel:5550100142']")).to_be_in_viewport(ratio=1)
    expect(visitor.page.locator(hook("try-again"))).to_have_text("Intentar de nuevo")
    links = crisis_links(visitor.crisis_line)
    assert links["tel:988"] == "Llamar al 988 y oprimir 2"
    assert links["sms:988?body=AYUDA"] == "Enviar AYUDA al 988"
    for link in visitor.crisis_line.get_by_role("link").all()[:3]:
        expect(link).to_be_in_viewport(ratio=0.9)
    assert_all_spanish(visitor, "nothing but the launcher")
    assert_no_findings(visitor.page, "nothing but the launcher, in Spanish")


@BROKEN_ON_PURPOSE
@pytest.mark.parametrize("how", ["refused", "of another build", "late"])
def test_without_its_spanish_words_the_chat_is_english_and_says_so(
    new_guest: NewGuest, how: str
) -> None:
    def answer(route: Route) -> None:
        if how == "refused":
            route.abort()
        elif how == "of another build":
            route.fulfill(
                body="document.currentScript.nightdesk.take(['old', ['a'], ['b']])",
                content_type="text/javascript",
                headers={"Access-Control-Allow-Origin": "*"},
            )
        # Late: no answer at all.

    guest = new_guest()
    guest.context.route(WORDS_FILE, answer)
    visitor = come(guest).open_chat()

    expect(visitor.input).to_have_attribute("placeholder", "Ask a question")
    expect(visitor.page.locator(".chat")).to_have_attribute("lang", "en")
    expect(visitor.page.locator(".root")).to_have_attribute("lang", "es")
    # Help stays in Spanish.
    expect(visitor.crisis_line).to_contain_text("¿En crisis?")
    expect(visitor.ask("How fast does ketamine therapy work?")).to_contain_text("a few hours")
    expect(visitor.own.locator(hook("status"))).to_have_text("Delivered")


def test_the_tag_outranks_the_page(new_guest: NewGuest) -> None:
    english = SPANISH_PAGE.replace("data-country", 'data-lang="en" data-country')
    visitor = come(new_guest(), english).open_chat()
    expect(visitor.crisis_line).to_contain_text("In crisis?")
    assert [url for url in visitor.guest.requests if WORDS_FILE.search(url)] == []
    spanish = SPANISH_PAGE.replace('lang="es-US"', 'lang="en"', 1).replace(
        "data-country", 'data-lang="es" data-country'
    )
    visitor = come(new_guest(), spanish).open_chat()
    expect(visitor.input).to_have_attribute("placeholder", "Escriba su mensaje")
