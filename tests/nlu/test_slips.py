"""Slips of the finger."""

import random

import pytest

from nightdesk.nlu.slips import slipped


@pytest.mark.parametrize("text", ["how much is it", "parking", "a b"])
def test_slips_change_a_text_by_little_and_always_alike(text):
    found = slipped(text, random.Random(3), 2)
    assert found == slipped(text, random.Random(3), 2)
    assert abs(len(found) - len(text)) <= 2
    assert any(slipped(text, random.Random(seed), 1) != text for seed in range(5))


@pytest.mark.parametrize("text", ["", "?!", "a", "5"])
def test_what_has_no_letters_to_slip_on_stays(text):
    assert slipped(text, random.Random(1), 2) == text
