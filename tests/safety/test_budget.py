"""The time that one message may take."""

import pytest

from nightdesk.safety.budget import Budget


def test_it_gives_what_is_left_and_raises_when_nothing_is():
    moments = iter([10.0, 10.5, 12.0, 13.0, 13.5])
    budget = Budget(3.0, lambda: next(moments))
    assert budget.left() == 2.5
    assert budget.left() == 1.0
    for _ in range(2):
        with pytest.raises(TimeoutError):
            budget.left()
