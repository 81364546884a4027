"""The proxy as it is deployed, in front of small desks: what it lets through and what it adds."""

import contextlib
import http.client
import http.server
import json
import socket
import ssl
import threading
import time

import pytest

from deploy.local import nginx
from deploy.local.machine import NotInstalled, free_port

KEYED = "/api/conversations/c_1/messages"
KEPT = 2.5
"""Seconds; so long after an answer a desk is asked anew."""
HELP = (
    "/widget.js",
    "/widget-chat.js?1a2b-1",
    "/api/widget/config?lang=es",
    "/crisis-lines",
    "/crisis-protocol",
    "/privacy?lang=es",
)


class Desk(http.server.BaseHTTPRequestHandler):
    """Says what it was asked.

    `breaks` makes it hang up on writes once read, `away` on whatever it is asked, and `fails`
    answer 503.
    """

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path.endswith("/stream"):
            self._stream()
            return
        self._say()

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.posted.append(self.path)
        if self.server.breaks:
            self.close_connection = True
            return
        self._say()

    def _say(self):
        if self.server.away:
            self.close_connection = True
            return
        said = {"desk": self.server.server_port, "headers": dict(self.headers)}
        body = json.dumps({**said, "at": time.time_ns()}).encode()
        self.send_response(503 if self.server.fails else 200)
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"8\r\ndata: 1\n\r\n")
        self.server.more.wait(20)
        self.wfile.write(b"8\r\ndata: 2\n\r\n0\r\n\r\n")

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def desk():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    server.daemon_threads = True
    server.posted, server.breaks, server.more = [], False, threading.Event()
    server.away, server.fails = False, False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.more.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def desks():
    with desk() as one, desk() as two:
        yield one, two


@pytest.fixture
def proxy(desks, tmp_path):
    try:
        with nginx.proxy([f"127.0.0.1:{each.server_port}" for each in desks], tmp_path) as running:
            yield running
    except NotInstalled as error:
        pytest.skip(str(error))


def context(proxy, **limits):
    return ssl.create_default_context(cafile=proxy.certificate)


def ask(proxy, path, method="GET", body=None, headers=None):
    connection = http.client.HTTPSConnection("localhost", proxy.port, context=context(proxy))
    with contextlib.closing(connection):
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers


def leave(desks):
    """Let all desks be away, until they would have been asked for anew."""
    for each in desks:
        each.away = True
    time.sleep(KEPT)


def test_what_a_client_says_of_its_address_does_not_count(proxy):
    forged = {
        "X-Forwarded-For": "203.0.113.7",
        "X-Forwarded-Proto": "http",
        "Forwarded": "for=203.0.113.7",
        "X-Forwarded-Host": "evil.example",
    }
    status, body, headers = ask(proxy, "/x", headers=forged)
    got = json.loads(body)["headers"]
    assert status == 200
    assert got["X-Forwarded-For"] == "127.0.0.1"
    assert got["X-Forwarded-Proto"] == "https"
    assert "Forwarded" not in got
    assert "X-Forwarded-Host" not in got
    assert got["Host"] == f"localhost:{proxy.port}"
    assert headers["Strict-Transport-Security"]


@pytest.mark.parametrize(
    "path", ["/metrics", "/metrics/", "/health/workers", "//metrics", "/./metrics", "/%6detrics"]
)
def test_what_is_for_monitoring_is_not_for_the_public(proxy, desks, path):
    assert ask(proxy, path)[0] == 404


def test_a_conversation_keeps_its_desk_and_others_have_the_other(proxy):
    def of(path):
        return json.loads(ask(proxy, path)[1])["desk"]

    for number in range(3):
        name = f"/api/conversations/c_{number}"
        staff = f"/inbox/conversations/c_{number}"
        assert len({of(f"{name}/events"), of(f"{name}/a"), of(staff)}) == 1
    assert len({of(f"/api/conversations/c_{number}/events") for number in range(40)}) == 2


def test_a_stream_is_passed_on_as_it_comes(proxy, desks):
    connection = http.client.HTTPSConnection("localhost", proxy.port, context=context(proxy))
    with contextlib.closing(connection):
        connection.request("GET", "/api/conversations/c_1/stream")
        answer = connection.getresponse()
        # The desk says no more until the first line has been read here.
        assert answer.readline() == b"data: 1\n"
        for each in desks:
            each.more.set()
        assert answer.readline() == b"data: 2\n"


def test_where_a_desk_is_away_the_other_answers(tmp_path):
    with desk() as up:
        away = free_port()
        try:
            with nginx.proxy([f"127.0.0.1:{away}", f"127.0.0.1:{up.server_port}"], tmp_path) as on:
                for number in range(10):
                    path = f"/api/conversations/c_{number}/messages"
                    # Nothing has reached a desk that is away: sending it elsewhere is safe.
                    assert ask(on, path, "POST", b"{}")[0] == 200
                assert len(up.posted) == 10
        except NotInstalled as error:
            pytest.skip(str(error))


@pytest.mark.parametrize("path", HELP)
def test_with_all_desks_away_what_helps_is_still_there(proxy, desks, path):
    shown = ask(proxy, path)
    assert shown[0] == 200
    leave(desks)
    assert ask(proxy, "/demo")[0] == 502
    assert ask(proxy, path)[:2] == shown[:2]


def test_what_helps_is_asked_for_anew_while_a_desk_is_there(proxy, desks):
    first = ask(proxy, "/crisis-lines?lang=es")[1]
    time.sleep(KEPT)
    # A desk says when it answered.
    assert ask(proxy, "/crisis-lines?lang=es")[1] != first


def test_each_try_to_load_the_chat_again_finds_it(proxy, desks):
    shown = ask(proxy, "/widget-chat.js?1a2b-1")[1]
    assert ask(proxy, "/widget-chat.js?3c4d-1")[1] != shown
    leave(desks)
    assert ask(proxy, "/widget-chat.js?1a2b-2")[:2] == (200, shown)
    assert ask(proxy, "/widget-chat.js?5e6f-1")[0] == 502


def test_a_desk_that_fails_does_not_take_away_what_helps(proxy, desks):
    shown = ask(proxy, "/crisis-lines")[1]
    for each in desks:
        each.fails = True
    time.sleep(KEPT)
    assert ask(proxy, "/crisis-lines")[:2] == (200, shown)
    assert ask(proxy, "/demo")[0] == 503


def test_a_desk_that_breaks_off_is_asked_twice_only_for_a_message_with_a_key(proxy, desks):
    one, two = desks
    for each in desks:
        each.breaks = True
    assert ask(proxy, KEYED, "POST", b"{}")[0] == 502
    assert len(one.posted) + len(two.posted) == 1
    assert ask(proxy, KEYED, "POST", b"{}", {"Idempotency-Key": "k"})[0] == 502
    assert len(one.posted) + len(two.posted) == 3
    assert ask(proxy, "/api/conversations/c_1/contact", "POST", b"{}", {"Idempotency-Key": "k"})[
        0
    ] in (502, 504)
    assert len(one.posted) + len(two.posted) == 4


def test_too_much_is_refused_here(proxy, desks):
    assert ask(proxy, KEYED, "POST", b"x" * (129 * 1024))[0] == 413
    assert ask(proxy, "/x", headers={"X-Long": "x" * 9000})[0] == 400
    assert ask(proxy, "/" + "x" * 9000)[0] == 414
    assert not desks[0].posted
    assert not desks[1].posted


def test_a_slow_client_holds_no_desk(proxy, desks):
    with (
        socket.create_connection(("127.0.0.1", proxy.port)) as raw,
        context(proxy).wrap_socket(raw, server_hostname="localhost") as slow,
    ):
        head = f"POST {KEYED} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{{"
        slow.sendall(head.encode())
        time.sleep(0.5)
        assert not desks[0].posted
        assert not desks[1].posted


def test_another_name_gets_no_answer(proxy):
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", proxy.port)) as raw,
        pytest.raises(ssl.SSLError),
    ):
        unchecked.wrap_socket(raw, server_hostname="evil.example")


def test_old_tls_is_refused(proxy):
    old = context(proxy)
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", proxy.port)) as raw,
        pytest.raises(ssl.SSLError),
    ):
        old.wrap_socket(raw, server_hostname="localhost")


def test_without_tls_one_is_sent_to_it(proxy):
    connection = http.client.HTTPConnection("localhost", proxy.http_port)
    with contextlib.closing(connection):
        connection.request("GET", "/demo?x=1")
        answer = connection.getresponse()
        assert answer.status == 308
        assert answer.headers["Location"] == "https://localhost/demo?x=1"


def test_a_place_without_a_value_is_an_error():
    with pytest.raises(KeyError, match="NIGHTDESK_TMP"):
        nginx.configuration({}, "pid ${NIGHTDESK_TMP}/x;")
    assert nginx.configuration({"NIGHTDESK_TMP": "/run"}, "pid ${NIGHTDESK_TMP} $uri;") == (
        "pid /run $uri;"
    )
