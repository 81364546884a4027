"""The peer: what `rasa init` makes, with Rasa's default pipeline and policies, and our questions.

The project that `rasa init` copies is taken from the installed Rasa as it is: its stories, rules,
answers and credentials. What an FAQ bot needs is added: the lines of our intents, and for each
intent that the project does not have a rule and an answer. Conversations are in memory and REST is
the only channel, as its defaults are.
"""

import hashlib
import importlib.util
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.inputs import default_config_file, every_nth
from bench.training import run_measured
from nightdesk.run.progress import Step, StepFailed

NAME = "stock"
VERSION = "3.1"

PLACEHOLDER = (
    "This is an answer to a question about the clinic. It is about as long as an answer of ours "
    "is, so that both send as much."
)
"""What stands for an answer that is ours to work out (costs, hours, several questions)."""


@dataclass(frozen=True)
class Stock:
    """A stock project on disk that waits for its training."""

    folder: Path
    files: tuple[Path, ...]

    def inputs(self) -> str:
        """Give one hash over all that its model is trained from."""
        total = hashlib.sha256()
        for path in self.files:
            name = str(path.relative_to(self.folder)) if path.is_relative_to(self.folder) else ""
            total.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        return total.hexdigest()


def config(default: Mapping[str, Any], seed: int, epochs: int | None) -> dict[str, Any]:
    """Give Rasa's default configuration with a seed; `epochs` stands in for the default's numbers.

    A seed changes nothing but which of equally good models comes out.
    """

    def row(old: Mapping[str, Any]) -> dict[str, Any]:
        if "epochs" not in old:
            return dict(old)
        return {**old, "random_seed": seed, **({} if epochs is None else {"epochs": epochs})}

    return {
        "recipe": default["recipe"],
        "assistant_id": "bench",
        "language": default["language"],
        "pipeline": [row(old) for old in default["pipeline"]],
        "policies": [row(old) for old in default["policies"]],
    }


def domain(
    initial: Mapping[str, Any], intents: Sequence[str], answers: Mapping[str, str]
) -> dict[str, Any]:
    """Give the domain of the initial project with our intents, an answer for each new one."""
    new = new_intents(initial, intents)
    return {
        **initial,
        "intents": [*initial["intents"], *new],
        "entities": ["condition"],
        "responses": {
            **initial["responses"],
            **{f"utter_{name}": [{"text": answers.get(name, PLACEHOLDER)}] for name in new},
        },
    }


def rules(initial: Mapping[str, Any], intents: Sequence[str]) -> dict[str, Any]:
    """Give one rule for each intent that the initial project does not have."""
    return {
        "version": VERSION,
        "rules": [
            {"rule": name, "steps": [{"intent": name}, {"action": f"utter_{name}"}]}
            for name in new_intents(initial, intents)
        ],
    }


def new_intents(initial: Mapping[str, Any], intents: Sequence[str]) -> list[str]:
    """Give our intents that the initial project does not have, in order."""
    return [name for name in dict.fromkeys(intents) if name not in initial["intents"]]


def prepare(
    root: Path, data: Path, folder: Path, seed: int, every: int, epochs: int | None
) -> Stock:
    """Write the project into `folder`; of each intent's lines one in `every` is taken.

    `epochs` stand in for the default's hundred, where given.

    Raises OSError, yaml.YAMLError or KeyError when a file is not there or not whole.
    """
    initial = _initial_project()
    shutil.rmtree(folder / "data", ignore_errors=True)
    (folder / "data" / "ours").mkdir(parents=True)
    for path in sorted((initial / "data").glob("*.yml")):
        shutil.copyfile(path, folder / "data" / path.name)
    for name in ("credentials.yml", "endpoints.yml"):
        shutil.copyfile(initial / name, folder / name)
    intents: list[str] = []
    for path in sorted((data / "nlu").rglob("*.yml")):
        # Lines alone: Rasa's featurizer would search each message for every word of our lookups.
        kept = [item for item in every_nth(_read(path)["nlu"], every) if "intent" in item]
        intents += [item["intent"] for item in kept]
        name = "-".join(path.relative_to(data / "nlu").parts)
        if kept:
            _write(folder / "data" / "ours" / name, {"version": VERSION, "nlu": kept})
    before = _read(initial / "domain.yml")
    _write(folder / "domain.yml", domain(before, intents, _our_answers(root / "domain.yml")))
    _write(folder / "data" / "ours" / "our-rules.yml", rules(before, intents))
    _write(folder / "config.yml", config(_read(default_config_file()), seed, epochs))
    files = sorted([*folder.glob("*.yml"), *(folder / "data").rglob("*.yml")])
    return Stock(folder, (*files, root / "requirements.lock"))


def trained(stock: Stock, kept: Path, environment: Mapping[str, str]) -> Path:
    """Give the project's model, trained now or, with the same inputs, before. Raises StepFailed."""
    name = f"stock-{stock.inputs()[:16]}"
    model = kept / f"{name}.tar.gz"
    if model.is_file():
        return model
    log = stock.folder / "train.log"
    work = stock.folder / "models"
    with Step("Training the stock Rasa (a quarter of an hour; kept for the next time)") as step:
        command = [
            *(sys.executable, "-m", "rasa", "train"),
            *("--out", str(work), "--fixed-model-name", name),
        ]
        run_measured(command, log, stock.folder, environment, step)
    # Rasa also exits 0 when it found nothing to train on.
    made = work / model.name
    if not made.is_file():
        raise StepFailed(f"Training the stock Rasa gave no model. Its output is in {log}")
    made.replace(model)
    return model


def _initial_project() -> Path:
    found = importlib.util.find_spec("rasa")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("Rasa is not installed")
    return Path(found.submodule_search_locations[0]) / "cli" / "initial_project"


def _our_answers(path: Path) -> dict[str, str]:
    """Give our own texts by intent, where there is one that needs nothing filled in."""
    found = {}
    for name, rows in _read(path)["responses"].items():
        text = str(rows[0].get("text", ""))
        if text and "{" not in text:
            found[name.removeprefix("utter_")] = text
    return found


def _read(path: Path) -> dict[str, Any]:
    row: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return row


def _write(path: Path, row: Mapping[str, Any]) -> None:
    text = yaml.safe_dump(dict(row), sort_keys=False, allow_unicode=True)
    path.write_text(text, encoding="utf-8")
