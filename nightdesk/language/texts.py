"""What a visitor reads in their own language, from data/texts/languages.yml."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from nightdesk_contract.crisis_lines import CrisisLines
from nightdesk_contract.outcome import ENGLISH

GENERIC = "generic"
"""The entry for a language that is recognised but has no words of its own here."""


@dataclass(frozen=True)
class LanguageText:
    """The reply in one language (with `str.format` fields), and its button that asks for a person.

    The button's title is what it sends, too. `reach` and `reach_by_word` say whom to call and whom
    to text, in a language in which the crisis lines do not say it themselves.
    """

    text: str
    button: str
    reach: str = ""
    reach_by_word: str = ""

    def filled(self, lines: CrisisLines, code: str) -> "LanguageText":
        """Put a country's numbers into the fields of the text in the language `code`.

        Raises KeyError for an unknown field.
        """
        return replace(
            self, text=self.text.format(emergency=lines.emergency, reach=self._reach(lines, code))
        )

    def _reach(self, lines: CrisisLines, code: str) -> str:
        word, number = lines.message()
        own = self.reach_by_word if word else self.reach
        # Without a number to text, and for a language without a phrase, English is still help.
        if code in lines.reach or not own or not number:
            return lines.reach.get(code, lines.reach[ENGLISH])
        return own.format(call=lines.crisis_call, word=word, number=number)


def load_language_texts(path: Path) -> dict[str, LanguageText]:
    """Read the texts by language code.

    Raises OSError when the file is not there, ValueError, KeyError or TypeError when it is not
    whole.
    """
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(rows, dict) or GENERIC not in rows:
        raise ValueError(f"{path.name}: expected texts by language, {GENERIC!r} among them")
    return {
        str(code): LanguageText(
            _line(row["text"]),
            _line(row["button"]),
            *(_line(row[key]) if key in row else "" for key in ("reach", "reach_by_word")),
        )
        for code, row in rows.items()
    }


def same_words(text: str) -> str:
    """Give a text by its words alone: two lines that differ in marks or case are the same.

    Accents and vowel signs stay; without them Hindi is not the same words.
    """
    text = unicodedata.normalize("NFKC", " ".join(text.split())).casefold()
    kept = "".join(c for c in text if unicodedata.category(c)[0] not in "PSC")
    return " ".join(kept.split())


def person_titles(texts: Mapping[str, LanguageText]) -> frozenset[str]:
    """Give the foreign titles of the button that asks for a person, as `same_words` gives them."""
    return frozenset(same_words(text.button) for code, text in texts.items() if code != GENERIC)


def _line(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("expected a text")
    return value.strip()
