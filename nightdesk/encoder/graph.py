"""The encoder as an ONNX graph, written from its tensors (there is no torch to export it)."""

import math
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from nightdesk.encoder.architecture import HEAD_SIZE, HEADS, HIDDEN, LAYER_NORM_EPSILON, LAYERS

OPSET = 17
"""The first operator set with LayerNormalization."""


class _Graph:
    """Collects nodes and constants; each method adds one step and gives its output's name."""

    def __init__(self, tensors: dict[str, np.ndarray]) -> None:
        self.tensors = tensors
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: np.ndarray) -> str:
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def scalar(self, value: float) -> str:
        return self.constant(f"scalar_{value!r}", np.array(value, dtype=np.float32))

    def shape(self, *dims: int) -> str:
        name = "shape_" + "_".join(map(str, dims))
        return self.constant(name, np.array(dims, dtype=np.int64))

    def add(self, op: str, *inputs: str, **attributes: Any) -> str:
        output = f"{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [output], **attributes))
        return output

    def dense(self, name: str, x: str) -> str:
        weight = self.constant(f"{name}.weight_t", self.tensors[f"{name}.weight"].T)
        bias = self.constant(f"{name}.bias", self.tensors[f"{name}.bias"])
        return self.add("Add", self.add("MatMul", x, weight), bias)

    def norm(self, name: str, x: str) -> str:
        scale = self.constant(f"{name}.weight", self.tensors[f"{name}.weight"])
        bias = self.constant(f"{name}.bias", self.tensors[f"{name}.bias"])
        return self.add("LayerNormalization", x, scale, bias, axis=-1, epsilon=LAYER_NORM_EPSILON)

    def gelu(self, x: str) -> str:
        erf = self.add("Erf", self.add("Div", x, self.scalar(math.sqrt(2.0))))
        return self.add(
            "Mul", self.add("Mul", x, self.scalar(0.5)), self.add("Add", erf, self.scalar(1.0))
        )

    def heads(self, x: str, perm: list[int]) -> str:
        split = self.add("Reshape", x, self.shape(0, 0, HEADS, HEAD_SIZE))
        return self.add("Transpose", split, perm=perm)


def build(tensors: dict[str, np.ndarray]) -> onnx.ModelProto:
    """Give the model: `ids` and `mask` (batch, tokens) int64 → `vectors` (batch, 384) float32."""
    g = _Graph(tensors)
    x = _embeddings(g)
    mask = g.add("Cast", "mask", to=TensorProto.FLOAT)
    hidden = g.add("Mul", g.add("Sub", g.scalar(1.0), mask), g.scalar(-1e4))
    bias = g.add("Unsqueeze", hidden, g.shape(1, 2))
    for i in range(LAYERS):
        x = _layer(g, f"encoder.layer.{i}", x, bias)
    _pool(g, x, mask)
    dims = ["batch", "tokens"]
    graph = helper.make_graph(
        g.nodes,
        "all-MiniLM-L6-v2",
        [helper.make_tensor_value_info(name, TensorProto.INT64, dims) for name in ("ids", "mask")],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", HIDDEN])],
        list(g.constants.values()),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model


def _embeddings(g: _Graph) -> str:
    def table(name: str) -> str:
        return g.constant(name, g.tensors[f"embeddings.{name}.weight"])

    words = g.add("Gather", table("word_embeddings"), "ids")
    length = g.add("Slice", g.add("Shape", "ids"), g.shape(1), g.shape(2))
    positions = g.add("Slice", table("position_embeddings"), g.shape(0), length, g.shape(0))
    kind = g.constant("token_type", g.tensors["embeddings.token_type_embeddings.weight"][0].copy())
    summed = g.add("Add", g.add("Add", words, positions), kind)
    return g.norm("embeddings.LayerNorm", summed)


def _layer(g: _Graph, name: str, x: str, bias: str) -> str:
    query = g.heads(g.dense(f"{name}.attention.self.query", x), [0, 2, 1, 3])
    key = g.heads(g.dense(f"{name}.attention.self.key", x), [0, 2, 3, 1])
    value = g.heads(g.dense(f"{name}.attention.self.value", x), [0, 2, 1, 3])
    scores = g.add("Div", g.add("MatMul", query, key), g.scalar(math.sqrt(HEAD_SIZE)))
    weights = g.add("Softmax", g.add("Add", scores, bias), axis=-1)
    context = g.add("Transpose", g.add("MatMul", weights, value), perm=[0, 2, 1, 3])
    joined = g.add("Reshape", context, g.shape(0, 0, HIDDEN))
    attended = g.dense(f"{name}.attention.output.dense", joined)
    x = g.norm(f"{name}.attention.output.LayerNorm", g.add("Add", x, attended))
    inner = g.gelu(g.dense(f"{name}.intermediate.dense", x))
    return g.norm(
        f"{name}.output.LayerNorm", g.add("Add", x, g.dense(f"{name}.output.dense", inner))
    )


def _pool(g: _Graph, x: str, mask: str) -> None:
    """Mean over the tokens, then unit length."""
    weights = g.add("Unsqueeze", mask, g.shape(-1))
    total = g.add("ReduceSum", g.add("Mul", x, weights), g.shape(1), keepdims=0)
    count = g.add("Max", g.add("ReduceSum", weights, g.shape(1), keepdims=0), g.scalar(1e-9))
    mean = g.add("Div", total, count)
    length = g.add("Max", g.add("ReduceL2", mean, axes=[1], keepdims=1), g.scalar(1e-12))
    g.nodes.append(helper.make_node("Div", [mean, length], ["vectors"]))
