"""A small change of the encoder's weights that makes it tell our topics apart.

Low-rank matrices (LoRA, Hu et al. 2021), learnt from the project's own training lines and merged
into the published weights when the graph is built. `nightdesk/encoder/adapting.py` makes them anew.
"""

import hashlib
import zipfile
from pathlib import Path

import numpy as np

from nightdesk.encoder.weights import WeightsRefused
from nightdesk.run.places import ROOT

FILE = ROOT / "data" / "encoder" / "adapter.npz"
SAFETY_FILE = ROOT / "data" / "encoder" / "safety_adapter.npz"

MATRICES = (
    *("attention.self.query", "attention.self.key", "attention.self.value"),
    *("attention.output.dense", "intermediate.dense", "output.dense"),
)
"""What is changed in each layer; embeddings and norms stay as published."""

Adapter = dict[str, tuple[np.ndarray, np.ndarray]]
"""By the matrix's name: down (inputs, rank) and up (rank, outputs), float32."""


def read_adapter(path: Path = FILE) -> tuple[Adapter, str]:
    """Give the adapter and the SHA-256 of its file.

    Without a file nothing is changed, and the hash is "none". Raises WeightsRefused for a file
    that is no adapter.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}, "none"
    try:
        with np.load(path, allow_pickle=False) as arrays:
            names = {name.rpartition(".")[0] for name in arrays.files}
            adapter = {
                name: (
                    arrays[f"{name}.down"].astype(np.float32),
                    arrays[f"{name}.up"].astype(np.float32),
                )
                for name in sorted(names)
            }
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise WeightsRefused(f"{path.name} is no adapter ({type(error).__name__})") from error
    return adapter, hashlib.sha256(content).hexdigest()


def write_adapter(adapter: Adapter, path: Path = FILE) -> None:
    """Write the adapter in half precision: about 0.6 MB at rank 8."""
    halves = {}
    for name, (down, up) in adapter.items():
        halves[f"{name}.down"] = down.astype(np.float16)
        halves[f"{name}.up"] = up.astype(np.float16)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **halves)


def mean_of(one: Adapter, other: Adapter) -> Adapter:
    """Give the adapter half way between two, the second of which was learnt on from the first.

    It finds what each of them finds and shares fewer of their errors (docs/understanding.md).
    Raises ValueError when they do not change the same matrices at the same rank.
    """
    if one.keys() != other.keys():
        raise ValueError("the two adapters change different matrices")
    return {
        name: ((down + other[name][0]) / 2, (up + other[name][1]) / 2)
        for name, (down, up) in one.items()
    }


def merged(tensors: dict[str, np.ndarray], adapter: Adapter) -> dict[str, np.ndarray]:
    """Give the tensors with the adapter's change in them; what they are given as stays.

    Raises WeightsRefused when the adapter names a matrix that is not there or of another shape.
    """
    changed = dict(tensors)
    for name, (down, up) in adapter.items():
        weight = tensors.get(f"{name}.weight")
        if weight is None or weight.shape != (up.shape[1], down.shape[0]):
            raise WeightsRefused(f"the adapter does not fit the encoder at {name}")
        changed[f"{name}.weight"] = (weight + (down @ up).T).astype(np.float32)
    return changed
