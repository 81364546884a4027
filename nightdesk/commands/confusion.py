"""`nightdesk confusion`: which intents the classifier takes for which, by cross-validation."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from nightdesk.evaluation.confusion import (
    Guess,
    Predict,
    Train,
    as_json,
    as_text,
    cross_validated,
    without_repeats,
)
from nightdesk.run.places import Places
from nightdesk.run.progress import Step

if TYPE_CHECKING:
    import numpy as np

    from nightdesk.nlu.text_model import Recipe

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

PICTURES = (".png", ".svg")
_BATCH = 256


def register(subparsers: "Subparsers") -> None:
    """Add `confusion` to the command line."""
    confusion = subparsers.add_parser(
        "confusion",
        help="show which intents are taken for which",
        description="Cross-validation over the training lines with our own classifier, without "
        "Rasa: each line is judged by a model that has not seen it (the surest intent counts, "
        "however unsure). Prints the share that is right with its Wilson 95 % interval, recall "
        "and precision of each intent, and the most confused pairs with lines. Some minutes; "
        "progress on standard error.",
    )
    confusion.add_argument("--folds", type=_number(2), default=5, metavar="K", help="default 5")
    confusion.add_argument("--seed", type=int, default=1, metavar="N", help="default 1")
    confusion.add_argument(
        "--pairs", type=_number(0), default=20, metavar="N", help="pairs to show (default 20)"
    )
    confusion.add_argument("--json", action="store_true", help="print JSON, with every pair")
    confusion.add_argument(
        "--picture", type=_picture, metavar="FILE", help="also draw a heat map: .png or .svg"
    )
    confusion.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry out `confusion`. Gives the exit status: 0, 1 failed, 2 wrong use."""
    # Here, not above: they take seconds to import, and the other commands do not need them.
    from nightdesk.encoder import WeightsRefused
    from nightdesk.nlu.training_lines import TrainingLinesError, load_training_lines
    from nightdesk_contract.answers import AnswerError

    places = Places.from_environment()
    try:
        lines = without_repeats(load_training_lines(places.data))
        train = trainer(places)
    except (WeightsRefused, TrainingLinesError, AnswerError, OSError, yaml.YAMLError) as error:
        print(f"nightdesk confusion: {error}", file=sys.stderr)
        return 1
    if len(lines) < arguments.folds:
        print(f"nightdesk confusion: {len(lines)} training lines are too few", file=sys.stderr)
        return 2
    guesses: list[Guess] = []
    remaining = cross_validated(lines, arguments.folds, arguments.seed, train)
    for fold in range(1, arguments.folds + 1):
        with Step(f"Fold {fold} of {arguments.folds}"):
            guesses += next(remaining)
    if arguments.json:
        settings = {"folds": arguments.folds, "seed": arguments.seed}
        print(json.dumps({**settings, **as_json(guesses)}, ensure_ascii=False, indent=1))
    else:
        print(as_text(guesses, arguments.pairs))
    return _draw(guesses, arguments.picture, arguments.folds) if arguments.picture else 0


def trainer(places: Places) -> Train:
    """Give what trains the classifier as the model's training does.

    Raises TrainingLinesError, OSError or yaml.YAMLError for a file that cannot be used, and
    WeightsRefused when the encoder's weights are not the published ones.
    """
    from nightdesk.encoder import load_encoder
    from nightdesk.nlu.protected import protected_words
    from nightdesk.nlu.shorthand import load_shorthand
    from nightdesk.nlu.training_lines import synonym_names
    from nightdesk.nlu.understanding import Understander

    protected = protected_words(places.safety, synonym_names(places.data))
    shorthand = load_shorthand(places.data)
    recipe = recipe_in(places.root / "config.yml")
    encode = remembering(load_encoder().encode)

    def train(texts: Sequence[str], intents: Sequence[str]) -> Predict:
        with tempfile.TemporaryDirectory() as folder:
            model = Understander.train(
                texts, intents, protected, encode, recipe, Path(folder), shorthand
            )

        def predict(asked: Sequence[str]) -> list[tuple[str, float]]:
            found = []
            for start in range(0, len(asked), _BATCH):
                found += model.understand(asked[start : start + _BATCH])
            return [understanding.ranking[0] for understanding in found]

        return predict

    return train


def recipe_in(config: Path) -> "Recipe":
    """Give the recipe that Rasa's configuration sets for the intent classifier."""
    from nightdesk.nlu.text_model import Recipe

    pipeline = yaml.safe_load(config.read_text(encoding="utf-8"))["pipeline"]
    settings: dict[str, Any] = next(
        (row for row in pipeline if row["name"].endswith(".SentenceIntentClassifier")), {}
    )
    names = {field.name for field in fields(Recipe)}
    return Recipe(**{name: value for name, value in settings.items() if name in names})


def remembering(
    encode: "Callable[[Sequence[str]], np.ndarray]",
) -> "Callable[[Sequence[str]], np.ndarray]":
    """Give `encode`, asked once for each text: the folds share most of their lines."""
    import numpy as np

    known: dict[str, np.ndarray] = {}

    def encode_once(texts: Sequence[str]) -> np.ndarray:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, encode(new), strict=True))
        return np.stack([known[text] for text in texts])

    return encode_once


def _draw(guesses: Sequence[Guess], target: Path, number: int) -> int:
    from nightdesk.evaluation.confusion_picture import draw

    try:
        with Step(f"Drawing {target.name}"):
            draw(guesses, target, f"Intents, {len(guesses)} training lines, {number} folds")
    except OSError as error:
        print(f"nightdesk confusion: {target}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def _number(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isascii() or not text.isdigit() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} up")
        return int(text)

    return number


def _picture(text: str) -> Path:
    path = Path(text)
    if path.suffix not in PICTURES:
        raise argparse.ArgumentTypeError(f"{text!r} does not end in " + " or ".join(PICTURES))
    return path
