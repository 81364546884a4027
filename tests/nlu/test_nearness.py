"""How near a line is to known ones: the quick look finds what comparing with all of them finds."""

import numpy as np
import pytest

from nightdesk.nlu.nearness import NEIGHBOURS, KnownLines

DIMS = 48


def units(count: int, seed: int) -> np.ndarray:
    """Vectors of unit length, some of them near to each other as lines on one topic are."""
    dice = np.random.default_rng(seed)
    topics = dice.normal(size=(20, DIMS))
    rows = topics[dice.integers(0, 20, count)] + dice.normal(size=(count, DIMS)) * 0.7
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def nearest_of_all(known: np.ndarray, vector: np.ndarray) -> float:
    return float(np.sort(known.astype(np.float16).astype(np.float32) @ vector)[-NEIGHBOURS:].mean())


@pytest.mark.parametrize("count", [1, 2, 3, 63, 64, 65, 5000])
def test_it_is_the_mean_over_the_nearest_of_all(count):
    known = units(count, 1)
    lines = KnownLines.of(known)
    for vector in units(100, 2):
        assert lines.nearness(vector) == pytest.approx(nearest_of_all(known, vector), abs=1e-6)


def test_a_known_line_thrice_is_as_near_as_can_be():
    known = units(500, 3)
    known[[100, 200, 300]] = known[7]
    assert KnownLines.of(known).nearness(known[7]) == pytest.approx(1, abs=2e-3)


def test_what_points_elsewhere_is_far():
    known = units(500, 4)
    away = -known.mean(axis=0)
    away /= np.linalg.norm(away)
    assert KnownLines.of(known).nearness(away) < 0.5


def test_vectors_of_nothing_are_near_to_nothing():
    lines = KnownLines.of(np.zeros((5, DIMS), dtype=np.float32))
    assert lines.nearness(units(1, 5)[0]) == 0


def test_what_is_kept_is_what_is_read(tmp_path):
    known, (vector,) = units(200, 6), units(1, 7)
    KnownLines.save(known, tmp_path)
    assert KnownLines.load(tmp_path).nearness(vector) == KnownLines.of(known).nearness(vector)


def test_half_of_it_is_refused(tmp_path):
    KnownLines.save(units(20, 8), tmp_path)
    (tmp_path / "known.onnx").unlink()
    with pytest.raises(FileNotFoundError):
        KnownLines.load(tmp_path)
