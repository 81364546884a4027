"""What every request passes through: limits, headers, cross-origin rules, faults.

Plain ASGI, so that streams are passed on unbuffered.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nightdesk_desk.desk import Desk
from nightdesk_desk.errors import Refused, error_response, where
from nightdesk_desk.open_requests import AtOnce
from nightdesk_desk.opened import bearer, opened_conversation
from nightdesk_desk.origins import may_act_in_the_inbox, may_use_the_chat, own_origins
from nightdesk_desk.visitor_api import client_of
from nightdesk_desk.visitor_language import language_of

MAX_BODY = 64 * 1024
"""Bytes; the longest message of 2,000 characters fits many times."""

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; media-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
}
API = "/api/"
"""The widget runs on the clinic's own site; its token, not a cookie, opens a conversation."""
SCRIPTS = ("/widget.js", "/widget-chat.js", "/widget-more.js", "/widget-es.js")
"""For any site: on a page without the chat, the launcher still shows phone and crisis lines."""

_WRITTEN = re.compile(r"/api/conversations/([^/]{1,64})/(?:messages|contact)")
"""Where a visitor's words come in."""

logger = logging.getLogger(__name__)


class _TooLarge(HTTPException):
    """The body grew over the limit while it was read; FastAPI passes an HTTPException on."""

    def __init__(self) -> None:
        super().__init__(413)


class Door:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, desk_app: FastAPI) -> None:
        self._app = app
        self._desk_app = desk_app
        # Half of the connections: who holds too many streams can still send a message.
        most = max(1, desk_app.state.desk.settings.address_connections // 2)
        self._readers = AtOnce(most)
        self._sites: tuple[str, ...] = ()
        self._open_app = self._for_any = _open_to(app, ["*"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; a fault anywhere inside becomes an honest 500."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False
        asked = _Asked.of(scope, self._desk_app.state.desk)

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in (SECURITY_HEADERS | asked.headers).items():
                    headers.setdefault(name, value)
                if asked.varies:
                    headers.add_vary_header("Origin")
                if "location" in headers:
                    headers["location"] = on_this_host(headers["location"])
            await send(message)

        async def refuse(status: int, code: str) -> None:
            response = error_response(
                self._desk_app,
                status,
                code,
                {"Connection": "close", **({"Retry-After": "5"} if status >= 429 else {})},
                language=language_of(HTTPConnection(scope)),
            )
            await response(scope, receive, send_with_headers)

        if asked.refusal:
            await refuse(403, asked.refusal)
            return
        if "\0" in scope["path"]:
            # Nothing has such a name, and PostgreSQL does not even look for one.
            await refuse(404, "not_found")
            return
        if not _declared_size_fits(scope):
            await refuse(413, "too_large")
            await self._tell_unread(scope)
            return
        body = _Limited(receive)
        try:
            with self._one_reader(scope) as let_in:
                if let_in:
                    await self._layer(asked)(scope, body.receive, send_with_headers)
                else:
                    await refuse(429, "rate_limited")
        except Exception as error:
            logger.error("%s %s failed: %s", scope["method"], _route(scope), where(error))
            if started:
                raise _Cut from None
            await refuse(500, "unavailable")
        if body.too_large:
            await self._tell_unread(scope)

    async def _tell_unread(self, scope: Scope) -> None:
        """Tell of a visitor's words that were too many to be read: they may be a crisis."""
        written = _WRITTEN.fullmatch(scope["path"])
        if written is None:
            return
        desk = self._desk_app.state.desk
        with suppress(Refused, SQLAlchemyError):
            given = await bearer(Request(scope))
            conversation_id = await opened_conversation(written[1], desk, given)
            await desk.over_limit.tell_unread(conversation_id)

    @contextmanager
    def _one_reader(self, scope: Scope) -> Iterator[bool]:
        """Count who reads, for as long as they do: a stream may last for hours.

        Who writes is not counted: a message must get through, whatever else comes from the address
        that many share.
        """
        if scope["method"] != "GET":
            yield True
            return
        # Apart, so that who follows chats from a clinic's waiting room does not keep its staff out.
        what = "chat" if scope["path"].startswith(API) else "pages"
        with self._readers.one(f"{what} {client_of(HTTPConnection(scope))}") as let_in:
            yield let_in

    def _layer(self, asked: "_Asked") -> ASGIApp:
        """Give the application with the cross-origin rules that hold for a request."""
        if not asked.other_sites:
            return self._app
        if not asked.varies:
            return self._for_any
        if asked.sites != self._sites:
            self._sites, self._open_app = asked.sites, _open_to(self._app, asked.sites)
        return self._open_app


@dataclass(frozen=True)
class _Asked:
    """What a request's address and origin say of how it is answered."""

    other_sites: bool
    """Whether pages of other sites may ask for it."""
    varies: bool
    """Whether the answer depends on whose page asks."""
    sites: tuple[str, ...]
    headers: dict[str, str]
    refusal: str
    """The code with which it is refused for the page that it is from; empty: it is not."""

    @staticmethod
    def of(scope: Scope, desk: Desk) -> "_Asked":
        headers, path, clinic = Headers(scope=scope), scope["path"], desk.words.clinic
        origin, api = headers.get("origin"), path.startswith(API)
        other_sites, varies = api or path in SCRIPTS, api and bool(clinic.sites)
        own = own_origins(
            scope["scheme"],
            headers.get("host", ""),
            *(desk.settings.desk_url, clinic.desk_url),
        )
        refusal, given = "", {"Cross-Origin-Resource-Policy": "same-origin"}
        if api and not may_use_the_chat(origin, clinic.sites, own):
            desk.turned_away.note(origin or "")
            refusal = "site_not_named"
        elif not api and not may_act_in_the_inbox(
            scope["method"], headers.get("sec-fetch-site"), origin, own
        ):
            refusal = "other_page"
        if api:
            # Tokens and what visitors wrote; what may be kept says so itself.
            given["Cache-Control"] = "no-store"
        if other_sites:
            given["Cross-Origin-Resource-Policy"] = "cross-origin"
            # Error answers too, or the widget could not read their words; and also when no other
            # site asks, since what a cache keeps of that is given to all sites.
            if not varies:
                given["Access-Control-Allow-Origin"] = "*"
            elif origin in clinic.sites:
                given["Access-Control-Allow-Origin"] = origin
        return _Asked(other_sites, varies, clinic.sites, given, refusal)


def _open_to(app: ASGIApp, origins: Sequence[str]) -> CORSMiddleware:
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"],
        expose_headers=["Retry-After"],
        max_age=600,
    )


def on_this_host(location: str) -> str:
    """Give the path to which an answer leads: a request's Host header must not choose the host."""
    parts = urlsplit(location)
    # Two slashes or backslashes at the front are another host to a browser.
    path = "/" + parts.path.lstrip("/\\")
    return urlunsplit(("", "", path, parts.query, parts.fragment))


class _Cut(Exception):
    """The answer had begun when a fault came: the connection is cut, and the fault is logged."""


def _declared_size_fits(scope: Scope) -> bool:
    declared = Headers(scope=scope).get("content-length", "0")
    return declared.isascii() and declared.isdigit() and int(declared) <= MAX_BODY


class _Limited:
    """A request's body with its real size limited."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._size = 0
        self.too_large = False

    async def receive(self) -> Message:
        """Give the next part. Raises _TooLarge."""
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > MAX_BODY:
            self.too_large = True
            raise _TooLarge
        return message


def _route(scope: Scope) -> str:
    """Give the route's pattern: the path itself holds conversation ids."""
    return getattr(scope.get("route"), "path", "(no route)")
