"""The desk's own words to visitors, filled in with the clinic's facts.

All of them lie in `data/texts/desk.yml`; here is only which text goes with which moment.
"""

from datetime import datetime
from pathlib import Path

from nightdesk_contract.clinic import Clinic, ClinicFile
from nightdesk_contract.crisis_lines import CrisisLines, load_all_crisis_lines
from nightdesk_contract.opening import next_opening, open_now
from nightdesk_contract.texts import TextsError, load_texts

from nightdesk_desk.decide import SystemTexts
from nightdesk_desk.models import now


class Words:
    """Texts, the clinic's settings and its crisis lines, as they stand now."""

    def __init__(self, clinic_file: ClinicFile, data: Path) -> None:
        """Take the clinic's settings and the data directory.

        Raises OSError, TextsError, FileError or KeyError when a text or the country's lines are not
        there or not right.
        """
        self.clinic_file = clinic_file
        self._texts = load_texts(data / "texts" / "desk.yml")
        self.all_lines = load_all_crisis_lines(data / "safety" / "crisis_lines.yml")
        self._lines = self.all_lines[clinic_file.current().country]
        missing = _NEEDED - self._texts.keys()
        if missing:
            raise TextsError(f"desk.yml: no text under {min(missing)}")
        for key, text in self._texts.items():
            # A text that cannot be filled in must stop the start, not a hand-over.
            try:
                text.format(**dict.fromkeys(_FIELDS, ""))
            except (KeyError, IndexError, ValueError) as error:
                raise TextsError(f"desk.yml: {key} has a field that is not known") from error

    @property
    def clinic(self) -> Clinic:
        """The clinic's settings, read again when the file changes."""
        return self.clinic_file.current()

    @property
    def lines(self) -> CrisisLines:
        """The crisis lines of the clinic's country."""
        # An edit to a country without lines: keep saying the lines that are known.
        self._lines = self.all_lines.get(self.clinic.country, self._lines)
        return self._lines

    def open_now(self, at: datetime | None = None) -> bool:
        """Say whether the clinic is open at `at` (default: now)."""
        return open_now(self.clinic, at or now())

    def opening(self, at: datetime | None = None) -> datetime | None:
        """Give the next opening from `at` (default: now) on, in the clinic's time, or None."""
        return next_opening(self.clinic, at or now())

    def opening_words(self, at: datetime | None = None) -> str | None:
        """Give the next opening as a visitor would say it, or None when none is known."""
        moment = at or now()
        opening = self.opening(moment)
        return None if opening is None else when_words(self._texts, moment, opening)

    def say(self, key: str, **fields: str) -> str:
        """Give the text `key` with its fields filled in. Raises KeyError for an unknown one."""
        return self.fill(self._texts[key], **fields)

    def fill(self, text: str, **fields: str) -> str:
        """Give `text` with the clinic's facts and `fields` filled in."""
        clinic, lines = self.clinic, self.lines
        return text.format(
            clinic=clinic.name,
            phone=clinic.phone,
            emergency=lines.emergency,
            crisis_call=lines.crisis_call,
            crisis_text=lines.crisis_text,
            reach=lines.reach["en"],
            country=lines.name,
            **fields,
        )

    def after_handover(self, kind: str, at: datetime | None = None) -> str:
        """Give the truthful text that follows a hand-over.

        Takes `crisis`, `handover` or `bot_unavailable`. Says whether anybody is reading now and,
        if not, when the clinic opens.
        """
        moment = at or now()
        if self.open_now(moment):
            return self.say(f"{kind}_open")
        when = self.opening_words(moment)
        if when is None:
            return self.say(f"{kind}_closed_no_date")
        return self.say(f"{kind}_closed", when=when)

    def system_texts(self, at: datetime | None = None) -> SystemTexts:
        """Give what the desk says after a hand-over at `at` (default: now)."""
        return SystemTexts(
            crisis=self.after_handover("crisis", at),
            handover=self.after_handover("handover", at),
            bot_unavailable=self.after_handover("bot_unavailable", at),
            bot_unavailable_again=self.say("bot_unavailable_again"),
            crisis_in_view=self.say("crisis_in_view"),
        )

    def system_texts_without_hours(self) -> SystemTexts:
        """Give the texts that promise nobody, for when the hours cannot be told."""
        return SystemTexts(
            crisis=self.say("crisis_closed_no_date"),
            handover=self.say("handover_closed_no_date"),
            bot_unavailable=self.say("bot_unavailable_closed_no_date"),
            bot_unavailable_again=self.say("bot_unavailable_again"),
            crisis_in_view=self.say("crisis_in_view"),
        )

    def error(self, code: str) -> str:
        """Give the words of a refusal."""
        key = f"error_{code}"
        return self.say(key if key in self._texts else "error_bad_request")


def when_words(texts: dict[str, str], at: datetime, opening: datetime) -> str:
    """Give `opening` (in the clinic's zone) in plain words as seen at `at`: "today at 9:00 am"."""
    today = at.astimezone(opening.tzinfo).date()
    days = (opening.date() - today).days
    key = {0: "when_today", 1: "when_tomorrow"}.get(days, "when_later")
    hour = opening.hour % 12 or 12
    return texts[key].format(
        day=f"{opening:%A}",
        date=f"{opening:%B} {opening.day}",
        time=f"{hour}:{opening:%M} {'am' if opening.hour < 12 else 'pm'}",
    )


_FIELDS = (
    *("clinic", "phone", "emergency", "crisis_call", "crisis_text"),
    *("reach", "country"),
    *("when", "name", "day", "date", "time"),
)
_HANDOVER_KINDS = ("crisis", "handover", "bot_unavailable")
_NEEDED = frozenset(
    [f"{kind}_{end}" for kind in _HANDOVER_KINDS for end in ("open", "closed", "closed_no_date")]
    + [
        "bot_unavailable_again",
        "crisis_in_view",
        "staff_joined",
        "staff_left",
        "contact_saved",
        "source_clinic",
    ]
    + ["person_button"]
    + ["when_today", "when_tomorrow", "when_later"]
    + ["error_bad_request", "error_rate_limited", "error_unavailable", "error_unauthorized"]
    + ["error_not_found", "error_not_text", "error_empty", "error_too_long", "error_too_large"]
)
