"""What counts as a message being shown, and the figures of it."""

from collections import Counter

import pytest

from bench.live_figures import (
    Arrival,
    Seat,
    Sent,
    arrivals,
    as_markdown,
    cases,
    facts,
    figures,
    kept,
    note,
    plan,
    topology,
)

QUEUE = """
<div id="calls" data-keys="P1-7 passed-9 "><a href="/inbox/conversations/c_7">Open it</a></div>
<li class="case level-edge-P1" id="case-7"><h3><a href="/inbox/conversations/c_7">Crisis</a></h3>
<p>I want to die (note 3)</p></li>
<li class="case level-edge-P3" id="case-8"><h3><a href="/inbox/conversations/c_8">Asked</a></h3>
<strong class="unread">Visitor has written, no reply yet</strong></li>
"""
CHAT = """<div id="calls" data-keys=""></div><p class="text">are you there (note 12)</p>"""


def test_every_kind_is_sent():
    assert Counter(plan(25)) == {"crisis": 10, "further": 10, "person": 5}
    assert plan(0) == []


def test_what_a_page_tells():
    assert cases(QUEUE) == {"c_7": "7", "c_8": "8"}
    assert facts(QUEUE) == {"note:3", "call:7", "call:9", "case:c_7", "case:c_8", "unread:c_8"}
    assert facts(CHAT) == {"note:12"}
    assert facts(f"x {note(4)}") == {"note:4"}
    assert cases(CHAT) == {}
    assert facts("") == set()


def test_each_message_counts_for_the_pages_that_show_it():
    queue, chat, other = Seat(0, None), Seat(1, "c_1"), Seat(0, "c_2")
    numbers = {"c_9": "7"}
    crisis = Sent(0, "crisis", "c_9", 0, at=10.0)
    person = Sent(1, "person", "c_8", 1, at=20.0)
    first = Sent(2, "further", "c_1", 0, at=30.0, first=True)
    second = Sent(3, "further", "c_1", 0, at=40.0)
    seen = [
        {"case:c_9": 11.0, "case:c_8": 20.5, "unread:c_1": 33.0},
        {"call:7": 12.0, "note:2": 30.25},
        {},
    ]
    rows = arrivals([crisis, person, first, second], [queue, chat, other], seen, numbers)
    assert rows == [
        Arrival(1.0, False),
        Arrival(2.0, True),
        Arrival(None, False),
        Arrival(0.5, True),
        Arrival(3.0, False),
        Arrival(0.25, True),
        Arrival(None, True),
    ]


def test_a_crisis_whose_number_nobody_saw_never_came():
    rows = arrivals([Sent(0, "crisis", "c", 0, 0.0)], [Seat(0, "d")], [{"call:1": 1.0}], {})
    assert rows == [Arrival(None, False)]


def test_figures():
    rows = [Arrival(seconds / 10, False) for seconds in range(1, 101)]
    assert figures(rows) == {
        "pairs": 100, "never": 0, "late": 50, "p50": 5.0, "p95": 9.5, "max": 10.0
    }  # fmt: skip
    none = {"p50": None, "p95": None, "max": None}
    assert figures([Arrival(None, True)]) == {"pairs": 1, "never": 1, "late": 0, **none}
    assert figures([]) == {"pairs": 0, "never": 0, "late": 0, **none}


def results(*rows):
    return {
        "date": "2026-05-02T09:00Z",
        "machine": {"cores": 2, "memory_gib": 24, "architecture": "Linux x86_64"},
        "load": 0.4,
        "settings": {"inboxes": 10, "messages": 25, "poll": 5.0},
        "left_out": ["1 process, PostgreSQL: left out, none is installed"],
        "topologies": list(rows),
    }


FAST = topology("2 processes, SQLite", [Arrival(0.5, True)], [Arrival(2.5, True)])


@pytest.mark.parametrize("seconds", [5.01, None])
def test_the_promise_is_to_every_inbox(seconds):
    bad = topology("1 process, SQLite", [Arrival(0.5, False), Arrival(seconds, False)], [])
    assert kept(results(FAST))
    assert kept(results(topology("x", [Arrival(5.0, False)], [])))
    assert not kept(results(FAST, bad))
    assert "**not kept**" in as_markdown(results(FAST, bad))


def test_nothing_measured_keeps_no_promise():
    assert not kept(results())
    assert not kept(results(topology("x", [], [])))


def test_markdown():
    text = as_markdown(results(FAST))
    assert "| 2 processes, SQLite | 1 | 0.50 | 0.50 | 0.50 | 0 | 0 |" in text
    assert "| 2.50 / 2.50 / 2.50 | 5.0 × / 5.0 × |" in text
    assert "| – of these, from the other process | 1 | 0.50 |" in text
    assert "- 1 process, PostgreSQL: left out, none is installed" in text
    assert text.endswith("to every open inbox: kept.")
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in table}) == 1
