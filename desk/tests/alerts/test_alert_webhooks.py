"""Signed webhooks: against the standard's own example, and against HMAC worked out by hand."""

import base64
import hashlib
import json
import socket
import threading
from contextlib import ExitStack
from datetime import UTC, datetime

from alerting import KEY, SECRET, Receiver, hook
from nightdesk_contract.clinic_alerts import AlertAddress, secret_keys

from nightdesk_desk.alerts.content import Message
from nightdesk_desk.alerts.sending import Sender
from nightdesk_desk.alerts.webhooks import signature

NOW = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)


def test_the_example_of_the_standard() -> None:
    [key] = secret_keys("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    found = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def hmac_by_hand(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA256 as RFC 2104 defines it."""
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + data).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).digest()


async def test_what_is_sent_can_be_verified_by_whoever_has_the_secret(receiver: Receiver) -> None:
    sender = Sender({"S": SECRET})
    address = AlertAddress("hook", webhook=receiver.url, secret="${S}")
    message = Message("Title é", "Text", "handover.waiting", {"level": "P0", "é": "ß"})
    assert await sender.send(address, message, "msg_1") is None
    await sender.close()
    [request] = receiver.received
    timestamp = request.headers["webhook-timestamp"]
    assert abs(int(timestamp) - datetime.now(UTC).timestamp()) < 60
    signed = b"msg_1." + timestamp.encode() + b"." + request.body
    expected = base64.b64encode(hmac_by_hand(KEY, signed)).decode()
    assert request.headers["webhook-signature"] == f"v1,{expected}"
    assert request.headers["webhook-id"] == "msg_1"
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body)["type"] == "handover.waiting"
    assert request.json["data"] == {"level": "P0", "é": "ß"}


async def test_while_the_secret_is_changed_it_is_signed_with_the_new_and_the_old(
    receiver: Receiver,
) -> None:
    new = bytes(range(40, 72))
    sender = Sender({"NEW": "whsec_" + base64.b64encode(new).decode(), "OLD": SECRET})
    address = AlertAddress("hook", webhook=receiver.url, secret="${NEW} ${OLD}")
    assert await sender.send(address, Message("T", "t", "x", {}), "msg_1") is None
    await sender.close()
    [request] = receiver.received
    signed = b"msg_1." + request.headers["webhook-timestamp"].encode() + b"." + request.body
    each = [base64.b64encode(hmac_by_hand(key, signed)).decode() for key in (new, KEY)]
    assert request.headers["webhook-signature"] == f"v1,{each[0]} v1,{each[1]}"


async def test_a_message_that_was_taken_does_not_wait_for_the_rest_of_the_answer() -> None:
    """An answer without an end would keep a thread for ever, and fill the memory."""
    with socket.create_server(("127.0.0.1", 0)) as server, ExitStack() as held:

        def answer() -> None:
            connection = held.enter_context(server.accept()[0])
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nand so on")

        answering = threading.Thread(target=answer)
        answering.start()
        sender = Sender({"S": SECRET})
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        address = AlertAddress("hook", webhook=url, secret="${S}")
        assert await sender.send(address, Message("T", "t", "x", {}), "msg_1") is None
        await sender.close()
        answering.join()


def test_the_settings_of_the_tests_are_of_the_form_that_is_asked_for() -> None:
    assert secret_keys(SECRET) == (KEY,)
    assert hook("a", "http://127.0.0.1:1/")["secret"].startswith("${")
