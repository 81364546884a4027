"""How inbox pages are made: templates, sign-in before everything, and errors as pages."""

import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, cast
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from nightdesk_desk.audit.record import Origin, origin
from nightdesk_desk.desk import Desk
from nightdesk_desk.models import now
from nightdesk_desk.staff.bot_down import shown_standing
from nightdesk_desk.staff.times import iso
from nightdesk_desk.visitor_api import address_of

logger = logging.getLogger(__name__)


class SignInNeeded(Exception):
    """Nobody is signed in, or no longer; the answer leads to the login page."""


class EnrolmentNeeded(SignInNeeded):
    """The person must turn one-time passwords on first; the answer leads there."""


class Instead(Exception):
    """Another page must come first; `response` is that page."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class Stale(Exception):
    """The page's CSRF token is not the session's: it was loaded before the last sign-in."""


class NotAllowed(Exception):
    """The person's role does not include this. `who` may do it: "lead" (and admin), or "admin"."""

    def __init__(self, who: str = "lead") -> None:
        super().__init__(who)
        self.who = who


_templates = Environment(
    loader=PackageLoader("nightdesk_desk.staff"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

# What a template may ask for without its page having said it.
_UNSAID: dict[str, object] = {
    "me": None,
    "nav": "",
    "oob": False,
    "shown": frozenset(),
    "open_id": "",
    "notice": "",
    "draft": {"reply": "", "note": "", "outcome_code": "", "false_alarm": False},
}

ENROLMENT = "/inbox/account/totp"
"""The page on which somebody turns one-time passwords on."""

_NOT_ALLOWED = {
    "lead": "Only a lead or an admin can do this. Ask one of them.",
    "admin": "Only an admin can do this. Ask one of them.",
}
_PROBLEMS = {
    403: ("This page is out of date", "Load it again and repeat what you did."),
    404: ("Not here", "There is no such page or conversation."),
    503: (
        "The record cannot be reached",
        "The desk runs, but its database does not answer, so it can show nothing and let nobody "
        "in. What you did last may not be stored: look whether it is before you do it again. Load "
        "the page again in a minute. If it stays like this, tell whoever looks after the desk.",
    ),
}


def desk_of(request: Request) -> Desk:
    """Give the running desk behind a request."""
    return cast(Desk, request.app.state.desk)


def zone_of(request: Request) -> ZoneInfo:
    """Give the clinic's time zone."""
    return desk_of(request).words.clinic.zone


def minutes_of(request: Request) -> Mapping[str, int]:
    """Give the clinic's minutes until a hand-over must be acknowledged, by level."""
    return desk_of(request).words.clinic.staff_times


def page(request: Request, template: str, status: int = 200, **values: object) -> HTMLResponse:
    """Give a page or fragment made from `template` with `values`, all of them escaped."""
    desk = desk_of(request)
    words, answers = desk.words, desk.answers
    known = {
        **_UNSAID,
        "clinic": words.clinic,
        "bot": shown_standing(desk.bot.standing, words, now()),
        # Of the reading just made.
        "settings_problems": words.clinic_file.problems,
        "not_served": answers.not_served(),
        "wrong_keys": desk.keys.wrong,
        "without_tls": without_tls(
            request.url.scheme, desk.settings.desk_url or words.clinic.desk_url
        ),
        "turned_away": desk.turned_away.pages(),
        "answers_problem": answers.problem,
        "answers_read": answers.read,
        "canned_problem": answers.canned_problem,
        "canned_there": bool(answers.canned),
        "now_iso": iso(now()),
        **values,
    }
    return HTMLResponse(_templates.get_template(template).render(known), status)


def without_tls(scheme: str, desk_url: str) -> bool:
    """Say whether a request came without TLS, as far as the desk can tell, though it should have.

    Then a proxy is in front that is not named: all clients count as one, and cookies are not bound
    to TLS.
    """
    return scheme == "http" and desk_url.startswith("https:")


def is_fragment(request: Request) -> bool:
    """Say whether htmx asks, for a part of a page, and not the browser for a whole one."""
    return request.headers.get("hx-request") == "true"


def local_path(path: str) -> str:
    """Give `path` if it leads into the inbox, else the inbox itself: a login must not lead away."""
    parts = urlsplit(path)
    inside = path in (
        "/inbox",
        "/inbox/asked",
        "/inbox/numbers",
        "/inbox/audit",
        "/inbox/account",
        "/inbox/staff",
    ) or path.startswith(("/inbox/conversations/", "/inbox/asked/", "/inbox/staff/"))
    plain = not (parts.scheme or parts.netloc or "\\" in path or ".." in path)
    return path if inside and plain and path.isascii() and path.isprintable() else "/inbox"


class InboxRoute(APIRoute):
    """A route of the inbox: nothing is kept by the browser, and refusals are pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give the handler that FastAPI calls, wrapped."""
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            token = origin.set(Origin(address_of(request)))
            try:
                response = await handle(request)
            except EnrolmentNeeded:
                response = _to_enrolment(request)
            except SignInNeeded:
                response = _to_login(request)
            except Instead as other:
                response = other.response
            except Stale:
                response = _problem(request, 403)
                response.headers["HX-Refresh"] = "true"
            except NotAllowed as refused:
                heading, text = "Not yours to do", _NOT_ALLOWED[refused.who]
                response = page(request, "problem.html", 403, heading=heading, text=text)
            except RequestValidationError:
                response = _problem(request, 404)
            except HTTPException as error:
                response = _problem(request, error.status_code)
                if error.status_code == 404 and is_fragment(request):
                    # A conversation was deleted: its words do not stay on an open page.
                    response.headers["HX-Refresh"] = "true"
            except SQLAlchemyError as error:
                logger.error("the record could not be reached: %s", type(error).__name__)
                desk_of(request).metrics.refused.labels("unavailable").inc()
                response = _problem(request, 503)
                response.headers["Retry-After"] = "2"
            finally:
                origin.reset(token)
            response.headers["Cache-Control"] = "no-store"
            return response

        return handler


def _problem(request: Request, status: int) -> Response:
    heading, text = _PROBLEMS.get(status, ("That did not work", "Go back and try again."))
    return page(request, "problem.html", status, heading=heading, text=text)


def _to_enrolment(request: Request) -> Response:
    if is_fragment(request):
        return Response(status_code=401, headers={"HX-Redirect": ENROLMENT})
    return RedirectResponse(ENROLMENT, 303)


def _to_login(request: Request) -> Response:
    if is_fragment(request):
        # The page around the fragment leaves too: nobody's words stay on an unattended screen.
        came_from = urlsplit(request.headers.get("hx-current-url", "")).path
        where = f"/inbox/login?ended=1&next={quote(local_path(came_from))}"
        return Response(status_code=401, headers={"HX-Redirect": where})
    if request.method == "GET" and request.headers.get("sec-fetch-site") == "cross-site":
        # A link in a mail: the browser holds the SameSite=Strict cookie back. Our own page leads
        # to the same place again, and that request brings the cookie if there is one.
        return page(request, "bounce.html", where=local_path(request.url.path))
    if request.method != "GET":
        return RedirectResponse("/inbox/login?ended=1", 303)
    return RedirectResponse(f"/inbox/login?next={quote(local_path(request.url.path))}", 303)
