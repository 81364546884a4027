"""A message that has waited gives the bot less time, so that help stands there in time."""

import pytest

from nightdesk_desk.answer_by import LATEST, LEAST, PAST, seconds_for_bot
from nightdesk_desk.visitor_api import STORE_WITHIN

PROMISED = 10.0


@pytest.mark.parametrize(
    ("age", "seconds"),
    [
        (0.0, 6.0),
        (0.4, 6.0),
        (1.5, 5.0),
        (4.0, 2.5),
        (5.5, 1.5),
        (7.9, 1.5),
        (8.1, 6.0),
        (900, 6.0),
    ],
)
def test_a_message_that_has_waited_gives_rasa_less_time(age: float, seconds: float) -> None:
    assert seconds_for_bot(age, 6.0) == pytest.approx(seconds)


def test_a_short_deadline_stays_as_it_is() -> None:
    assert seconds_for_bot(0.0, 1.0) == 1.0
    assert seconds_for_bot(6.0, 1.0) == 1.0


def test_with_storing_it_is_within_what_is_promised() -> None:
    assert STORE_WITHIN + LATEST < PROMISED
    assert PAST + LEAST < PROMISED
