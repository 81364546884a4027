"""The encoders in use: tokenizer and graph, built once into a cache outside git."""

import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from nightdesk.encoder.adapter import SAFETY_FILE, Adapter, merged, read_adapter
from nightdesk.encoder.architecture import HIDDEN, MAX_TOKENS
from nightdesk.encoder.weights import (
    TOKENIZER_SHA256,
    WEIGHTS_SHA256,
    WeightsRefused,
    carrier_folder,
    checked,
    read_tensors,
)

DIMENSIONS = HIDDEN
GRAPH_VERSION = 1
"""Raise it when the graph or its quantisation changes: the cache is keyed by it."""

_FP32_TOLERANCE = 1e-4
_INT8_COSINE = 0.95
"""Least mean cosine between the int8 graph and the reference (measured: .993 per channel)."""

_MANY_BATCHES = 100
"""From so many batches on, several are read at once; a message has far fewer."""

_LITTLE = 32
"""Characters by which a text may always be longer than the shortest of its batch."""

_CHECK_LINES = (
    "How long does a session take?",
    "i feel a bit sick after my second infusion, is that normal",
    "hola",
    "Do you take insurance, and can my daughter drive me home afterwards?",
)


class SentenceEncoder:
    """Turns texts into unit-length vectors of 384 numbers."""

    def __init__(self, graph: Path, tokenizer_json: bytes) -> None:
        """Take the graph's file and the tokenizer's published JSON."""
        self._tokenizer = Tokenizer.from_str(tokenizer_json.decode("utf-8"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()
        options = onnxruntime.SessionOptions()
        # One thread: a second one made p99 worse on two cores, and Rasa judges one turn at a time.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(graph), options, providers=["CPUExecutionProvider"]
        )

    def tokens(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Give ids and mask, both (len(texts), tokens) int64."""
        encodings = self._tokenizer.encode_batch(list(texts))
        ids = np.array([e.ids for e in encodings], dtype=np.int64)
        mask = np.array([e.attention_mask for e in encodings], dtype=np.int64)
        return ids, mask

    def encode(self, texts: Sequence[str], batch: int = 64) -> np.ndarray:
        """Give unit-length vectors, shape (len(texts), 384) float32."""
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)

        # One text alone and the same text in a batch differ slightly in int8 (its scales are per
        # batch), not in meaning.
        def read(part: list[int]) -> None:
            ids, mask = self.tokens([texts[i] for i in part])
            vectors[part] = self._session.run(["vectors"], {"ids": ids, "mask": mask})[0]

        parts = list(alike([len(text) for text in texts], batch))
        if len(parts) < _MANY_BATCHES:
            for part in parts:
                read(part)
        else:
            # A training's lines: nobody waits for a reply meanwhile, so every core may read.
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(read, parts))
        return vectors


def alike(lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Give the numbers of texts in batches of at most `most`, in order of length.

    `lengths` are theirs in characters. A text of more than twice the shortest's length and a little
    begins a batch: one long message must not be the measure of its own sentences, which would
    be mostly padding.
    """
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) == most or lengths[number] > 2 * lengths[batch[0]] + _LITTLE):
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def cache_folder() -> Path:
    """Give the folder for built graphs: $NIGHTDESK_CACHE, or the user's cache folder."""
    named = os.environ.get("NIGHTDESK_CACHE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "nightdesk"


@lru_cache(maxsize=1)
def load_encoder() -> SentenceEncoder:
    """Give the encoder with the adapter, building its graph on first use (about 10 s).

    Raises WeightsRefused when the weights are not the published ones, when the adapter does not fit
    them, or when the built graph does not agree with the reference.
    """
    return _with(*read_adapter())


@lru_cache(maxsize=1)
def published_encoder() -> SentenceEncoder:
    """Give the encoder as it is published, without an adapter. Raises as `load_encoder`."""
    return _with({}, "none")


@lru_cache(maxsize=1)
def safety_encoder() -> SentenceEncoder:
    """Give the encoder that the safety detector reads by. Raises as `load_encoder`.

    It has an adapter of its own: what is learnt about our topics must not move a crisis. And it
    is not quantised: a verdict must not depend on which other texts share its batch, and it
    is better so (measured: docs/understanding.md).
    """
    return _with(*read_adapter(SAFETY_FILE), exact=True)


def _with(adapter: Adapter, digest: str, exact: bool = False) -> SentenceEncoder:
    folder = carrier_folder()
    tokenizer = checked(folder / "tokenizer.json", TOKENIZER_SHA256)
    return SentenceEncoder(_graph_file(folder, tokenizer, adapter, digest, exact), tokenizer)


def _graph_file(
    folder: Path, tokenizer: bytes, adapter: Adapter, digest: str, exact: bool = False
) -> Path:
    weights = f"{WEIGHTS_SHA256[:12]}-{digest[:12]}"
    kind = "fp32" if exact else "int8"
    name = f"minilm-{kind}-{weights}-v{GRAPH_VERSION}-ort{onnxruntime.__version__}"
    target = cache_folder() / f"{name}.onnx"
    seal = target.with_suffix(".sha256")
    if target.is_file() and seal.is_file() and _sha256(target) == seal.read_text().strip():
        return target
    # A half-written or altered cache is built anew rather than trusted.
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as work:
        built = _build(merged(read_tensors(folder), adapter), tokenizer, Path(work), exact)
        sealed = _sha256(built)
        os.replace(built, target)
        part = Path(work) / "seal"
        part.write_text(sealed + "\n")
        os.replace(part, seal)
    return target


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _build(tensors: dict[str, np.ndarray], tokenizer: bytes, work: Path, exact: bool) -> Path:
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    from nightdesk.encoder import graph, reference

    single, small = work / "fp32.onnx", work / "int8.onnx"
    onnx.save(graph.build(tensors), str(single))
    encoder = SentenceEncoder(single, tokenizer)
    expected = reference.encode(tensors, *encoder.tokens(_CHECK_LINES))
    difference = float(np.abs(encoder.encode(_CHECK_LINES) - expected).max())
    if difference > _FP32_TOLERANCE:
        raise WeightsRefused(f"the graph differs from the reference by {difference:.2g}")
    if exact:
        return single
    quantize_dynamic(str(single), str(small), per_channel=True, weight_type=QuantType.QInt8)
    quantised = SentenceEncoder(small, tokenizer).encode(_CHECK_LINES)
    cosine = float((quantised * expected).sum(1).mean())
    if cosine < _INT8_COSINE:
        raise WeightsRefused(f"the int8 graph agrees with the reference only to {cosine:.3f}")
    return small
