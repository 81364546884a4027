"""A watcher outside hears from the desk as long as its work in the background goes on."""

from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest

from nightdesk_desk.desk import Desk
from nightdesk_desk.heartbeat import Heartbeat
from nightdesk_desk.looking import Looking
from nightdesk_desk.settings import Settings, SettingsError


class Watcher:
    """Somebody outside who counts the signs of life."""

    def __init__(self) -> None:
        self.heard, self.status = 0, 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.heard += 1
                self.send_response(outer.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/ping"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    made = Watcher()
    yield made
    made.close()


async def test_it_is_heard_while_the_work_goes_on_and_not_while_it_stands_still(
    watcher: Watcher,
) -> None:
    at = 0.0

    async def look() -> None:
        pass

    steps = Looking("steps", look, every=3600, clock=lambda: at)
    heartbeat = Heartbeat(watcher.url, lambda: [steps, *heartbeat.lookings])
    await steps.start()
    await heartbeat.look()
    assert watcher.heard == 1
    at = 9000.0
    await heartbeat.look()
    assert watcher.heard == 1
    await steps.once()
    await heartbeat.look()
    assert watcher.heard == 2
    await steps.stop()
    await heartbeat.stop()


async def test_a_watcher_that_was_away_hears_of_it_again(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    heartbeat = Heartbeat(watcher.url, lambda: heartbeat.lookings)
    watcher.status = 503
    with pytest.raises(httpx.HTTPStatusError):
        await heartbeat.look()
    monkeypatch.setattr(heartbeat.lookings[0], "age", lambda: 9000.0)
    assert heartbeat.lookings[0].late()
    watcher.status = 200
    await heartbeat.look()
    assert watcher.heard == 2
    await heartbeat.stop()


async def test_a_desk_watches_all_its_work(settings: Settings, watcher: Watcher) -> None:
    without = Desk.build(settings)
    assert "heartbeat" not in [one.name for one in without.lookings]
    desk = Desk.build(replace(settings, heartbeat_url=watcher.url))
    assert "heartbeat" in [one.name for one in desk.lookings]
    await desk.heartbeat.look()
    assert watcher.heard == 1
    for one in desk.escalation.lookings:
        one.age = lambda: 9000.0  # type: ignore[method-assign]
    await desk.heartbeat.look()
    assert watcher.heard == 1
    for each in (without, desk):
        await each.heartbeat.stop()
        await each.rasa.close()
        await each.db.close()


def test_its_address_is_checked_and_not_shown() -> None:
    read = Settings.from_environment
    assert read({}).heartbeat_url == ""
    url = "https://watch.example/ping/7f3"
    assert read({"DESK_HEARTBEAT_URL": url}).heartbeat_url == url
    for wrong in ("hunter2", "ftp://a/hunter2", "http://a.example/hunter2"):
        with pytest.raises(SettingsError) as refused:
            read({"DESK_HEARTBEAT_URL": wrong})
        assert "DESK_HEARTBEAT_URL" in str(refused.value)
        assert "hunter2" not in str(refused.value)
