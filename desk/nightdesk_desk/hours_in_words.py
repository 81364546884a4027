"""The opening hours in the plain words of a language that the clinic has not written them in.

Only where that is exact: whole weeks that are all alike. What is more than that gives nothing.
"""

import re
from collections.abc import Mapping
from datetime import time

from nightdesk_desk.opening_words import ending, time_words

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY = f"(?:{'|'.join(_DAYS)})"
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d"
_RULE = re.compile(rf"({_DAY}(?:[-,]{_DAY})*) ({_TIME}-{_TIME}(?:,{_TIME}-{_TIME})*)")


def hours_in_words(hours: str, texts: Mapping[str, str], language: str) -> str | None:
    """Give "de lunes a viernes, de las 9:00 a. m. a las 5:00 p. m." for "Mo-Fr 09:00-17:00".

    None for what is not simple: months, holidays, exceptions, days named twice, nights.
    """
    seen: set[str] = set()
    said = []
    for part in hours.split(";"):
        rule = _RULE.fullmatch(part.strip())
        if rule is None:
            return None
        days = _days_of(rule[1])
        spans = [
            (time.fromisoformat(opens), time.fromisoformat(closes))
            for opens, closes in (span.split("-") for span in rule[2].split(","))
        ]
        in_order = [moment for span in spans for moment in span]
        # A later rule overrides an earlier one; hours beyond midnight are another day's.
        if days is None or seen.intersection(days) or in_order != sorted(set(in_order)):
            return None
        seen.update(days)
        said.append(f"{_days_said(rule[1], texts, language)}, {_times(spans, texts, language)}")
    return "; ".join(said)


def _days_of(text: str) -> list[str] | None:
    """Give the days of "Mo-We,Fr"; None where one is named twice or a range is none."""
    days: list[str] = []
    for part in text.split(","):
        first, *others = part.split("-")
        if len(others) > 1:
            return None
        start = _DAYS.index(first)
        length = (_DAYS.index(others[0]) - start) % 7 if others else 0
        days += [_DAYS[(start + step) % 7] for step in range(length + 1)]
    return days if len(set(days)) == len(days) else None


def _days_said(text: str, texts: Mapping[str, str], language: str) -> str:
    names = dict(zip(_DAYS, texts[f"days{ending(language)}"].split(), strict=True))
    ranges = [[names[day] for day in part.split("-")] for part in text.split(",")]
    return _joined(
        [
            texts[f"hours_days{ending(language)}"].format(first=days[0], last=days[-1])
            if len(days) > 1
            else days[0]
            for days in ranges
        ],
        texts,
        language,
    )


def _times(spans: list[tuple[time, time]], texts: Mapping[str, str], language: str) -> str:
    said = [
        texts[f"hours_times{ending(language)}"].format(
            opens=time_words(texts, opens, language), closes=time_words(texts, closes, language)
        )
        for opens, closes in spans
    ]
    return _joined(said, texts, language)


def _joined(parts: list[str], texts: Mapping[str, str], language: str) -> str:
    *others, last = parts
    if not others:
        return last
    return texts[f"hours_and{ending(language)}"].format(one=", ".join(others), two=last)
