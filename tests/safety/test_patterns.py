"""Every readable pattern fires where it must and nowhere that it must not."""

import time
from collections import Counter
from contextlib import suppress

import pytest
import regex

from nightdesk.safety.patterns import TIMEOUT, Pattern, find, load_patterns
from nightdesk.safety.views import views_of
from tests.conftest import ROOT

PATTERNS = load_patterns(ROOT / "data" / "safety" / "patterns")

HOSTILE = {
    "letters": "a" * 2000,
    "dashes": "-" * 2000,
    "spaced out": "k i l l " * 250,
    "i i i": "i " * 1000,
    "my my my": "my " * 666,
    "want to": "i want to " * 200,
    "do not want": "i do not want to be " * 100,
    "how much": "how much " * 220,
    "can should": "am i can i should i " * 100,
    "take my medicine": "take my medicine and " * 95,
    "digits": "1234 " * 400,
    "quotes": "''" * 1000,
    "leet": "k1ll 4nd d13 " * 150,
    "spanish": "quiero no quiero " * 115,
    "no stops": "and if and when and but " * 83,
}


def cases(attribute: str) -> list:
    return [
        pytest.param(pattern, line, id=f"{pattern.id}-{number}")
        for pattern in PATTERNS
        for number, line in enumerate(getattr(pattern, attribute), 1)
    ]


@pytest.mark.parametrize(("pattern", "line"), cases("must_fire"))
def test_fires(pattern: Pattern, line: str):
    (hit,) = find([pattern], views_of(line))
    start, end = hit.span
    assert 0 <= start < end <= len(line)


@pytest.mark.parametrize(("pattern", "line"), cases("must_not_fire"))
def test_does_not_fire(pattern: Pattern, line: str):
    assert find([pattern], views_of(line)) == []


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.id)
def test_is_whole(pattern: Pattern):
    assert pattern.category in ("crisis", "medical_advice")
    assert pattern.level in (("P0", "P1") if pattern.category == "crisis" else ("P2",))
    assert pattern.kind
    assert len(pattern.must_fire) >= 3
    assert len(pattern.must_not_fire) >= 3
    # A pattern that fires on an empty line fires on everything.
    assert not pattern.expression.search("")


def test_ids_are_unique():
    assert [name for name, n in Counter(p.id for p in PATTERNS).items() if n > 1] == []


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_messages_take_a_bounded_time(text):
    began = time.process_time()
    # Past its time a message counts as not judged, and a person reads it.
    with suppress(TimeoutError):
        find(PATTERNS, views_of(text[:2000]))
    assert time.process_time() - began < 2.0


def test_a_pattern_that_runs_away_is_stopped():
    runaway = Pattern("x", "crisis", "x", "P1", regex.compile(r"(?:a|aa)+$"), (), ())
    began = time.process_time()
    with pytest.raises(TimeoutError):
        find([runaway], views_of("a" * 1999 + "b"))
    assert time.process_time() - began < TIMEOUT * 8


GOOD = """
- id: one
  category: crisis
  kind: k
  level: P1
  pattern: '\\bdie\\b'
  must_fire: [to die]
  must_not_fire: [diet]
"""


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            GOOD.replace("'\\bdie\\b'", "'(die'"),
            "line 6: 0.pattern: found '(die'; allowed: a regular expression",
        ),
        (GOOD.replace("  level: P1\n", ""), "line 2: 0.level: found nothing; allowed: a value"),
        (GOOD.replace("P1", "P7"), "line 5: 0.level: found 'P7'; allowed: P0 or P1 for crisis"),
        (GOOD.replace("  must_fire: [to die]\n", ""), "line 2: 0.must_fire: found nothing"),
        (GOOD.replace("[to die]", "[]"), "line 7: 0.must_fire: found []; allowed: a list of lines"),
        (GOOD + GOOD, "line 10: 1.id: found 'one'; allowed: an id that no other pattern has"),
        (GOOD + "  more: 1\n", "0.more: found an unknown key; allowed: id, category, kind"),
        ("id: one", "(whole file): found a dict; allowed: a list of entries"),
        ("- [", "line 1: (whole file): found broken YAML"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused_with_its_line(tmp_path, content, says):
    (tmp_path / "a.yml").write_text(content)
    with pytest.raises(ValueError, match=regex.escape(says)):
        load_patterns(tmp_path)


def test_no_patterns_at_all_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="no patterns"):
        load_patterns(tmp_path)


def test_the_span_is_in_the_original_message(tmp_path):
    (tmp_path / "a.yml").write_text(GOOD)
    message = "I  want\nto D\u200bIE now"
    (hit,) = find(load_patterns(tmp_path), views_of(message))
    assert message[slice(*hit.span)] == "D\u200bIE"
