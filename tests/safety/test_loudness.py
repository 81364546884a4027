"""Exclamation marks are read as the end of a sentence."""

import pytest

from nightdesk.safety.loudness import unexcited


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ("help me", "help me"),
        ("help me!", "help me."),
        ("no!!! stop!! please", "no. stop. please"),
        ("why!?", "why?"),
        ("what?!! no", "what? no"),
        ("is it open?", "is it open?"),
        ("\u00a1ayuda!", "ayuda."),
        ("call me \u2757\u2757", "call me ."),
        ("well... yes", "well... yes"),
        ("!", "."),
        ("", ""),
    ],
)
def test_what_is_said_loudly_is_read_as_if_it_were_not(said, level):
    assert unexcited(said) == level
    assert unexcited(level) == level
