"""The verdict over a trial's turns says what is wrong, and nothing else."""

import pytest

from deploy.trial.judging import UNAVAILABLE, Kept, Sent, judge

SENT = [
    Sent("c_1", 1, "one", 0, 0.0, 5.0),
    Sent("c_1", 2, "two", 0, 0.0, 5.0),
    Sent("c_1", 5, "three", 1, 6.0, 9.0),
]
KEPT = [
    Kept("c_1", 1, "visitor", "one", None, True, "t1"),
    Kept("c_1", 2, "visitor", "two", None, True, "t2"),
    Kept("c_1", 3, "bot", "a", "answer:x", True, "t1"),
    Kept("c_1", 4, "bot", "b", "unknown", True, "t2"),
    Kept("c_1", 5, "visitor", "three", None, True, "t3"),
    Kept("c_1", 6, "bot", "c", "answer:y", True, "t3"),
    Kept("c_1", 7, "bot", "more of c", "answer:z", True, "t3"),
    Kept("c_1", 8, "system", "nobody has come yet", None, True, "t4"),
]
ASKED = {("c_1", "one"): 1, ("c_1", "two"): 1, ("c_1", "three"): 1}


def without(seq):
    return [event for event in KEPT if event.seq != seq]


def put(event):
    return [*without(event.seq), event]


def test_all_as_promised():
    verdict = judge(SENT, KEPT, ASKED, [])
    assert verdict.faults == ()
    assert (verdict.turns, verdict.handed_over, verdict.asked_again) == (3, 0, 0)
    assert verdict.outcomes == {"answer": 3, "unknown": 1}


@pytest.mark.parametrize(
    ("kept", "fault"),
    [
        (without(2), "accepted and is lost"),
        (put(Kept("c_1", 2, "visitor", "another", None, True, "t2")), "accepted and is lost"),
        ([*KEPT, Kept("c_1", 9, "visitor", "one", None, True, "t1")], "in the log 2 times, not 1"),
        ([*KEPT, Kept("c_1", 9, "visitor", "new", None, True, "t9")], "in the log 1 times, not 0"),
        (put(Kept("c_1", 5, "visitor", "three", None, False, "t0")), "has no answer"),
        (without(4), "marked as answered and is not"),
        ([*KEPT, Kept("c_1", 9, "bot", "again", "answer:x", True, "t9")], "an answer too many"),
        (put(Kept("c_1", 2, "visitor", "two", None, True, "t1")), "2 messages have one answer"),
    ],
    ids=[
        "lost",
        "changed",
        "doubled",
        "invented",
        "waiting",
        "unanswered",
        "answered-twice",
        "joined",
    ],
)
def test_what_is_wrong_in_the_record(kept, fault):
    assert any(fault in found for found in judge(SENT, kept, ASKED, []).faults)


def test_messages_sent_one_after_the_other_stay_in_order():
    sent = [SENT[0]._replace(order=1), SENT[1]]
    assert any("out of order" in f for f in judge(sent, KEPT, ASKED, []).faults)


def test_a_turn_that_rasa_does_not_know_of_must_have_been_handed_over():
    asked = {key: times for key, times in ASKED.items() if key[1] != "two"}
    assert any("does not know of" in f for f in judge(SENT, KEPT, asked, []).faults)
    handed = put(Kept("c_1", 4, "system", "call us", UNAVAILABLE, True, "t2"))
    verdict = judge(SENT, handed, asked, [])
    assert verdict.faults == ()
    assert verdict.handed_over == 1


def test_a_turn_may_be_asked_twice_only_while_something_was_killed():
    asked = ASKED | {("c_1", "three"): 2}
    for killed in ([], [(1.0, 5.5)], [(9.5, 20.0)]):
        assert any("asked 2 times" in f for f in judge(SENT, KEPT, asked, killed).faults)
    verdict = judge(SENT, KEPT, asked, [(1.0, 2.0), (5.0, 7.0)])
    assert verdict.faults == ()
    assert verdict.asked_again == 1
