"""Sends a message to an address of either kind, and says what is wrong with one beforehand."""

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import httpx
from nightdesk_contract.clinic_alerts import (
    AlertAddress,
    MissingVariable,
    filled,
    is_webhook,
    secret_keys,
)

from nightdesk_desk.alerts import apprise_services, webhooks
from nightdesk_desk.alerts.content import Message
from nightdesk_desk.alerts.faults import Fault
from nightdesk_desk.alerts.lanes import Lanes
from nightdesk_desk.looking import STOPS
from nightdesk_desk.models import now

TIMEOUT = 20.0
"""Seconds that one sending may take in all; shorter than a claim's lease."""
_CHECKS = ""
"""The lane of checks, which no address has: they do not wait for what is being sent."""


class Sender:
    """Sends messages; `environment` has the variables that addresses name."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = environment
        self._lanes = Lanes()
        self._client: httpx.Client | None = None
        self._checked: dict[AlertAddress, Fault | None] = {}

    async def send(self, address: AlertAddress, message: Message, message_id: str) -> Fault | None:
        """Send a message; None means that it was taken. Never raises for what fails."""
        try:
            return await self._send(address, message, message_id)
        except MissingVariable as error:
            return Fault("no_variable", error.name)
        except TimeoutError:
            return Fault("timeout")
        except STOPS:
            raise
        except BaseException:
            # Whatever a service's code raises may quote its address.
            return Fault("failed")

    def left_behind(self) -> Counter[str]:
        """Give how many sendings still run though their time is over, by address."""
        return self._lanes.left_behind()

    async def check(self, address: AlertAddress) -> Fault | None:
        """Say what is wrong with an address as it is set; nothing is sent."""
        if address not in self._checked:
            try:
                # Also where all threads of checks hang: the inbox asks, and must not wait for ever.
                async with asyncio.timeout(TIMEOUT):
                    self._checked[address] = await self._check(address)
            except TimeoutError:
                return Fault("timeout")
        return self._checked[address]

    async def close(self) -> None:
        """Close connections. What a thread is still sending is not waited for."""
        if self._client is not None:
            self._client.close()
            self._client = None
        self._lanes.close()

    async def _send(self, address: AlertAddress, message: Message, message_id: str) -> Fault | None:
        if address.url:
            url = filled(address.url, self._environment)
            return await self._run(address, lambda: apprise_services.send(url, message))
        webhook = self._webhook(address)
        if isinstance(webhook, Fault):
            return webhook
        if self._client is None:
            self._client = httpx.Client(trust_env=False, follow_redirects=False, timeout=10.0)
        client, (hook, keys) = self._client, webhook
        return await self._run(
            address, lambda: webhooks.post(client, hook, keys, message, message_id, now())
        )

    async def _run(self, address: AlertAddress, work: Callable[[], Fault | None]) -> Fault | None:
        # Its time begins with its thread: to wait for one says nothing about the address.
        return await self._lanes.run(address.name, TIMEOUT, work)

    async def _check(self, address: AlertAddress) -> Fault | None:
        try:
            if address.url:
                url = filled(address.url, self._environment)
                return await self._lanes.run(_CHECKS, TIMEOUT, lambda: apprise_services.check(url))
            webhook = self._webhook(address)
        except MissingVariable as error:
            return Fault("no_variable", error.name)
        return webhook if isinstance(webhook, Fault) else None

    def _webhook(self, address: AlertAddress) -> Fault | tuple[str, tuple[bytes, ...]]:
        url = filled(address.webhook, self._environment)
        keys = secret_keys(filled(address.secret, self._environment))
        return (url, keys) if keys and is_webhook(url) else Fault("bad_address")


def shown(address: AlertAddress) -> str:
    """Give where an address leads without what may be secret in it."""
    if address.webhook:
        host = urlsplit(address.webhook).hostname
        return f"https://{host}/…" if host and "${" not in host else "webhook"
    schema = address.url.partition("://")[0]
    return f"{schema}://…" if "${" not in schema else "Apprise"
