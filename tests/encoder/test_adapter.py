"""The adapter: read, written, merged, and refused where it does not fit."""

import numpy as np
import pytest

from nightdesk.encoder import WeightsRefused, reference
from nightdesk.encoder.adapter import (
    MATRICES,
    mean_of,
    merged,
    read_adapter,
    write_adapter,
)
from nightdesk.encoder.architecture import LAYERS
from nightdesk.encoder.weights import read_tensors

NAME = "encoder.layer.0.output.dense"


@pytest.fixture(scope="module")
def tensors():
    return read_tensors()


def small(seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.RandomState(seed)
    down, up = random.randn(1536, 2), random.randn(2, 384)
    return down.astype(np.float32), up.astype(np.float32)


def test_without_a_file_nothing_is_changed(tmp_path, tensors):
    adapter, digest = read_adapter(tmp_path / "none.npz")
    assert (adapter, digest) == ({}, "none")
    assert merged(tensors, adapter) == tensors


def test_what_is_written_is_read_again_in_half_precision(tmp_path):
    path = tmp_path / "deep" / "adapter.npz"
    write_adapter({NAME: small()}, path)
    adapter, digest = read_adapter(path)
    for read, written in zip(adapter[NAME], small(), strict=True):
        assert read.dtype == np.float32
        assert np.allclose(read, written, rtol=1e-3, atol=1e-3)
    assert len(digest) == 64


def test_another_adapter_has_another_hash(tmp_path):
    write_adapter({NAME: small(1)}, tmp_path / "a.npz")
    write_adapter({NAME: small(2)}, tmp_path / "b.npz")
    assert read_adapter(tmp_path / "a.npz")[1] != read_adapter(tmp_path / "b.npz")[1]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"not an archive"])
def test_what_is_no_adapter_is_refused(tmp_path, content):
    path = tmp_path / "adapter.npz"
    path.write_bytes(content)
    with pytest.raises(WeightsRefused, match=r"adapter\.npz"):
        read_adapter(path)


def test_half_of_a_pair_is_refused(tmp_path):
    path = tmp_path / "adapter.npz"
    np.savez_compressed(path, **{f"{NAME}.down": small()[0]})
    with pytest.raises(WeightsRefused):
        read_adapter(path)


def test_the_mean_of_two_lies_half_way():
    (down, up), (further, higher) = small(1), small(2)
    found = mean_of({NAME: (down, up)}, {NAME: (further, higher)})
    np.testing.assert_allclose(found[NAME][0], (down + further) / 2)
    np.testing.assert_allclose(found[NAME][1], (up + higher) / 2)


def test_adapters_of_different_matrices_have_no_mean():
    with pytest.raises(ValueError, match="different matrices"):
        mean_of({NAME: small()}, {"another": small()})


def test_merging_adds_the_product_and_leaves_the_rest(tensors):
    down, up = small()
    changed = merged(tensors, {NAME: (down, up)})
    difference = changed[f"{NAME}.weight"] - tensors[f"{NAME}.weight"]
    assert np.allclose(difference, (down @ up).T, atol=1e-4)
    others = [name for name in tensors if name != f"{NAME}.weight"]
    assert all(changed[name] is tensors[name] for name in others)


@pytest.mark.parametrize("name", ["encoder.layer.9.output.dense", "pooler.dense", "x"])
def test_a_matrix_that_is_not_there_is_refused(tensors, name):
    with pytest.raises(WeightsRefused, match=name):
        merged(tensors, {name: small()})


def test_another_shape_is_refused(tensors):
    down, up = small()
    with pytest.raises(WeightsRefused, match=NAME):
        merged(tensors, {NAME: (down[:-1], up)})


class TestTheShippedAdapter:
    def test_changes_every_layer_and_nothing_else(self):
        adapter, _ = read_adapter()
        expected = {f"encoder.layer.{i}.{name}" for i in range(LAYERS) for name in MATRICES}
        assert set(adapter) == expected

    def test_moves_the_vectors_and_not_too_far(self, tensors, encoder):
        adapter, _ = read_adapter()
        tokens = encoder.tokens(["how much is it", "do you take insurance", "the sky is blue"])
        before = reference.encode(tensors, *tokens)
        after = reference.encode(merged(tensors, adapter), *tokens)
        cosine = (before * after).sum(axis=1)
        assert (cosine < 0.999).any()
        assert (cosine > 0.5).all()
