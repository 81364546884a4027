"""The encoder's shape, as its published `config.json` gives it."""

LAYERS = 6
HEADS = 12
HIDDEN = 384
HEAD_SIZE = HIDDEN // HEADS
LAYER_NORM_EPSILON = 1e-12
MAX_TOKENS = 256
"""Longest input in tokens, as the published sentence-transformers settings cut it."""
