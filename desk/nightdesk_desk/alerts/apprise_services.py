"""Messages through Apprise: mail, chats, text messages, pagers, whatever an address names.

It blocks: call it on a thread, which is where Apprise sends: the pool that it shares between all
addresses (a few threads in all) is never used, for one service that hangs would fill it. Apprise
is loaded on first use, for that takes a second. Its log is kept out of ours (it may quote
addresses); only statuses are read from it.
"""

import logging
import re
from functools import lru_cache
from typing import Any

from nightdesk_desk.alerts.content import OPEN_INBOX, Message
from nightdesk_desk.alerts.faults import Fault, fault_of_status

NO_TIMEOUT = 0
"""Without a time limit of Apprise's own a message is sent on the caller's thread.

Connecting and each reading have their seconds all the same; the caller limits the whole.
"""

_LINK = re.compile("https?://")
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
    reads_markdown = service.notify_format == library.NotifyFormat.MARKDOWN
    result = sender.notify(
        title=message.title,
        body=markdown(message.text) if reads_markdown else message.text,
        notify_type=library.NotifyType.WARNING,
        body_format=service.notify_format if reads_markdown else library.NotifyFormat.TEXT,
    )
    return None if result else _fault(result)


def markdown(text: str) -> str:
    """Give a text for services that read Markdown, such as Teams.

    Left to Apprise, a backslash stands before each dot and underscore: no link survives that.
    """
    lines = (f"[{OPEN_INBOX}]({line})" if _LINK.match(line) else line for line in text.split("\n"))
    return "\n\n".join(lines)


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
        service_timeout=NO_TIMEOUT,
        async_mode=False,
    )
