"""What both pipelines are trained from: one copy of the data, and a configuration each."""

import hashlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nightdesk.nlu.training_lines import load_training_lines

OURS = "ours"
RASA = "rasa"

QUICK_EPOCHS = 2
QUICK_INTENTS = (
    "faq_safety",
    "faq_rapid_relief",
    "faq_conditions",
    "logistics_cost",
    "logistics_hours",
    "not_in_source_other_conditions",
    "greet",
    "out_of_scope",
)
QUICK_LINES = 20

_SAFETY = "nightdesk.safety."
_CODE = ("nightdesk/nlu", "nightdesk/encoder", "nightdesk/answers", "nightdesk/safety")
_DATA = ("shorthand.yml", "topics.yml", "safety/protected_words.yml", "encoder/adapter.npz")
_EXAMPLES = "safety/examples"


@dataclass(frozen=True)
class Pipeline:
    """A pipeline to train: name, Rasa's configuration, data, and other files that it reads."""

    name: str
    config: Path
    data: Path
    files: tuple[Path, ...]

    @property
    def title(self) -> str:
        """What people read."""
        return "ours" if self.name == OURS else "Rasa's default"

    def inputs(self) -> str:
        """Give one hash over all that its model is trained from."""
        total = hashlib.sha256()
        for path in (self.config, *sorted(self.data.rglob("*.yml")), *self.files):
            total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        return total.hexdigest()


def our_config(config: dict[str, Any]) -> dict[str, Any]:
    """Give our configuration for understanding alone: no policies, and no safety detector.

    Rasa's default has no detector, so leaving it out compares like with like.
    """
    kept = [row for row in config["pipeline"] if not row["name"].startswith(_SAFETY)]
    return _understanding_only(config, kept)


def rasa_config(config: dict[str, Any], seed: int, epochs: int | None = None) -> dict[str, Any]:
    """Give Rasa's default pipeline with a seed, so that it can be trained alike again.

    `epochs` stands in for the default's number, for a trial run.
    """
    pipeline = []
    for row in config["pipeline"]:
        changed = dict(row)
        if "epochs" in row:
            changed |= {"random_seed": seed} | ({} if epochs is None else {"epochs": epochs})
        pipeline.append(changed)
    return _understanding_only(config, pipeline)


def default_config_file() -> Path:
    """Give the file of the pipeline that `rasa init` leaves to Rasa, in the installed Rasa."""
    found = importlib.util.find_spec("rasa")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("Rasa is not installed")
    package = Path(found.submodule_search_locations[0])
    return package / "engine" / "recipes" / "config_files" / "default_config.yml"


def few_lines(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the data of a trial run: the first lines of a few intents, lookups and synonyms."""
    kept = []
    for item in items:
        if "intent" not in item:
            kept.append(item)
        elif item["intent"] in QUICK_INTENTS:
            lines = item["examples"].splitlines(keepends=True)[:QUICK_LINES]
            kept.append({**item, "examples": "".join(lines)})
    return kept


def every_nth(items: Sequence[dict[str, Any]], n: int) -> list[dict[str, Any]]:
    """Give every nth line of each intent's examples, the first one always; lookups as they are."""
    return [
        {**item, "examples": "".join(item["examples"].splitlines(keepends=True)[::n])}
        if "intent" in item
        else item
        for item in items
    ]


def prepare(
    root: Path, data: Path, work: Path, seed: int, quick: bool, every: int = 1
) -> list[Pipeline]:
    """Write copy and configurations into `work`; give both pipelines, ours first.

    The data are copied because training takes long, and people go on writing examples; of the lines
    of each intent in a file, one in `every` is taken. Raises
    OSError, yaml.YAMLError or KeyError when a file is not there or not whole.
    """
    lines = work / "data" / "nlu"
    lines.mkdir(parents=True, exist_ok=True)
    for old in lines.glob("*.yml"):
        old.unlink()
    for path in sorted((data / "nlu").rglob("*.yml")):
        name = "-".join(path.relative_to(data / "nlu").parts)
        text = path.read_text(encoding="utf-8")
        if quick or every > 1:
            row = yaml.safe_load(text)
            kept = every_nth(few_lines(row["nlu"]) if quick else row["nlu"], every)
            text = yaml.safe_dump({**row, "nlu": kept}, allow_unicode=True)
        (lines / name).write_text(text, encoding="utf-8")
    ours = our_config(_read(root / "config.yml"))
    theirs = rasa_config(_read(default_config_file()), seed, QUICK_EPOCHS if quick else None)
    lock = root / "requirements.lock"
    code = sorted(path for part in _CODE for path in (root / part).rglob("*.py"))
    code += [path for name in _DATA if (path := data / name).is_file()]
    code += sorted((data / _EXAMPLES).rglob("*.yml"))
    return [
        Pipeline(OURS, _written(OURS, ours, work), work / "data", (lock, *code)),
        Pipeline(RASA, _written(RASA, theirs, work), work / "data", (lock,)),
    ]


def line_count(pipeline: Pipeline) -> tuple[int, int]:
    """Give how many training lines and how many intents there are."""
    lines = load_training_lines(pipeline.data)
    return len(lines), len({intent for intent, _ in lines})


def _understanding_only(config: dict[str, Any], pipeline: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "recipe": config["recipe"],
        # Without it, Rasa would write one into the file.
        "assistant_id": "bench",
        "language": config["language"],
        "pipeline": pipeline,
    }


def _written(name: str, config: dict[str, Any], work: Path) -> Path:
    path = work / f"{name}.yml"
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return path


def _read(path: Path) -> dict[str, Any]:
    row: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return row
