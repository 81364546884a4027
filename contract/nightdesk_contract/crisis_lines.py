"""Emergency numbers and crisis lines by country: one dated file with an owner."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from nightdesk_contract.checked_yaml import read_checked, refused
from nightdesk_contract.problems import Problem, shown

SCHEMA = "crisis_lines.schema.json"

GOOD_FOR = timedelta(days=180)
"""How long a check of the numbers holds; an older one fails the project's tests."""

_NUMBER = re.compile(r"\+?\d(?:[\d ()-]*\d)?")
"""A number within a text, as far as it goes: "13 11 14" is not in "0477 13 11 14"."""

ABOUT = {
    "reach": "crisis_call",
    "write": "crisis_text",
    "poison_help": "poison",
    "abuse_help": "abuse_call",
}
"""Which number each text (or each language's) is about."""


@dataclass(frozen=True)
class CrisisLines:
    """A country's lines as a visitor dials them; what may be empty has a default.

    `place` is the country's name as it ends "Not in …?" ("the US"), `place_es` "¿No está en …?".
    `crisis_press_es` is what to press after calling for somebody who speaks Spanish, and
    `crisis_text_es` what they text; empty where that is as for everybody.
    `crisis_text` may be a word to a number ("SHOUT to 85258"). `reach` ends "you can …" by language
    code ("call or text 988"), `write` is the same in English for who would rather not talk;
    `poison_help` (by language code) and `abuse_help` (English) are sentences with those numbers.
    """

    country: str
    name: str
    place: str
    place_es: str
    emergency: str
    crisis_name: str
    crisis_call: str
    crisis_text: str
    last_verified: date
    source: str
    reach: Mapping[str, str]
    write: str
    crisis_press_es: str = ""
    crisis_text_es: str = ""
    crisis_chat_url: str = ""
    poison: str = ""
    abuse_call: str = ""
    abuse_text: str = ""
    poison_help: Mapping[str, str] = field(default_factory=dict)
    abuse_help: str = ""
    owner: str = field(default="", compare=False)

    def numbers(self) -> tuple[str, ...]:
        """Give every number that a text may name, each once, without those that are empty."""
        named = (
            *(self.emergency, self.crisis_call, self.crisis_text),
            *(self.poison, self.abuse_call, self.abuse_text),
        )
        return tuple(dict.fromkeys(number for number in named if number))

    def message(self) -> tuple[str, str]:
        """Give the word to be sent ("" where any will do) and the number that is texted."""
        word, _, number = self.crisis_text.rpartition(" to ")
        return word, number

    def place_in(self, language: str) -> str:
        """Give `place` as a visitor who speaks `language` reads it."""
        return self.place_es if language == "es" else self.place

    def press_in(self, language: str) -> str:
        """Give what to press after calling in `language`; "" for nothing."""
        return self.crisis_press_es if language == "es" else ""

    def text_in(self, language: str) -> str:
        """Give what is texted in `language`."""
        return (self.crisis_text_es if language == "es" else "") or self.crisis_text

    def overdue(self, today: date) -> bool:
        """Say whether the last check of the numbers is too old to rely on."""
        return today - self.last_verified > GOOD_FOR


def load_all_crisis_lines(path: Path) -> dict[str, CrisisLines]:
    """Read every country's lines, by code, in the file's order.

    Raises FileError naming key, line, what was found and what is allowed. A text beside a number
    must name that very number: it is what the visitor dials.
    """
    row = read_checked(path, SCHEMA)
    wrong = [
        Problem(f"countries.{code}.last_verified", shown(lines["last_verified"]), "YYYY-MM-DD")
        for code, lines in row["countries"].items()
        if type(lines["last_verified"]) is not date  # a time of day makes it a datetime
    ]
    for code, lines in row["countries"].items():
        wrong += _without_number(f"countries.{code}", lines)
    if wrong:
        raise refused(path, wrong)
    return {code: _lines(code, row["owner"], found) for code, found in row["countries"].items()}


def load_crisis_lines(path: Path, country: str) -> CrisisLines:
    """Read the lines of `country` (two capital letters) from the dated data file.

    Raises FileError, also when the country is not in the file.
    """
    return lines_of(load_all_crisis_lines(path), country, path)


def lines_of(lines: Mapping[str, CrisisLines], country: str, path: Path) -> CrisisLines:
    """Give the lines of `country` among those read from `path`. Raises FileError without any."""
    if country not in lines:
        allowed = f"its lines, as clinic.yml has this country, or there one of {', '.join(lines)}"
        raise refused(path, [Problem(f"countries.{country}", "nothing", allowed)])
    return lines[country]


def to_check(lines: Mapping[str, CrisisLines], today: date) -> list[str]:
    """Give a sentence for each country whose numbers have to be checked again, with what to do."""
    found = []
    for each in lines.values():
        age = (today - each.last_verified).days
        if age < 0:
            when = f"on a day that is yet to come ({each.last_verified})"
        elif each.overdue(today):
            when = f"on {each.last_verified}, {age} days ago (at most {GOOD_FOR.days})"
        else:
            continue
        found.append(
            f"{each.name} ({each.country}): last checked {when}. Owner: {each.owner}. Look up each "
            f"number at its source ({each.source}), mend it, and set last_verified in "
            "data/safety/crisis_lines.yml."
        )
    return found


def _lines(code: str, owner: str, row: dict[str, Any]) -> CrisisLines:
    return CrisisLines(country=code, owner=owner, **row)


def _without_number(key: str, row: Mapping[str, Any]) -> Iterator[Problem]:
    """Give each text of a country that does not name the number that it is about."""
    for name, about in ABOUT.items():
        found, number = row.get(name) or "", row.get(about) or ""
        texts = found if isinstance(found, dict) else {"": found}
        for language, text in texts.items():
            if text and number and not _digits(number) & _digits(text):
                at = ".".join(part for part in (key, name, language) if part)
                yield Problem(at, shown(text), f"a text that names {number}")


def _digits(text: str) -> set[str]:
    return {re.sub(r"\D", "", found) for found in _NUMBER.findall(text)}
