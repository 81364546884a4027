"""Typos: as many as asked for, inside words, and the same ones again."""

import re
from collections import Counter

import pytest

from bench.typo_maker import NEIGHBOURS, with_typos

LINE = "How much does Ketamine therapy cost at your clinic?"
SEEDS = range(300)


def distance(a: str, b: str) -> int:
    """Give the edits between two texts; neighbours swapped count as one."""
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def test_the_same_text_and_seed_give_the_same_typos():
    # Written out, so that figures of today can be compared with those of a later Python.
    assert with_typos(LINE, 2, 1) == "How umch does Ketamine therapy cost at your cliic?"
    assert len({with_typos(LINE, 2, seed) for seed in SEEDS}) > 200


def test_another_text_gets_other_typos():
    assert with_typos(LINE, 1, 1) != with_typos(LINE + " ", 1, 1).rstrip()


def test_typos_add_up_and_undo_nothing():
    for seed in SEEDS:
        one, two = (with_typos(LINE, number, seed) for number in (1, 2))
        assert distance(LINE.lower(), one.lower()) == 1
        assert distance(one.lower(), two.lower()) == 1
        assert two not in (LINE, one)


def test_no_typos_change_nothing():
    assert with_typos(LINE, 0, 1) == LINE


@pytest.mark.parametrize("text", ["", " ", "?!", "42 + 7", "a", "I", "\U0001f642", "\ud83d", "/"])
def test_without_a_word_there_is_nothing_to_mistype(text):
    assert with_typos(text, 3, 1) == text


def without_words(text):
    """Give the marks and digits; spaces between two words may go."""
    return re.sub(r"[^\W\d_]", "", text).replace(" ", "")


def test_only_letters_inside_words_change():
    text = "/restart 50 mg, is it 9 a.m.?\n– “Safe”: yes/no… (24/7)\u2028end"
    for seed in SEEDS:
        typed = with_typos(text, 4, seed)
        assert without_words(typed) == without_words(text)
        assert typed.startswith("/")
        assert " 50 " in typed


def test_capitals_stay_where_they_were():
    for seed in SEEDS:
        assert sum(letter.islower() for letter in with_typos("KETAMINE", 1, seed)) <= 1
        assert not any(map(str.isupper, with_typos("Ketamine", 1, seed)[1:]))


@pytest.mark.parametrize("text", ["你好世界", "здравствуйте", "ñandú ärztin", "hi"])
def test_other_alphabets_and_short_words_get_typos_too(text):
    assert with_typos(text, 1, 1) != text


def test_every_kind_of_slip_happens_and_a_lost_space_seldom():
    lengths = Counter(len(with_typos(LINE, 1, seed)) - len(LINE) for seed in range(1000))
    assert set(lengths) == {-1, 0, 1}
    spaces = sum(with_typos(LINE, 1, seed).count(" ") < LINE.count(" ") for seed in range(1000))
    assert 5 <= spaces <= 80


def test_keys_beside_each_other():
    assert set(NEIGHBOURS) == set("abcdefghijklmnopqrstuvwxyz")
    assert set(NEIGHBOURS["s"]) == set("weadzx")
    assert set(NEIGHBOURS["p"]) == set("ol")
    assert all(key in NEIGHBOURS[other] for key, near in NEIGHBOURS.items() for other in near)
