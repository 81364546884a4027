"""Signed webhooks, as Standard Webhooks has them (https://www.standardwebhooks.com).

Sending blocks: call it on a thread of the address's own. Looking up a name has no time limit, and
on the event loop's threads it would hold up other addresses, and people who sign in.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime

import httpx

from nightdesk_desk.alerts.content import Message
from nightdesk_desk.alerts.faults import Fault, fault_of_status


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Give the signature of a body: version and HMAC-SHA256 of "id.timestamp.body"."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


def body_of(message: Message, at: datetime) -> bytes:
    """Give a message as JSON: its type, when it happened (the same over all tries), its data."""
    occurred_at = message.occurred_at or at
    row = {"type": message.type, "timestamp": occurred_at.isoformat(), "data": message.data}
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()


def post(
    client: httpx.Client,
    url: str,
    keys: Sequence[bytes],
    message: Message,
    message_id: str,
    at: datetime,
) -> Fault | None:
    """Post a message signed with each key. Gives None when the receiver took it (2xx)."""
    body, timestamp = body_of(message, at), int(at.timestamp())
    headers = {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(key, message_id, timestamp, body) for key in keys),
    }
    try:
        # Its body says nothing, and may have no end.
        with client.stream("POST", url, content=body, headers=headers) as answer:
            status = answer.status_code
    except httpx.TimeoutException:
        return Fault("timeout")
    except httpx.InvalidURL:
        return Fault("bad_address")
    except httpx.HTTPError:
        return Fault("connection")
    return None if httpx.codes.is_success(status) else fault_of_status(status)
