"""Where Rasa keeps what its replicas share: read from the environment, nothing in a file.

`TRACKER_URL` (or a `DATABASE_URL` on PostgreSQL) keeps conversations in PostgreSQL, `REDIS_URL` the
lock of a conversation in Redis, `ACTIONS_URL` says where the action server is if not on this
machine. Without them Rasa works alone, as `endpoints.yml` says.
"""

import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from nightdesk.run.progress import StepFailed

TRACKER = "nightdesk.run.sql_tracker.SqlTracker"
LOCKS = "nightdesk.run.redis_locks.RedisLocks"
SCHEMA = "nightdesk_rasa"
"""Where Rasa's tables lie in PostgreSQL: they are called like some of the desk's."""
_POSTGRES = ("postgres", "postgresql")
_REDIS = ("redis", "rediss", "unix")


class SharedStores(NamedTuple):
    """Addresses; "" where Rasa works alone. They may hold passwords: they are never shown."""

    tracker: str = ""
    redis: str = ""
    actions: str = ""


def shared_stores(environment: Mapping[str, str] = os.environ) -> SharedStores:
    """Read the addresses. Raises StepFailed, naming the variable, for one that cannot be used."""

    def text(name: str) -> str:
        return environment.get(name, "").strip()

    tracker = text("TRACKER_URL")
    if tracker:
        tracker = _postgres("TRACKER_URL", tracker)
    elif _kind(text("DATABASE_URL")) in _POSTGRES:
        tracker = _postgres("DATABASE_URL", text("DATABASE_URL"))
    redis, actions = text("REDIS_URL"), text("ACTIONS_URL")
    if redis:
        _check("REDIS_URL", redis, _REDIS, "redis://host:6379/0")
    if redis and not tracker:
        # Two replicas would each know half of a conversation.
        raise StepFailed(
            "REDIS_URL is set, for several Rasa processes, so their conversations must be shared, "
            "too: set TRACKER_URL (or DATABASE_URL) to postgresql://…"
        )
    if actions:
        _check("ACTIONS_URL", actions, ("http", "https"), "http://actions:5055")
    return SharedStores(tracker, redis, actions.rstrip("/"))


def put_into(endpoints: Any, stores: SharedStores) -> Any:
    """Give what Rasa has read from `endpoints.yml`, with the shared stores in place of its own."""
    from rasa.utils.endpoints import EndpointConfig

    if stores.tracker:
        endpoints.tracker_store = EndpointConfig(url=stores.tracker, type=TRACKER)
    if stores.redis:
        endpoints.lock_store = EndpointConfig(url=stores.redis, type=LOCKS)
    if stores.actions:
        endpoints.action = EndpointConfig(url=f"{stores.actions}/webhook")
    return endpoints


def reading_with(read: Callable[[str], Any], stores: SharedStores) -> Callable[[str], Any]:
    """Give Rasa's reading of an endpoints file, followed by `put_into`."""
    return lambda path: put_into(read(path), stores)


def _postgres(name: str, address: str) -> str:
    _check(name, address, _POSTGRES, "postgresql://user:password@host:5432/database")
    return f"postgresql+psycopg2://{address.partition('://')[2]}"


def _check(name: str, address: str, kinds: tuple[str, ...], example: str) -> None:
    """Raises StepFailed. The address itself is not shown: it may hold a password."""
    try:
        parts = urlsplit(address)
        right = bool(parts.hostname or parts.scheme == "unix") and parts.port != 0
    except ValueError:
        right = False
    if not right or _kind(address) not in kinds:
        raise StepFailed(f"{name} cannot be used: expected an address such as {example}")


def _kind(address: str) -> str:
    scheme, separator, _ = address.partition("://")
    return scheme.partition("+")[0].lower() if separator else ""
