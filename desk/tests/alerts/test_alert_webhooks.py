"""Signed webhooks: against the standard's own example, and against HMAC worked out by hand."""

import base64
import hashlib
import json
from datetime import UTC, datetime

from alerting import KEY, SECRET, Receiver, hook
from nightdesk_contract.clinic_alerts import AlertAddress, secret_bytes

from nightdesk_desk.alerts.content import Message
from nightdesk_desk.alerts.sending import Sender
from nightdesk_desk.alerts.webhooks import signature

NOW = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)


def test_the_example_of_the_standard() -> None:
    key = secret_bytes("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert key is not None
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


def test_the_settings_of_the_tests_are_of_the_form_that_is_asked_for() -> None:
    assert secret_bytes(SECRET) == KEY
    assert hook("a", "http://127.0.0.1:1/")["secret"].startswith("${")
