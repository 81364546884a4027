"""The detector: patterns and model together, and the data that they are made from."""

import json
from pathlib import Path

import numpy as np
import pytest

from nightdesk.safety.budget import SECONDS
from nightdesk.safety.detector import (
    KNOWN_HARMLESS,
    THEMES_FOLDER,
    Detector,
    harmless_parts,
    load_thresholds,
    save_known_harmless,
    train_model,
)
from nightdesk.safety.examples import Example, load_examples
from nightdesk.safety.patterns import load_patterns
from nightdesk.safety.verdict import CRISIS, EMERGENCY, HARMLESS, MEDICAL, Thresholds
from nightdesk_contract.checked_yaml import FileError

LINES = {
    "crisis": ["i want to die", "i want to end my life", "i have no reason to live", "end it all"],
    "crisis_emergency": [
        "i took all the pills",
        "i swallowed the bottle just now",
        "he is not breathing",
    ],
    "medical_advice": [
        "can i take it with lithium",
        "should i stop my zoloft",
        "is my dose too low",
    ],
    "harmless": [
        "what does it cost",
        "where do i park",
        "the nurse was kind",
        "hello there",
        "thank you",
    ],
}
EXAMPLES = [Example(line, label, "k") for label, lines in LINES.items() for line in lines]
LIMITS = Thresholds(0.5, 0.5, 0.6, 0.7, 0.5)
FILLER = "the waiting room was nice. where do i park. the chairs are soft. "


def no_vectors(texts):
    return np.zeros((len(texts), 4), dtype=np.float32)


@pytest.fixture(scope="module")
def model():
    return train_model(EXAMPLES, no_vectors)


@pytest.fixture
def detector(model):
    return Detector([], model, LIMITS, no_vectors)


@pytest.mark.parametrize(
    ("message", "category"),
    [
        ("I want to die", "crisis"),
        ("i w4nt to d1e", "crisis"),
        ("I WANT\n\nto d\u200bie", "crisis"),
        ("i just took all the pills", "crisis_emergency"),
        ("should i stop my zoloft?", "medical_advice"),
        ("what does parking cost", None),
        ("thank you", None),
    ],
)
def test_model_alone(detector, message, category):
    verdict = detector.judge(message)
    assert (verdict.category if verdict else None) == category


@pytest.mark.parametrize(
    "dressed",
    [
        *(
            "{}!",
            "{}!!!",
            "{}...",
            "{}?",
            "{} :(",
            "{} :)",
            "{} \U0001f62d",
            "{} lol",
            "{}, thanks",
        ),
        *("hi, {}", "hello there! {}. thank you so much", "ok so {} haha", "\u00a1{}!", "{}\u2026"),
    ],
)
@pytest.mark.parametrize("said", [*LINES["crisis"], *LINES["crisis_emergency"]])
def test_what_stands_around_a_grave_sentence_does_not_take_it_away(detector, said, dressed):
    verdict = detector.judge(dressed.format(said))
    assert verdict is not None
    assert verdict.category in (CRISIS, EMERGENCY)


@pytest.mark.parametrize("line", LINES["harmless"])
def test_what_is_harmless_stays_so_when_it_is_said_loudly(detector, line):
    assert detector.judge(f"{line}!!") is None


def test_one_sentence_in_a_long_message_fires_and_is_marked(detector):
    message = FILLER * 10 + "I want to end my life. " + FILLER * 10
    verdict = detector.judge(message)
    assert verdict is not None
    assert verdict.category == "crisis"
    (start, end) = verdict.spans[0]
    assert "want to end my life" in message[start:end]
    assert end - start < 150


def test_the_filler_alone_does_not_fire(detector):
    assert detector.judge(FILLER * 20) is None


def recording(model):
    """Give a detector, and the list into which go the texts that it has read."""
    seen = []

    def vectors(texts):
        seen.extend(texts)
        return no_vectors(texts)

    return Detector([], model, LIMITS, vectors), seen


def test_what_two_readings_share_is_read_once(model):
    detector, seen = recording(model)
    _, scored = detector.evidence(FILLER + "i want to d13. <b>thank you</b>")
    assert len(seen) == len(set(seen)) < len(scored)


def test_what_a_message_and_its_lines_share_is_read_once(model):
    detector, seen = recording(model)
    detector.evidence("where do i park?\ni want to die.\nthank you")
    assert len(seen) == len(set(seen))


def test_a_pattern_alone_fires(model, tmp_path):
    (tmp_path / "a.yml").write_text(
        "- {id: zebra, category: crisis, kind: k, level: P0, pattern: zebra,"
        " must_fire: [zebra], must_not_fire: [horse]}"
    )
    detector = Detector(load_patterns(tmp_path), model, LIMITS, no_vectors)
    verdict = detector.judge("where do i park my Z3BRA")
    assert verdict is not None
    assert (verdict.category, verdict.rule, verdict.spans) == (
        "crisis_emergency",
        "zebra",
        ((19, 24),),
    )


def test_a_fault_is_raised_to_whoever_asks(model):
    def broken(texts):
        raise RuntimeError("no encoder")

    with pytest.raises(RuntimeError, match="no encoder"):
        Detector([], model, LIMITS, broken).judge("hello")


class Clock:
    """A clock that only the encoder moves: it takes so many seconds each time it is asked."""

    def __init__(self, seconds: float) -> None:
        self.now = 0.0
        self.seconds = seconds

    def encode(self, texts):
        self.now += self.seconds
        return no_vectors(texts)


class TestTime:
    LINES = "where do i park\nthe nurse was kind\nthank you"

    def judged(self, model, clock, message, earlier=()):
        detector = Detector([], model, LIMITS, clock.encode, clock=lambda: clock.now)
        return detector.judge(message, earlier)

    def test_a_message_is_judged_within_its_time(self, model):
        # The whole and three lines: each begins before the time is over.
        clock = Clock(SECONDS / 3 - 0.01)
        assert self.judged(model, clock, self.LINES) is None
        assert clock.now > SECONDS

    def test_past_it_what_is_left_to_read_is_not_taken_for_harmless(self, model):
        with pytest.raises(TimeoutError):
            self.judged(model, Clock(SECONDS / 3), self.LINES)

    def test_a_finding_that_took_long_still_counts(self, model):
        verdict = self.judged(model, Clock(SECONDS * 2), "i want to die")
        assert verdict is not None
        assert verdict.category == CRISIS

    def test_short_messages_before_share_it(self, model):
        clock = Clock(SECONDS / 2)
        with pytest.raises(TimeoutError):
            self.judged(model, clock, "thank you", ["where", "do i park"])

    def test_each_message_has_its_own(self, model):
        clock = Clock(SECONDS * 0.75)
        detector = Detector([], model, LIMITS, clock.encode, clock=lambda: clock.now)
        assert [detector.judge("thank you") for _ in range(4)] == [None] * 4


def test_read_from_files_it_judges_the_same(model, tmp_path, root):
    model.save(tmp_path / "model")
    save_known_harmless(EXAMPLES, tmp_path / "model")
    model.save(tmp_path / "model" / THEMES_FOLDER)
    detector = Detector.from_files(root / "data" / "safety", tmp_path / "model", no_vectors)
    verdict = detector.judge("i want to kill myself")
    assert verdict is not None
    assert verdict.category == "crisis"


class TestThresholds:
    def test_the_projects_own_are_probabilities(self, root):
        limits = load_thresholds(root / "data" / "safety" / "thresholds.yml")
        values = vars(limits)
        assert all(0 < value <= 1 for value in values.values())
        assert limits.part_crisis >= limits.crisis
        assert limits.part_medical_advice >= limits.medical_advice

    GOOD = (
        "crisis: 0.1\nmedical_advice: 0.4\npart_crisis: 0.2\npart_medical_advice: 1\n"
        "emergency: 0.5\n"
    )

    def test_a_whole_file(self, tmp_path):
        path = tmp_path / "thresholds.yml"
        path.write_text(self.GOOD)
        assert load_thresholds(path) == Thresholds(0.1, 0.4, 0.2, 1.0, 0.5)

    @pytest.mark.parametrize(
        ("old", "new", "says"),
        [
            ("crisis: 0.1\n", "", "crisis: found nothing; allowed: a value"),
            ("0.4", "high", "line 2: medical_advice: found 'high'; allowed: a number above 0"),
            ("0.4", "1.01", "line 2: medical_advice: found 1.01; allowed: a number above 0"),
            ("0.2", "-0.2", "line 3: part_crisis: found -0.2; allowed: a number above 0"),
            # Everything would be a crisis.
            ("0.1", "0", "line 1: crisis: found 0; allowed: a number above 0"),
            ("0.1", ".nan", "line 1: crisis: found nan; allowed: a number above 0"),
            ("0.1", ".inf", "line 1: crisis: found inf; allowed: a number above 0"),
            ("0.1", "true", "line 1: crisis: found True; allowed: a number above 0"),
            ("emergency: 0.5", "emergency: 0.5\nmore: 1", "line 6: more: found an unknown key"),
            ("emergency: 0.5", "crisis: 0.5", "line 5: crisis: found the same key again"),
            (GOOD, "- 1", "found a list; allowed: a mapping"),
            (GOOD, "", "found nothing; allowed: a mapping"),
        ],
    )
    def test_a_wrong_file_is_refused_with_key_and_line(self, tmp_path, old, new, says):
        path = tmp_path / "thresholds.yml"
        path.write_text(self.GOOD.replace(old, new, 1))
        with pytest.raises(FileError) as refused:
            load_thresholds(path)
        assert says in str(refused.value)
        assert str(path) in str(refused.value)

    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(FileError, match="no readable file"):
            load_thresholds(tmp_path / "thresholds.yml")


class TestExamples:
    def write(self, folder: Path, content: str, name: str = "crisis/a.yml") -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def test_lines_with_their_class(self, tmp_path):
        self.write(
            tmp_path, "category: crisis\nkind: k\nlevel: P1\nexamples: |\n  - One\n  -  two \n"
        )
        self.write(
            tmp_path, "category: crisis\nkind: e\nlevel: P0\nexamples: |\n  - now\n", "crisis/b.yml"
        )
        self.write(tmp_path, "category: harmless\nkind: h\nexamples: |\n  - hi\n", "harmless/a.yml")
        assert load_examples(tmp_path) == [
            Example("One", "crisis", "k"),
            Example("two", "crisis", "k"),
            Example("now", "crisis_emergency", "e"),
            Example("hi", "harmless", "h"),
        ]

    def test_repeats_count_once(self, tmp_path):
        self.write(tmp_path, "category: harmless\nkind: h\nexamples: |\n  - Hi\n  - hi\n  - HI\n")
        assert len(load_examples(tmp_path)) == 1

    @pytest.mark.parametrize(
        "content",
        [
            "category: nonsense\nkind: k\nexamples: |\n  - a\n",
            "kind: k\nexamples: |\n  - a\n",
            "category: crisis\nlevel: P1\nexamples: |\n  - a\n",
            "category: crisis\nkind: k\nlevel: P1\n",
            "category: crisis\nkind: k\nlevel: P1\nexamples: [a, b]\n",
            "- a\n- b\n",
            "text",
            "",
        ],
    )
    def test_a_wrong_file_is_named(self, tmp_path, content):
        self.write(tmp_path, content)
        with pytest.raises(ValueError, match=r"crisis/a\.yml"):
            load_examples(tmp_path)

    def test_no_examples_is_an_error(self, tmp_path):
        with pytest.raises(ValueError, match="no examples"):
            load_examples(tmp_path)


class AlwaysCrisis:
    """A model that is sure of a crisis whatever it reads."""

    classes = ("crisis", "crisis_emergency", "harmless", "medical_advice")

    def probabilities(self, texts, vectors):
        return np.tile([1.0, 0.0, 0.0, 0.0], (len(texts), 1))


def test_a_line_that_a_person_judged_harmless_is_left_to_the_patterns(tmp_path):
    examples = [
        Example("Goodbye", HARMLESS, "goodbye"),
        Example("this is goodbye", HARMLESS, "goodbye"),
        Example("This is goodbye.", CRISIS, "goodbye"),
    ]
    save_known_harmless(examples, tmp_path)
    known = frozenset(json.loads((tmp_path / KNOWN_HARMLESS).read_text()))
    assert known == {"goodbye"}
    model = AlwaysCrisis()
    assert Detector([], model, LIMITS, no_vectors, known).judge("goodbye!") is None
    assert Detector([], model, LIMITS, no_vectors, known).judge("goodbye mom") is not None


class TestHarmlessParts:
    CARD = "my card is gone. please help me. what do i do"

    def test_each_sentence_of_a_harmless_text_once(self):
        texts = [self.CARD, "the parcel is late. please help me."]
        found = harmless_parts(texts, [HARMLESS, HARMLESS])
        assert found == [
            "my card is gone.",
            "please help me.",
            "what do i do",
            "the parcel is late.",
        ]

    def test_what_is_an_example_of_its_own_or_one_word_is_left_out(self):
        texts = [self.CARD, "please help me.", "no. thanks a lot."]
        found = harmless_parts(texts, [HARMLESS, CRISIS, HARMLESS])
        assert found == ["my card is gone.", "what do i do", "thanks a lot."]

    def test_of_what_is_not_harmless_nothing_is_known(self):
        assert harmless_parts([self.CARD], [CRISIS]) == []

    def test_the_model_learns_them(self):
        examples = [
            *[
                Example(f"{word} card is gone. please help me.", HARMLESS, "bank")
                for word in "abcd"
            ],
            *[Example(f"please help {word} to die", CRISIS, "wish") for word in "abcd"],
            Example("i took it all", EMERGENCY, "overdose"),
            Example("what dose for me", MEDICAL, "dose"),
        ]
        model = train_model(examples, no_vectors)
        likely = model.probabilities(["please help me."], no_vectors(["please help me."]))[0]
        assert model.classes[int(likely.argmax())] == HARMLESS
