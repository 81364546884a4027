"""What the bot's tests share: the checkout as working folder, and one encoder for all."""

import os
from pathlib import Path

# One thread for algebra, as when it runs; before numpy is imported.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")

import pytest  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def encoder():
    """The encoder as it runs, built once into the user's cache."""
    from nightdesk.encoder import load_encoder

    return load_encoder()


@pytest.fixture
def at_root(monkeypatch):
    """Data files are named from the project's root, where Rasa runs."""
    monkeypatch.chdir(ROOT)
    for name in ("NIGHTDESK_CLINIC", "NIGHTDESK_DATA"):
        monkeypatch.delenv(name, raising=False)
