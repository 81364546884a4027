"""A desk that hangs is started anew; one whose work stands still is named."""

import socket
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from nightdesk.run.pulse import ASK_EVERY, SILENT_QUESTIONS, Pulse, ask

A_WHILE = SILENT_QUESTIONS * ASK_EVERY


class Desk:
    def __init__(self):
        self.answer, self.at, self.asked, self.pid = "works", 0.0, 0, 1

    def question(self):
        self.asked += 1
        return self.answer

    def pass_time(self, pulse, seconds):
        """Let the time pass as the watch does, two seconds at a time; gives what was new."""
        news = []
        until = self.at + seconds
        while self.at < until:
            self.at += 2
            news.append(pulse.feel(self.pid))
        return [one for one in news if one]


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def pulse(desk):
    return Pulse(desk.question, lambda: desk.at)


def test_it_asks_now_and_then(desk, pulse):
    assert desk.pass_time(pulse, 10 * ASK_EVERY) == []
    assert 8 <= desk.asked <= 10


def test_one_that_hangs_is_started_anew(desk, pulse):
    desk.pass_time(pulse, 2 * ASK_EVERY)
    desk.answer = "silent"
    assert desk.pass_time(pulse, A_WHILE - ASK_EVERY) == []
    assert desk.pass_time(pulse, 3 * ASK_EVERY) == ["hangs"]


def test_one_that_starts_gets_as_long_as_it_takes(desk, pulse):
    desk.answer = "silent"
    assert desk.pass_time(pulse, 10 * A_WHILE) == []
    desk.answer = "works"
    desk.pass_time(pulse, 2 * ASK_EVERY)
    # It was started again, by whomever.
    desk.answer, desk.pid = "silent", 2
    assert desk.pass_time(pulse, 10 * A_WHILE) == []


def test_a_short_silence_is_nothing(desk, pulse):
    for answer in ("works", "silent", "works", "silent"):
        desk.answer = answer
        assert desk.pass_time(pulse, A_WHILE - ASK_EVERY) == []


def test_a_machine_that_slept_ends_no_desk_for_one_answer_that_was_late(desk, pulse):
    desk.pass_time(pulse, 2 * ASK_EVERY)
    desk.at += 8 * 3600
    desk.answer = "silent"
    assert desk.pass_time(pulse, 2 * ASK_EVERY) == []
    desk.answer = "works"
    assert desk.pass_time(pulse, A_WHILE) == []


def test_one_that_could_not_be_ended_is_tried_again(desk, pulse):
    desk.pass_time(pulse, 2 * ASK_EVERY)
    desk.answer = "silent"
    assert desk.pass_time(pulse, 2 * A_WHILE + ASK_EVERY) == ["hangs", "hangs"]


def test_work_that_stands_still_is_told_once_and_that_it_goes_on(desk, pulse):
    desk.answer = "stands still"
    assert desk.pass_time(pulse, 10 * A_WHILE) == ["stands still"]
    desk.answer = "works"
    assert desk.pass_time(pulse, A_WHILE) == ["works again"]


@pytest.mark.parametrize(
    ("status", "answer"),
    [(200, "works"), (503, "stands still"), (404, "works"), (500, "works")],
)
def test_what_it_says(monkeypatch, status, answer):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        assert ask(f"http://127.0.0.1:{server.server_port}") == answer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert asked == ["/health/workers"]


def test_what_speaks_no_http_is_silent():
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def speak():
            with listening.accept()[0] as other:
                other.recv(1000)
                other.sendall(b"what?\r\n\r\n")

        thread = Thread(target=speak, daemon=True)
        thread.start()
        assert ask(f"http://127.0.0.1:{listening.getsockname()[1]}") == "silent"
        thread.join()


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert ask(f"http://127.0.0.1:{port}") == "silent"
