"""The clinic's next opening in a visitor's words, in each language of the replies."""

from collections.abc import Mapping
from datetime import datetime, time

from nightdesk_contract.outcome import ENGLISH
from nightdesk_contract.texts import TextsError

FIELDS: dict[str, tuple[str, ...]] = {
    "when_": ("day", "date", "time"),
    "days": (),
    "months": (),
    "date": ("month", "number"),
    "time_": ("hour12", "hour24", "minute"),
    "hours_days": ("first", "last"),
    "hours_times": ("opens", "closes"),
    "hours_and": ("one", "two"),
}
"""What the texts have fields for, by how their keys begin."""
KEYS = (
    *("when_today", "when_tomorrow", "when_later"),
    *("days", "months", "date", "time_am", "time_pm"),
)
"""What every language needs, its code at the end; English has none."""

_NAMES = {"days": 7, "months": 12}


def ending(language: str) -> str:
    """Give what the keys of a language's texts end with."""
    return "" if language == ENGLISH else f"_{language}"


def check_names(texts: Mapping[str, str], language: str) -> None:
    """Raise TextsError unless the language has a name for every day and month."""
    for key, count in _NAMES.items():
        if len(texts[key + ending(language)].split()) != count:
            raise TextsError(f"desk.yml: {key}{ending(language)} needs {count} words")


def when_words(
    texts: Mapping[str, str], at: datetime, opening: datetime, language: str = ENGLISH
) -> str:
    """Give `opening` (in the clinic's zone) in plain words as seen at `at`: "today at 9:00 am"."""
    end = ending(language)
    today = at.astimezone(opening.tzinfo).date()
    days = (opening.date() - today).days
    key = {0: "when_today", 1: "when_tomorrow"}.get(days, "when_later")
    # Some days of the month are said otherwise than the rest ("1er mai").
    date = texts.get(f"date_{opening.day}{end}") or texts[f"date{end}"]
    return texts[key + end].format(
        day=texts[f"days{end}"].split()[opening.weekday()],
        date=date.format(
            month=texts[f"months{end}"].split()[opening.month - 1], number=opening.day
        ),
        time=time_words(texts, opening.time(), language),
    )


def time_words(texts: Mapping[str, str], at: time, language: str = ENGLISH) -> str:
    """Give a time of day in words: "9:00 am", "las 9:00 a. m."."""
    end = ending(language)
    half = "time_am" if at.hour < 12 else "time_pm"
    # Some hours are said otherwise than the rest ("la 1:00").
    text = texts.get(f"time_{at.hour}{end}") or texts[half + end]
    return text.format(hour12=at.hour % 12 or 12, hour24=at.hour, minute=f"{at:%M}")
