"""Cross-validation over training lines, its figures and its picture."""

from collections import Counter

import pytest

from nightdesk.evaluation.confusion import (
    Guess,
    as_json,
    as_text,
    cross_validated,
    folds,
    in_groups,
    intent_rows,
    pairs,
    without_repeats,
)
from nightdesk.evaluation.confusion_picture import draw, matrix

GUESSES = [
    Guess("is it safe", "faq_safety", "faq_safety", 0.9),
    Guess("any risk", "faq_safety", "faq_side_effects", 0.5),
    Guess("risks", "faq_safety", "faq_side_effects", 0.8),
    Guess("safe for me", "faq_safety", "greet", 0.4),
    Guess("nausea", "faq_side_effects", "faq_side_effects", 0.9),
    Guess("price", "logistics_cost", "logistics_cost", 0.9),
    Guess("hello", "thanks", "greet", 0.9),
    Guess("hi", "greet", "greet", 0.9),
]


class TestFolds:
    INTENTS = ["a"] * 23 + ["b"] * 7 + ["c"] * 2

    def test_every_intent_is_spread_evenly(self):
        found = folds(self.INTENTS, 5, seed=1)
        for intent in "abc":
            each = Counter(f for f, i in zip(found, self.INTENTS, strict=True) if i == intent)
            counts = [each[fold] for fold in range(5)]
            assert max(counts) - min(counts) <= 1

    def test_folds_are_of_one_size(self):
        sizes = Counter(folds(["one"] * 3 + ["two"] * 3 + ["three"] * 3, 3, seed=1))
        assert set(sizes.values()) == {3}

    def test_the_seed_decides(self):
        assert folds(self.INTENTS, 5, 1) == folds(self.INTENTS, 5, 1)
        assert folds(self.INTENTS, 5, 1) != folds(self.INTENTS, 5, 2)


def test_lines_that_differ_only_in_marks_count_once():
    lines = [
        ("a", "Is it safe?"), ("a", "is it  safe"), ("b", "is it safe"), ("a", "??"), ("a", "?"),
    ]  # fmt: skip
    assert without_repeats(lines) == [lines[0], lines[2], lines[3], lines[4]]


def test_no_line_is_judged_by_a_model_that_knows_it():
    lines = [(intent, f"{intent} {i}") for intent in ("a", "b") for i in range(10)]
    asked = []

    def train(texts, intents):
        known = dict(zip(texts, intents, strict=True))
        assert all(text.startswith(intent) for text, intent in known.items())

        def predict(new):
            assert not set(new) & set(known)
            asked.extend(new)
            return [("a", 0.75) for _ in new]

        return predict

    parts = list(cross_validated(lines, 4, 1, train))
    assert [len(part) for part in parts] == [5, 5, 5, 5]
    assert sorted(asked) == sorted(text for _, text in lines)
    guesses = [guess for part in parts for guess in part]
    assert sum(guess.right for guess in guesses) == 10
    assert all(guess.text.startswith(guess.intent) for guess in guesses)


class TestFigures:
    def test_recall_and_precision(self):
        rows = {row.intent: row for row in intent_rows(GUESSES)}
        assert (rows["faq_safety"].recall, rows["faq_safety"].precision) == (0.25, 1.0)
        assert rows["faq_side_effects"].precision == pytest.approx(1 / 3)
        assert (rows["thanks"].recall, rows["thanks"].precision) == (0.0, None)
        assert rows["faq_safety"].mostly_taken_for == "faq_side_effects"
        assert rows["greet"].mostly_taken_for == ""

    def test_the_worst_comes_first(self):
        assert [row.intent for row in intent_rows(GUESSES)][:2] == ["thanks", "faq_safety"]

    def test_pairs_by_number_and_lines_by_surety(self):
        first, *rest = pairs(GUESSES)
        assert (first.intent, first.taken_for) == ("faq_safety", "faq_side_effects")
        assert [guess.text for guess in first.guesses] == ["risks", "any risk"]
        assert [(p.intent, p.taken_for) for p in rest] == [
            ("faq_safety", "greet"),
            ("thanks", "greet"),
        ]

    def test_groups(self):
        intents = ["thanks", "logistics_cost", "answers_pets", "faq_b", "faq_a"]
        assert in_groups(intents) == [
            ["faq_a", "faq_b"], ["logistics_cost"], ["answers_pets"], ["thanks"]
        ]  # fmt: skip

    def test_text(self):
        text = as_text(GUESSES, most=1)
        assert text.startswith("Right: 50.0 % of 8 lines (21.5–78.5), 5 intents")
        assert "thanks                1     0.0          –  greet" in text
        assert "  2  faq_safety → faq_side_effects" in text
        assert "0.80  'risks'" in text
        assert "thanks → greet" not in text

    def test_json(self):
        row = as_json(GUESSES)
        assert row["right"] == {"count": 4, "percent": 50.0, "low": 21.5, "high": 78.5}
        assert row["intents"]["faq_safety"] == {"lines": 4, "recall": 0.25, "precision": 1.0}
        assert row["pairs"][0]["lines"][0] == {"text": "risks", "probability": 0.8}
        assert len(row["pairs"]) == 3


class TestPicture:
    def test_matrix(self):
        counts = matrix(
            GUESSES, ["faq_safety", "faq_side_effects", "logistics_cost", "greet", "thanks"]
        )
        assert counts.tolist() == [
            [1, 2, 0, 1, 0],
            [0, 1, 0, 0, 0],
            [0, 0, 1, 0, 0],
            [0, 0, 0, 1, 0],
            [0, 0, 0, 1, 0],
        ]

    def test_svg_names_every_intent_and_says_what_the_axes_are(self, tmp_path):
        draw(GUESSES, tmp_path / "c.svg", "The title")
        text = (tmp_path / "c.svg").read_text()
        for words in ("faq_side_effects", "thanks", "taken for", "The title"):
            assert words in text

    def test_png(self, tmp_path):
        draw(GUESSES, tmp_path / "c.png", "The title")
        assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")

    def test_without_mistakes(self, tmp_path):
        draw([guess for guess in GUESSES if guess.right], tmp_path / "c.png", "All right")
        assert (tmp_path / "c.png").is_file()
