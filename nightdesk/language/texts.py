"""What a visitor reads in their own language, from data/texts/languages.yml."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

GENERIC = "generic"
"""The entry for a language that is recognised but has no words of its own here."""


@dataclass(frozen=True)
class LanguageText:
    """The reply in one language (with `str.format` fields), and its button that asks for a person.

    The button's title is what it sends, too.
    """

    text: str
    button: str

    def filled(self, numbers: Mapping[str, str]) -> "LanguageText":
        """Put `numbers` into the fields. Raises KeyError when a field is not among them."""
        return LanguageText(self.text.format_map(numbers), self.button)


def load_language_texts(path: Path) -> dict[str, LanguageText]:
    """Read the texts by language code.

    Raises OSError when the file is not there, ValueError, KeyError or TypeError when it is not
    whole.
    """
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(rows, dict) or GENERIC not in rows:
        raise ValueError(f"{path.name}: expected texts by language, {GENERIC!r} among them")
    return {
        str(c): LanguageText(_line(row["text"]), _line(row["button"])) for c, row in rows.items()
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
