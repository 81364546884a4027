"""A day as a visitor would say it, in each language of the chat."""

from collections.abc import Mapping
from datetime import date

from nightdesk_contract.outcome import ENGLISH


def day_in_words(day: date, texts: Mapping[str, str], language: str = ENGLISH) -> str:
    """Give `day` in words ("March 5, 2026") from the texts of data/texts/desk.yml.

    Raises LookupError when `language` has no names of months or no form of a date there.
    """
    end = "" if language == ENGLISH else f"_{language}"
    month = texts[f"months{end}"].split()[day.month - 1]
    return texts[f"full_date{end}"].format(month=month, number=day.day, year=day.year)
