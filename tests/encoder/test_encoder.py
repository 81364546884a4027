"""The sentence encoder: only the published weights, and the vectors that they give."""

import hashlib
import shutil

import numpy as np
import pytest

from nightdesk.encoder import (
    DIMENSIONS,
    WeightsRefused,
    adapter,
    reference,
    session,
    weights,
)

LINES = [
    "How long does a session take?",
    "can i eat before my infusion",
    "hola, tengo una pregunta",
    "Do you take insurance, and can my daughter drive me home afterwards?",
    "i want to die",
    "\U0001f642",
]


@pytest.fixture(scope="module")
def tensors():
    return weights.read_tensors()


class TestWeights:
    def test_the_published_file_is_read(self, tensors):
        assert tensors["embeddings.word_embeddings.weight"].shape == (30522, DIMENSIONS)
        assert all(t.dtype == np.float32 and np.isfinite(t).all() for t in tensors.values())

    @pytest.mark.parametrize("change", ["flip", "shorten", "remove"])
    def test_another_file_is_refused(self, tmp_path, change):
        path = tmp_path / "model.safetensors"
        content = bytearray((weights.carrier_folder() / path.name).read_bytes())
        content[-1] ^= 1
        if change != "remove":
            path.write_bytes(bytes(content[:-1] if change == "shorten" else content))
        with pytest.raises(WeightsRefused, match=r"model\.safetensors"):
            weights.read_tensors(tmp_path)

    def test_another_tokenizer_is_refused(self, tmp_path, monkeypatch):
        shutil.copytree(weights.carrier_folder(), tmp_path / "model")
        with (tmp_path / "model" / "tokenizer.json").open("a") as file:
            file.write("\n")
        monkeypatch.setattr(session, "carrier_folder", lambda: tmp_path / "model")
        with pytest.raises(WeightsRefused, match=r"tokenizer\.json has SHA-256"):
            session.load_encoder.__wrapped__()

    def test_without_the_carrier_nothing_is_loaded(self, monkeypatch):
        monkeypatch.setattr(weights, "CARRIER", "no_such_package_is_installed")
        with pytest.raises(WeightsRefused, match="not installed"):
            weights.carrier_folder()


class TestVectors:
    def test_the_int8_graph_agrees_with_plain_numpy(self, encoder, tensors):
        adapted = adapter.merged(tensors, adapter.read_adapter()[0])
        expected = reference.encode(adapted, *encoder.tokens(LINES))
        cosine = (encoder.encode(LINES) * expected).sum(axis=1)
        assert cosine.mean() > 0.97
        assert cosine.min() > 0.93

    def test_reference_knows_near_from_far(self, encoder, tensors):
        lines = ["How much does it cost?", "what is the price", "my cat sleeps all day"]
        a, b, c = reference.encode(tensors, *encoder.tokens(lines))
        assert a @ b > 0.5 > a @ c

    def test_vectors_have_unit_length(self, encoder):
        vectors = encoder.encode(LINES)
        assert vectors.shape == (len(LINES), DIMENSIONS)
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)

    def test_order_is_kept_over_batches(self, encoder):
        alone = np.vstack([encoder.encode([line]) for line in LINES])
        together = encoder.encode(LINES)
        in_twos = encoder.encode(LINES, batch=2)
        for i in range(len(LINES)):
            # Nearest to itself, whatever shares its batch. Int8 scales differ per batch: measured
            # at least .988 for words, .956 for an emoji alone.
            assert int(np.argmax(together @ alone[i])) == i
            assert int(np.argmax(in_twos @ alone[i])) == i
            assert in_twos[i] @ alone[i] > 0.94

    def test_the_same_text_gives_the_same_vector(self, encoder):
        assert np.array_equal(encoder.encode(LINES), encoder.encode(LINES))

    @pytest.mark.parametrize(
        "text",
        ["", " ", "\n", "a" * 2000, "why " * 5000, "\u4f60" * 2000],
        ids=lambda text: ascii(text)[:8],
    )
    def test_odd_texts_give_a_vector(self, encoder, text):
        (vector,) = encoder.encode([text])
        assert np.isfinite(vector).all()
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-4)

    def test_a_very_long_text_is_cut_not_refused(self, encoder):
        ids, mask = encoder.tokens(["word " * 5000, "word"])
        assert ids.shape == mask.shape == (2, 256)
        assert mask.sum(axis=1).tolist() == [256, 3]

    def test_nothing_gives_nothing(self, encoder):
        assert encoder.encode([]).shape == (0, DIMENSIONS)


class TestTheSafetyEncoder:
    def test_a_texts_vector_does_not_depend_on_its_company(self):
        encoder = session.safety_encoder()
        alone = encoder.encode(LINES[:1])[0]
        among = encoder.encode(LINES * 3)[0]
        assert np.abs(alone - among).max() < 1e-5

    def test_many_texts_are_read_as_few_are(self, monkeypatch):
        encoder = session.safety_encoder()
        few = encoder.encode(LINES)
        monkeypatch.setattr(session, "_MANY_BATCHES", 1)
        many = encoder.encode(LINES, batch=1)
        assert np.abs(few - many).max() < 1e-5


class TestBatches:
    def test_a_long_text_is_no_measure_for_short_ones(self):
        assert list(session.alike([2000, 40, 90, 45], 64)) == [[1, 3, 2], [0]]

    def test_none_is_larger_than_allowed(self):
        assert [len(batch) for batch in session.alike([10] * 25, 10)] == [10, 10, 5]

    def test_every_text_is_in_one_batch(self):
        lengths = [7 * i % 1999 for i in range(500)]
        found = [number for batch in session.alike(lengths, 64) for number in batch]
        assert sorted(found) == list(range(500))

    def test_of_no_texts_there_is_none(self):
        assert list(session.alike([], 64)) == []


def test_cache_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("NIGHTDESK_CACHE", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert session.cache_folder() == tmp_path / "own"
    monkeypatch.delenv("NIGHTDESK_CACHE")
    assert session.cache_folder() == tmp_path / "xdg" / "nightdesk"


def test_a_built_graph_is_used_again_and_an_altered_one_is_built_anew(tmp_path, monkeypatch):
    monkeypatch.setenv("NIGHTDESK_CACHE", str(tmp_path))
    graph = next(iter(tmp_path.glob("*.onnx")), None)
    assert graph is None

    built = session.load_encoder.__wrapped__()

    (graph,) = tmp_path.glob("*.onnx")
    good = graph.read_bytes()
    assert graph.with_suffix(".sha256").read_text().strip() == hashlib.sha256(good).hexdigest()
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".onnx", ".sha256"]
    assert np.linalg.norm(built.encode(["hello"])[0]) == pytest.approx(1, abs=1e-4)

    builds = []

    def build(folder, tokenizer, work, exact):
        # Building takes seconds; what is asked here is only whether it happens.
        builds.append(folder)
        (work / "again.onnx").write_bytes(good)
        return work / "again.onnx"

    monkeypatch.setattr(session, "_build", build)
    session.load_encoder.__wrapped__()
    assert builds == []

    for damage in (good[:-1], good[:-1] + b"\x00", b""):
        graph.write_bytes(damage)
        session.load_encoder.__wrapped__()
        assert graph.read_bytes() == good
    assert len(builds) == 3

    graph.with_suffix(".sha256").unlink()
    session.load_encoder.__wrapped__()
    assert len(builds) == 4
