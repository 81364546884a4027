"""Public pages: the widget's script, the demo page, privacy, the crisis protocol."""

import gzip
import hashlib
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import yaml
from fastapi import APIRouter, FastAPI, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from nightdesk_contract.crisis_lines import CrisisLines
from nightdesk_contract.outcome import ENGLISH
from nightdesk_contract.texts import TextsError
from pydantic import BaseModel
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from nightdesk_desk.desk import Desk
from nightdesk_desk.dialled import dialled
from nightdesk_desk.errors import Refused
from nightdesk_desk.opening_words import ending
from nightdesk_desk.protocol import Protocol
from nightdesk_desk.visitor_language import SPOKEN, TheLanguage, in_language
from nightdesk_desk.words import Words

STATIC = Path(__file__).parent / "static"
PRIVACY, PROTOCOL, LINES = "/privacy", "/crisis-protocol", "/crisis-lines"
HOSTILE_POLICY = (
    "default-src 'none'; script-src 'self' {desk}; connect-src {desk}; style-src 'self'; "
    "img-src 'self'; require-trusted-types-for 'script'; trusted-types nightdesk lit-html"
)
"""The strictest policy that a clinic's page may have, where `{desk}` is the desk's address."""

router = APIRouter()
_templates = Environment(
    loader=PackageLoader("nightdesk_desk"), autoescape=True, undefined=StrictUndefined
)


class ClinicOut(BaseModel):
    """The clinic as the widget shows it; `next_opening` is in plain words, None while open.

    `hours_lang` is English where the clinic has its hours in no other words.
    """

    name: str
    phone: str
    hours_text: str
    hours_lang: str
    open_now: bool
    next_opening: str | None
    next_opening_at: str | None


class CrisisOut(BaseModel):
    """Emergency number and crisis lines, as they are dialled; `place` ends "Not in …?".

    `press` is what to press after calling, for somebody who speaks the language asked for.
    """

    emergency: str
    call: str
    press: str
    text: str
    chat_url: str
    poison: str
    country: str
    place: str


class WidgetConfig(BaseModel):
    """What the widget needs before the first message, in the language `lang`."""

    lang: str
    clinic: ClinicOut
    crisis: CrisisOut
    demo_notice: str | None
    demo_notice_lang: str
    privacy_url: str
    protocol_url: str


class PageTexts:
    """The words of the public pages, from `data/texts/pages.yml`."""

    def __init__(self, path: Path) -> None:
        """Read the pages. Raises OSError, or TextsError when one is missing or has no sections."""
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
        rows = rows if isinstance(rows, dict) else {}
        for language in SPOKEN:
            name = f"privacy{ending(language)}"
            page = rows.get(name)
            if not isinstance(page, dict) or not page.get("title") or not page.get("sections"):
                raise TextsError(f"{path.name}: {name} needs a title and sections")
            name = f"crisis_lines{ending(language)}"
            lines = rows.get(name)
            if not isinstance(lines, dict) or not {"title", "each", "checked"} <= lines.keys():
                raise TextsError(f"{path.name}: {name} needs a title, each and checked")
        others = rows.get("other_language")
        if not isinstance(others, dict) or not set(SPOKEN) <= others.keys():
            raise TextsError(f"{path.name}: other_language needs {' and '.join(SPOKEN)}")
        self._rows: dict[str, dict[str, Any]] = rows

    def privacy_html(self, words: Words, language: str = ENGLISH) -> str:
        """Give the page on what is stored, its fields filled in with the clinic's facts."""
        page = self._rows[f"privacy{ending(language)}"]
        return self.page_html(
            words,
            "sections.html",
            PRIVACY,
            language,
            title=page["title"],
            sections=[
                {
                    "heading": words.fill(section["heading"], language),
                    "paragraphs": [
                        dialled(words.fill(text, language), words.lines, words.clinic.phone)
                        for text in section["paragraphs"]
                    ],
                }
                for section in page["sections"]
            ],
        )

    def crisis_lines_html(self, words: Words, language: str = ENGLISH) -> str:
        """Give the list of crisis lines, the clinic's own country first."""
        page, own = self._rows[f"crisis_lines{ending(language)}"], words.lines
        others = [lines for lines in words.all_lines.values() if lines.country != own.country]
        return self.page_html(
            words,
            "sections.html",
            LINES,
            language,
            title=page["title"],
            sections=[
                {
                    "heading": _country(lines, language),
                    "paragraphs": [
                        *(
                            dialled(_of_country(text, lines, language), lines)
                            for text in page["each"]
                        ),
                        page["checked"].format(date=words.day(lines.last_verified, language)),
                    ],
                }
                for lines in (own, *others)
            ],
        )

    def page_html(
        self, words: Words, template: str, path: str, language: str, **content: object
    ) -> str:
        """Give a page in `language`, with the way to the same one in the other language."""
        notice, notice_language = words.demo_notice(language)
        [other] = [each for each in SPOKEN if each != language]
        return _templates.get_template(template).render(
            clinic=words.clinic.name,
            notice=notice,
            notice_language=notice_language,
            language=language,
            other={
                "language": other,
                "address": in_language(path, other),
                "words": self._rows["other_language"][other],
            },
            **content,
        )


def _of_country(text: str, lines: CrisisLines, language: str) -> str:
    return text.format(
        emergency=lines.emergency, crisis_name=lines.crisis_name, reach=lines.reach[language]
    )


def _country(lines: CrisisLines, language: str) -> str:
    """Give a country's name as a heading: "El Reino Unido"."""
    if language == ENGLISH:
        return lines.name
    place = lines.place_in(language)
    return place[:1].upper() + place[1:]


@router.get("/api/widget/config", tags=["visitor"])
async def widget_config(
    request: Request, response: Response, language: TheLanguage
) -> WidgetConfig:
    """Give the clinic's facts and the crisis lines that the widget shows."""
    words = _desk(request).words
    clinic, lines, open_now = words.clinic, words.lines, words.open_now()
    opening = None if open_now else words.opening()
    hours, hours_language = words.hours(language)
    notice, notice_language = words.demo_notice(language)
    # Short: the widget keeps what it read, and open or closed should be true.
    response.headers["Cache-Control"] = "public, max-age=60"
    return WidgetConfig(
        lang=language,
        clinic=ClinicOut(
            name=clinic.name,
            phone=clinic.phone,
            hours_text=hours,
            hours_lang=hours_language,
            open_now=open_now,
            next_opening=None if open_now else words.opening_words(language=language),
            next_opening_at=opening.isoformat() if opening else None,
        ),
        crisis=CrisisOut(
            emergency=lines.emergency,
            call=lines.crisis_call,
            press=lines.press_in(language),
            text=lines.text_in(language),
            chat_url=lines.crisis_chat_url,
            poison=lines.poison,
            country=lines.country,
            place=lines.place_in(language),
        ),
        demo_notice=notice or None,
        demo_notice_lang=notice_language,
        privacy_url=in_language(PRIVACY, language),
        protocol_url=in_language(PROTOCOL, language),
    )


@router.get("/", include_in_schema=False)
async def root() -> RedirectResponse:
    """Lead to the demo page."""
    return RedirectResponse("/demo", 307)


@router.get("/demo", include_in_schema=False)
async def demo(request: Request) -> HTMLResponse:
    """Give the page of a made-up clinic with the widget on it, in the country that is set."""
    lines = _desk(request).words.lines
    page = _templates.get_template("demo.html")
    return _page(page.render(lines=lines, dial=partial(dialled, lines=lines)))


@router.get("/demo/hostile", include_in_schema=False)
async def hostile(request: Request) -> HTMLResponse:
    """Give a page with bad style rules, an old script and a strict policy, and the widget on it."""
    lines = _desk(request).words.lines
    answer = _page(hostile_html(lines, "/widget.js"))
    answer.headers["Content-Security-Policy"] = HOSTILE_POLICY.format(desk="'self'")
    return answer


def hostile_html(
    lines: CrisisLines, widget: str, *, rtl: bool = False, slides: bool = False, base: str = ""
) -> str:
    """Give that page: from right to left, with what slides the page, with a base for its links.

    `widget` is the script's address; the page is without the chat where it is empty.
    """
    return _templates.get_template("hostile.html").render(
        lines=lines,
        widget=widget,
        rtl=rtl,
        slides=slides,
        base=base,
        dial=partial(dialled, lines=lines),
    )


@router.get("/widget.js", include_in_schema=False)
async def widget(request: Request) -> Response:
    """Give the script of the widget's tag, the launcher, for any site."""
    return _script(request, "widget.js")


@router.get("/widget-chat.js", include_in_schema=False)
async def widget_chat(request: Request) -> Response:
    """Give the chat, which the launcher loads when it is first opened, for any site.

    All the widget's files are built together; it asks with its build in the address, so that no
    cache gives it another's.
    """
    return _script(request, "widget-chat.js")


@router.get("/widget-more.js", include_in_schema=False)
async def widget_more(request: Request) -> Response:
    """Give what the chat loads beside it, and is whole without, for any site."""
    return _script(request, "widget-more.js")


@router.get("/widget-es.js", include_in_schema=False)
async def widget_spanish(request: Request) -> Response:
    """Give the chat's words in Spanish, which the launcher loads beside it, for any site."""
    return _script(request, "widget-es.js")


@router.get(PRIVACY, include_in_schema=False)
async def privacy(request: Request, language: TheLanguage) -> HTMLResponse:
    """Give the page on what is stored and who reads it."""
    pages: PageTexts = request.app.state.pages
    return _page(pages.privacy_html(_desk(request).words, language))


@router.get(PROTOCOL, include_in_schema=False)
async def crisis_protocol(request: Request, language: TheLanguage) -> HTMLResponse:
    """Give the page on what happens when somebody writes about a crisis."""
    pages: PageTexts = request.app.state.pages
    protocol: Protocol = request.app.state.protocols[language]
    return _page(
        pages.page_html(
            _desk(request).words,
            "document.html",
            PROTOCOL,
            language,
            title=protocol.title,
            body=protocol.html(),
        )
    )


@router.get(LINES, include_in_schema=False)
async def crisis_lines(request: Request, language: TheLanguage) -> HTMLResponse:
    """Give the crisis lines of every country that we know."""
    pages: PageTexts = request.app.state.pages
    return _page(pages.crisis_lines_html(_desk(request).words, language))


def mount(app: FastAPI) -> None:
    """Put the pages and their files into the application.

    Raises what PageTexts and Protocol raise.
    """
    desk: Desk = app.state.desk
    app.state.pages = PageTexts(desk.settings.data / "texts" / "pages.yml")
    app.state.protocols = {
        language: Protocol(desk.settings.docs, desk.words, language) for language in SPOKEN
    }
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.include_router(router)


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def _page(html: str) -> HTMLResponse:
    return HTMLResponse(html, headers={"Cache-Control": "no-cache"})


def _script(request: Request, name: str) -> Response:
    try:
        content = (STATIC / name).read_bytes()
    except OSError:
        raise Refused(404, "not_found") from None
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {
        "ETag": etag,
        # Minutes, so that a mended widget reaches every site the same hour; then only asked whether
        # it has changed, and shown meanwhile.
        "Cache-Control": "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800",
        "Vary": "Accept-Encoding",
        # Also when no other site asks: what a cache keeps of that is given to all sites.
        "Access-Control-Allow-Origin": "*",
    }
    asked = [
        tag.strip().removeprefix("W/")
        for tag in request.headers.get("if-none-match", "").split(",")
    ]
    if etag in asked:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        content, headers = _zipped(content), {**headers, "Content-Encoding": "gzip"}
    return Response(content, headers={**headers, "Content-Type": "text/javascript; charset=utf-8"})


@lru_cache(maxsize=8)
def _zipped(content: bytes) -> bytes:
    """A third of the size: that counts on an old phone with one bar."""
    return gzip.compress(content, mtime=0)
