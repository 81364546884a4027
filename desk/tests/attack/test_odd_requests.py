"""Requests that no honest browser makes: each gets a plain refusal, or means what it says."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import httpx
from desk_in_process import Running, Visitor
from sqlalchemy import select

from nightdesk_desk.models import Event

JSON = {"Content-Type": "application/json"}
LONG = 60_000


async def post(visitor: Visitor, content: bytes, path: str = "/messages", **headers: str) -> Any:
    return await visitor.client.post(
        visitor.path + path, content=content, headers=visitor.headers | JSON | headers
    )


def refused(answer: httpx.Response, status: int = 422) -> bool:
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error", "message"}
    return True


BROKEN_BODIES = {
    "nested lists": b"[" * LONG,
    "nested and closed": b"[" * 20_000 + b"]" * 20_000,
    "nested objects": b'{"text":' * 8_000,
    "a nested text": b'{"text":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "not a number": b'{"text": NaN}',
    "without end": b'{"text": Infinity}',
    "a huge number": b'{"text": ' + b"9" * LONG + b"}",
    "a far exponent": b'{"text": 1e999999}',
    "no text": b'{"text": {"$ne": null}}',
    "a list": b'{"text": ["a"]}',
    "true": b'{"text": true}',
    "a bare text": b'"hello"',
    "nothing": b"",
    "null": b"null",
    "no UTF-8": b'{"text": "\xff\xfe"}',
    "more after it": b'{"text": "a"} {"text": "b"}',
    "a form": b"text=hello",
    "XML": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "only NUL": b'{"text": "\\u0000"}',
    "only half a letter": b'{"text": "\\ud800"}',
    "another key": b'{"__proto__": {"text": "hello"}, "Text": "hello"}',
}


async def test_a_body_that_is_none(visitor: Visitor) -> None:
    for kind, body in BROKEN_BODIES.items():
        for path in ("/messages", "/contact", "/typing", "/events/1/feedback"):
            assert refused(await post(visitor, body, path)), kind
    assert await visitor.events() == []


async def test_what_is_left_of_a_text_with_odd_letters_is_stored(visitor: Visitor) -> None:
    answer = await post(visitor, b'{"text": "I want\\u0000 to\\ud800 \\udfffdie\\u202e"}')
    assert answer.status_code == 202
    assert (await visitor.events())[0]["text"] == "I want to die"


async def test_of_a_key_that_stands_twice_the_last_counts_and_one_message_is_stored(
    visitor: Visitor,
) -> None:
    answer = await post(visitor, b'{"text": "one", "text": "two"}')
    assert answer.status_code == 202
    events = [each["text"] for each in await visitor.events() if each["from"] == "visitor"]
    assert events == ["two"]


OTHER_KINDS = (
    *("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"),
    *("application/xml", "text/html", "application/jsonx", ""),
)


async def test_a_message_is_json_and_says_so(visitor: Visitor) -> None:
    """What a page may send without asking first is no message."""
    for kind in OTHER_KINDS:
        answer = await post(visitor, b'{"text": "hello"}', **{"Content-Type": kind})
        assert refused(answer), kind
    assert await visitor.events() == []


async def test_a_key_that_no_database_keeps(running: Running) -> None:
    for key in ("a\x00b", "\x00", "\ud800", "a\udfff", "", "k" * 201):
        body = json.dumps({"token": "t" * 40, "messages": {key: "hello", "good": "hello"}})
        answer = await running.client.post("/api/conversations", content=body, headers=JSON)
        assert refused(answer), ascii(key)
    async with running.desk.db.read() as session:
        assert list(await session.scalars(select(Event.text))) == []


ODD_HEADERS = (b"\xff\xfe", b"\xed\xa0\x80", b"%00", b"a" * 30_000, b"1" * 400, b"-1", b"1e9")


async def test_headers_with_odd_letters(visitor: Visitor) -> None:
    names = ("Idempotency-Key", "Last-Event-ID", "Authorization", "Cookie")
    for name, value in product(names, ODD_HEADERS):
        headers = {**visitor.headers, name: value}
        said = await visitor.client.post(
            f"{visitor.path}/messages", json={"text": "hello"}, headers=headers
        )
        assert said.status_code in (202, 401, 422)
        read = await visitor.client.get(f"{visitor.path}/events?after=0&wait=0", headers=headers)
        assert read.status_code in (200, 401)


NO_NUMBERS = (
    *("after=-1", "after=2147483648", "after=1.5", "after=1e3", "after=x", "after=", "after=%00"),
    *("after=0&wait=inf", "wait=nan", "wait=-0.1", "wait=26", "after=" + "9" * 5000),
    # Of two, the last counts, also where it is the wrong one.
    *("after=0&after=x", "wait=0&wait=999"),
)


async def test_numbers_that_are_none(visitor: Visitor) -> None:
    for query in NO_NUMBERS:
        answer = await visitor.client.get(
            f"{visitor.path}/events?{query}", headers=visitor.headers, timeout=5
        )
        assert refused(answer), query
    for seq in ("0", "-1", "2147483648", "9" * 400, "1.0", "x", "%01", "1%2f2"):
        answer = await visitor.client.post(
            f"{visitor.path}/events/{seq}/feedback",
            json={"helpful": True},
            headers=visitor.headers,
        )
        assert answer.status_code in (404, 422), seq


LANGUAGES = (
    *("../../etc/passwd", "%00", "es%00", "en.yml", "{phone}", "e" * 5000, "%ff", "es&lang=x"),
)


async def test_a_language_chooses_among_two_and_opens_no_file(running: Running) -> None:
    pages = ("/privacy", "/crisis-protocol", "/crisis-lines", "/api/widget/config")
    for path, language in product(pages, LANGUAGES):
        answer = await running.client.get(f"{path}?lang={language}")
        assert answer.status_code == 200, (path, language)
        assert "(555) 010-0199" in answer.text or path == "/crisis-lines"


FOLDERS = ("/static", "/inbox/static", "/demo", "", "/privacy", "/crisis-protocol")
UPWARDS = [
    *("../secret.txt", "../../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt"),
    *("%2e%2e%2fsecret.txt", "..%5csecret.txt", "..\\secret.txt", "....//secret.txt"),
    *("..%252fsecret.txt", "%c0%ae%c0%ae/secret.txt", ".%00./secret.txt", "x/../../secret.txt"),
    *("%2fetc/passwd", "/etc/passwd", "//etc/passwd", "file:///etc/passwd", "..;/secret.txt"),
    *("lighthouse.svg%00.txt", "lighthouse.svg%20", "nothing", "CON"),
    *(
        "../app.py",
        "..%2fsettings.py",
        "../../pyproject.toml",
        "__init__.py",
        "../../../clinic.yml",
    ),
]


async def test_no_path_leads_out_of_the_folders_of_files(running: Running) -> None:
    for folder, path in product(FOLDERS, UPWARDS):
        answer = await running.client.get(f"{folder}/{path}")
        assert answer.status_code in (307, 404), (folder, path)
        for inside in ("root:", "import ", "[project]", "time_zone:", "Test Clinic"):
            assert inside not in answer.text


async def test_a_path_with_nul_is_not_there(running: Running) -> None:
    """It would be a fault of the database's on PostgreSQL, which keeps no such text."""
    for path in ("/inbox/conversations/%00", "/api/conversations/a%00b/events", "/static/%00"):
        answer = await running.client.get(path)
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


HOSTS = (
    *("evil.example", "evil.example:8000", "desk@evil.example", "desk evil", "", "[::1]:9"),
    "evil/x",
)


async def test_no_answer_takes_its_links_from_the_host_header(running: Running) -> None:
    pages = ("/", "/demo", "/privacy", "/crisis-lines", "/inbox", "/inbox/login")
    slashes = ("/privacy/", "/inbox//", "/inbox/", "//evil.example/", "/%2fevil.example/")
    for host, path in product(HOSTS, (*pages, *slashes, "/\\evil.example/", "/demo/?next=//evil")):
        given = {"Host": host, "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
        answer = await running.client.get(path, headers=given)
        assert answer.status_code < 500
        location = answer.headers.get("location", "/")
        # A path of this host: neither another host's, nor what a browser takes for one.
        assert location[0] == "/", (host, path, location)
        assert location[1:2] not in ("/", "\\"), (host, path, location)
        assert "evil" not in answer.text


async def test_an_address_with_a_slash_too_much_still_leads_to_its_page(running: Running) -> None:
    for path, leads_to in {"/inbox/": "/inbox", "/privacy/?lang=es": "/privacy?lang=es"}.items():
        answer = await running.client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (307, leads_to)


def test_no_file_of_the_interfaces_is_a_link_or_outside() -> None:
    folder = Path(__file__).resolve().parents[2] / "nightdesk_desk"
    for static in (folder / "static", folder / "staff" / "static"):
        assert not [path for path in static.rglob("*") if path.is_symlink()]
