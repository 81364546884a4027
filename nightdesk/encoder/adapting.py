"""Makes the encoder's adapter from the project's own lines: `make adapter` (about ten minutes).

Lines of one intent are drawn together and apart from the others (supervised contrastive loss,
Khosla et al. 2020) while a linear head tells the intents apart; lines of the safety detector, and
ordinary ones, are held where the published encoder has them. The settings were chosen on
development cases; the figures are in docs/understanding.md. It is made anew when the topics change
a lot, not at every training.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nightdesk.encoder.adapter import FILE, Adapter, write_adapter
from nightdesk.encoder.session import published_encoder
from nightdesk.encoder.weights import TOKENIZER_SHA256, carrier_folder, checked, read_tensors
from nightdesk.nlu.protected import protected_words
from nightdesk.nlu.shorthand import load_shorthand, written_out
from nightdesk.nlu.slips import slipped
from nightdesk.nlu.spelling import Speller
from nightdesk.nlu.training_lines import load_training_lines, synonym_names
from nightdesk.run.places import Places
from nightdesk.safety.examples import load_examples

LONGEST = 32
"""Tokens of a line that are read here: nearly all of nearly every line, at half the time."""


@dataclass(frozen=True)
class Settings:
    """How the adapter is learnt; `typos` is the share of lines that get one or two slips."""

    rank: int = 8
    scale: float = 2.0
    epochs: float = 2.0
    batch: int = 128
    kept: int = 32
    together: int = 4
    rate: float = 1e-3
    dropout: float = 0.1
    smoothing: float = 0.1
    contrast: float = 0.5
    temperature: float = 0.1
    typos: float = 0.4
    decay: float = 0.01
    seed: int = 0


@dataclass(frozen=True)
class Lines:
    """What is learnt from: lines with the number of their intent, and lines to be held in place."""

    texts: list[str]
    labels: np.ndarray
    held: list[str]
    speller: Speller


def load_lines(data: Path) -> Lines:
    """Read the training lines and the safety detector's, as the intent model reads them."""
    rows = load_training_lines(data)
    table = load_shorthand(data)
    plain = [written_out(text, table) for _, text in rows]
    examples = [example.text.lower() for example in load_examples(data / "safety" / "examples")]
    further = [written_out(text, table) for text in examples]
    speller = Speller.of_lines(
        [*plain, *further], protected_words(data / "safety", synonym_names(data))
    )
    texts = [speller.correct(text) for text in plain]
    names = {name: number for number, name in enumerate(sorted({name for name, _ in rows}))}
    known = set(texts)
    held = [text for text in dict.fromkeys(examples) if text not in known]
    return Lines(texts, np.array([names[name] for name, _ in rows]), held, speller)


def batches(labels: np.ndarray, settings: Settings, random: random.Random) -> Iterator[list[int]]:
    """Give an epoch's batches of line numbers, lines of one intent next to each other in fours.

    A line alone of its intent in a batch would have nothing to be drawn to.
    """
    by_label: dict[int, list[int]] = {}
    for number in random.sample(range(len(labels)), len(labels)):
        by_label.setdefault(int(labels[number]), []).append(number)
    step = settings.together
    groups = [rows[i : i + step] for rows in by_label.values() for i in range(0, len(rows), step)]
    random.shuffle(groups)
    order = [number for group in groups for number in group]
    full = len(order) - len(order) % settings.batch
    yield from (order[i : i + settings.batch] for i in range(0, full, settings.batch))


def adapt(lines: Lines, settings: Settings) -> Adapter:
    """Learn the adapter; says on stderr how far it is."""
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
    model = AdaptableEncoder(read_tensors(), settings.rank, settings.scale, settings.seed)
    classes = int(lines.labels.max()) + 1
    counts = np.bincount(lines.labels, minlength=classes)
    weights = np.sqrt(len(lines.labels) / (classes * counts)).astype(np.float32)
    vectors = published_encoder().encode(lines.texts + lines.held)
    head = _head(vectors[: len(lines.texts)], lines.labels)
    step = _stepper(tf, model, head, weights, settings)
    total = int(len(lines.texts) // settings.batch * settings.epochs)
    done, began = 0, time.monotonic()
    while done < total:
        for rows in batches(lines.labels, settings, dice):
            if done == total:
                break
            kept = dice.sample(range(len(lines.held)), settings.kept)
            texts = [_seen(lines, row, settings, dice) for row in rows]
            ids, mask = tokens(tokenizer, texts + [lines.held[i] for i in kept])
            places = [*rows, *(len(lines.texts) + i for i in kept)]
            losses = step(ids, mask, lines.labels[rows], vectors[places], pace(done, total))
            done += 1
            if done % 20 == 0 or done == total:
                left = (time.monotonic() - began) / done * (total - done)
                shown = " ".join(f"{float(loss):.3f}" for loss in losses)
                print(f"  {done}/{total} steps, {left:.0f} s left, losses {shown}", file=sys.stderr)
    return model.adapter()


def pace(done: int, total: int) -> float:
    """Give the learning rate's share: up over the first tenth, then down to nothing."""
    up = 0.1 * total
    return min((done + 1) / (up + 1), 1.0) * max(0.0, 1 - max(0.0, done - up) / (total - up))


def _seen(lines: Lines, row: int, settings: Settings, dice: random.Random) -> str:
    text = lines.texts[row]
    if dice.random() >= settings.typos:
        return text
    return lines.speller.correct(slipped(text, dice, 1 if dice.random() < 0.6 else 2))


def tokens(tokenizer: Any, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Give ids and mask of texts, both (texts, tokens)."""
    encoded = tokenizer.encode_batch(list(texts))
    ids = np.array([e.ids for e in encoded], np.int32)
    return ids, np.array([e.attention_mask for e in encoded], np.float32)


def _head(vectors: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the linear head to begin with: weights (384, classes) and bias (classes,)."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=10, max_iter=300, tol=1e-3, class_weight="balanced")
    fitted.fit(vectors, labels)
    return fitted.coef_.T.astype(np.float32), fitted.intercept_.astype(np.float32)


def _stepper(
    tf: Any,
    model: Any,
    head: tuple[np.ndarray, np.ndarray],
    weights: np.ndarray,
    settings: Settings,
) -> Any:
    """Give the function that learns from one batch and gives its three losses."""
    matrix, bias = tf.Variable(head[0]), tf.Variable(head[1])
    classes = len(weights)
    share = tf.constant(weights)
    ours, theirs = tf.keras.optimizers.Adam(1e-3), tf.keras.optimizers.Adam(1e-3)

    @tf.function(reduce_retracing=True)
    def learn(ids: Any, mask: Any, labels: Any, published: Any) -> Any:
        count = tf.shape(labels)[0]
        with tf.GradientTape() as tape:
            vectors = model.encode(ids, mask, settings.dropout)
            logits = tf.matmul(vectors[:count], matrix) + bias
            wanted = tf.one_hot(labels, classes) * (1 - settings.smoothing)
            wanted += settings.smoothing / classes
            weight = tf.gather(share, labels)
            errors = tf.nn.softmax_cross_entropy_with_logits(wanted, logits)
            told = tf.reduce_sum(weight * errors) / tf.reduce_sum(weight)
            moved = tf.reduce_mean(1 - tf.reduce_sum(vectors[count:] * published[count:], 1))
            drawn = contrast(tf, vectors, labels, settings.temperature)
            loss = (1 - settings.contrast) * told + moved + settings.contrast * drawn
        trained = [*model.variables, matrix, bias]
        gradients, _ = tf.clip_by_global_norm(tape.gradient(loss, trained), 1.0)
        # TensorFlow rewrites this function, and its own zip knows no `strict`.
        ours.apply_gradients(zip(gradients[:-2], trained[:-2]))  # noqa: B905
        theirs.apply_gradients(zip(gradients[-2:], trained[-2:]))  # noqa: B905
        for variable in model.variables:
            variable.assign(variable * (1 - settings.decay * ours.learning_rate))
        return told, moved, drawn

    def step(
        ids: np.ndarray, mask: np.ndarray, labels: np.ndarray, published: np.ndarray, pace: float
    ) -> Any:
        ours.learning_rate.assign(settings.rate * pace)
        theirs.learning_rate.assign(settings.rate * pace)
        return learn(
            tf.constant(ids),
            tf.constant(mask),
            tf.constant(labels, tf.int32),
            tf.constant(published),
        )

    return step


def contrast(tf: Any, vectors: Any, labels: Any, temperature: float) -> Any:
    """Give the supervised contrastive loss of the labelled rows; they stand apart from all rows."""
    count, rows = tf.shape(labels)[0], tf.shape(vectors)[0]
    similar = tf.matmul(vectors[:count], vectors, transpose_b=True) / temperature
    itself = tf.eye(count, rows)
    # Rows without an intent are like no other.
    all_labels = tf.concat([labels, -1 - tf.range(rows - count)], 0)
    same = tf.cast(labels[:, None] == all_labels[None], tf.float32) - itself
    log_share = similar - tf.reduce_logsumexp(similar - 1e9 * itself, 1, keepdims=True)
    pairs = tf.reduce_sum(same, 1)
    has = tf.cast(pairs > 0, tf.float32)
    mean = tf.reduce_sum(same * log_share, 1) / tf.maximum(pairs, 1.0)
    return -tf.reduce_sum(has * mean) / tf.maximum(tf.reduce_sum(has), 1.0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the adapter. Gives the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m nightdesk.encoder.adapting", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("--out", type=Path, default=FILE, help="default data/encoder/adapter.npz")
    parser.add_argument("--epochs", type=float, default=Settings.epochs, help="default 2")
    parser.add_argument("--seed", type=int, default=Settings.seed)
    chosen = parser.parse_args(arguments)
    lines = load_lines(Places.from_environment().data)
    print(f"Learning from {len(lines.texts)} lines …", file=sys.stderr)
    write_adapter(adapt(lines, Settings(epochs=chosen.epochs, seed=chosen.seed)), chosen.out)
    print(f"Wrote {chosen.out} ({chosen.out.stat().st_size / 1e6:.1f} MB)", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
