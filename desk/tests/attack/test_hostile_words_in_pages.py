"""Hostile words stand in every page of the desk as words: no part of any page is made of them."""

import json
import re
import socket
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pytest
from hostile_desk import IMAGE, STAFF_NAME, HostileDesk, hostile_desk
from hostile_words import ALL, FORMULAS, NAME, SHORT, TAGS
from log_leaks import leaks, words_in
from running_system import PASSWORD
from staff_member import StaffMember

from nightdesk_desk.audit.exporting import csv_line

ADDRESSES = {"href", "src", "action", "formaction", "data", "srcdoc", "poster", "background"}
BY_HTMX = ("hx-", "data-hx-", "sse-")


class Parts(HTMLParser):
    """What a page is made of, as a browser reads it, and what of it comes of hostile words."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.texts: list[str] = []
        self._inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        found = dict(attrs)
        names = [tag, *found]
        self.wrong += [f"<{tag}> has {name}" for name in names if NAME in name]
        self.wrong += [f"<{tag}> has {name}" for name in found if name.startswith("on")]
        for name, value in found.items():
            value = value or ""
            self.texts.append(value)
            address = re.sub(r"[\x00-\x20]", "", value).lower()
            if name in ADDRESSES and address.startswith(("javascript:", "data:text", "vbscript:")):
                self.wrong.append(f"<{tag}> {name}={value[:40]}")
            if name.startswith(BY_HTMX) and NAME in value and not _is_json(value):
                self.wrong.append(f"<{tag}> {name}={value[:40]}")
        if tag == "script" and "src" not in found and "json" not in (found.get("type") or ""):
            self.wrong.append("a script within the page")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self._inside in ("script", "style") and NAME in data:
            self.wrong.append(f"<{self._inside}> holds {data[:40]}")


def _is_json(value: str) -> bool:
    """Say whether a value is data alone: htmx runs what follows "js:"."""
    try:
        json.loads(value)
    except ValueError:
        return False
    return True


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileDesk]:
    with hostile_desk(tmp_path_factory.mktemp("hostile") / "var") as started:
        yield started


@pytest.fixture(scope="module")
def kim(desk: HostileDesk) -> Iterator[StaffMember]:
    with StaffMember(desk.url, "kim") as member:
        yield member


def pages_of(desk: HostileDesk) -> dict[str, str]:
    """The pages for staff, and what of the hostile words each shows at least."""
    staff, messages = desk.conversations["staff"][0], desk.conversations["messages"][0]
    return {
        "/inbox": STAFF_NAME,
        "/inbox/queue": IMAGE[:30],
        f"/inbox/conversations/{staff}": IMAGE,
        f"/inbox/conversations/{staff}/live": IMAGE,
        f"/inbox/conversations/{messages}": SHORT,
        "/inbox/account": STAFF_NAME,
        "/inbox/staff": STAFF_NAME,
        "/inbox/audit": "kim",
        f"/inbox/audit?who={NAME}&about=%22{NAME}": NAME,
        "/inbox/asked": "",
        "/inbox/numbers": "",
        "/inbox/settings": "",
        "/inbox/settings/status": "",
        f"/inbox?level={IMAGE}&state={IMAGE}&reason={SHORT}&mine={SHORT}": "",
        f"/inbox/asked/{NAME}": "",
        f"/inbox/conversations/{NAME}%22%3E{IMAGE}": "",
        f"/{IMAGE}": "",
    }


def test_no_page_for_staff_is_made_of_them(desk: HostileDesk, kim: StaffMember) -> None:
    seen = 0
    for path, shows in pages_of(desk).items():
        answer = kim.http.get(path, follow_redirects=True)
        if "html" not in answer.headers.get("content-type", ""):
            assert answer.status_code in (404, 422), path
            assert answer.headers["content-type"].startswith("application/json"), path
            continue
        found = Parts(answer.text)
        assert found.wrong == [], path
        assert shows in "\n".join(found.texts), path
        assert "script-src 'self'" in answer.headers["content-security-policy"], path
        seen += 1
    assert seen >= 10


@pytest.mark.parametrize("text", [IMAGE, SHORT, TAGS["textarea end"]], ids=["tag", "quote", "end"])
def test_what_is_typed_comes_back_as_words(desk: HostileDesk, kim: StaffMember, text: str) -> None:
    conversation = f"/inbox/conversations/{desk.conversations['staff'][0]}"
    forms = {
        "/inbox/search": {"q": text, "level": text, "state": text, "reason": text},
        "/inbox/queue": {"q": text, "level": text},
        "/inbox/account/title": {"title": text},
        f"{conversation}/level": {"level": text, "why": text},
        f"{conversation}/pass": {"to": text},
        f"{conversation}/resolve": {"note": text, "outcome_code": text, "seen": text},
        "/inbox/asked/side_effects/draft": {
            **dict.fromkeys(("title", "question", "answer", "document", "passage"), text),
            "examples": text,
        },
        "/inbox/login": {"username": text, "password": text, "next": text},
    }
    for path, fields in forms.items():
        answer = kim.http.post(path, data=fields | kim._token("/inbox"), follow_redirects=True)
        assert answer.status_code < 500, path
        assert Parts(answer.text).wrong == [], path


def test_no_public_page_is_made_of_them(desk: HostileDesk) -> None:
    with httpx.Client(base_url=desk.url, timeout=30) as public:
        for path in ("/demo", "/demo/hostile", "/privacy", "/crisis-protocol", "/crisis-lines"):
            for query in ("", "?lang=es", f"?lang={IMAGE}", f"?x={SHORT}"):
                answer = public.get(path + query, follow_redirects=True)
                assert answer.status_code == 200
                assert Parts(answer.text).wrong == [], path
        shown = Parts(public.get("/privacy").text + public.get("/demo").text).texts
        assert IMAGE[:20] in "\n".join(shown)
        config = public.get("/api/widget/config")
        assert config.headers["content-type"].startswith("application/json")
        assert IMAGE in config.json()["demo_notice"]


def test_no_answer_of_the_api_can_be_taken_for_a_page(desk: HostileDesk) -> None:
    conversation_id, token = desk.conversations["messages"]
    path = f"/api/conversations/{conversation_id}"
    with httpx.Client(base_url=desk.url, timeout=30) as public:
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/html"}
        for asked in (f"{path}/events", f"/api/conversations/{IMAGE}/events", f"/api/{IMAGE}"):
            answer = public.get(asked, headers=headers)
            assert answer.headers["content-type"].startswith("application/json")
            assert answer.headers["x-content-type-options"] == "nosniff"
        events = public.get(f"{path}/events", headers=headers).json()
        said = [event["text"] for event in events if event["from"] == "visitor"]
        assert len(said) >= len(ALL)
        # A line end within a message ends no event of a stream.
        with public.stream("GET", f"{path}/stream", headers=headers) as stream:
            for line in stream.iter_lines():
                assert re.match(r"(id: \d+|data: \{.*\}|event: typing|: .*|)$", line), line
                if f'"seq": {len(said)}' in line:
                    break
        transcript = public.get(f"{path}/transcript", headers=headers)
        if transcript.status_code == 200:
            assert transcript.headers["content-type"].startswith("text/plain")
            assert "attachment" in transcript.headers["content-disposition"]


def test_no_header_is_made_of_them(desk: HostileDesk) -> None:
    with httpx.Client(base_url=desk.url, timeout=30) as public:
        for path in ("/inbox/login?next=", "/inbox?next=", "/demo?lang=", "/?next="):
            for text in ("%0d%0aSet-Cookie:%20xss0=1", "//evil.example", "javascript:alert(1)"):
                answer = public.get(path + text)
                assert NAME not in "".join(answer.headers.values())
                place = answer.headers.get("location", "/")
                assert place.startswith("/")
                assert not place.startswith("//")


def test_no_log_line_is_made_of_them(desk: HostileDesk) -> None:
    raw = "\x1b[31mred\x1b[0m \x07 2026-11-26 00:00:00,000 INFO forged: line"
    sent = [
        b"GET /%0d%0a2026-11-26%20INFO%20forged:%20line HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /?q=%1b%5b31mforged HTTP/1.1\r\nHost: x\r\n\r\n",
        f"GET /{raw} HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
        f"GET / HTTP/1.1\r\nHost: {raw}\r\n\r\n".encode(),
        f"GET / HTTP/1.1\r\nHost: x\r\n{raw}: forged\r\n\r\n".encode(),
        b"GET /inbox HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: \x1b[31mforged\r\n\r\n",
        b"GET /inbox HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 1.2.3.4, forged\r\n\r\n",
        b"forged / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /" + b"forged" * 5000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: forged\r\n\r\n",
    ]
    port = int(desk.url.rpartition(":")[2])
    for data in sent * 3:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            line.sendall(data)
            line.recv(65536)
    log = desk.log_text()
    words = {*ALL.values(), IMAGE, STAFF_NAME, *words_in(desk.var / "desk.sqlite3")}
    secrets = [PASSWORD, *(token for _, token in desk.conversations.values())]
    assert leaks(log, words, secrets) == []
    assert "forged" not in log
    assert NAME not in log
    assert all(char == "\n" or char.isprintable() for char in log)
    lines = log.splitlines()
    assert lines
    # Each begins as the desk's own do, or stands in an exception's place.
    assert [one for one in lines if not re.match(r"\d{4}-\d\d-\d\d |  /|\w+$", one)] == []
    # What is refused writes no line each: a flood of it fills no disk.
    assert len(lines) < 60


def test_a_table_reckons_with_nothing() -> None:
    for text in FORMULAS.values():
        cell = csv_line([text]).strip("\r\n")
        assert not cell.lstrip('"').startswith(("=", "+", "-", "@", "\t", "\r"))


def test_the_search_finds_a_page_that_is_made_of_them() -> None:
    for name, text in TAGS.items():
        # What only browsers take for a part is for them: tests/browser/test_nothing_runs.py.
        if name not in ("full width", "mutation", "CDATA"):
            assert Parts(f"<p>{text}</p>").wrong, name
    assert Parts(f'<input value="{SHORT}">').wrong
    assert Parts(f"<a href='javascript:{NAME}'>x</a>").wrong
    assert Parts(f"<script>let x = '{NAME}'</script>").wrong
    assert Parts(f"<b hx-get='/{NAME}'>x</b>").wrong
