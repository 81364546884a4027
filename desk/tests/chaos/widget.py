"""The visitor's widget without a browser: how desk/widget/src sends, follows and says it fails.

The waits are those of the widget's sources (chat.ts, live.ts), one tab to a visitor. What stands on
the screen, and when, is kept in a `Screen`.
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Coroutine
from random import Random
from typing import Any

from chaos.api import ANSWER_WITHIN, Api, ApiError
from chaos.plain import Screen, Sent, Shown

AGAIN = (1.0, 3.0)
POLL_SECONDS = 25
POLLING = 300.0
LONGEST_WAIT = 30.0
STALL = 4.0
SILENT_AFTER = 9.0
GRACE = 0.7
MOST_TAKEN_ALONG = 5

HELP = ("988", "911")
"""What shows that a text helps in a crisis: the lines of the example clinic's country."""


class Widget:
    """One visitor's widget: `open` and `close` it, `press` send, `retry` what has failed."""

    def __init__(self, url: str, screen: Screen, random: Random) -> None:
        self.screen = screen
        self.cursor = 0
        self._random = random
        self._api = Api(url, secrets.token_hex(16))
        self._pending: list[Sent] = []
        self._failed: set[str] = set()
        self._reach = "unknown"
        self._silent = False
        self._panel_since: float | None = None
        self._poll_until = 0.0
        self._following = False
        self._made = asyncio.Lock()
        self._queue: asyncio.Queue[Sent] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()

    # What the visitor does.

    def open(self) -> None:
        """Open the page: take up what is remembered."""
        self._api.open()
        self._reach, self._silent, self._following, self.cursor = "unknown", False, False, 0
        self._queue = asyncio.Queue()
        for sent in self._pending:
            self._enqueue(sent)
        self._start(self._deliver_all())
        self._follow()
        self._look()

    async def close(self) -> None:
        """Leave the page: what is on its way goes along in one last request."""
        going = [sent for sent in self._pending if sent.key not in self._failed]
        if going and self._api.is_open:
            with contextlib.suppress(ApiError, TimeoutError):
                await asyncio.wait_for(self._create(going[:MOST_TAKEN_ALONG]), ANSWER_WITHIN)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._show_panel(False)
        await self._api.close()

    def press(self, text: str, kind: str) -> Sent:
        """Press send."""
        sent = Sent(secrets.token_hex(16), text, kind, time.monotonic())
        self.screen.sent.append(sent)
        self._pending.append(sent)
        self._enqueue(sent)
        return sent

    def retry(self) -> None:
        """Press "try again" at every message that could not be delivered."""
        for sent in self._pending:
            if sent.key in self._failed:
                self._enqueue(sent)
        self._look()

    @property
    def undelivered(self) -> list[Sent]:
        """What the desk has not confirmed."""
        return list(self._pending)

    @property
    def has_failed(self) -> bool:
        """Whether a message stands there as not delivered."""
        return bool(self._failed)

    # Sending.

    def _enqueue(self, sent: Sent) -> None:
        self._failed.discard(sent.key)
        self._queue.put_nowait(sent)
        self._start(self._hush(sent))

    async def _deliver_all(self) -> None:
        while True:
            sent = await self._queue.get()
            try:
                await self._deliver(sent)
            except ApiError:
                self._fail(sent)

    async def _deliver(self, sent: Sent) -> None:
        for wait in (*AGAIN, None):
            if sent not in self._pending:
                return
            try:
                await self._open()
                if sent.begun_at is None:
                    sent.begun_at = time.monotonic()
                sent.tries += 1
                answer = await self._api.call(
                    "POST",
                    f"/{self.screen.conversation}/messages",
                    {"text": sent.text},
                    {"Idempotency-Key": sent.key},
                )
                seq = answer.get("seq") if isinstance(answer, dict) else None
                if not isinstance(seq, int):
                    raise ApiError(0)
            except ApiError as error:
                if error.lost:
                    self.screen.conversation_gone = True
                if not error.passing:
                    self.screen.refused.append(error.code or str(error.status))
                    self._silent = False
                    self._fail(sent)
                    return
                self._set_reach("down")
                if wait is None:
                    self._fail(sent)
                    return
                await asyncio.sleep(wait)
            else:
                self._accepted(sent, seq)
                self._follow()
                self._start(self._watch(seq))
                return

    def _accepted(self, sent: Sent, seq: int | None) -> None:
        if sent.accepted_at is None:
            sent.accepted_at = time.monotonic()
        if seq is None:
            return
        if sent.seq not in (None, seq):
            # Two places for one message: the judge finds it as a number that the log does not have.
            seq = -1
        sent.seq = seq
        self._drop(sent.key)
        self._set_reach("ok")

    def _drop(self, key: str) -> None:
        self._pending = [sent for sent in self._pending if sent.key != key]
        self._failed.discard(key)
        self._look()

    def _fail(self, sent: Sent) -> None:
        if sent in self._pending:
            self._failed.add(sent.key)
        self._look()

    async def _open(self) -> None:
        async with self._made:
            if self.screen.conversation:
                return
            going = [sent for sent in self._pending if sent.key not in self._failed]
            await self._create(going[:MOST_TAKEN_ALONG])

    async def _create(self, going: list[Sent]) -> None:
        body: dict[str, Any] = {
            "token": self._api.token,
            "messages": {sent.key: sent.text for sent in going},
            "conversation_id": self.screen.conversation or None,
        }
        for sent in going:
            sent.begun_at = sent.begun_at or time.monotonic()
        answer = await self._api.call("POST", "", body)
        made = answer.get("conversation_id") if isinstance(answer, dict) else None
        if not isinstance(made, str) or self.screen.conversation not in ("", made):
            raise ApiError(0)
        self.screen.conversation = made
        for sent in going:
            self._accepted(sent, None)

    # Following.

    def _follow(self) -> None:
        if self.screen.conversation and not self._following:
            self._following = True
            self._start(self._run())

    async def _run(self) -> None:
        failures = stream_failures = 0
        read = False
        while True:
            polling = not read or time.monotonic() < self._poll_until
            before = self.cursor if read else -1
            alive = False
            try:
                if polling:
                    await self._poll(read)
                    read = alive = True
                else:
                    after = self.cursor
                    stream = self._api.stream(self.screen.conversation, after)
                    # Closed at once also where something is missing: it is polled for then.
                    async with contextlib.aclosing(stream) as events:
                        async for event in events:
                            if not alive:
                                self._set_reach("ok")
                            alive = True
                            if event is not None:
                                after = self._follow_on(event, after)
            except _Gap:
                read = False
            except ApiError as error:
                if error.lost:
                    self.screen.conversation_gone = True
                    return
            if polling:
                failures = 0 if alive else failures + 1
                if failures >= 2:
                    self._set_reach("down")
            else:
                stream_failures = 0 if alive else stream_failures + 1
                read = read and alive
                if stream_failures >= 2:
                    stream_failures = 0
                    self._poll_until = time.monotonic() + POLLING
            if not polling or not alive or self.cursor == before:
                tries = max(1, failures)
                pause = min(LONGEST_WAIT, 2.0 ** (tries - 1))
                await asyncio.sleep(pause * (1 - self._random.random() / 3))

    async def _poll(self, wait: bool) -> None:
        seconds = POLL_SECONDS if wait else 0
        path = f"/{self.screen.conversation}/events?after={self.cursor}&wait={seconds}"
        after = self.cursor
        answer = await self._api.call("GET", path, within=ANSWER_WITHIN + seconds)
        self._take(answer if isinstance(answer, list) else [], after)

    def _follow_on(self, event: dict[str, Any], after: int) -> int:
        """Take the stream's next event, behind that number. Gives the new one. Raises _Gap."""
        if event["seq"] > after + 1:
            raise _Gap
        self._take([event], after)
        return max(after, int(event["seq"]))

    def _take(self, events: list[dict[str, Any]], after: int) -> None:
        at, said = time.monotonic(), False
        for event in events:
            seq, text, sender = int(event["seq"]), str(event["text"]), str(event["from"])
            helps = sender == "staff" or (sender != "visitor" and any(n in text for n in HELP))
            known = self.screen.shown.get(seq)
            if known is None:
                answers = tuple(event.get("answers") or ())
                self.screen.shown[seq] = Shown(
                    seq, at, sender, text, helps, event.get("person"), answers
                )
                said = said or sender != "visitor"
            elif known.text != text or known.sender != sender:
                # Kept as it was: the judge compares the screen with the log.
                continue
            if event.get("key"):
                self._confirmed(str(event["key"]), seq)
        if said:
            own = {sent.seq for sent in self.screen.sent if sent.seq is not None}
            self._silent = self._silent and not all(self._answered(seq) for seq in own)
        if events and after <= self.cursor:
            self.cursor = max(self.cursor, *(int(event["seq"]) for event in events))
        self._set_reach("ok")

    def _confirmed(self, key: str, seq: int) -> None:
        for sent in [one for one in self._pending if one.key == key]:
            self._accepted(sent, seq)

    async def _watch(self, seq: int) -> None:
        for _ in range(2):
            await asyncio.sleep(STALL)
            if self._answered(seq):
                return
            after = self.cursor
            path = f"/{self.screen.conversation}/events?after={after}&wait=0"
            try:
                held = await self._api.call("GET", path)
            except ApiError:
                continue
            if not held:
                continue
            await asyncio.sleep(GRACE)
            if self.cursor > after:
                return
            self._take(held, after)
            self._poll_until = time.monotonic() + POLLING
            return

    def _answered(self, seq: int) -> bool:
        return any(
            event.seq > seq and event.sender != "visitor" and event.person is None
            for event in self.screen.shown.values()
            if not event.answers or seq in event.answers
        )

    async def _hush(self, sent: Sent) -> None:
        while True:
            await asyncio.sleep(SILENT_AFTER)
            if sent.seq is None:
                waits = sent in self._pending
            else:
                waits = not self.screen.person_here(sent.seq) and not self._answered(sent.seq)
            if not waits:
                return
            self._silent = True
            self._look()

    # What stands on the screen besides the messages.

    def _set_reach(self, reach: str) -> None:
        self._reach = reach
        self._look()

    def _look(self) -> None:
        self._show_panel(self._reach == "down" or self._silent or bool(self._failed))

    def _show_panel(self, visible: bool) -> None:
        at = time.monotonic()
        if visible and self._panel_since is None:
            self._panel_since = at
        elif not visible and self._panel_since is not None:
            self.screen.panel.append((self._panel_since, at))
            self._panel_since = None

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Gap(Exception):
    """The stream left something out: it is to be read before what comes after it."""
