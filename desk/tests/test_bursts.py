"""What makes one question of several messages, with plain values."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from nightdesk_contract.outcome import Safety

from nightdesk_desk.bursts import (
    MOST_MESSAGES,
    PACE,
    Burst,
    Pace,
    burst_of,
    is_unfinished,
    safety_by_message,
    seconds_to_wait,
)
from nightdesk_desk.waiting import Waiting, WaitingMessage

START = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def sent(*said: tuple[float, str], first: int = 1) -> list[WaitingMessage]:
    """Messages as (seconds after the start, text), numbered from `first`."""
    return [
        WaitingMessage(seq, START + timedelta(seconds=after), text)
        for seq, (after, text) in enumerate(said, first)
    ]


def burst(
    run: list[WaitingMessage],
    seq: int = 1,
    taps: Sequence[str] = (),
    pace: Pace = PACE,
    **around: Any,
) -> Burst:
    waiting = Waiting(run, quick_replies=taps, **around)
    return burst_of(waiting, seq, ["Talk to a person", "Hablar con una persona"], pace)


@pytest.mark.parametrize(
    "text",
    [
        "cost",
        "i want to die",
        "how much does it cost",
        "i was wondering...",
        "so…",
        "hi,",
        "😔",
        "“well",
        "about 3.5 hours",
    ],
)
def test_few_words_without_an_end_may_go_on(text: str) -> None:
    assert is_unfinished(text)


@pytest.mark.parametrize(
    "text",
    [
        "How much is it?",
        "Hi.",
        "help! 😭",
        "“Really?”",
        "(is it safe?)",
        "what..?",
        "?",
        "how much does one session cost",
        "one\ntwo three four five six",
    ],
)
def test_an_end_or_many_words_make_a_message_whole(text: str) -> None:
    assert not is_unfinished(text)


def test_pieces_sent_quickly_are_one_question() -> None:
    run = sent((0, "hi"), (0.8, "i want to know"), (1.5, "how much"), (2.4, "a session costs?"))
    found = burst(run)
    assert found.text == "hi\ni want to know\nhow much\na session costs?"
    assert not found.open
    assert burst(run, seq=3) == found


def test_pieces_without_an_end_are_still_open() -> None:
    found = burst(sent((0, "hi"), (1, "how much")))
    assert found.text == "hi\nhow much"
    assert found.open


def test_a_whole_message_stands_alone() -> None:
    run = sent((0, "How much is it?"), (0.2, "and"), (0.4, "insurance"))
    assert burst(run).text == "How much is it?"
    assert not burst(run).open
    assert burst(run, seq=2).text == "and\ninsurance"


def test_what_was_sent_long_before_is_not_glued_on() -> None:
    run = sent((0, "hello"), (4, "how much"), (5, "is it"))
    assert burst(run).text == "hello"
    assert not burst(run).open
    assert burst(run, seq=3).text == "how much\nis it"


def test_the_last_piece_lies_near_the_first() -> None:
    every = [(second * 1.0, f"word {second}") for second in range(8)]
    assert [m.seq for m in burst(sent(*every)).messages] == [1, 2, 3, 4, 5, 6]
    assert [m.seq for m in burst(sent(*every), seq=8).messages] == [7, 8]


def test_a_burst_holds_so_many_messages_and_no_more() -> None:
    run = sent(*[(i / 10, f"m{i}") for i in range(MOST_MESSAGES + 2)])
    full = burst(run)
    assert [m.seq for m in full.messages] == list(range(1, MOST_MESSAGES + 1))
    assert not full.open
    assert not burst(run[:MOST_MESSAGES]).open
    assert len(burst(run, seq=MOST_MESSAGES + 1).messages) == 2


def test_a_burst_stays_within_the_doors_limit() -> None:
    fits = sent((0, "a" * 999), (0.1, "b" * 1000))
    assert len(burst(fits).text) == 2000
    assert not burst(fits).open
    over = sent((0, "a" * 1000), (0.1, "b" * 1000))
    assert burst(over).text == "a" * 1000
    assert not burst(over).open
    assert burst(over, seq=2).text == "b" * 1000


def test_a_tapped_reply_is_a_whole_question() -> None:
    taps = [" Costs "]
    alone = burst(sent((0, "talk to a person")), taps=taps)
    assert (alone.text, alone.open) == ("talk to a person", False)
    run = sent((0, "hi"), (0.3, "costs"), (0.6, "please"))
    assert [burst(run, seq=seq, taps=taps).text for seq in (1, 2, 3)] == ["hi", "costs", "please"]
    assert not burst(run, taps=taps).open


@pytest.mark.parametrize(("pace", "state"), [(Pace(quiet=0), "bot"), (PACE, "staff")])
def test_without_a_pace_or_with_a_person_every_message_stands_alone(pace: Pace, state: str) -> None:
    run = sent((0, "i want"), (0, "to die"))
    for seq, text in ((1, "i want"), (2, "to die")):
        found = burst(run, seq=seq, pace=pace, state=state)
        assert (found.text, found.open) == (text, False)


def test_nothing_is_waited_for_behind_what_has_been_said_since() -> None:
    found = burst(sent((0, "hi"), (1, "how much")), followed=True)
    assert (found.text, found.open) == ("hi\nhow much", False)


def test_a_message_that_is_not_in_the_run_is_refused() -> None:
    with pytest.raises(ValueError, match="not in the run"):
        burst(sent((0, "hi")), seq=9)


@pytest.mark.parametrize(
    ("said", "passed", "seconds"),
    [
        ([(0, "hi")], 0.2, 1.0),
        ([(0, "hi")], 1.2, 0.0),
        ([(0, "hi")], 3600, 0.0),
        # Each new message starts the wait again.
        ([(0, "hi"), (1, "how much")], 1.2, 1.0),
        # ... but not for ever.
        ([(0, "a"), (1, "b"), (2, "c"), (3, "d"), (4, "e")], 4.1, 0.9),
        ([(0, "hi"), (1, "how much is it?")], 1.0, 0.0),
        # A clock that is behind the one that stored the message.
        ([(0, "hi")], -60, 1.2),
    ],
)
def test_the_wait_is_counted_from_the_messages(
    said: list[tuple[float, str]], passed: float, seconds: float
) -> None:
    found = burst(sent(*said))
    at = START + timedelta(seconds=passed)
    assert seconds_to_wait(found, PACE, at) == pytest.approx(seconds)


def verdict(*spans: tuple[int, int]) -> Safety:
    return Safety("crisis", "pattern", "want_to_die", 1.0, spans)


def marked(said: Sequence[str], *spans: tuple[int, int]) -> dict[int, list[str]]:
    """What the verdict marks in each message, as words."""
    run = sent(*[(0.0, text) for text in said], first=4)
    found = safety_by_message(run, verdict(*spans))
    texts = {message.seq: message.text for message in run}
    return {
        seq: [texts[seq][start:end] for start, end in safety.spans] for seq, safety in found.items()
    }


def test_marks_lie_in_the_message_that_holds_the_words() -> None:
    said = ["hello", "i want", "to die", "now"]
    # "want\nto die" in the joined text.
    assert marked(said, (8, 19)) == {5: ["want"], 6: ["to die"]}
    assert marked(said, (13, 19)) == {6: ["to die"]}
    assert marked(said, (0, 5), (20, 23)) == {4: ["hello"], 7: ["now"]}
    assert marked(said, (0, 900)) == {4: ["hello"], 5: ["i want"], 6: ["to die"], 7: ["now"]}


def test_offsets_count_characters_and_lines_within_a_message() -> None:
    assert marked(["😔 ok\nso", "die"], (8, 11)) == {5: ["die"]}
    assert marked(["😔 ok\nso", "die"], (5, 7)) == {4: ["so"]}


def test_a_verdict_without_marks_is_the_last_messages() -> None:
    for spans in ((), ((90, 99),), ((5, 6),), ((7, 2),)):
        assert marked(["hello", "you"], *spans) == {5: []}


def test_a_single_message_keeps_its_marks_and_its_verdict() -> None:
    [message] = sent((0, "I want to die tonight"))
    assert safety_by_message([message], verdict((2, 13))) == {1: verdict((2, 13))}


def test_what_was_waited_for_is_joined():
    assert Pace.of(4.5) == Pace(quiet=4.5, near=4.5)
    assert Pace.of(PACE.quiet) == PACE
