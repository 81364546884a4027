"""The encoder's forward pass in TensorFlow, with low-rank matrices beside its weights.

Only for making the adapter: TensorFlow is in the environment for Rasa, and can differentiate.
"""

import math
from typing import Any

import numpy as np
import tensorflow as tf

from nightdesk.encoder.adapter import MATRICES, Adapter
from nightdesk.encoder.architecture import (
    HEAD_SIZE,
    HEADS,
    HIDDEN,
    LAYER_NORM_EPSILON,
    LAYERS,
)


class AdaptableEncoder:
    """The published encoder with trainable matrices `down` and `up` in each layer."""

    def __init__(
        self,
        tensors: dict[str, np.ndarray],
        rank: int,
        scale: float,
        seed: int,
        start: Adapter | None = None,
    ) -> None:
        """Take the published tensors, the rank, and what the product of the two is scaled by.

        `start` is an adapter of at most this rank to go on from.
        """
        random = np.random.RandomState(seed)
        self._scale = scale
        self._fixed: dict[str, Any] = {
            name: tf.constant(_oriented(name, value)) for name, value in tensors.items()
        }
        self._low: dict[str, tuple[Any, Any]] = {}
        for layer in range(LAYERS):
            for matrix in MATRICES:
                name = f"encoder.layer.{layer}.{matrix}"
                inputs, outputs = self._fixed[f"{name}.weight"].shape
                down = random.randn(inputs, rank).astype(np.float32) / np.sqrt(inputs)
                # `up` begins at nothing, so the encoder begins as it is published.
                up = np.zeros((rank, outputs), np.float32)
                if start and name in start:
                    known_down, known_up = start[name]
                    known = len(known_up)
                    down[:, :known], up[:known] = known_down, known_up / scale
                self._low[name] = (tf.Variable(down), tf.Variable(up))

    @property
    def variables(self) -> list[Any]:
        """What is trained."""
        return [variable for pair in self._low.values() for variable in pair]

    def adapter(self) -> Adapter:
        """Give what was learnt, the scale in it."""
        return {
            name: (down.numpy(), self._scale * up.numpy()) for name, (down, up) in self._low.items()
        }

    def encode(self, ids: Any, mask: Any, dropout: float) -> Any:
        """Give unit-length vectors (batch, 384) of ids and mask, both (batch, tokens)."""
        length = tf.shape(ids)[1]
        x = tf.gather(self._fixed["embeddings.word_embeddings.weight"], ids)
        x += self._fixed["embeddings.position_embeddings.weight"][:length][None]
        x += self._fixed["embeddings.token_type_embeddings.weight"][0]
        x = self._norm("embeddings.LayerNorm", x)
        bias = (1.0 - mask[:, None, None, :]) * -1e4
        for layer in range(LAYERS):
            x = self._layer(f"encoder.layer.{layer}", x, bias, dropout)
        pooled = tf.reduce_sum(x * mask[:, :, None], 1) / tf.reduce_sum(mask, 1, keepdims=True)
        return tf.math.l2_normalize(pooled, 1)

    def _layer(self, name: str, x: Any, bias: Any, dropout: float) -> Any:
        query, key, value = (
            self._heads(self._dense(f"{name}.attention.self.{part}", x, dropout))
            for part in ("query", "key", "value")
        )
        scores = tf.matmul(query, key, transpose_b=True) / math.sqrt(HEAD_SIZE) + bias
        context = tf.transpose(tf.matmul(tf.nn.softmax(scores), value), [0, 2, 1, 3])
        context = tf.reshape(context, tf.concat([tf.shape(x)[:2], [HIDDEN]], 0))
        attended = self._dense(f"{name}.attention.output.dense", context, dropout)
        x = self._norm(f"{name}.attention.output.LayerNorm", x + attended)
        inner = tf.nn.gelu(self._dense(f"{name}.intermediate.dense", x, dropout))
        return self._norm(
            f"{name}.output.LayerNorm", x + self._dense(f"{name}.output.dense", inner, dropout)
        )

    def _dense(self, name: str, x: Any, dropout: float) -> Any:
        shape = tf.shape(x)[:-1]
        flat = tf.reshape(x, [-1, x.shape[-1]])
        weight = self._fixed[f"{name}.weight"]
        out = tf.matmul(flat, weight) + self._fixed[f"{name}.bias"]
        down, up = self._low[name]
        seen = tf.nn.dropout(flat, dropout) if dropout else flat
        out += self._scale * tf.matmul(tf.matmul(seen, down), up)
        return tf.reshape(out, tf.concat([shape, [weight.shape[1]]], 0))

    def _heads(self, x: Any) -> Any:
        split = tf.reshape(x, tf.concat([tf.shape(x)[:2], [HEADS, HEAD_SIZE]], 0))
        return tf.transpose(split, [0, 2, 1, 3])

    def _norm(self, name: str, x: Any) -> Any:
        mean, variance = tf.nn.moments(x, [-1], keepdims=True)
        scaled = (x - mean) * tf.math.rsqrt(variance + LAYER_NORM_EPSILON)
        return scaled * self._fixed[f"{name}.weight"] + self._fixed[f"{name}.bias"]


def _oriented(name: str, value: np.ndarray) -> np.ndarray:
    """Weights are published as (outputs, inputs); here they multiply from the right."""
    dense = name.startswith("encoder.") and name.endswith("weight") and value.ndim == 2
    return np.ascontiguousarray(value.T) if dense else value
