"""What is wrong with the words that visitors read: unsafe ones, and ones that are hard to read."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nightdesk_contract.plain_words import GRADE, as_read, is_long_enough, longest_sentence
from nightdesk_contract.safe_messaging import Rule, unsafe_words
from nightdesk_contract.visible_texts import VisibleText

Measure = Callable[[str], float]
"""Gives the reading grade of a text."""

HARD = "reading_grade"
"""The rule's name where a text is too hard to read."""


@dataclass(frozen=True)
class TextFinding:
    """One thing to change in a text. `grade` and `longest` go with a text that is hard to read."""

    rule: str
    file: str
    key: str
    found: str
    why: str
    instead: str
    line: int | None = None
    grade: float | None = None
    longest: str | None = None

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else self.file
        longest = f"\n  longest sentence: {self.longest}" if self.longest else ""
        return (
            f"[{self.rule}] {where}: {self.key}: found {self.found}{longest}\n"
            f"  why: {self.why}\n  instead: {self.instead}"
        )

    def to_row(self) -> dict[str, Any]:
        """Give it as JSON shows it."""
        return asdict(self)


def text_findings(
    texts: Iterable[VisibleText], rules: Sequence[Rule], measure: Measure | None
) -> list[TextFinding]:
    """Give what is wrong with each text, in their order; no grades without a `measure`."""
    found: list[TextFinding] = []
    for text in texts:
        file = str(text.path)
        for unsafe in unsafe_words(text.text, rules, in_crisis=text.in_crisis):
            rule, words = unsafe.rule, f'"{unsafe.words}"'
            found.append(
                TextFinding(rule.id, file, text.key, words, rule.why, rule.instead, text.line)
            )
        read = as_read(text.text)
        if measure is None or not text.graded or not is_long_enough(read):
            continue
        grade = measure(read)
        if grade > GRADE:
            found.append(
                TextFinding(
                    HARD,
                    file,
                    text.key,
                    f"reading grade {grade:.1f}",
                    f"Grade {GRADE:.0f} is the highest that most people read with ease.",
                    "shorter sentences, shorter words",
                    text.line,
                    round(grade, 1),
                    longest_sentence(text.text),
                )
            )
    return found
