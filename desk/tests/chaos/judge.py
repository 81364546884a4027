"""The judgement: pure functions over plain values. What is found carries keys and ids, no words."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chaos.plain import EventRow, HandoverRow, Received, Record, Screen, Sent, Span

CRISIS_WITHIN = 10.0
"""Seconds in which a message of a crisis has help on the screen: issue 8's own figure."""
LATE = "crisis late"
"""What is found where that took longer."""

URGENT = ("crisis", "bot_unavailable")
"""Why a person is called for a message of a crisis: it was recognised, or nobody could judge it."""


@dataclass(frozen=True)
class Finding:
    """One promise that was not kept: which, and about which message or row."""

    kind: str
    about: str


@dataclass(frozen=True)
class Delay:
    """How long a crisis message stood on the screen without help, and what came first.

    For whoever looks for the cause: when send was pressed, after how many seconds the desk took
    it, and after how many the text stood there.
    """

    key: str
    seconds: float
    first: str
    most: float = CRISIS_WITHIN
    pressed_at: float = 0.0
    accepted_after: float | None = None
    text_after: float | None = None

    @property
    def late(self) -> bool:
        """Whether that is longer than promised."""
        return self.seconds > self.most


def judge(
    screens: Sequence[Screen],
    staff: Sequence[tuple[str, Sent]],
    record: Record,
    received: Sequence[Received],
    levels: Mapping[str, Sequence[str]],
    staff_seconds: float = 0.0,
) -> list[Finding]:
    """Give every promise that was not kept.

    `staff` are the replies of staff with their conversations, `levels` those of which each address
    for alerts is told, `staff_seconds` how long a person who has a chat gets to answer in it.
    """
    return [
        *messages(screens, staff, record.events),
        *order(screens, record.events),
        *screens_show_the_log(screens, record.events),
        *answers(record),
        *handovers(screens, record),
        *alerts(record, received, levels),
        *(
            Finding(LATE, f"{delay.key} {delay.seconds:.1f} s")
            for delay in crisis_delays(screens, staff_seconds)
            if delay.late
        ),
    ]


def messages(
    screens: Iterable[Screen], staff: Iterable[tuple[str, Sent]], events: Iterable[EventRow]
) -> Iterator[Finding]:
    """Find messages that were accepted and are not in the log exactly once, word for word."""
    stored: dict[tuple[str, str], list[EventRow]] = defaultdict(list)
    for event in events:
        # The desk has keys of its own, too, for what it says itself.
        if event.key is not None and event.sender in ("visitor", "staff"):
            # Staff's keys are stored with their account's number before them.
            stored[event.conversation, event.key.rpartition(":")[2]].append(event)
    said = [(screen.conversation, sent) for screen in screens for sent in screen.sent]
    for conversation, sent in (*said, *staff):
        found = stored.pop((conversation, sent.key), [])
        if sent.accepted_at is not None and not found:
            yield Finding("lost", sent.key)
        if sent.accepted_at is None and sent.kind != "staff":
            yield Finding("never accepted", sent.key)
        if len(found) > 1:
            yield Finding("doubled", sent.key)
        if any(event.text != sent.text for event in found):
            yield Finding("changed", sent.key)
        if sent.seq is not None and found and all(event.seq != sent.seq for event in found):
            yield Finding("not where it was said to be", sent.key)
    for conversation, key in stored:
        yield Finding("from nobody", f"{conversation} {key}")
    for screen in screens:
        if screen.conversation_gone:
            yield Finding("conversation gone", screen.conversation)
        for code in screen.refused:
            yield Finding("refused", f"{screen.conversation} {code}")


def order(screens: Iterable[Screen], events: Sequence[EventRow]) -> Iterator[Finding]:
    """Find gaps in a conversation's numbers, and messages that lie before earlier ones.

    A message comes after another when the other had been accepted before it was first sent.
    """
    numbers: dict[str, list[int]] = defaultdict(list)
    place: dict[str, int] = {}
    for event in events:
        numbers[event.conversation].append(event.seq)
        if event.key is not None:
            place[event.key] = event.seq
    for conversation, found in numbers.items():
        if found != list(range(1, len(found) + 1)):
            yield Finding("gap in the log", conversation)
    for screen in screens:
        mine = [sent for sent in screen.sent if sent.key in place]
        for later in mine:
            for earlier in mine:
                if (
                    earlier.accepted_at is not None
                    and later.begun_at is not None
                    and earlier.accepted_at < later.begun_at
                    and place[earlier.key] > place[later.key]
                ):
                    yield Finding("out of order", later.key)


def screens_show_the_log(
    screens: Iterable[Screen], events: Iterable[EventRow]
) -> Iterator[Finding]:
    """Find what stands in the log and not on the visitor's screen, or the other way round."""
    logs: dict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
    for event in events:
        logs[event.conversation][event.seq] = (event.sender, event.text)
    for screen in screens:
        shown = {seq: (event.sender, event.text) for seq, event in screen.shown.items()}
        log = logs[screen.conversation]
        for seq in sorted(set(shown) | set(log)):
            if shown.get(seq) != log.get(seq):
                yield Finding("screen differs from the log", f"{screen.conversation} {seq}")


def answers(record: Record) -> Iterator[Finding]:
    """Find visitors' messages that have neither an answer nor a hand-over."""
    said: dict[str, int] = {}
    for event in record.events:
        if event.sender != "visitor" and event.said:
            said[event.conversation] = max(event.seq, said.get(event.conversation, 0))
    cases: dict[str, list[HandoverRow]] = defaultdict(list)
    for case in record.handovers:
        cases[case.conversation].append(case)
    for event in record.events:
        if event.sender != "visitor":
            continue
        where = f"{event.conversation} {event.seq}"
        if not event.answered:
            yield Finding("left without a turn", where)
        # A person had it, or has it still.
        called = any(
            case.resolved_at is None or case.resolved_at >= event.at
            for case in cases[event.conversation]
        )
        if said.get(event.conversation, 0) < event.seq and not called:
            yield Finding("unanswered", where)


def handovers(screens: Iterable[Screen], record: Record) -> Iterator[Finding]:
    """Find calls for a person that led to none, or to two."""
    conversation_of = {case.id: case.conversation for case in record.handovers}
    triggers: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for trigger in record.triggers:
        triggers[conversation_of[trigger.handover]].append((trigger.seq, trigger.reason))
    for conversation, found in triggers.items():
        for (seq, _), count in Counter(found).items():
            if count > 1:
                yield Finding("hand-over doubled", f"{conversation} {seq}")
    opened = Counter((case.conversation, case.trigger_seq) for case in record.handovers)
    for (conversation, seq), count in opened.items():
        if count > 1:
            yield Finding("hand-over doubled", f"{conversation} {seq}")
    waiting = Counter(case.conversation for case in record.handovers if case.state != "resolved")
    for conversation, count in waiting.items():
        if count > 1:
            yield Finding("hand-over doubled", conversation)
    own = {event.key: event.seq for event in record.events if event.key is not None}
    talk = _talk(record.events)
    for event in record.events:
        if event.outcome is None or not event.outcome.startswith("handover:"):
            continue
        reason = event.outcome.partition(":")[2]
        if not any(seq < event.seq and why == reason for seq, why in triggers[event.conversation]):
            yield Finding("hand-over lost", f"{event.conversation} {event.seq}")
    for screen in screens:
        for sent in screen.sent:
            if sent.kind != "crisis" or sent.key not in own:
                continue
            within = _burst(talk[screen.conversation], own[sent.key])
            called = triggers[screen.conversation]
            if not any(seq in within and why in URGENT for seq, why in called):
                yield Finding("hand-over lost", sent.key)
    held = Counter((row.conversation, row.trigger_seq) for row in record.held)
    for (conversation, seq), count in held.items():
        if count > 1:
            yield Finding("held reply doubled", f"{conversation} {seq}")
    for row in record.held:
        if row.state == "held":
            yield Finding("held reply left", f"{row.conversation} {row.trigger_seq}")


def _talk(events: Iterable[EventRow]) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for event in events:
        found[event.conversation][event.seq] = event.sender
    return found


def _burst(talk: Mapping[int, str], seq: int) -> set[int]:
    """Give the numbers of the visitor's messages around `seq` with nothing between them."""
    found = {seq}
    for step in (-1, 1):
        number = seq + step
        while talk.get(number) == "visitor":
            found.add(number)
            number += step
    return found


def alerts(
    record: Record, received: Sequence[Received], levels: Mapping[str, Sequence[str]]
) -> Iterator[Finding]:
    """Find alerts that were not written, not sent or not received, and such as came twice.

    Delivery is at least once: the same id may come again. Two rows, or two ids, may not.
    """
    rows = Counter(
        (row.handover, row.level, row.address)
        for row in record.alerts
        if row.kind == "handover" and row.step is None
    )
    for handover, level in record.called:
        for address, told in levels.items():
            if level in told and not rows[handover, level, address]:
                yield Finding("alert lost", f"{handover} {level} {address}")
    steps = Counter((row.step, row.address) for row in record.alerts if row.step is not None)
    ids = Counter(row.message_id for row in record.alerts)
    for counted in (rows, steps, ids):
        for about, count in counted.items():
            if count > 1:
                yield Finding("alert doubled", str(about))
    came = {(one.address, one.message_id) for one in received}
    known = {(row.address, row.message_id) for row in record.alerts}
    for row in record.alerts:
        if row.state not in ("sent", "needless"):
            yield Finding("alert not sent", f"{row.message_id} {row.state}")
        if row.state == "sent" and (row.address, row.message_id) not in came:
            yield Finding("alert lost", row.message_id)
    for address, message_id in came - known:
        yield Finding("alert from nobody", f"{address} {message_id}")


def repeats(received: Sequence[Received]) -> int:
    """Give how many messages came again under an id that had come before."""
    return len(received) - len({(one.address, one.message_id) for one in received})


def crisis_delays(screens: Iterable[Screen], staff_seconds: float = 0.0) -> list[Delay]:
    """Give for each crisis message the longest that its visitor looked at a screen without help.

    Help is the crisis text (or a person's words) below the message, and until then the widget's
    own panel with the crisis lines. A page that is closed shows nothing and is not looked at. Where
    a person has the chat, that person gets `staff_seconds` to answer before the bot does.
    """
    return [
        _delay(screen, sent, staff_seconds)
        for screen in screens
        for sent in screen.sent
        if sent.kind == "crisis"
    ]


def _delay(screen: Screen, sent: Sent, staff_seconds: float) -> Delay:
    below = [
        event.at
        for event in screen.shown.values()
        if event.helps and sent.seq is not None and event.seq > sent.seq
    ]
    text_at = max(sent.pressed_at, min(below)) if below else None
    seconds, panel_first = longest_without(
        sent.pressed_at, text_at, sorted([*screen.panel, *screen.away])
    )
    with_person = screen.person_here(before=sent.seq)
    return Delay(
        sent.key,
        seconds,
        "person" if with_person else "panel" if panel_first else "text",
        CRISIS_WITHIN + (staff_seconds if with_person else 0.0),
        sent.pressed_at,
        None if sent.accepted_at is None else sent.accepted_at - sent.pressed_at,
        None if text_at is None else text_at - sent.pressed_at,
    )


def longest_without(
    pressed_at: float, text_at: float | None, help_spans: Sequence[Span]
) -> tuple[float, bool]:
    """Give the longest stretch without help, and whether a span of help came before the text.

    From when send was pressed until the text stands there (None: it never does).
    """
    end = float("inf") if text_at is None else text_at
    longest, since, first = 0.0, pressed_at, False
    for begins, ends in help_spans:
        if ends <= pressed_at or begins >= end:
            continue
        longest = max(longest, begins - since)
        since = max(since, ends)
        first = True
    return max(longest, end - since), first
