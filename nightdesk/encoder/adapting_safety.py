"""Makes the safety detector's adapter from its own lines: part of `make adapter` (half an hour).

The encoder learns to tell crisis, medical advice and harmless lines apart: a linear head over its
vectors, and a supervised contrastive loss that draws the lines of one group together (each kind of
harmless line is a group: they are alike in nothing but being harmless). The settings were chosen on
development cases; the figures are in docs/understanding.md.
"""

import argparse
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nightdesk.encoder.adapter import SAFETY_FILE, Adapter, mean_of, read_adapter, write_adapter
from nightdesk.encoder.adapting import contrast, pace, tokens
from nightdesk.encoder.session import published_encoder, safety_encoder
from nightdesk.encoder.weights import TOKENIZER_SHA256, carrier_folder, checked, read_tensors
from nightdesk.nlu.slips import slipped
from nightdesk.nlu.training_lines import load_training_lines
from nightdesk.run.places import Places
from nightdesk.safety.detector import harmless_parts
from nightdesk.safety.examples import Example, load_examples
from nightdesk.safety.verdict import EMERGENCY, HARMLESS
from nightdesk.safety.views import plain

LONGEST = 64
"""Tokens of a line that are read here; lines of like length share a batch, so few are padding."""

_SORTED_TOGETHER = 16
"""Batches whose lines are put in order of length together: within them chance decides no more."""


@dataclass(frozen=True)
class Settings:
    """How the adapter is learnt; `ordinary` lines of the intents are taken beside the written ones,
    and so many `parts` of harmless lines.

    `typos` is the share of lines that get one or two slips, `stay` how much a vector is held where
    the published encoder has it.
    """

    rank: int = 12
    scale: float = 2.0
    epochs: float = 3.0
    batch: int = 128
    ordinary: int = 9000
    parts: int = 4000
    rate: float = 1e-3
    dropout: float = 0.1
    smoothing: float = 0.05
    contrast: float = 0.3
    stay: float = 0.1
    temperature: float = 0.1
    typos: float = 0.3
    decay: float = 0.01
    seed: int = 0


@dataclass(frozen=True)
class Lines:
    """What is learnt from: texts with the number of their class and of their group."""

    texts: list[str]
    labels: np.ndarray
    groups: np.ndarray


def load_lines(data: Path, settings: Settings) -> Lines:
    """Read the safety examples, and some of the intents' lines as harmless ones."""
    written = load_examples(data / "safety" / "examples")
    taken = {example.text.casefold() for example in written}
    rest = [
        Example(text, HARMLESS, intent)
        for intent, text in load_training_lines(data)
        if text and text.casefold() not in taken
    ]
    dice = random.Random(settings.seed)
    examples = written + dice.sample(rest, min(settings.ordinary, len(rest)))
    texts = [plain(example.text).text for example in examples]
    labels = [example.label for example in examples]
    groups = [_group(example) for example in examples]
    parts = harmless_parts(texts, labels)
    parts = dice.sample(parts, min(settings.parts, len(parts)))
    # Each part is a group of its own: nothing is known of it but that it is harmless.
    return Lines(
        texts + parts,
        _numbers(labels + [HARMLESS] * len(parts)),
        _numbers(groups + [f"part {part}" for part in parts]),
    )


def _group(example: Example) -> str:
    if example.label == HARMLESS:
        return f"{HARMLESS} {example.kind}"
    return "crisis" if example.label == EMERGENCY else example.label


def _numbers(names: Sequence[str]) -> np.ndarray:
    return np.unique(np.asarray(names), return_inverse=True)[1]


def batches(lengths: Sequence[int], size: int, dice: random.Random) -> list[list[int]]:
    """Give an epoch's batches of line numbers, lines of like length together, in random order.

    `lengths` are those of the lines. What fills no whole batch is left out, by chance.
    """
    order = dice.sample(range(len(lengths)), len(lengths))
    step = size * _SORTED_TOGETHER
    found = []
    for start in range(0, len(order), step):
        alike = sorted(order[start : start + step], key=lengths.__getitem__)
        if dice.random() < 0.5:
            # Not always the longest lines are left over.
            alike.reverse()
        found += [alike[i : i + size] for i in range(0, len(alike) - size + 1, size)]
    dice.shuffle(found)
    return found


def adapt(lines: Lines, settings: Settings, start: Adapter | None = None) -> Adapter:
    """Learn the adapter, or go on with `start`; says on stderr how far it is."""
    import tensorflow as tf
    from tokenizers import Tokenizer

    from nightdesk.encoder.forward import AdaptableEncoder

    tf.random.set_seed(settings.seed)
    dice = random.Random(settings.seed)
    tokenizer = Tokenizer.from_str(
        checked(carrier_folder() / "tokenizer.json", TOKENIZER_SHA256).decode("utf-8")
    )
    tokenizer.enable_truncation(LONGEST)
    tokenizer.enable_padding()
    model = AdaptableEncoder(read_tensors(), settings.rank, settings.scale, settings.seed, start)
    published = published_encoder().encode(lines.texts)
    begun = safety_encoder().encode(lines.texts) if start else published
    step = _stepper(tf, model, published, _head(begun, lines.labels), lines, settings)
    count = len(lines.texts)
    total = int(count // settings.batch * settings.epochs)
    done, began = 0, time.monotonic()
    while done < total:
        for rows in batches([len(text) for text in lines.texts], settings.batch, dice):
            if done == total:
                break
            ids, mask = tokens(tokenizer, [_seen(lines.texts[r], settings, dice) for r in rows])
            losses = step(ids, mask, rows, pace(done, total))
            done += 1
            if done % 20 == 0 or done == total:
                left = (time.monotonic() - began) / done * (total - done)
                shown = " ".join(f"{float(loss):.3f}" for loss in losses)
                print(f"  {done}/{total} steps, {left:.0f} s left, losses {shown}", file=sys.stderr)
    return model.adapter()


def _seen(text: str, settings: Settings, dice: random.Random) -> str:
    if dice.random() >= settings.typos:
        return text
    return slipped(text, dice, 1 if dice.random() < 0.6 else 2)


def _head(vectors: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give matrix (dims, classes) and bias of a linear head that tells the classes apart."""
    from sklearn.linear_model import LogisticRegression

    head = LogisticRegression(C=10, max_iter=300, tol=1e-3).fit(vectors, labels)
    return head.coef_.T.astype(np.float32), head.intercept_.astype(np.float32)


def _stepper(
    tf: Any,
    model: Any,
    vectors: np.ndarray,
    head: tuple[np.ndarray, np.ndarray],
    lines: Lines,
    settings: Settings,
) -> Any:
    """Give the function that learns from one batch and gives its three losses."""
    matrix, bias = tf.Variable(head[0]), tf.Variable(head[1])
    counts = np.bincount(lines.labels)
    classes = len(counts)
    share = tf.constant(np.sqrt(len(lines.labels) / (classes * counts)).astype(np.float32))
    ours, theirs = tf.keras.optimizers.Adam(1e-3), tf.keras.optimizers.Adam(1e-3)

    @tf.function(reduce_retracing=True)
    def learn(ids: Any, mask: Any, labels: Any, groups: Any, published: Any) -> Any:
        with tf.GradientTape() as tape:
            found = model.encode(ids, mask, settings.dropout)
            logits = tf.matmul(found, matrix) + bias
            wanted = tf.one_hot(labels, classes) * (1 - settings.smoothing)
            wanted += settings.smoothing / classes
            weight = tf.gather(share, labels)
            errors = tf.nn.softmax_cross_entropy_with_logits(wanted, logits)
            told = tf.reduce_sum(weight * errors) / tf.reduce_sum(weight)
            drawn = contrast(tf, found, groups, settings.temperature)
            moved = tf.reduce_mean(1 - tf.reduce_sum(found * published, 1))
            loss = told + settings.contrast * drawn + settings.stay * moved
        trained = [*model.variables, matrix, bias]
        gradients, _ = tf.clip_by_global_norm(tape.gradient(loss, trained), 1.0)
        # TensorFlow rewrites this function, and its own zip knows no `strict`.
        ours.apply_gradients(zip(gradients[:-2], trained[:-2]))  # noqa: B905
        theirs.apply_gradients(zip(gradients[-2:], trained[-2:]))  # noqa: B905
        for variable in model.variables:
            variable.assign(variable * (1 - settings.decay * ours.learning_rate))
        return told, moved, drawn

    def step(ids: np.ndarray, mask: np.ndarray, rows: list[int], share_of_rate: float) -> Any:
        ours.learning_rate.assign(settings.rate * share_of_rate)
        theirs.learning_rate.assign(settings.rate * share_of_rate)
        return learn(
            tf.constant(ids),
            tf.constant(mask),
            tf.constant(lines.labels[rows], tf.int32),
            tf.constant(lines.groups[rows], tf.int32),
            tf.constant(vectors[rows]),
        )

    return step


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the adapter. Gives the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m nightdesk.encoder.adapting_safety",
        description=(__doc__ or "").split("\n\n")[0],
    )
    parser.add_argument("--out", type=Path, default=SAFETY_FILE, help="default: where it is used")
    parser.add_argument("--epochs", type=float, default=Settings.epochs, help="default 3")
    parser.add_argument("--seed", type=int, default=Settings.seed)
    parser.add_argument(
        "--further",
        action="store_true",
        help="go on from the adapter in use instead of anew, and keep the mean of both",
    )
    chosen = parser.parse_args(arguments)
    settings = Settings(epochs=chosen.epochs, seed=chosen.seed)
    lines = load_lines(Places.from_environment().data, settings)
    print(f"Learning from {len(lines.texts)} lines …", file=sys.stderr)
    start = read_adapter(SAFETY_FILE)[0] if chosen.further else None
    learnt = adapt(lines, settings, start)
    write_adapter(mean_of(start, learnt) if start else learnt, chosen.out)
    print(f"Wrote {chosen.out} ({chosen.out.stat().st_size / 1e6:.1f} MB)", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
