"""What called for a person, as staff read it: the visitor's own words and what noticed them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from nightdesk_desk.log import LogEvent
from nightdesk_desk.models import HandoverTrigger
from nightdesk_desk.staff.marks import pieces
from nightdesk_desk.staff.times import Moment, first_words, moment


class ShownTrigger(NamedTuple):
    """What called for a person, and which detector said so; `words` are those that it noticed."""

    seq: int
    at: Moment
    level: str
    reason: str
    category: str | None
    detector: str | None
    rule: str | None
    score: float | None
    words: str


def show_triggers(
    triggers: Iterable[HandoverTrigger], events: Sequence[LogEvent], zone: ZoneInfo, now: datetime
) -> list[ShownTrigger]:
    """Give a hand-over's triggers, the most serious first, and of one level the newest.

    Takes the conversation's messages, of which the noticed words are quoted.
    """
    said = {event.seq: event.text for event in events if event.sender == "visitor"}
    newest = sorted(triggers, key=lambda trigger: (trigger.at, trigger.id), reverse=True)
    return [
        ShownTrigger(
            seq=trigger.seq,
            at=moment(trigger.at, zone, now),
            level=trigger.level,
            reason=trigger.reason,
            category=trigger.category,
            detector=trigger.detector,
            rule=trigger.rule,
            score=trigger.score,
            words=_noticed(said.get(trigger.seq, ""), trigger.spans),
        )
        for trigger in sorted(newest, key=lambda trigger: trigger.level)
    ]


def _noticed(text: str, spans: Iterable[Sequence[int]]) -> str:
    return first_words(" … ".join(piece.text for piece in pieces(text, spans) if piece.marked))
