"""Every readable pattern fires where it must and nowhere that it must not."""

import time
from collections import Counter
from contextlib import suppress

import pytest
import regex

from nightdesk.safety.budget import Budget
from nightdesk.safety.expressions import TIMEOUT
from nightdesk.safety.patterns import Pattern, find, load_patterns
from nightdesk.safety.views import views_of
from nightdesk_contract.checked_yaml import FileError
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
        (GOOD.replace("P1", "P2"), "line 5: 0.level: found 'P2'; allowed: P0 or P1 for crisis"),
        (
            GOOD.replace("category: crisis", "category: medical_advice"),
            "line 5: 0.level: found 'P1'; allowed: P2 for medical_advice",
        ),
        (
            GOOD.replace("[to die]", "[to die, diet]"),
            "line 7: 0.must_fire.1: found 'diet'; allowed: a line on which one fires",
        ),
        (
            GOOD.replace("[diet]", "[diet, to d1e]"),
            "line 8: 0.must_not_fire.1: found 'to d1e'; allowed: a line on which one does not fire",
        ),
        # A place between letters is no words that could be shown.
        (GOOD.replace(r"\bdie\b", "(?=die)"), "0.must_fire.0: found 'to die'"),
        (
            GOOD.replace(r"\bdie\b", "(?:die)*"),
            "line 6: 0.pattern: found '(?:die)*'; allowed: an expression that does not match an "
            "empty text",
        ),
        (
            GOOD.replace("[to die]", "[5]"),
            "line 7: 0.must_fire.0: found 5; allowed: a line of text",
        ),
        (GOOD.replace("[diet]", "[no]"), "0.must_not_fire.0: found False; allowed: a line of text"),
        (GOOD.replace("[diet]", "[' ']"), "0.must_not_fire.0: found ' '; allowed: a line of text"),
        (
            GOOD + "  level: P0\n",
            "line 9: 0.level: found the same key again; allowed: each key once",
        ),
        (GOOD.replace("'\\bdie\\b'", "'" + "(" * 3000 + "'"), "0.pattern: found"),
        ("[]", "(whole file): found []; allowed"),
        ("", "(whole file): found nothing; allowed: a list of entries"),
        ("id: one", "(whole file): found a dict; allowed: a list of entries"),
        ("- [", "line 1: (whole file): found broken YAML"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused_with_its_line(tmp_path, content, says):
    (tmp_path / "a.yml").write_text(content)
    with pytest.raises(ValueError, match=regex.escape(says)):
        load_patterns(tmp_path)


@pytest.mark.parametrize("name", ["b.yaml", "B.YML", "more/b.yml"])
def test_a_file_that_would_be_left_out_is_refused(tmp_path, name):
    (tmp_path / "a.yml").write_text(GOOD)
    (tmp_path / "README.md").write_text("What these are.")
    assert len(load_patterns(tmp_path)) == 1
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(GOOD.replace("one", "two"))
    with pytest.raises(FileError, match=rf"{name}.*allowed: a name that ends in \.yml"):
        load_patterns(tmp_path)


def test_a_pattern_that_runs_away_on_its_own_examples_is_refused(tmp_path):
    lines = GOOD.replace(r"\bdie\b", "(?:i|ii)+$").replace("[to die]", f"[{'i' * 999}b]")
    (tmp_path / "a.yml").write_text(lines)
    with pytest.raises(FileError, match=r"line 6: 0\.pattern: .* is done with its own examples"):
        load_patterns(tmp_path)


class TestBudget:
    """All patterns on all readings have one time together; each search takes a tick of it."""

    VIEWS = views_of("nothing of it")

    def test_every_search_is_counted(self):
        ticks = iter(range(1000))
        wanted = len(PATTERNS) * len(self.VIEWS)
        assert find(PATTERNS, self.VIEWS, Budget(wanted + 1, lambda: next(ticks))) == []
        ticks = iter(range(1000))
        with pytest.raises(TimeoutError):
            find(PATTERNS, self.VIEWS, Budget(wanted, lambda: next(ticks)))

    def test_a_search_gets_no_more_than_is_left(self):
        given = []

        class Expression:
            def search(self, text, timeout):
                given.append(timeout)

        pattern = Pattern("x", "crisis", "x", "P1", Expression(), (), ())
        moments = iter([0.0, 1.0, 2.9375])
        find([pattern, pattern], self.VIEWS[:1], Budget(3.0, lambda: next(moments)))
        assert given == [TIMEOUT, 0.0625]


def test_no_patterns_at_all_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="no patterns"):
        load_patterns(tmp_path)


def test_the_span_is_in_the_original_message(tmp_path):
    (tmp_path / "a.yml").write_text(GOOD)
    message = "I  want\nto D\u200bIE now"
    (hit,) = find(load_patterns(tmp_path), views_of(message))
    assert message[slice(*hit.span)] == "D\u200bIE"
