"""The sentence encoder: all-MiniLM-L6-v2 on onnxruntime, built from its published weights."""

from nightdesk.encoder.session import (
    DIMENSIONS,
    SentenceEncoder,
    load_encoder,
    published_encoder,
    safety_encoder,
)
from nightdesk.encoder.weights import WeightsRefused

__all__ = [
    "DIMENSIONS",
    "SentenceEncoder",
    "WeightsRefused",
    "load_encoder",
    "published_encoder",
    "safety_encoder",
]
