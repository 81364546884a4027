"""Shapes of a request that two readers may read differently: one request, or none.

Each row says what must come of it. `REFUSED`: 4xx, the connection closed, nothing stored. `ONE`:
the outer message alone is stored. `BOTH`: two whole requests, each with its own credentials, as any
client may send them one after the other; here nothing is hidden in anything.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Literal, NamedTuple

import pytest
import pytest_asyncio
from attack.raw_http import Chat, Line, ask, new_chat
from desk_in_process import Served
from fake_rasa import FakeRasa

from nightdesk_desk.connections import MOST_HEAD, Patience, why_not
from nightdesk_desk.settings import Settings

PATIENCE = Patience(head=3.0, body=3.0, taken=3.0)
Must = Literal["REFUSED", "ONE", "BOTH", "NOT_FOUND", "NO_METHOD", "READ"]

BODY = json.dumps({"text": "OUTER"})
LENGTH = len(BODY)
SIZE = f"{LENGTH:x}"
CHUNKED = "Transfer-Encoding: chunked"
WHOLE = f"{SIZE}\r\n{BODY}\r\n0\r\n\r\n"
SIZED = f"Content-Length: {LENGTH}"


class Row(NamedTuple):
    """A request: its own headers, its body, whether a second one is hidden behind, its line."""

    name: str
    must: Must
    headers: list[str]
    body: str = BODY
    hidden: bool = False
    line: str = "POST {path} HTTP/1.1"
    host: str = "x"


def sized(name: str, must: Must, *headers: str, **more: object) -> Row:
    return Row(name, must, [SIZED, *headers], **more)  # type: ignore[arg-type]


def chunks(name: str, must: Must, body: str, *, hidden: bool = True) -> Row:
    return Row(f"chunks: {name}", must, [CHUNKED], body, hidden)


def coded(name: str, must: Must, *headers: str, hidden: bool = True) -> Row:
    return Row(f"coding: {name}", must, list(headers), WHOLE, hidden)


def long(name: str, must: Must, value: str, *, hidden: bool = False) -> Row:
    return Row(f"length: {name}", must, [f"Content-Length: {value}"], BODY, hidden)


ROWS = [
    sized("plain", "ONE"),
    # Length and coding together, either first.
    coded("length too", "REFUSED", SIZED, CHUNKED),
    coded("length after", "REFUSED", CHUNKED, f"Content-Length: {len(WHOLE)}"),
    coded("length of nothing", "REFUSED", "Content-Length: 0", CHUNKED),
    # Codings that one reader knows and another does not.
    coded("chunked", "ONE", CHUNKED, hidden=False),
    coded("capitals", "ONE", "TRANSFER-ENCODING: CHUNKED", hidden=False),
    coded("tab", "ONE", "Transfer-Encoding:\tchunked", hidden=False),
    coded("unknown", "REFUSED", "Transfer-Encoding: xchunked"),
    coded("space before the colon", "REFUSED", "Transfer-Encoding : chunked"),
    coded("vertical tab", "REFUSED", "Transfer-Encoding:\x0bchunked"),
    coded("comma", "REFUSED", "Transfer-Encoding: chunked,"),
    coded("twice", "REFUSED", CHUNKED, CHUNKED),
    coded("then identity", "REFUSED", CHUNKED, "Transfer-Encoding: identity"),
    coded("identity first", "REFUSED", "Transfer-Encoding: identity, chunked"),
    coded("gzip first", "REFUSED", "Transfer-Encoding: gzip, chunked"),
    coded("gzip last", "REFUSED", "Transfer-Encoding: chunked, gzip"),
    coded("quoted", "REFUSED", 'Transfer-Encoding: "chunked"'),
    coded("parameter", "REFUSED", "Transfer-Encoding: chunked;q=1"),
    coded("NUL", "REFUSED", "Transfer-Encoding: chunked\x00"),
    coded("folded", "REFUSED", "Transfer-Encoding:\r\n chunked"),
    coded("empty", "REFUSED", "Transfer-Encoding: "),
    coded("accented", "REFUSED", "Transfer-Encoding: chunk\xe9d"),
    Row("coding: HTTP/1.0", "REFUSED", [CHUNKED], WHOLE, True, "POST {path} HTTP/1.0"),
    sized("coding: underscore", "ONE", "Transfer_Encoding: chunked"),
    sized("coding: behind a line end", "REFUSED", "X: a\nTransfer-Encoding: chunked"),
    sized("coding: behind a bare CR", "REFUSED", "X: a\rTransfer-Encoding: chunked"),
    sized("coding: space before the name", "REFUSED", " Transfer-Encoding: chunked"),
    # Lengths.
    sized("length: twice", "REFUSED", SIZED),
    sized("length: two", "REFUSED", f"Content-Length: {LENGTH + 5}", hidden=True),
    long("list", "REFUSED", f"{LENGTH}, {LENGTH}"),
    long("negative", "REFUSED", f"-{LENGTH}"),
    long("signed", "REFUSED", f"+{LENGTH}"),
    long("hexadecimal", "REFUSED", f"0x{LENGTH:x}"),
    long("zeros first", "ONE", f"000{LENGTH}"),
    long("huge", "REFUSED", "9" * 26),
    long("beyond 64 bits", "REFUSED", str(2**64 + LENGTH), hidden=True),
    long("beyond 32 bits", "REFUSED", str(2**32 + LENGTH), hidden=True),
    long("two words", "REFUSED", f"{LENGTH} {LENGTH}"),
    long("empty", "REFUSED", ""),
    long("fraction", "REFUSED", f"{LENGTH}.0"),
    long("exponent", "REFUSED", "1e1"),
    long("underscore", "REFUSED", "1_7"),
    long("other digits", "REFUSED", "\xb2\xb3"),
    long("folded", "REFUSED", f"\r\n {LENGTH}"),
    long("more than comes", "REFUSED", str(LENGTH + 10)),
    Row("length: space before the colon", "REFUSED", [f"Content-Length : {LENGTH}"]),
    Row("length: none, and a request behind", "BOTH", [], "", True),
    # What is left behind a whole request.
    sized("behind: rubbish", "ONE", body=BODY + "rubbish\r\n\r\n"),
    sized("behind: a request", "BOTH", hidden=True),
    sized("behind: a request after close", "ONE", "Connection: close", hidden=True),
    chunks("a request behind", "BOTH", WHOLE),
    # Lines and names.
    sized("folded header", "REFUSED", "X-A: b\r\n c"),
    sized("NUL in a name", "REFUSED", "X\x00Y: b"),
    sized("space in a name", "REFUSED", "X Y: b"),
    sized("no name", "REFUSED", ": b"),
    sized("no colon", "REFUSED", "XY"),
    sized("letters of other tongues in a name", "REFUSED", "X\xe9: b"),
    sized("NUL in a value", "REFUSED", "X: a\x00b"),
    sized("DEL in a value", "REFUSED", "X: a\x7fb"),
    # Chunks.
    chunks("extension", "ONE", f"{SIZE};a=b\r\n{BODY}\r\n0\r\n\r\n", hidden=False),
    chunks("line end in an extension", "REFUSED", f"{SIZE};a\nb\r\n{BODY}\r\n0\r\n\r\n"),
    chunks("too large a number", "REFUSED", f"1{'0' * 16}{SIZE}\r\n{BODY}\r\n0\r\n\r\n"),
    chunks("the largest number", "REFUSED", f"{'f' * 16}\r\n{BODY}\r\n0\r\n\r\n"),
    chunks("negative", "REFUSED", f"-{SIZE}\r\n{BODY}\r\n0\r\n\r\n"),
    chunks("0x", "REFUSED", f"0x{SIZE}\r\n{BODY}\r\n0\r\n\r\n"),
    chunks("signed", "REFUSED", f"+{SIZE}\r\n{BODY}\r\n0\r\n\r\n"),
    chunks("space after", "REFUSED", f"{SIZE} \r\n{BODY}\r\n0\r\n\r\n"),
    chunks("space before", "REFUSED", f" {SIZE}\r\n{BODY}\r\n0\r\n\r\n"),
    chunks("no size", "REFUSED", f"\r\n{BODY}\r\n0\r\n\r\n"),
    chunks("no line end after", "REFUSED", f"{SIZE}\r\n{BODY}0\r\n\r\n"),
    chunks("bare line ends", "REFUSED", f"{SIZE}\n{BODY}\n0\n\n"),
    chunks("a bare line end", "REFUSED", f"{SIZE}\n{BODY}\r\n0\r\n\r\n"),
    chunks("length behind", "REFUSED", f"{SIZE}\r\n{BODY}\r\n0\r\nContent-Length: 9\r\n\r\n"),
    chunks("another header behind", "REFUSED", f"{SIZE}\r\n{BODY}\r\n0\r\nX-A: b\r\n\r\n"),
    chunks("another token behind", "REFUSED", f"{SIZE}\r\n{BODY}\r\n0\r\nAuthorization: b\r\n\r\n"),
    chunks("no last one", "REFUSED", f"{SIZE}\r\n{BODY}\r\n", hidden=False),
    # Versions and lines.
    Row("version: 2.0", "REFUSED", [SIZED], line="POST {path} HTTP/2.0"),
    Row("version: 1.2", "REFUSED", [SIZED], line="POST {path} HTTP/1.2"),
    Row("version: 9.9", "REFUSED", [SIZED], line="POST {path} HTTP/9.9"),
    Row("version: small letters", "REFUSED", [SIZED], line="POST {path} http/1.1"),
    Row("version: none", "REFUSED", [SIZED], line="POST {path}"),
    Row("version: 1.0", "ONE", [SIZED], line="POST {path} HTTP/1.0"),
    Row("line: two spaces", "ONE", [SIZED], line="POST  {path} HTTP/1.1"),
    Row("line: tabs", "REFUSED", [SIZED], line="POST\t{path}\tHTTP/1.1"),
    Row("line: more behind", "REFUSED", [SIZED], line="POST {path} HTTP/1.1 HTTP/1.1"),
    Row("line: empty ones before", "ONE", [SIZED], line="\r\n\r\nPOST {path} HTTP/1.1"),
    Row("line: rubbish before", "REFUSED", [SIZED], line="X\r\nPOST {path} HTTP/1.1"),
    # Targets and hosts.
    Row("target: absolute", "ONE", [SIZED], line="POST http://other.example{path} HTTP/1.1"),
    Row("target: no slash", "REFUSED", [SIZED], line="POST api/conversations HTTP/1.1"),
    Row("target: two slashes", "NOT_FOUND", [SIZED], line="POST /{path} HTTP/1.1"),
    Row("target: star", "NOT_FOUND", [], "", line="OPTIONS * HTTP/1.1"),
    Row("target: fragment", "ONE", [SIZED], line="POST {path}#x HTTP/1.1"),
    Row("target: NUL", "REFUSED", [SIZED], line="POST {path}\x00 HTTP/1.1"),
    Row("target: other letters", "REFUSED", [SIZED], line="POST {path}\xe9 HTTP/1.1"),
    Row("target: line ends", "NOT_FOUND", [SIZED], line="POST {path}%0d%0aX:y HTTP/1.1"),
    Row("target: NUL in code", "NOT_FOUND", [SIZED], line="POST {path}%00 HTTP/1.1"),
    Row("host: none", "REFUSED", [SIZED], host=""),
    Row("host: none in 1.0", "ONE", [SIZED], line="POST {path} HTTP/1.0", host=""),
    sized("host: two", "REFUSED", "Host: other.example"),
    Row("host: with a path", "REFUSED", [SIZED], host="x/y"),
    Row("host: with a space", "REFUSED", [SIZED], host="x y"),
    Row("host: with a user", "REFUSED", [SIZED], host="a@b"),
    # Other protocols.
    sized(
        "h2c",
        "REFUSED",
        *("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQ"),
        hidden=True,
    ),
    Row(
        "websocket",
        "REFUSED",
        ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZQ=="],
        "",
        True,
        "GET /health/live HTTP/1.1",
    ),
    Row("CONNECT", "REFUSED", [], "", True, "CONNECT x:80 HTTP/1.1"),
    # Methods.
    Row("method: small letters", "REFUSED", [SIZED], line="post {path} HTTP/1.1"),
    Row("method: unknown", "REFUSED", [SIZED], line="FOO {path} HTTP/1.1"),
    Row("method: none", "REFUSED", [SIZED], line=" {path} HTTP/1.1"),
    Row("method: TRACE", "NO_METHOD", [], "", line="TRACE {path} HTTP/1.1"),
    Row("method: PUT", "NO_METHOD", [SIZED], line="PUT {path} HTTP/1.1"),
    sized("method: another in a header", "ONE", "X-HTTP-Method-Override: DELETE"),
    # A body where none is looked for: it is read, and not as a request.
    Row(
        "GET with a body",
        "READ",
        ["Content-Length: {hidden}"],
        "",
        True,
        "GET /health/live HTTP/1.1",
    ),
    sized("Expect", "ONE", "Expect: 100-continue"),
    sized("Expect: something else", "ONE", "Expect: 200-ok"),
]


@pytest_asyncio.fixture
async def served(settings: Settings, rasa: FakeRasa) -> AsyncIterator[Served]:
    async with Served(replace(settings, rasa_url=rasa.url), PATIENCE) as server:
        yield server


@pytest_asyncio.fixture
async def chat(served: Served) -> Chat:
    return await new_chat(served)


async def test_every_shape_is_one_request_or_none(served: Served) -> None:
    at_once = asyncio.Semaphore(8)

    async def tried(row: Row) -> str:
        async with at_once:
            chat = await new_chat(served)
            hidden = chat.message("HIDDEN") if row.hidden else b""
            headers = [header.replace("{hidden}", str(len(hidden))) for header in row.headers]
            line = row.line.format(path=chat.path)
            data = chat.request(headers, row.body, line, row.host) + hidden
            answer = await ask(served, data, count=2 if row.must == "BOTH" else 1)
            stored = await chat.stored()
        found = what_is_wrong(row, answer.statuses, stored, closed=answer.closed)
        return found and f"{row.name}: {found} ({answer.statuses}, {stored})"

    wrong = [found for found in await asyncio.gather(*map(tried, ROWS)) if found]
    assert not wrong, "\n".join(wrong)


def what_is_wrong(row: Row, statuses: list[int], stored: list[str], *, closed: bool) -> str:
    """Say what is not as it must be; "" when all is."""
    if row.must == "REFUSED":
        right = [len(statuses), stored, closed] == [1, [], True] and 400 <= statuses[0] < 500
    elif row.must == "ONE":
        right = statuses == [202] and stored == ["OUTER"]
    elif row.must == "BOTH":
        right = len(statuses) == 2 and stored[-1:] == ["HIDDEN"] and len(stored) <= 2
    else:
        status = {"NOT_FOUND": 404, "NO_METHOD": 405, "READ": 200}[row.must]
        right = statuses == [status] and stored == []
    return "" if right else f"must be {row.must}"


def test_the_table_has_each_row_once() -> None:
    names = [row.name for row in ROWS]
    assert len(names) == len(set(names)) > 100


@pytest.mark.parametrize("end", ["\n", "\r"], ids=["LF", "CR"])
async def test_lines_end_with_both_signs(chat: Chat, end: str) -> None:
    data = chat.message("OUTER").replace(b"\r\n", end.encode())
    answer = await ask(chat.served, data)
    assert (answer.statuses, answer.closed) == ([400], True)
    assert await chat.stored() == []


@pytest.mark.parametrize(
    "data",
    [
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 200,
        b"GET /health/live\r\n\r\n",
        b"GET /health/live\r\n",
        b"\r\n" * 50,
        b"\x00" * 50,
    ],
    ids=["HTTP2", "TLS", "HTTP09", "HTTP09 begun", "line ends", "zeros"],
)
async def test_what_is_no_request_ends_the_connection(chat: Chat, data: bytes) -> None:
    line = await Line.to(chat.served)
    await line.send(data)
    answer = await line.until_closed()
    assert answer.statuses in ([], [400], [408])


async def test_each_byte_alone_makes_the_same_request(chat: Chat) -> None:
    line = await Line.to(chat.served)
    for byte in chat.message("OUTER"):
        await line.send(bytes([byte]))
    answer = await line.answers(1)
    line.close()
    assert answer.statuses == [202]
    assert await chat.stored() == ["OUTER"]


async def test_pipelined_requests_are_answered_in_their_order(chat: Chat) -> None:
    texts = [f"m{number}" for number in range(20)]
    data = b"".join(chat.message(text) for text in texts)
    answer = await ask(chat.served, data, count=len(texts))
    assert answer.statuses == [202] * len(texts)
    assert await chat.stored() == texts


async def test_rubbish_behind_pipelined_requests_takes_nothing_of_theirs(chat: Chat) -> None:
    data = chat.message("first") + chat.message("second") + b"\x00rubbish\r\n\r\n"
    line = await Line.to(chat.served)
    await line.send(data + chat.message("third"))
    answer = await line.until_closed()
    assert set(answer.statuses) <= {202}
    assert "third" not in await chat.stored()


async def test_a_refusal_speaks_to_the_visitor_in_their_language(chat: Chat) -> None:
    line = f"POST {chat.path}?lang=es HTTP/1.1"
    said = {}
    for language, first in (("en", ""), ("es", line)):
        answer = await ask(chat.served, chat.request([SIZED, SIZED], BODY, first))
        if language == "es":
            answer = await ask(chat.served, chat.request([SIZED], BODY, first, host="a b"))
        words = chat.served.desk.words
        said[language] = answer.body["message"]
        assert b"access-control-allow-origin: *" in answer.data
    assert said == {"en": words.error("bad_request"), "es": words.error("bad_request", "es")}


@pytest.mark.parametrize(
    ("version", "headers", "upgrades", "why"),
    [
        ("1.1", [(b"host", b"desk.example:8000")], False, ""),
        ("1.1", [(b"host", b"[2001:db8::1]:80")], False, ""),
        ("1.0", [], False, ""),
        ("1.1", [], False, "hosts"),
        ("1.1", [(b"host", b"")], False, "host"),
        ("1.1", [(b"host", b"a"), (b"host", b"a")], False, "hosts"),
        ("1.1", [(b"host", b"a")], True, "upgrade"),
        ("2.0", [(b"host", b"a")], False, "version"),
        ("1.1", [(b"host", b"a"), (b"transfer-encoding", b" Chunked ")], False, ""),
        ("1.1", [(b"host", b"a"), (b"transfer-encoding", b"x, chunked")], False, "coding"),
        ("1.0", [(b"transfer-encoding", b"chunked")], False, "coding"),
    ],
)
def test_why_headers_are_refused(
    version: str, headers: list[tuple[bytes, bytes]], upgrades: bool, why: str
) -> None:
    assert why_not(version, headers, upgrades=upgrades) == why


async def test_long_heads_and_targets_are_refused_in_words(chat: Chat) -> None:
    for name, data in {
        "target": chat.request([], "", f"GET /{'a' * 5000} HTTP/1.1"),
        "query": chat.request([], "", f"GET /health/live?{'a' * 9000} HTTP/1.1"),
        "header": chat.request([f"X: {'a' * MOST_HEAD}"], ""),
        "endless header": chat.request([f"X: {'a' * 5_000_000}"], ""),
        "endless name": chat.request(["a" * 5_000_000], ""),
        "many headers": chat.request([f"X-{number}: a" for number in range(150)], ""),
        "endless headers": chat.request(["X: a"] * 100_000, ""),
    }.items():
        answer = await ask(chat.served, data)
        assert answer.closed, name
        # A sender that never stops to read may miss the words, not the end.
        assert answer.statuses in ([], [414], [431]), name
        if "endless" not in name:
            assert answer.body["error"] == "too_large", name
    assert (await ask(chat.served, chat.message("OUTER"))).statuses == [202]
