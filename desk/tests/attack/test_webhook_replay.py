"""Webhooks: the desk takes none; those that it sends can be told from their copies."""

import hmac
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from desk_in_process import Running
from every_route import Routed, routes_of

from nightdesk_desk.alerts.content import Message
from nightdesk_desk.alerts.webhooks import post, signature

KEY = b"k" * 32
AT = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
MESSAGE = Message(type="handover.waiting", title="t", text="b", data={"handover": 7})
TOLERANCE = timedelta(minutes=5)
"""What Standard Webhooks has receivers allow."""


class Receiver:
    """One that verifies as the standard says: signature, age, and each id once."""

    def __init__(self) -> None:
        self.at = AT
        self.seen: set[str] = set()
        self.sent: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        return httpx.Response(204)

    def takes(self, request: httpx.Request) -> bool:
        number, timestamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        expected = signature(KEY, number, int(timestamp), request.content)
        given = request.headers["webhook-signature"].split(" ")
        fresh = abs(self.at - datetime.fromtimestamp(int(timestamp), UTC)) <= TOLERANCE
        right = any(hmac.compare_digest(expected, each) for each in given)
        if not (right and fresh) or number in self.seen:
            return False
        self.seen.add(number)
        return True

    def send(self, at: datetime = AT) -> httpx.Request:
        with httpx.Client(transport=httpx.MockTransport(self)) as client:
            assert post(client, "https://x.example", [KEY], MESSAGE, "msg_1", at) is None
        return self.sent[-1]


def test_a_copy_is_taken_neither_at_once_nor_later() -> None:
    receiver = Receiver()
    request = receiver.send()
    assert receiver.takes(request)
    assert not receiver.takes(request)
    receiver.seen.clear()
    receiver.at += TOLERANCE + timedelta(seconds=1)
    assert not receiver.takes(request)


@pytest.mark.parametrize("part", ["webhook-id", "webhook-timestamp", "body"])
def test_no_part_that_makes_a_copy_new_can_be_changed(part: str) -> None:
    receiver = Receiver()
    request = receiver.send()
    content = request.content
    if part == "body":
        content = json.dumps(json.loads(content) | {"type": "drill"}).encode()
    changed = httpx.Request("POST", request.url, headers=request.headers, content=content)
    if part != "body":
        changed.headers[part] = {"webhook-id": "msg_2"}.get(part, str(int(AT.timestamp()) + 60))
    assert not receiver.takes(changed)


def test_a_try_again_is_fresh_and_the_same_message() -> None:
    """What did not arrive the first time is not taken for a copy; what did, is."""
    receiver, later = Receiver(), AT + timedelta(hours=1)
    first, again = receiver.send(), receiver.send(later)
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    receiver.at = later
    assert receiver.takes(again)
    assert not receiver.takes(first)


async def test_the_desk_takes_no_webhooks(running: Running) -> None:
    """Whatever changes something without a token or a session is the begin of a conversation."""
    changes = {route for route in routes_of(running.app) if route.method not in ("GET", "HEAD")}
    without = {
        route
        for route in changes
        if not route.path.startswith(("/inbox", "/api/conversations/{conversation_id}"))
    }
    assert without == {Routed("POST", "/api/conversations")}
