"""Which model fits what it is trained from: a hash over the inputs, kept beside each model."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

KEEP = 3
"""Trained models kept: this one, and two to go back to."""

INPUT_FILES = ("config.yml", "domain.yml", "requirements.lock")
INPUT_DATA_FILES = ("topics.yml", "shorthand.yml")
INPUT_FOLDERS = tuple(
    f"data/{name}" for name in ("nlu", "rules", "stories", "safety", "source", "answers", "encoder")
)
READ_AT_START = (
    "data/safety/thresholds.yml",
    "data/safety/crisis_lines.yml",
    "data/safety/criteria.yml",
    "data/safety/hidden_words.yml",
    "data/safety/take_backs.yml",
    "data/safety/patterns/",
)
"""Not learnt from: a running bot reads them itself, so changing them must not cost a training."""
CODE = "nightdesk"
NOT_LOADED_BY_RASA = (
    "nightdesk/run/",
    "nightdesk/bot/",
    "nightdesk/commands/",
    "nightdesk/evaluation/",
    "nightdesk/cli.py",
    "nightdesk/encoder/adapting.py",
    "nightdesk/encoder/adapting_safety.py",
    "nightdesk/encoder/forward.py",
)
"""Ours, but no part of what a model is made by: changing them must not cost a training."""


def input_files(root: Path, data: Path | None = None) -> list[tuple[str, Path]]:
    """Give every file that a model depends on, as (name, path), in a fixed order.

    `data` stands in for `root/data` where the data lie elsewhere.
    """
    data = data or root / "data"
    found = [(name, root / name) for name in INPUT_FILES]
    found += [(f"data/{name}", data / name) for name in INPUT_DATA_FILES]
    domain = root / "domain"
    if domain.is_dir():
        found += _under(domain, "domain", ("*.yml", "*.yaml"))
    for folder in INPUT_FOLDERS:
        inside = folder.removeprefix("data/")
        below = _under(data / inside, folder, ("*",))
        found += [(name, path) for name, path in below if not name.startswith(READ_AT_START)]
    code = _under(root / CODE, CODE, ("*.py",))
    found += [(name, path) for name, path in code if not name.startswith(NOT_LOADED_BY_RASA)]
    return sorted(found)


def input_hash(files: Iterable[tuple[str, Path]]) -> str:
    """Give one SHA-256 over names and contents; a file that is missing counts as missing."""
    total = hashlib.sha256()
    for name, path in files:
        content = path.read_bytes() if path.is_file() else b"\0missing"
        total.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return total.hexdigest()


def find_model(models: Path, wanted: str) -> Path | None:
    """Give the newest model trained from the inputs with hash `wanted`, or None."""
    for note in _notes(models):
        model = note.with_suffix(".tar.gz")
        if _hash_in(note) == wanted and model.is_file():
            return model
    return None


def write_note(model: Path, inputs: str, seconds: float) -> None:
    """Say beside `model` what it was trained from. Written last: it makes the model count."""
    note = model.with_name(model.name.removesuffix(".tar.gz") + ".json")
    part = note.with_suffix(".json.part")
    part.write_text(json.dumps({"inputs": inputs, "seconds": round(seconds, 1)}) + "\n")
    part.replace(note)


def adopt(model: Path, own: Path) -> None:
    """Make `own` the same file as `model`, for as long as `own` is kept. Raises OSError."""
    part = own.with_name(own.name + ".part")
    part.unlink(missing_ok=True)
    try:
        os.link(model, part)
    except OSError:
        # Another file system.
        shutil.copyfile(model, part)
    part.replace(own)


def prune(models: Path, keep: int = KEEP) -> None:
    """Remove all but the `keep` newest models, and notes whose model is gone."""
    for number, note in enumerate(_notes(models)):
        model = note.with_suffix(".tar.gz")
        if number >= keep or not model.is_file():
            note.unlink(missing_ok=True)
            model.unlink(missing_ok=True)


def _under(folder: Path, name: str, patterns: tuple[str, ...]) -> list[tuple[str, Path]]:
    paths = {p for pattern in patterns for p in folder.rglob(pattern)}
    return [
        (f"{name}/{path.relative_to(folder).as_posix()}", path)
        for path in paths
        if path.is_file() and not path.name.startswith(".") and "__pycache__" not in path.parts
    ]


def _notes(models: Path) -> list[Path]:
    """Give the notes, newest model first."""
    return sorted(models.glob("*.json"), key=lambda p: p.stat().st_mtime, reverse=True)


def _hash_in(note: Path) -> str:
    try:
        row = json.loads(note.read_text())
    except (OSError, ValueError):
        return ""
    return str(row.get("inputs", "")) if isinstance(row, dict) else ""
