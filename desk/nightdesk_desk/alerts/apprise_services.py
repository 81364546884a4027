"""Messages through Apprise: mail, chats, text messages, pagers, whatever an address names.

It blocks: call it on a thread. Apprise is loaded on first use, for that takes a second. Its log is
kept out of ours (it may quote addresses); only statuses are read from it.
"""

import logging
import re
from functools import lru_cache
from typing import Any

from nightdesk_desk.alerts.content import Message
from nightdesk_desk.alerts.faults import Fault, fault_of_status

TIMEOUT = 15.0
"""Seconds for one message; connecting and each reading have 4 of their own."""

_STATUS = re.compile(r"\berror=([345]\d\d)\b")


def check(url: str) -> Fault | None:
    """Say what is wrong with an address before anything is sent to it."""
    service = _service(url)
    return service if isinstance(service, Fault) else None


def send(url: str, message: Message) -> Fault | None:
    """Send a message to one address. Gives None when its service took it."""
    service = _service(url)
    if isinstance(service, Fault):
        return service
    library = _library()
    sender = library.Apprise(asset=_asset())
    sender.add(service)
    result = sender.notify(
        title=message.title,
        body=message.text,
        notify_type=library.NotifyType.WARNING,
        body_format=library.NotifyFormat.TEXT,
    )
    return None if result else _fault(result)


def _service(url: str) -> Any:
    library = _library()
    schema = url.partition("://")[0].lower()
    service = library.Apprise.instantiate(url, asset=_asset())
    if service is not None:
        return service
    known = schema in library.manager_plugins.NotificationManager()
    # Of an address that is not of the form, even the beginning may be a secret.
    nameable = "://" in url and re.fullmatch(r"[a-z][a-z0-9+.-]{0,30}", schema)
    return Fault("unknown_service", schema) if nameable and not known else Fault("bad_address")


def _fault(result: Any) -> Fault:
    if result.timeout_count:
        return Fault("timeout")
    text = "\n".join(str(entry.message) for entry in result.logs())
    status = _STATUS.search(text)
    if status:
        return fault_of_status(int(status[1]))
    return Fault("connection" if "onnection" in text else "failed")


@lru_cache(maxsize=1)
def _library() -> Any:
    import apprise
    import apprise.manager_plugins

    log = logging.getLogger("apprise")
    log.addHandler(logging.NullHandler())
    log.propagate = False
    return apprise


@lru_cache(maxsize=1)
def _asset() -> Any:
    library = _library()
    return library.AppriseAsset(
        app_id="Nightdesk",
        app_desc="Nightdesk",
        app_url="",
        # No pictures from elsewhere in a message, nothing kept on disk, no leading elsewhere.
        image_url_mask="",
        image_url_logo="",
        image_path_mask=False,
        storage_mode=library.PersistentStoreMode.MEMORY,
        http_redirects=False,
        allow_templates=False,
        service_timeout=TIMEOUT,
        async_mode=False,
    )
