"""Bursts: one question that a visitor sends in several short messages, understood as one.

Pure decisions over plain values: which waiting messages belong together, how long a turn waits for
more of them, and which message holds the words that a verdict over all of them marks.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nightdesk_contract.door import MAX_CHARS
from nightdesk_contract.outcome import Safety

from nightdesk_desk.waiting import Waiting, WaitingMessage

SEPARATOR = "\n"
"""Between joined messages, so that the safety detector can judge each line beside the whole."""

MOST_WORDS = 5
"""Longest message, in words, that counts as a piece: "i have a question about" still promises more,
while one of six words mostly says what it wants, and its answer should not wait."""

MOST_MESSAGES = 10
"""Most messages in one burst: more are no longer one question, and an answer is overdue."""

_CLOSING = frozenset(".?!")
"""What ends a sentence."""

_TRAILING_OFF = ("..", "…")
"""Dots that promise more: "i was wondering..."."""


@dataclass(frozen=True)
class Pace:
    """How a question in pieces is waited for, in seconds. With `quiet` 0 no message waits or joins.

    `quiet`: how long nothing more must come. 1.2 s: longer than the pause between two short lines
    of somebody who types them in one go, short enough for a single word's answer not to seem stuck.
    `longest`: how far the last message may lie from the first; then the answer comes anyway.
    `near`: how far two messages may lie apart. More than `quiet`, for pieces that came in while an
    earlier turn was under way; little enough that what a crash left behind is not glued together.
    """

    quiet: float = 1.2
    longest: float = 5.0
    near: float = 3.0

    @classmethod
    def of(cls, quiet: float) -> "Pace":
        """Give the pace with another `quiet`: what was waited for is also near enough to join."""
        return cls(quiet=quiet, near=max(cls.near, quiet))


PACE = Pace()
"""The pace unless another one is set."""


@dataclass(frozen=True)
class Burst:
    """Waiting messages of one visitor that one turn answers; `open` while more may belong to it."""

    messages: tuple[WaitingMessage, ...]
    open: bool

    @property
    def text(self) -> str:
        """What is asked: all of them, a line each."""
        return SEPARATOR.join(message.text for message in self.messages)


def is_unfinished(text: str) -> bool:
    """Say whether a message may be a piece of a longer one: few words, and no end of a sentence.

    Quotes, brackets and pictures after the closing sign do not count.
    """
    if len(text.split()) > MOST_WORDS:
        return False
    said = text
    while said and not (said[-1].isalnum() or said[-1] in _CLOSING or said[-1] == "…"):
        said = said[:-1]
    return not said or said[-1] not in _CLOSING or said.endswith(_TRAILING_OFF)


def burst_of(waiting: Waiting, seq: int, buttons: Collection[str], pace: Pace) -> Burst:
    """Give the burst that holds message `seq` of the run.

    A piece is joined with the message after it when that was sent soon enough. What was pressed (a
    quick reply just shown, or one of the chat's own `buttons`) is a whole question: it neither
    waits nor joins. Where a person answers, every message stands alone. Raises ValueError when
    `seq` is not in the run.
    """
    taps = {tap.strip().casefold() for tap in (*waiting.quick_replies, *buttons)}
    by_bot = waiting.state == "bot"
    found: list[WaitingMessage] = []
    for message in waiting.run:
        if found and not (
            by_bot
            and _may_go_on(found, taps, pace)
            and not _is_tap(message, taps)
            and _is_near(found, message, pace)
        ):
            if any(earlier.seq == seq for earlier in found):
                return Burst(tuple(found), open=False)
            found = []
        found.append(message)
    if all(message.seq != seq for message in found):
        raise ValueError("the message is not in the run")
    goes_on = by_bot and not waiting.followed and _may_go_on(found, taps, pace)
    return Burst(tuple(found), open=goes_on)


def seconds_to_wait(burst: Burst, pace: Pace, now: datetime) -> float:
    """Give the seconds to wait for the burst's next message; 0 when it is to be answered.

    Counted from when the messages were stored: what a restart finds has mostly waited enough.
    """
    if not burst.open:
        return 0.0
    first, last = burst.messages[0], burst.messages[-1]
    until = min(last.at + timedelta(seconds=pace.quiet), first.at + timedelta(seconds=pace.longest))
    # Not longer than `quiet`, whatever another machine's clock says.
    return max(0.0, min(pace.quiet, (until - now).total_seconds()))


def safety_by_message(messages: Sequence[WaitingMessage], safety: Safety) -> dict[int, Safety]:
    """Give the verdict over the joined messages to those whose words it marks, by number, in order.

    Each gets its own part of the spans, as offsets into its own text. A verdict that marks no
    words (or none that are there) goes to the last message, without spans.
    """
    found: dict[int, Safety] = {}
    start = 0
    for message in messages:
        end = start + len(message.text)
        spans = tuple(
            (max(a, start) - start, min(b, end) - start)
            for a, b in safety.spans
            if max(a, start) < min(b, end)
        )
        if spans:
            found[message.seq] = replace(safety, spans=spans)
        start = end + len(SEPARATOR)
    return found or {messages[-1].seq: replace(safety, spans=())}


def _may_go_on(found: Sequence[WaitingMessage], taps: Collection[str], pace: Pace) -> bool:
    last = found[-1]
    return (
        pace.quiet > 0
        and len(found) < MOST_MESSAGES
        and _length(found) + len(SEPARATOR) < MAX_CHARS
        and is_unfinished(last.text)
        and not _is_tap(last, taps)
    )


def _is_near(found: Sequence[WaitingMessage], message: WaitingMessage, pace: Pace) -> bool:
    return (
        (message.at - found[-1].at).total_seconds() <= pace.near
        and (message.at - found[0].at).total_seconds() <= pace.longest
        and _length([*found, message]) <= MAX_CHARS
    )


def _length(messages: Sequence[WaitingMessage]) -> int:
    return len(SEPARATOR.join(message.text for message in messages))


def _is_tap(message: WaitingMessage, taps: Collection[str]) -> bool:
    return message.text.strip().casefold() in taps
