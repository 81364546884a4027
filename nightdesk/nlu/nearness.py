"""How near a line is to the lines that we know: a quick look at all of them, a close one at few.

Comparing a vector with twenty thousand others takes memory rather than arithmetic: as 32-bit
numbers they are 32 MiB, read once for every line, and were the dearest step of a turn. As whole
numbers of 8 bits they are a quarter, and onnxruntime has quick sums for those. What comes nearest
so is then compared in full.
"""

from pathlib import Path

import numpy as np
import onnxruntime

NEIGHBOURS = 3
"""How many of the nearest training lines say how near a line is to anything known."""

_LOOKED_AT = 64
"""Lines compared in full. The mean over the nearest three differed by less than 1e-6 from that over
all lines, for each of 1,416 messages (docs/benchmarks.md)."""

_LARGEST = 63
"""Of 8 bits, less than half: without VNNI a processor adds up two products in 16 bits, and twice
255 x 63 is the most that fits (onnxruntime's notes on quantisation). As near as with 127."""

_VECTORS, _ROUGH = "known.npy", "known.onnx"
_OPSET, _IR_VERSION = 17, 8


class KnownLines:
    """The vectors of the lines that we know; kept by `save` when they are learnt."""

    def __init__(self, vectors: np.ndarray, rough: bytes) -> None:
        """Take unit-length vectors (lines, dims), one or more, and the graph of the quick look."""
        # Half precision is what is kept on disk, too; the 64 of a message are widened when needed.
        self._vectors = vectors.astype(np.float16)
        self._looked_at = min(_LOOKED_AT, len(vectors))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._rough = onnxruntime.InferenceSession(
            rough, options, providers=["CPUExecutionProvider"]
        )

    @staticmethod
    def of(vectors: np.ndarray) -> "KnownLines":
        """Make them of unit-length vectors (lines, dims), one or more."""
        return KnownLines(vectors, _rough_graph(vectors.astype(np.float32)))

    @staticmethod
    def save(vectors: np.ndarray, folder: Path) -> None:
        """Keep what `load` reads. The graph is written here: what serves imports no `onnx`."""
        np.save(folder / _VECTORS, vectors.astype(np.float16))
        (folder / _ROUGH).write_bytes(_rough_graph(vectors.astype(np.float32)))

    @staticmethod
    def load(folder: Path) -> "KnownLines":
        """Read what `save` kept. Raises OSError or ValueError when it is not whole."""
        vectors = np.load(folder / _VECTORS, allow_pickle=False)
        return KnownLines(vectors, (folder / _ROUGH).read_bytes())

    def nearness(self, vector: np.ndarray) -> float:
        """Give the mean cosine (-1..1) of a unit-length vector (dims,) and its nearest lines."""
        (roughly,) = self._rough.run(["products"], {"vector": vector[np.newaxis]})
        near = np.argpartition(roughly[0], -self._looked_at)[-self._looked_at :]
        products = self._vectors[near].astype(np.float32) @ vector
        return float(np.sort(products)[-NEIGHBOURS:].mean())


def _rough_graph(vectors: np.ndarray) -> bytes:
    """Give the graph: `vector` (1, dims) float32 → `products` (1, lines) int32, all on one scale.

    Within one vector's products the scales are the same, so their order needs none of them.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    largest = float(np.abs(vectors).max()) or 1.0
    lines = numpy_helper.from_array(
        np.ascontiguousarray(np.round(vectors.T * (_LARGEST / largest)).astype(np.int8)), "lines"
    )
    graph = helper.make_graph(
        [
            helper.make_node("DynamicQuantizeLinear", ["vector"], ["whole", "scale", "zero"]),
            helper.make_node("MatMulInteger", ["whole", "lines", "zero"], ["products"]),
        ],
        "nearness",
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, vectors.shape[1]])],
        [helper.make_tensor_value_info("products", TensorProto.INT32, [1, len(vectors)])],
        [lines],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)])
    model.ir_version = _IR_VERSION
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
