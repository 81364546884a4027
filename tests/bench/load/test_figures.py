"""What a run says."""

from bench.load.figures import Sent, held, ratios, run_figures, spread


def run(*sent: Sent, rate: float = 10.0):
    return run_figures(rate, sent, {"desk": 2.0}, 10.0)


def test_the_delays_are_of_what_was_shown():
    found = run(*(Sent(0, "answered", 0.01, ms / 1000) for ms in range(1, 101)))
    assert found["ms"] == {"p50": 50.0, "p95": 95.0, "p99": 99.0}
    assert found["stored_ms"]["p99"] == 10.0
    assert found["cpu"] == {"desk": 0.2}
    assert held(found)


def test_a_slow_run_is_not_held():
    assert held(run(Sent(0, "answered", 0.1, 0.25)))
    assert not held(run(Sent(0, "answered", 0.1, 0.251)))


def test_what_is_lost_or_failed_is_not_held_however_fast_the_rest():
    fast = [Sent(0, "answered", 0.01, 0.01)] * 1000
    assert not held(run(*fast, Sent(0, "lost")))
    assert not held(run(*fast, Sent(0, "failed", 0.01, 0.02)))


def test_nothing_sent_is_nothing_held():
    assert not held(run())
    assert run()["ms"]["p50"] is None


def test_repetitions_give_median_and_both_ends():
    assert spread([3.0, 1.0, 2.0]) == {"median": 2.0, "low": 1.0, "high": 3.0}
    assert spread([]) is None


def test_ratios_are_of_the_same_repetition():
    assert ratios([8.0, 6.0], [4.0, 2.0]) == [2.0, 3.0]
    assert ratios([8.0, 6.0], [0.0, 2.0]) == [3.0]
