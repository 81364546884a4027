"""How the adapter is learnt: batches, and one small run."""

import random

import numpy as np

from nightdesk.encoder import reference
from nightdesk.encoder.adapter import merged
from nightdesk.encoder.adapting import Lines, Settings, adapt, batches
from nightdesk.encoder.forward import AdaptableEncoder
from nightdesk.encoder.weights import read_tensors
from nightdesk.nlu.spelling import Speller


def test_batches_are_full_without_repeats_and_keep_fours_together():
    labels = np.repeat(np.arange(10), 8)
    settings = Settings(batch=16)
    found = list(batches(labels, settings, random.Random(1)))
    rows = [row for batch in found for row in batch]
    assert [len(batch) for batch in found] == [16] * 5
    assert len(set(rows)) == len(rows)
    for batch in found:
        fours = [labels[batch[i : i + 4]] for i in range(0, 16, 4)]
        assert all(len(set(four)) == 1 for four in fours)


def test_the_forward_pass_is_the_published_one_before_anything_is_learnt(encoder):
    tensors = read_tensors()
    ids, mask = encoder.tokens(["how long is a session", "hello"])
    model = AdaptableEncoder(tensors, rank=2, scale=2.0, seed=0)
    found = model.encode(ids.astype(np.int32), mask.astype(np.float32), 0.0).numpy()
    assert np.allclose(found, reference.encode(tensors, ids, mask), atol=1e-4)


def test_a_small_run_learns_something_that_fits_the_encoder():
    texts = ["what does it cost", "price please", "how much", "fees?"] * 2
    texts += ["where are you", "your address", "which street", "the location"] * 2
    texts += ["do you take insurance", "aetna?", "is it covered", "medicare"] * 2
    labels = np.repeat([0, 1, 2], 8)
    held = ["i want to die", "the sky is blue", "good morning"]
    settings = Settings(rank=2, epochs=2, batch=8, kept=2)
    adapter = adapt(Lines(texts, labels, held, Speller.of_lines([])), settings)
    assert all(np.isfinite(part).all() for pair in adapter.values() for part in pair)
    assert any(np.abs(up).max() > 0 for _, up in adapter.values())
    merged(read_tensors(), adapter)
