"""A plain numpy forward pass of the encoder: slow, short, and what the ONNX graph is checked by."""

import math

import numpy as np

from nightdesk.encoder.architecture import HEAD_SIZE, HEADS, LAYER_NORM_EPSILON, LAYERS

Tensors = dict[str, np.ndarray]


def encode(tensors: Tensors, ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Give unit-length sentence vectors, shape (batch, 384).

    Takes token ids and mask, both (batch, tokens) of integers; mask is 1 for a token, 0 for
    padding.
    """
    x = (
        tensors["embeddings.word_embeddings.weight"][ids]
        + tensors["embeddings.position_embeddings.weight"][None, : ids.shape[1]]
        + tensors["embeddings.token_type_embeddings.weight"][0]
    )
    x = _norm(tensors, "embeddings.LayerNorm", x)
    bias = (1.0 - mask[:, None, None, :]) * -1e4
    for i in range(LAYERS):
        x = _layer(tensors, f"encoder.layer.{i}", x, bias)
    weights = mask[:, :, None].astype(np.float32)
    pooled = (x * weights).sum(1) / np.maximum(weights.sum(1), 1e-9)
    return np.asarray(pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12))


def _layer(tensors: Tensors, name: str, x: np.ndarray, bias: np.ndarray) -> np.ndarray:
    def heads(part: str) -> np.ndarray:
        y = _dense(tensors, f"{name}.attention.self.{part}", x)
        return y.reshape(*x.shape[:2], HEADS, HEAD_SIZE).transpose(0, 2, 1, 3)

    scores = heads("query") @ heads("key").transpose(0, 1, 3, 2) / math.sqrt(HEAD_SIZE) + bias
    scores = np.exp(scores - scores.max(-1, keepdims=True))
    scores /= scores.sum(-1, keepdims=True)
    context = (scores @ heads("value")).transpose(0, 2, 1, 3).reshape(x.shape)
    attended = _dense(tensors, f"{name}.attention.output.dense", context)
    x = _norm(tensors, f"{name}.attention.output.LayerNorm", x + attended)
    inner = _gelu(_dense(tensors, f"{name}.intermediate.dense", x))
    return _norm(
        tensors, f"{name}.output.LayerNorm", x + _dense(tensors, f"{name}.output.dense", inner)
    )


def _dense(tensors: Tensors, name: str, x: np.ndarray) -> np.ndarray:
    return x @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"]


def _norm(tensors: Tensors, name: str, x: np.ndarray) -> np.ndarray:
    mean = x.mean(-1, keepdims=True)
    variance = x.var(-1, keepdims=True)
    scaled = (x - mean) / np.sqrt(variance + LAYER_NORM_EPSILON)
    return scaled * tensors[f"{name}.weight"] + tensors[f"{name}.bias"]


def _gelu(x: np.ndarray) -> np.ndarray:
    erf = np.vectorize(math.erf, otypes=[np.float32])
    return np.asarray(0.5 * x * (1.0 + erf(x / math.sqrt(2.0))))
