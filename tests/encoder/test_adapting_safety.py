"""How safety's adapter is learnt: batches of like length, and going on from one that is there."""

import random

import numpy as np

from nightdesk.encoder import reference
from nightdesk.encoder.adapter import merged
from nightdesk.encoder.adapting_safety import Lines, Settings, adapt, batches
from nightdesk.encoder.forward import AdaptableEncoder
from nightdesk.encoder.weights import read_tensors

LINES = Lines(
    texts=["i want to die", "no more of this life", "is it safe with lithium", "what are the fees"]
    * 4,
    labels=np.array([0, 0, 1, 2] * 4),
    groups=np.array([0, 0, 1, 2] * 4),
)


def test_lines_of_like_length_share_a_batch_and_none_comes_twice():
    lengths = list(range(100))
    found = batches(lengths, 10, random.Random(3))
    rows = [row for batch in found for row in batch]
    assert [len(batch) for batch in found] == [10] * 10
    assert len(set(rows)) == len(rows)
    assert all(max(batch) - min(batch) == 9 for batch in found)
    assert [min(batch) for batch in found] != sorted(min(batch) for batch in found)


def test_what_fills_no_batch_is_not_always_the_same():
    left = set()
    for seed in range(8):
        rows = [row for batch in batches(list(range(25)), 10, random.Random(seed)) for row in batch]
        left |= set(range(25)) - set(rows)
    assert min(left) < 5
    assert max(left) > 19


def test_it_goes_on_from_an_adapter_where_that_one_ended(encoder):
    settings = Settings(rank=2, epochs=2, batch=8)
    first = adapt(LINES, settings)
    tensors = read_tensors()
    ids, mask = encoder.tokens(LINES.texts[:4])
    model = AdaptableEncoder(tensors, rank=3, scale=2.0, seed=5, start=first)
    found = model.encode(ids.astype(np.int32), mask.astype(np.float32), 0.0).numpy()
    assert np.allclose(found, reference.encode(merged(tensors, first), ids, mask), atol=1e-4)
    assert not np.allclose(found, reference.encode(tensors, ids, mask), atol=1e-4)
