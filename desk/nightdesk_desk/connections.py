"""What a connection may be and how long it may take: uvicorn's protocol with the desk's own rules.

uvicorn reads requests of any size for any length of time, and takes some shapes that two readers
in a row can read differently. Here each of that ends in a refusal, in words for a visitor, and the
connection is closed: what comes after a refusal is never read as a request.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any, NoReturn
from urllib.parse import parse_qs

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from nightdesk_desk.limits import network_of
from nightdesk_desk.open_requests import AtOnce
from nightdesk_desk.visitor_language import language_asked

MOST_HEAD = 16 * 1024
"""Bytes of a request's target and headers. The widget's are under 1 kB; a browser's, with the
cookies of other parts of the site, some kB."""
MOST_TARGET = 4 * 1024
"""Bytes of a request's target; the longest of the desk's own, a search, has some hundred."""
MOST_HEADERS = 100

_IN_HOST = frozenset(
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:[]%!$&'()*+,;="
)

Refusal = Callable[[str, str], str]
"""Gives the words for a code in a language, and counts the refusal."""


@dataclass(frozen=True)
class Patience:
    """Seconds that a connection may take.

    `head`: from its beginning, or a request's first byte, to the end of the headers. `body`: for a
    body of at most 64 kB; 3 kB a second is less than any phone that can chat. `taken`: for which
    nothing of an answer may be taken once the buffers on the way are full.
    """

    head: float = 10.0
    body: float = 20.0
    taken: float = 30.0


class Held:
    """The connections of this process: how many one address, and all together, may hold."""

    def __init__(self, of_one: int, of_all: int, proxies: str = "") -> None:
        """Take the two figures, and the addresses and networks of the proxies in front."""
        self.of_all = of_all
        self._by_address = AtOnce(of_one)
        self._proxies = [ip_network(each.strip()) for each in proxies.split(",") if each.strip()]

    def take(self, address: str) -> bool:
        """Take one for `address`. Gives false when it holds all that it may."""
        return self._is_proxy(address) or self._by_address.take(network_of(address))

    def give_back(self, address: str) -> None:
        """Give one back that was taken."""
        if not self._is_proxy(address):
            self._by_address.give_back(network_of(address))

    def _is_proxy(self, address: str) -> bool:
        # What a proxy holds is many visitors'; it counts them itself, and so does the door.
        try:
            at = ip_address(address)
        except ValueError:
            return False
        return any(at in network for network in self._proxies)


def why_not(version: str, headers: Sequence[tuple[bytes, bytes]], *, upgrades: bool) -> str:
    """Say why a request is refused by its headers (names in small letters); "" when it is not.

    Refused is what another reader on the way may understand in another way: a body of more than
    one length or coding, a host that is not one, another protocol asked for.
    """
    found: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        found.setdefault(name, []).append(value)
    hosts = found.get(b"host", [])
    if version not in ("1.0", "1.1"):
        return "version"
    if upgrades:
        return "upgrade"
    if len(hosts) > 1 or (version == "1.1" and not hosts):
        return "hosts"
    if hosts and not (hosts[0] and _IN_HOST.issuperset(hosts[0])):
        return "host"
    codings = found.get(b"transfer-encoding", [])
    if codings and (
        version == "1.0"
        or len(codings) > 1
        or codings[0].strip().lower() != b"chunked"
        or b"content-length" in found
    ):
        return "coding"
    return ""


class GuardedProtocol(HttpToolsProtocol):
    """One connection."""

    refusal: Refusal
    held: Held
    patience: Patience

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._address: str | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._taken_timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._in_head = True
        self._why: tuple[int, str] | None = None
        self._deaf = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, unless this address, or all together, hold enough."""
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        if len(self.connections) > self.held.of_all:
            self._answer_and_close(503, "unavailable")
        elif not self.held.take(address):
            self._answer_and_close(429, "rate_limited")
        else:
            self._address = address
            self._expect(self.patience.head)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._deaf = True
        self._expect(None)
        self._expect_taken(None)
        if self._address is not None:
            self.held.give_back(self._address)
            self._address = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; a request that cannot be read ends the connection."""
        if self._deaf:
            return
        self._unset_keepalive_if_required()
        if self._timer is None and not self._reads_body():
            # Also line ends before a request, which the parser passes over, are the time of one.
            self._expect(self.patience.head)
        self._head_bytes += len(data)
        try:
            self.parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._refuse(*(self._why or (400, "bad_request")))
        else:
            if self._in_head and self._head_bytes > MOST_HEAD:
                self._refuse(431, "too_large")

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._head_bytes = 0
        self._in_head = True
        if self._timer is None:
            self._expect(self.patience.head)

    def on_url(self, url: bytes) -> None:
        """Take a part of the target."""
        super().on_url(url)
        if len(self.url) > MOST_TARGET:
            self._raise(414, "too_large")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header. One that comes after the body would change what was decided by them."""
        if not self._in_head:
            self._raise(400, "bad_request")
        super().on_header(name, value)
        if len(self.headers) > MOST_HEADERS:
            self._raise(431, "too_large")

    def on_headers_complete(self) -> None:
        """Begin to answer, unless the request is refused."""
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > MOST_HEAD:
            self._raise(431, "too_large")
        version = self.parser.get_http_version()
        if why_not(version, self.headers, upgrades=self.parser.should_upgrade()):
            self._raise(400, "bad_request")
        self._in_head = False
        super().on_headers_complete()
        self._expect(self.patience.body)

    def on_message_complete(self) -> None:
        """The request is whole: from here on the desk takes its time, not the client."""
        self._expect(None)
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The buffers on the way are full: the client has to take something."""
        super().pause_writing()
        self._expect_taken(self.patience.taken)

    def resume_writing(self) -> None:
        """The client took something."""
        self._expect_taken(None)
        super().resume_writing()

    def _reads_body(self) -> bool:
        return self.cycle is not None and self.cycle.more_body and not self.cycle.response_complete

    def _raise(self, status: int, code: str) -> NoReturn:
        self._why = (status, code)
        raise ValueError(code)

    def _refuse(self, status: int, code: str) -> None:
        """Close; say why, unless an answer is under way on this connection."""
        self._deaf = True
        self._expect(None)
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            self._answer_and_close(status, code)
        elif self.pipeline:
            self.transport.close()
        elif not cycle.more_body:
            # A whole request came before: it has its own answer, and what follows it is not read.
            cycle.keep_alive = False
        elif cycle.response_started:
            self.transport.close()
        else:
            self._answer_and_close(status, code)

    def _answer_and_close(self, status: int, code: str) -> None:
        self._deaf = True
        language = "en"
        query = getattr(self, "url", b"").partition(b"?")[2]
        if query:
            asked = parse_qs(query.decode("latin-1")).get("lang")
            language = language_asked(asked[0] if asked else None)
        body = json.dumps({"error": code, "message": self.refusal(code, language)}).encode()
        head = (
            b"content-type: application/json\r\n"
            b"cache-control: no-store\r\n"
            b"x-content-type-options: nosniff\r\n"
            # Or the widget, on the clinic's site, could not read the words.
            b"access-control-allow-origin: *\r\n"
            b"retry-after: 5\r\n"
            b"connection: close\r\n"
            b"content-length: %d\r\n\r\n" % len(body)
        )
        self.transport.write(STATUS_LINE[status] + head + body)
        self.transport.close()

    def _expect(self, seconds: float | None) -> None:
        """Give the client so many seconds from now for what is awaited; None: nothing is."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self.loop.call_later(seconds, self._too_slow)

    def _too_slow(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        if self._head_bytes == 0 and self.cycle is None:
            # Browsers open connections that they may need: nothing was asked, nothing is answered.
            self.transport.close()
        else:
            self._refuse(408, "unavailable")

    def _expect_taken(self, seconds: float | None) -> None:
        if self._taken_timer is not None:
            self._taken_timer.cancel()
        self._taken_timer = (
            None if seconds is None else self.loop.call_later(seconds, self.transport.abort)
        )


def guarded(
    refusal: Refusal, held: Held, patience: Patience | None = None
) -> type[GuardedProtocol]:
    """Give the protocol for a server: with its words, what it holds, and its patience."""

    # Uvicorn makes one for each connection, and gives it nothing of ours.
    members = {"refusal": staticmethod(refusal), "held": held, "patience": patience or Patience()}
    return type("Guarded", (GuardedProtocol,), members)
