"""Asking Rasa: one turn over its REST channel, with a deadline; and making it forget.

Of several Rasa processes another one is asked where the first cannot be reached or breaks off. That
a turn may then have run twice harms nothing: what the desk records, it records once. One that is
silent is not left before the deadline: it may only be busy, and asking twice would make it busier.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Literal

import httpx
from nightdesk_contract.outcome import NOT_GIVEN, BadReply, BotReply, read_replies, rests_on
from nightdesk_contract.pieces import KEY
from nightdesk_contract.senders import CONVERSATION, FORGET_PATH, FORGOTTEN

from nightdesk_desk.replicas import Replicas

FailureKind = Literal["late", "unreachable", "status", "garbage", "fault"]
WEBHOOK = "/webhooks/rest/webhook"
MAX_REPLY_BYTES = 1_000_000
"""More than any turn says; a longer body is not read to its end."""

RETRY_AFTER = 0.25
"""Seconds before the one second try on a broken connection, where there is no other process."""

CONNECT_WITHIN = 1.5
"""Seconds for a connection, where there is another process to ask."""

FORGET_WITHIN = 10.0
"""Seconds that Rasa has to forget: a turn of the conversation that is under way goes first."""


class RasaFailed(Exception):
    """Rasa gave no usable answer; `kind` says how it failed. It never carries a visitor's words."""

    def __init__(self, kind: FailureKind) -> None:
        super().__init__(kind)
        self.kind: FailureKind = kind


@contextlib.contextmanager
def _failing() -> Iterator[None]:
    """Say of what goes wrong inside how Rasa failed. Raises RasaFailed."""
    try:
        yield
    except (TimeoutError, httpx.TimeoutException) as error:
        raise RasaFailed("late") from error
    except httpx.HTTPError as error:
        raise RasaFailed("unreachable") from error
    except (BadReply, ValueError, RecursionError):
        # Not chained: the cause may quote what was read.
        raise RasaFailed("garbage") from None


class Rasa:
    """Rasa's REST channel, and its channel for what it must forget."""

    def __init__(
        self, url: str, deadline: float, passages: Callable[[], Collection[str]] = tuple
    ) -> None:
        """Take Rasa's base address (several with commas) and the seconds that a turn may last.

        `passages` gives the ids that the desk can show now; an answer that rests on any other is no
        answer, because it would go out without its source. Where there are none, any will do.
        """
        self._passages = passages
        self._replicas = Replicas([each.strip() for each in url.split(",")])
        self.deadline = deadline
        connect = min(CONNECT_WITHIN, deadline) if len(self._replicas) > 1 else deadline
        # trust_env off: a proxy set for the machine must not see what visitors write.
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(deadline, connect=connect),
            trust_env=False,
            # Shorter than the 5 s after which Sanic closes an idle connection.
            limits=httpx.Limits(max_connections=200, keepalive_expiry=2.0),
        )

    async def ask(
        self,
        sender: str,
        text: str,
        deadline: float | None = None,
        earlier: Sequence[str] = (),
        not_given: bool = False,
    ) -> list[BotReply]:
        """Give the bot's messages for one message of `sender`.

        `earlier` are the visitor's short messages just before it, for safety to read beside it.
        `not_given` says that an answer which the bot gave before it did not reach the visitor.
        Raises RasaFailed for anything but a usable answer within the deadline: late, refused,
        another status than 200, `[]` (Rasa's answer to every fault), not the agreed form.
        """
        body: dict[str, object] = {"sender": sender, "message": text}
        metadata: dict[str, object] = {KEY: list(earlier)} if earlier else {}
        if not_given:
            metadata[NOT_GIVEN] = True
        if metadata:
            body["metadata"] = metadata
        with _failing():
            async with asyncio.timeout(deadline or self.deadline):
                replies = read_replies(await self._post_twice(sender, WEBHOOK, body))
        known = self._passages()
        if known and not all(id in known for reply in replies for id in rests_on(reply)):
            raise RasaFailed("garbage")
        return replies

    async def forget(self, conversation_id: str, within: float = FORGET_WITHIN) -> None:
        """Make Rasa forget all of a conversation; one that it does not know is forgotten too.

        Raises RasaFailed unless Rasa says that it has.
        """
        with _failing():
            async with asyncio.timeout(within):
                body: dict[str, object] = {CONVERSATION: conversation_id}
                said = await self._post_twice(conversation_id, FORGET_PATH, body, again=False)
        if said != {FORGOTTEN: True}:
            raise RasaFailed("garbage")

    async def _post_twice(
        self, sender: str, path: str, body: dict[str, object], again: bool = True
    ) -> object:
        """Post to the sender's process; to the next one if that cannot be reached or breaks off.

        Where there is no other, `again` to the same.
        """
        first, *others = self._replicas.in_order(sender)
        try:
            return await self._post(first, path, body)
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.RemoteProtocolError,
            httpx.ReadError,
        ) as error:
            # A connection that was closed while idle, or a process that is just being replaced.
            if not others:
                if not again or isinstance(error, httpx.ConnectTimeout):
                    raise
                await asyncio.sleep(RETRY_AFTER)
        return await self._post(others[0] if others else first, path, body)

    async def _post(self, address: str, path: str, body: dict[str, object]) -> object:
        """Post to one process and note how it did."""
        try:
            said = await self._read(f"{address}{path}", body)
        except RasaFailed:
            raise
        except BaseException:
            # Also where it was given up: it had its time.
            self._replicas.failed(address)
            raise
        self._replicas.worked(address)
        return said

    async def _read(self, url: str, body: dict[str, object]) -> object:
        async with self._client.stream("POST", url, json=body) as response:
            if response.status_code != 200:
                raise RasaFailed("status")
            data = bytearray()
            async for chunk in response.aiter_bytes():
                data += chunk
                if len(data) > MAX_REPLY_BYTES:
                    raise RasaFailed("garbage")
        said: object = json.loads(data)
        return said

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
