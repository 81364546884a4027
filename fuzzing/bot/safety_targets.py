"""How a message is read for safety: its readings, the patterns, the whole detector."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from random import Random

from fuzzing.crisis_texts import wrapped
from fuzzing.target import Check, Target
from fuzzing.texts import message, text
from fuzzing.words import BY_MODEL
from fuzzing.words import CRISIS as CRISIS_SENTENCES
from nightdesk.safety.budget import SECONDS, Budget
from nightdesk.safety.patterns import Pattern, find, load_patterns
from nightdesk.safety.reading import View
from nightdesk.safety.verdict import CRISIS, EMERGENCY
from nightdesk.safety.views import bare, plain, views_of
from nightdesk.safety.windows import MAX_LINES, MAX_PARTS, lines_of, parts_of
from nightdesk_contract.door import MessageRefused, clean

ROOT = Path(__file__).resolve().parents[2]
MOST_READINGS = 4


@lru_cache(maxsize=1)
def patterns() -> Sequence[Pattern]:
    """Give the patterns of this project."""
    return load_patterns(ROOT / "data" / "safety" / "patterns")


def check_readings(message: str) -> None:
    """Every reading leads back to the message, and reading what was read changes nothing."""
    views = views_of(message)
    assert 1 <= len(views) <= MOST_READINGS, f"{len(views)} readings"
    assert views[0] == plain(message), "the plain reading is not the first"
    for view in views:
        _leads_back(view, message)
    again = plain(views[0].text).text
    assert again.strip() == views[0].text.strip(), "reading twice gives something else"
    assert bare(bare(message)) == bare(message), "the bare words of bare words are others"
    for start, end in (*lines_of(message), *parts_of(message)):
        assert 0 <= start <= end <= len(message), "a part outside the message"
    assert len(lines_of(message)) <= MAX_LINES + 1
    assert len(parts_of(message)) <= MAX_PARTS


def _leads_back(view: View, message: str) -> None:
    assert len(view.text) == len(view.origins), "a character without its place"
    assert not view.ends or len(view.ends) == len(view.origins)
    assert list(view.origins) == sorted(view.origins), "places out of order"
    for i, origin in enumerate(view.origins):
        assert 0 <= origin <= view.end_of(i) <= len(message), "a place outside the message"


def check_patterns(message: str) -> None:
    """All patterns are done with a message in its time, and mark words that are in it."""
    for hit in find(patterns(), views_of(message), Budget(SECONDS)):
        start, end = hit.span
        assert 0 <= start < end <= len(message), f"{hit.pattern.id} marks nothing in the message"


def check_wrapped(found: tuple[str, str]) -> None:
    """A crisis sentence among harmless noise is found by a pattern, as it is alone."""
    said, message = found
    crises = [pattern for pattern in patterns() if pattern.category == CRISIS]
    assert find(crises, views_of(clean(message))), f"missed: {said!r}"


@contextmanager
def _readings() -> Iterator[Check]:
    yield check_readings


@contextmanager
def _patterns() -> Iterator[Check]:
    patterns()
    yield check_patterns


@contextmanager
def _wrapped() -> Iterator[Check]:
    patterns()
    yield check_wrapped


@contextmanager
def _detector() -> Iterator[Check]:
    from nightdesk.commands.loading import load_detector

    detector = load_detector()
    if detector is None:
        raise RuntimeError("there is no trained model: `make train` first")

    def check(found: tuple[str, str, list[str]]) -> None:
        said, message, earlier = found
        try:
            message = clean(message)
        except MessageRefused:
            assert not said, f"refused: {said!r}"
            return
        verdict = detector.judge(message, earlier)
        if said:
            assert verdict and verdict.category in (CRISIS, EMERGENCY), f"missed: {said!r}"
        if verdict:
            assert verdict.level in ("P0", "P1", "P2")
            assert 0 < verdict.score <= 1 + 1e-6
            assert all(0 <= start <= end <= len(message) for start, end in verdict.spans)
            assert detector.intent(message, verdict)

    yield check


def _judged(rng: Random) -> tuple[str, str, list[str]]:
    """Give a crisis among noise, or an odd text with odd short messages before it."""
    if rng.random() < 0.5:
        said, message = wrapped(rng, (*CRISIS_SENTENCES, *BY_MODEL))
        return said, message, []
    earlier = [text(rng)[:40] for _ in range(rng.randint(0, 3))]
    return "", text(rng)[:1000], [piece for piece in earlier if piece.strip()]


TARGETS = (
    Target(
        "bot-readings",
        "the readings of a message (nightdesk.safety.views)",
        "bot",
        message,
        _readings,
        50,
        2.0,
    ),
    Target(
        "bot-patterns",
        "every safety pattern on every reading",
        "bot",
        message,
        _patterns,
        40,
        SECONDS,
    ),
    Target(
        "bot-crisis",
        "a crisis sentence among harmless noise stays one, by the patterns alone",
        "bot",
        wrapped,
        _wrapped,
        50,
        SECONDS,
    ),
    Target(
        "bot-detector",
        "the whole safety detector with its trained model; half of them a crisis among noise",
        "bot",
        _judged,
        _detector,
        5,
        SECONDS,
    ),
)
