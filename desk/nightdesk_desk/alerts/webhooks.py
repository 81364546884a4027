"""Signed webhooks, as Standard Webhooks has them (https://www.standardwebhooks.com)."""

import base64
import hashlib
import hmac
import json
from datetime import datetime

import httpx

from nightdesk_desk.alerts.content import Message
from nightdesk_desk.alerts.faults import Fault, fault_of_status


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Give the signature of a body: version and HMAC-SHA256 of "id.timestamp.body"."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


def body_of(message: Message, at: datetime) -> bytes:
    """Give a message as JSON: its type, the moment, its data."""
    row = {"type": message.type, "timestamp": at.isoformat(), "data": message.data}
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()


async def post(
    client: httpx.AsyncClient, url: str, key: bytes, message: Message, message_id: str, at: datetime
) -> Fault | None:
    """Post a signed message. Gives None when the receiver took it (2xx)."""
    body, timestamp = body_of(message, at), int(at.timestamp())
    headers = {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(key, message_id, timestamp, body),
    }
    try:
        answer = await client.post(url, content=body, headers=headers)
    except httpx.TimeoutException:
        return Fault("timeout")
    except httpx.InvalidURL:
        return Fault("bad_address")
    except httpx.HTTPError:
        return Fault("connection")
    return None if answer.is_success else fault_of_status(answer.status_code)
