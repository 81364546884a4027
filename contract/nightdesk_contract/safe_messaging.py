"""Safe messaging: what no text for visitors says about suicide, illness and drugs, and why."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nightdesk_contract.checked_yaml import read_checked, refused
from nightdesk_contract.problems import Problem, shown

SCHEMA = "safe_messaging.schema.json"
FILE = Path(__file__).with_name("safe_messaging.yml")

_PLAIN = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")


@dataclass(frozen=True)
class Rule:
    """Something not to say: how it is found, why it is not said, and what is said instead.

    `finds` and `leaves` are sentences that the rule must find and must leave alone.
    """

    id: str
    patterns: tuple[re.Pattern[str], ...]
    why: str
    instead: str
    in_crisis_only: bool
    finds: tuple[str, ...]
    leaves: tuple[str, ...]

    def found_in(self, text: str) -> str:
        """Give the first words in `text` that the rule is about, "" for none."""
        flat = " ".join(text.translate(_PLAIN).split())
        hits = (pattern.search(flat) for pattern in self.patterns)
        return next((hit.group() for hit in hits if hit), "")


@dataclass(frozen=True)
class Unsafe:
    """Words in a text that a rule is against."""

    rule: Rule
    words: str


def unsafe_words(text: str, rules: Sequence[Rule], *, in_crisis: bool) -> list[Unsafe]:
    """Give what the rules find in `text`; `in_crisis` says that it is said in a crisis."""
    return [
        Unsafe(rule, words)
        for rule in rules
        if (in_crisis or not rule.in_crisis_only) and (words := rule.found_in(text))
    ]


@cache
def load_rules(path: Path = FILE) -> tuple[Rule, ...]:
    """Read the rules. Raises FileError, also for a pattern that is no regular expression."""
    rows = read_checked(path, SCHEMA)["rules"]
    problems: list[Problem] = []
    rules = []
    for number, row in enumerate(rows):
        patterns = []
        for place, pattern in enumerate(row["patterns"]):
            try:
                patterns.append(re.compile(pattern, re.IGNORECASE))
            except re.error as error:
                key = f"rules.{number}.patterns.{place}"
                found = f"{shown(pattern)} ({error})"
                problems.append(Problem(key, found, "a regular expression in quotes"))
        rules.append(
            Rule(
                row["id"],
                tuple(patterns),
                row["why"].strip(),
                row["instead"].strip(),
                row.get("in_crisis_only", False),
                tuple(row["finds"]),
                tuple(row["leaves"]),
            )
        )
    if problems:
        raise refused(path, problems)
    return tuple(rules)
