"""Sending to an address of either kind: what goes wrong is told apart, and no secret is told."""

import logging
import socket
import threading
from collections.abc import Iterator

import pytest
from alerting import SECRET, Receiver
from nightdesk_contract.clinic_alerts import AlertAddress

from nightdesk_desk.alerts import sending
from nightdesk_desk.alerts.content import Message
from nightdesk_desk.alerts.faults import Fault
from nightdesk_desk.alerts.sending import Sender, shown

MESSAGE = Message("P0 Emergency, C", "Waiting 3 min.", "handover.waiting", {"level": "P0"})


@pytest.fixture
def desk_log() -> Iterator[list[str]]:
    """What reaches the desk's own log, in every detail (caplog would listen to all logs)."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.name}: {record.getMessage()}")

    handler, root = Keep(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(level)


async def sent(address: AlertAddress, **environment: str) -> Fault | None:
    sender = Sender({"S": SECRET, **environment})
    try:
        return await sender.send(address, MESSAGE, "msg_1")
    finally:
        await sender.close()


async def checked(address: AlertAddress, **environment: str) -> Fault | None:
    sender = Sender({"S": SECRET, **environment})
    try:
        return await sender.check(address)
    finally:
        await sender.close()


def hooked(url: str, secret: str = "${S}") -> AlertAddress:
    return AlertAddress("hook", webhook=url, secret=secret)


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (200, None),
        (204, None),
        (302, Fault("redirected", "302")),
        (403, Fault("refused", "403")),
        (410, Fault("refused", "410")),
        (500, Fault("server", "500")),
    ],
)
async def test_what_a_webhook_answers(receiver: Receiver, status: int, fault: Fault | None) -> None:
    receiver.status, receiver.location = status, receiver.url if status == 302 else ""
    assert await sent(hooked(receiver.url)) == fault
    # Nothing is followed: what it led to may be anywhere.
    assert len(receiver.received) == 1


async def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert await sent(hooked(f"http://127.0.0.1:{port}/")) == Fault("connection")


async def test_no_answer_in_time(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "TIMEOUT", 0.3)
    receiver.open.clear()
    assert await sent(hooked(receiver.url)) == Fault("timeout")


async def test_a_proxy_of_the_environment_is_not_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert await sent(hooked(receiver.url)) is None


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        (hooked("https://${HOST}/"), Fault("no_variable", "HOST")),
        (hooked("https://a.example/", "${T}"), Fault("no_variable", "T")),
        (hooked("${BAD}"), Fault("bad_address")),
        (hooked("https://a.example/", "${BAD}"), Fault("bad_address")),
        (AlertAddress("a", url="slack://${T}"), Fault("no_variable", "T")),
        (AlertAddress("a", url="slak://x/y/z"), Fault("unknown_service", "slak")),
        (AlertAddress("a", url="slack://"), Fault("bad_address")),
        (AlertAddress("a", url="${BAD}"), Fault("bad_address")),
    ],
)
async def test_what_is_wrong_with_an_address_is_known_before_and_when_it_is_sent_to(
    address: AlertAddress, fault: Fault
) -> None:
    bad = "hunter2 is no address"
    assert await checked(address, BAD=bad) == fault
    assert await sent(address, BAD=bad) == fault
    assert "hunter2" not in f"{fault.code} {fault.words}"


@pytest.mark.parametrize(
    "address",
    [
        hooked("https://a.example/"),
        AlertAddress("a", url="mailtos://me:${S}@mail.example?to=you@mail.example"),
        AlertAddress("a", url="${ALL}"),
    ],
)
async def test_an_address_that_is_right_has_no_fault(address: AlertAddress) -> None:
    assert await checked(address, ALL="slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7F") is None


async def test_what_apprise_sends_arrives(receiver: Receiver) -> None:
    url = receiver.url.replace("http://", "json://")
    assert await sent(AlertAddress("a", url=url)) is None
    [request] = receiver.received
    assert request.json["title"] == MESSAGE.title
    assert request.json["message"] == MESSAGE.text
    # No picture from elsewhere is named.
    assert b"github" not in request.body


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (500, Fault("server", "500")),
        (401, Fault("refused", "401")),
        (302, Fault("redirected", "302")),
    ],
)
async def test_what_a_service_answers_to_apprise(
    receiver: Receiver, status: int, fault: Fault, desk_log: list[str]
) -> None:
    receiver.status, receiver.location = status, receiver.url if status == 302 else ""
    url = receiver.url.replace("http://", "json://me:hunter2@")
    assert await sent(AlertAddress("a", url=url)) == fault
    assert len(receiver.received) == 1
    # Apprise says much of an address in its log: nothing of it comes into ours.
    assert not [line for line in desk_log if line.startswith("apprise")]
    assert "hunter2" not in "".join(desk_log)


async def test_what_hangs_in_apprise_does_not_hold_up_another_address(receiver: Receiver) -> None:
    """Apprise shares a few threads between all addresses: nothing of ours may wait for them."""
    from apprise.apprise import get_shared_executor

    go_on = threading.Event()
    hanging = [get_shared_executor().submit(go_on.wait, 60) for _ in range(64)]
    try:
        url = receiver.url.replace("http://", "json://")
        assert await sent(AlertAddress("a", url=url)) is None
    finally:
        for waits in hanging:
            waits.cancel()
        go_on.set()
    assert len(receiver.received) == 1


async def test_nobody_there_for_apprise() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert await sent(AlertAddress("a", url=f"json://127.0.0.1:{port}/")) == Fault("connection")


async def test_whatever_breaks_in_a_service_is_a_failure(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("hunter2")

    monkeypatch.setattr(sending.apprise_services, "send", broken)
    assert await sent(AlertAddress("a", url="json://localhost")) == Fault("failed")


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (hooked("https://a.example/hunter2?hunter2"), "https://a.example/…"),
        (hooked("https://${HOST}/x"), "webhook"),
        (hooked("${HOOK}"), "webhook"),
        (AlertAddress("a", url="slack://hunter2/hunter2"), "slack://…"),
        (AlertAddress("a", url="${ALL}"), "Apprise"),
    ],
)
def test_where_an_address_leads_is_shown_without_secrets(address: AlertAddress, text: str) -> None:
    assert shown(address) == text
