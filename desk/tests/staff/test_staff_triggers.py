"""Staff read why a conversation is here: the visitor's own words, the most serious first."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from nightdesk_desk.log import LogEvent, Sender
from nightdesk_desk.models import HandoverTrigger
from nightdesk_desk.staff.triggers import show_triggers

NOW = datetime(2026, 11, 26, 5, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/Chicago")


def trigger(number: int, seq: int, level: str, spans: list[list[int]]) -> HandoverTrigger:
    return HandoverTrigger(
        id=number,
        handover_id=1,
        seq=seq,
        at=NOW + timedelta(minutes=number),
        level=level,
        reason="crisis",
        detector="pattern",
        spans=spans,
    )


def said(seq: int, text: str, sender: Sender = "visitor") -> LogEvent:
    return LogEvent(seq, NOW, sender, text, None, [], None, [], None, None, True, None)


def test_the_most_serious_comes_first_and_of_one_level_the_newest() -> None:
    rows = [trigger(n, n, level, []) for n, level in enumerate(("P2", "P0", "P1", "P0"), 1)]

    assert [shown.seq for shown in show_triggers(rows, [], ZONE, NOW)] == [4, 2, 3, 1]


def test_it_quotes_what_was_noticed_in_its_own_message() -> None:
    events = [said(1, "I cannot go on, I want to die"), said(2, "I took 30 pills")]
    rows = [trigger(1, 1, "P1", [[2, 14], [18, 29]]), trigger(2, 2, "P0", [[2, 10]])]

    shown = show_triggers(rows, events, ZONE, NOW)

    assert [one.words for one in shown] == ["took 30", "cannot go on … want to die"]


def test_where_nothing_was_marked_nothing_is_quoted() -> None:
    events = [said(1, "I want to talk to a person"), said(2, "Call 911", "bot")]
    rows = [trigger(1, 1, "P3", []), trigger(2, 2, "P3", [[0, 4]]), trigger(3, 9, "P3", [[0, 4]])]

    assert [one.words for one in show_triggers(rows, events, ZONE, NOW)] == ["", "", ""]
