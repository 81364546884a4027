"""What becomes of a message over a limit: limits slow answers down, and never hide a crisis.

It is judged before it is refused. A crisis, and what nobody could judge, is let in; both so seldom
that no flood can fill the record with them. What can neither be judged nor let in is told of: the
visitor reads in the chat that something was not saved, with the numbers that help, and staff get a
hand-over, once in a while.
"""

import time
from collections.abc import Callable, Sequence

from nightdesk_contract.senders import for_form

from nightdesk_desk import handovers, log
from nightdesk_desk.asking import ask_surely, leave_nothing
from nightdesk_desk.chat_language import chat_language
from nightdesk_desk.db import Database
from nightdesk_desk.decide import Call
from nightdesk_desk.desk_line import line, most_certain
from nightdesk_desk.form_words import Verdict, verdict_of
from nightdesk_desk.limits import RateLimit, Recent
from nightdesk_desk.looking import surviving
from nightdesk_desk.metrics import Metrics
from nightdesk_desk.rasa import Rasa
from nightdesk_desk.screening import Screened, Screening
from nightdesk_desk.visitor_language import SPOKEN
from nightdesk_desk.wakeups import Wakeups
from nightdesk_desk.words import Words

AGAIN_AFTER = 10.0
"""Seconds between two judgements whose messages are let into one conversation."""
TOLD_AGAIN_AFTER = 600.0
"""Seconds between two notes in one conversation that something was not read."""
NOBODY_JUDGED = Call("bot_unavailable", "P1")
"""How staff are called to what was not read: it waits like a crisis until a person has looked."""


class OverLimit:
    """Decides about all that comes over a limit in this process."""

    def __init__(
        self,
        db: Database,
        rasa: Rasa,
        wakeups: Wakeups,
        words: Words,
        metrics: Metrics,
        spare: RateLimit,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the parts; `spare` is what one address may have let in beside its limit."""
        self._db, self._rasa, self._wakeups = db, rasa, wakeups
        self._words, self._metrics = words, metrics
        self._spare = spare
        self.screening = Screening(self._judge)
        self._clock = clock
        # When a conversation's last text was let in, and with which others it was judged.
        self._let_in: Recent[tuple[float, object]] = Recent()
        self._told: Recent[float] = Recent()

    async def lets_in(self, conversation_id: str, client: str, texts: Sequence[str]) -> bool:
        """Say whether texts of a conversation are let in though a limit is reached.

        Tells the visitor and staff when they may be a crisis and are not.
        """
        found = [await self.screening.screen(conversation_id, text) for text in texts]
        grave = [one for one in found if one.verdict in ("crisis", "not_judged")]
        if not grave:
            self._count("refused")
            return False
        if self._admits(conversation_id, client, grave[0]):
            self._count("let_in")
            return True
        await self.tell_unread(conversation_id)
        return False

    async def lets_begin(self, client: str, texts: Sequence[str]) -> bool:
        """Say whether a conversation that begins with `texts` is let in though a limit is reached.

        There is no conversation in which anybody could be told: who is not let in has the crisis
        lines in the refusal alone.
        """
        found = [await self.screening.screen(f"new {client}", text) for text in texts]
        grave = any(one.verdict in ("crisis", "not_judged") for one in found)
        let_in = grave and self._spare.wait(client) == 0
        self._count("let_in" if let_in else "refused")
        return let_in

    async def too_long(self, conversation_id: str, pieces: Sequence[str] | None) -> None:
        """Tell the visitor and staff of a message too long to be taken, if it may be a crisis.

        `pieces` are its words in messages of the longest length, None when they are too many.
        """
        found = [await self.screening.screen(conversation_id, piece) for piece in pieces or ()]
        if pieces is None or any(one.verdict in ("crisis", "not_judged") for one in found):
            await self.tell_unread(conversation_id)

    async def tell_unread(self, conversation_id: str) -> None:
        """Say in the conversation that something was not saved, and call a person. Never fails."""
        told = self._told.get(conversation_id)
        if told is not None and self._clock() - told < TOLD_AGAIN_AFTER:
            return
        # Before it is done: of many at once, one does it.
        self._told.put(conversation_id, self._clock())
        with surviving("a message that was not read could not be told of"):
            async with self._db.write() as session:
                state = await log.hold(session, conversation_id)
                language = most_certain(await chat_language(session, conversation_id), among=SPOKEN)
                said = line(lambda spoken_in: self._words.say("not_read", spoken_in), language)
                event = log.NewEvent(
                    "system", said.text, level=NOBODY_JUDGED.level, basis=said.basis()
                )
                [seq] = await log.append(session, conversation_id, [event])
                opened = await handovers.open_or_raise(session, conversation_id, seq, _call(state))
            if opened.new:
                self._metrics.handovers.labels(NOBODY_JUDGED.reason, opened.level).inc()
            self._count("told")
            self._wakeups.notify(conversation_id)

    async def stop(self) -> None:
        """Stop judging."""
        await self.screening.stop()

    def _admits(self, conversation_id: str, client: str, found: Screened) -> bool:
        last = self._let_in.get(conversation_id)
        # The first is always let in: nobody in this conversation has been heard yet.
        if last is not None:
            at, group = last
            if group is found.group:
                # What is a crisis only together is let in together.
                return True
            if self._clock() - at < AGAIN_AFTER or self._spare.wait(client) > 0:
                return False
        self._let_in.put(conversation_id, (self._clock(), found.group))
        return True

    async def _judge(self, key: str, text: str) -> Verdict:
        sender = for_form(key if key.startswith("c_") else "new")
        verdict = verdict_of(await ask_surely(self._rasa, self._metrics, sender, text))
        await leave_nothing(self._rasa, sender)
        return verdict

    def _count(self, what: str) -> None:
        self._metrics.over_limit.labels(what).inc()


def _call(state: str) -> Call:
    # Whoever has the chat is in it already: it is added to their case.
    return Call(NOBODY_JUDGED.reason, NOBODY_JUDGED.level, raises=state != "staff")
