"""What every request passes through: limits, headers, cross-origin rules, faults.

Plain ASGI, so that streams are passed on unbuffered.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nightdesk_desk.errors import Refused, error_response, where
from nightdesk_desk.limits import network_of
from nightdesk_desk.open_requests import AtOnce
from nightdesk_desk.visitor_api import opened_conversation
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
OPEN_TO_OTHER_SITES = (
    *("/api/", "/widget.js", "/widget-chat.js", "/widget-more.js", "/widget-es.js"),
)
"""The widget runs on the clinic's own site; its token, not a cookie, opens a conversation."""

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
        self._open_app = CORSMiddleware(
            app,
            allow_origins=["*"],
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"],
            expose_headers=["Retry-After"],
            max_age=600,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; a fault anywhere inside becomes an honest 500."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False
        other_sites = scope["path"].startswith(OPEN_TO_OTHER_SITES)
        # Error answers made here need the header too, or the widget could not read their words.
        extra = {"Access-Control-Allow-Origin": "*"} if other_sites else {}

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault(
                    "Cross-Origin-Resource-Policy", "cross-origin" if other_sites else "same-origin"
                )
            await send(message)

        async def refuse(status: int, code: str) -> None:
            response = error_response(
                self._desk_app,
                status,
                code,
                {"Connection": "close", "Retry-After": "5", **extra},
                language=language_of(HTTPConnection(scope)),
            )
            await response(scope, receive, send_with_headers)

        if not _declared_size_fits(scope):
            await refuse(413, "too_large")
            await self._tell_unread(scope)
            return
        body = _Limited(receive)
        app = self._open_app if other_sites else self._app
        try:
            with self._one_reader(scope) as let_in:
                if let_in:
                    await app(scope, body.receive, send_with_headers)
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
            sent = Headers(scope=scope).get("authorization")
            conversation_id = await opened_conversation(written[1], desk, sent)
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
        what = "chat" if scope["path"].startswith("/api/") else "pages"
        host = scope["client"][0] if scope.get("client") else "unknown"
        with self._readers.one(f"{what} {network_of(host)}") as let_in:
            yield let_in


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
