"""Where Redis is: the address in `REDIS_URL`, and the client that it gives."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

CONNECT_WITHIN = 2.0
"""Seconds that a new connection may take, with TLS and password."""

MOST_CONNECTIONS = 32
"""Connections of one desk: a burst of messages needs a few at once, and one hears the news."""

_TLS = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "redis": ("db",),
    "rediss": ("db", *_TLS),
    "unix": ("db", "username", "password"),
}
"""What may stand behind the `?` of an address of each kind."""


def is_redis_url(text: str) -> bool:
    """Say whether `text` is an address of Redis that the desk can use."""
    try:
        parts = urlsplit(text)
        options = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        _ = parts.port
    except ValueError:
        return False
    if parts.scheme not in OPTIONS or parts.fragment:
        return False
    if not set(options) <= set(OPTIONS[parts.scheme]):
        return False
    if not all(_is_number(value) for value in options.get("db", [])):
        return False
    if parts.scheme == "unix":
        return parts.path.startswith("/") and not parts.netloc.rpartition("@")[2]
    return bool(parts.hostname) and _is_number(parts.path.strip("/") or "0")


def client_at(url: str) -> Redis:
    """Give a client for the Redis at `url`; it connects on first use.

    It tries nothing twice and has no deadlines of its own: whoever asks has one.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=MOST_CONNECTIONS,
        timeout=None,
        protocol=2,
        socket_timeout=None,
        socket_connect_timeout=CONNECT_WITHIN,
        retry=Retry(NoBackoff(), 0),
    )
    return Redis.from_pool(pool)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5
