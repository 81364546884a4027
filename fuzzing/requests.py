"""Odd requests to the visitor's API: what a broken or hostile client may send."""

import json
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from fuzzing.door_target import anything
from fuzzing.settings_rows import odd
from fuzzing.texts import text

Act = Literal["message", "start", "contact", "typing", "events", "feedback"]
ACTS: tuple[Act, ...] = (
    *("message",) * 6,
    *("start", "start", "contact", "typing", "events", "feedback"),
)

_TYPES = (
    *("application/json", "application/json", "application/json; charset=utf-16", "text/plain", ""),
    *(
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json, x",
        "\xff",
    ),
)
_BODIES = (
    *(
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"1",
        b'{"text": }',
        b'{"text": "a"',
        b"\xff\xfe",
        b"\x00",
    ),
    *(b'{"text": "\\ud800"}', b'{"text": "a", "text": "b"}', b'{"text": NaN}', b'{"text": 1e999}'),
    *(b'{"text":' + b"[" * 5000, b'{"text": ' + b"9" * 6000 + b"}", b'{"text": "\xff"}', b"{}" * 9),
    *(
        b'{"a":' * 3000 + b"1" + b"}" * 3000,
        b'\xef\xbb\xbf{"text": "a"}',
        b'{"text": "a"}\n\n{"text": "b"}',
    ),
    *(b'{"text": "' + b"a" * 70_000 + b'"}', '{"text": "ä"}'.encode("utf-16"), b'{"Text": "a"}'),
)
_FIELDS = ("consent", "name", "phone", "email", "safe_to_leave_message")
_LANGUAGES = ("en", "es", "es-MX,es;q=0.9", "*", "", ";;;", "x" * 300, "de;q=nan", "\xe9")


@dataclass(frozen=True)
class Sent:
    """A request as it arrives. `value` is what the body says where it is whole, else None.

    `pieces` says in how many parts the body comes; `declared` is its size as the client tells it.
    """

    act: Act
    body: bytes
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    pieces: int
    value: Any
    whole: bool


def request(rng: Random) -> Sent:
    """Give an odd request: its form is right more often than not, its values seldom."""
    act = rng.choice(ACTS)
    value = _value(rng, act)
    whole = rng.random() < 0.85
    body = _json(value) if whole else _broken(rng, value)
    if whole:
        # What a reader of JSON makes of it: two halves of a pair side by side are one character.
        value = json.loads(body)
    headers: list[tuple[bytes, bytes]] = []
    kind = "application/json" if whole else rng.choice(_TYPES)
    if kind:
        headers.append((b"content-type", kind.encode("latin-1")))
    if rng.random() < 0.3:
        headers.append((b"accept-language", rng.choice(_LANGUAGES).encode("latin-1")))
    if rng.random() < 0.15:
        headers.append((b"idempotency-key", _header(rng)))
    if not whole and rng.random() < 0.2:
        lie = rng.choice(("0", "-1", "1", "99999999999999999999", "x", "1e3", " 5", "\xb2"))
        headers.append((b"content-length", lie.encode("latin-1")))
    return Sent(act, body, _query(rng), tuple(headers), rng.choice((1, 1, 1, 2, 7)), value, whole)


def _value(rng: Random, act: Act) -> Any:
    if act == "message":
        return {"text": anything(rng)}
    if act == "start":
        messages = {text(rng)[:210] or "k": anything(rng) for _ in range(rng.randint(0, 4))}
        found: dict[str, Any] = {"messages": messages}
        if rng.random() < 0.4:
            found["token"] = rng.choice((text(rng)[:220], "A" * 40, None, 5, "a" * 31))
        if rng.random() < 0.1:
            found["conversation_id"] = odd(rng)
        return found
    if act == "contact":
        found = {key: odd(rng) for key in _FIELDS if rng.random() < 0.6}
        if rng.random() < 0.6:
            found |= {"consent": True, "phone": rng.choice(("(555) 010-0142", text(rng)[:40]))}
        if rng.random() < 0.2:
            found |= {text(rng)[:10]: odd(rng) for _ in range(rng.randint(0, 3))}
        return found
    if act == "typing":
        return {"typing": rng.choice((True, False, None, 1, "x", [], odd(rng)))}
    return {"helpful": rng.choice((True, False, None, "x", 1, odd(rng)))}


def _json(value: Any) -> bytes:
    """Give a value as JSON; what JSON does not know becomes text, which a client may do, too."""
    try:
        return json.dumps(value, default=repr).encode()
    except (TypeError, ValueError, RecursionError):
        return json.dumps(repr(value)[:500]).encode()


def _broken(rng: Random, value: Any) -> bytes:
    if rng.random() < 0.4:
        return rng.choice(_BODIES)
    body = bytearray(_json(value))
    for _ in range(rng.randint(1, 5)):
        at = rng.randint(0, max(len(body) - 1, 0))
        act = rng.randint(0, 2)
        if act == 0:
            body[at:at] = bytes([rng.randint(0, 255)])
        elif act == 1:
            del body[at : at + rng.randint(1, 8)]
        elif body:
            body[at] ^= 1 << rng.randint(0, 7)
    return bytes(body)


def _header(rng: Random) -> bytes:
    found = "".join(char for char in text(rng)[:210] if char not in "\r\n\0")
    return found.encode("utf-8", "replace")


def _query(rng: Random) -> bytes:
    if rng.random() < 0.6:
        return b""
    if rng.random() < 0.3:
        return b"lang=" + rng.choice((b"es", b"en", b"%ff", b"x" * 5000, b"es&lang=en", b"\xe9"))
    after = rng.choice(("0", "-1", "2147483648", "1e3", "x", "", "\u0665", "9" * 4400))
    return f"after={after}&wait={rng.choice(('0', '-1', 'nan', '1e-9', 'inf', 'x'))}".encode()
