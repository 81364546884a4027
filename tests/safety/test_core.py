"""The core of a sentence: its words, without what stands around them."""

import time

import pytest

from nightdesk.safety.core import core_of


@pytest.mark.parametrize(
    ("said", "core"),
    [
        ("the bus is late", "the bus is late"),
        ("the bus is late...", "the bus is late"),
        ("the bus is late :(", "the bus is late"),
        ("the bus is late \U0001f62d\U0001f62d", "the bus is late"),
        ("... the bus is late?", "the bus is late"),
        ("hi, the bus is late. thanks so much!", "the bus is late"),
        ("hello there! ok so the bus is late, sorry", "the bus is late"),
        ("the bus is late lol", "the bus is late"),
        ("the bus is late hahaha :)", "the bus is late"),
        ("hola, el bus viene tarde, por favor", "el bus viene tarde"),
        # Not only a beginning or an end of a word.
        ("history is my thing", "history is my thing"),
        ("so-called help for my sorry", "called help for my"),
        ("it took all", "it took all"),
        # Where hardly anything else is said, politeness is what is said.
        ("hi, thanks", "hi, thanks"),
        ("sorry, late", "sorry, late"),
        ("thanks!", "thanks"),
        ("?!...", ""),
        ("", ""),
    ],
)
def test_a_sentence_by_its_core(said, core):
    assert core_of(said) == core
    assert core_of(core) == core


@pytest.mark.parametrize("row", ["!", "'", " ", "hi ", "thanks ", "lol. ", "ha", "\u0301"])
def test_a_long_row_of_edges_takes_no_time(row):
    began = time.process_time()
    core_of(row * (2000 // len(row)) + "\n")
    assert time.process_time() - began < 1.0
