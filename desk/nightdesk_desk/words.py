"""The desk's own words to visitors, filled in with the clinic's facts.

All of them lie in `data/texts/desk.yml`; here is only which text goes with which moment. A text's
key ends with its language's code ("crisis_open_es"), that of an English one with nothing.
"""

import logging
import operator
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from nightdesk_contract.clinic import Clinic, ClinicFile
from nightdesk_contract.crisis_lines import CrisisLines, lines_of, load_all_crisis_lines
from nightdesk_contract.days import day_in_words
from nightdesk_contract.opening import next_opening, open_now
from nightdesk_contract.outcome import ENGLISH, LANGUAGES
from nightdesk_contract.texts import TextsError, load_texts

from nightdesk_desk import opening_words
from nightdesk_desk.decide import IN_CRISIS, AfterReply, InsteadOfBot, SystemTexts
from nightdesk_desk.expected_wait import Wait, Waits
from nightdesk_desk.hours_in_words import hours_in_words
from nightdesk_desk.models import now
from nightdesk_desk.opening_words import check_names, ending, when_words
from nightdesk_desk.visitor_language import SPOKEN

logger = logging.getLogger(__name__)


class Words:
    """Texts, the clinic's settings and its crisis lines, as they stand now."""

    def __init__(self, clinic_file: ClinicFile, data: Path) -> None:
        """Take the clinic's settings and the data directory.

        Raises OSError, TextsError or FileError when a text or the country's lines are not there or
        not right.
        """
        self.clinic_file = clinic_file
        self._kept: tuple[tuple[object, ...], SystemTexts] | None = None
        self._texts = load_texts(data / "texts" / "desk.yml")
        path = data / "safety" / "crisis_lines.yml"
        self.all_lines = load_all_crisis_lines(path)
        self._lines = lines_of(self.all_lines, clinic_file.current().country, path)
        missing = _NEEDED - self._texts.keys()
        if missing:
            raise TextsError(f"desk.yml: no text under {min(missing)}")
        for language in LANGUAGES:
            check_names(self._texts, language)
        _check_refusals(self._texts)
        for key, text in self._texts.items():
            # A text that cannot be filled in must stop the start, not a hand-over.
            try:
                text.format(**dict.fromkeys(_fields_of(key), ""))
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

    def opening_words(self, at: datetime | None = None, language: str = ENGLISH) -> str | None:
        """Give the next opening as a visitor would say it, or None when none is known."""
        moment = at or now()
        opening = self.opening(moment)
        return None if opening is None else when_words(self._texts, moment, opening, language)

    def say(self, key: str, language: str = ENGLISH, **fields: str) -> str:
        """Give the text `key` with its fields filled in. Raises KeyError for an unknown one."""
        return self.fill(self._texts[key + ending(language)], language, **fields)

    def fill(self, text: str, language: str = ENGLISH, **fields: str) -> str:
        """Give `text`, written in `language`, with the clinic's facts and `fields` filled in."""
        return text.format(**self.facts(language), **fields)

    def facts(self, language: str = ENGLISH) -> dict[str, str]:
        """Give what fields stand for, in `language`; "" where there is no such line."""
        clinic, lines = self.clinic, self.lines
        return {
            "clinic": clinic.name,
            "phone": clinic.phone,
            "emergency": lines.emergency,
            "crisis_call": lines.crisis_call,
            "crisis_text": lines.crisis_text,
            "reach": lines.reach[language],
            "country": lines.name,
            "poison_help": lines.poison_help.get(language, ""),
            "abuse_help": lines.abuse_help if language == ENGLISH else "",
        }

    def after_handover(self, kind: str, at: datetime | None = None, language: str = ENGLISH) -> str:
        """Give the truthful text that follows a hand-over.

        Takes `crisis`, `handover`; in the languages of the chat `contact_saved`, `bot_unavailable`
        or `no_answer`. Says whether anybody is reading now and, if not, when the clinic opens.
        """
        moment = at or now()
        if self.open_now(moment):
            return self.say(f"{kind}_open", language)
        when = self.opening_words(moment, language)
        if when is None:
            return self.say(f"{kind}_closed_no_date", language)
        return self.say(f"{kind}_closed", language, when=when)

    def contact_saved(self, at: datetime | None = None, language: str = ENGLISH) -> str:
        """Give the thanks for contact details: after hours, with when somebody will see them."""
        try:
            return self.after_handover("contact_saved", at, language)
        except Exception as error:
            # The details are to be stored even where the hours cannot be told.
            logger.warning("the opening hours could not be told: %s", type(error).__name__)
            return self.say("contact_saved_closed_no_date", language)

    def still_waiting(
        self, level: str, reason: str, at: datetime | None = None, language: str = ENGLISH
    ) -> str:
        """Give what somebody is told whom no person has answered for a while.

        After hours that is the text that follows a hand-over then.
        """
        moment = at or now()
        if not self.open_now(moment):
            kind = "crisis" if reason == "crisis" else "handover"
            return self.after_handover(kind, moment, language)
        kind = "crisis" if level in IN_CRISIS else "handover"
        return self.say(f"{kind}_still_waiting", language)

    def wait_words(self, wait: Wait, language: str = ENGLISH) -> str:
        """Give what is said of how long it takes."""
        minutes = self._texts.get(f"minutes_{wait.minutes}{ending(language)}")
        key = "handover_wait" if wait.measured else "handover_aim"
        return self.say(
            key,
            language,
            minutes=(minutes or self._texts[f"minutes{ending(language)}"]).format(
                number=wait.minutes
            ),
        )

    def system_texts(self, at: datetime | None = None, waits: Waits | None = None) -> SystemTexts:
        """Give what the desk says after a hand-over at `at` (default: now).

        `waits` are how long it takes in opening hours, by level.
        """
        # One moment for all: an hour that strikes meanwhile must not make them disagree.
        moment = at or now()
        # Hours begin and end with a minute, so within one nothing of this changes by itself.
        kept_by = (moment.replace(second=0, microsecond=0), self.clinic, self.lines, waits)
        if self._kept is None or not _are_same(self._kept[0], kept_by):
            self._kept = (kept_by, self._system_texts(moment, waits or {}))
        return self._kept[1]

    def _system_texts(self, moment: datetime, waits: Waits) -> SystemTexts:
        is_open = self.open_now(moment)
        # What would only be over after closing time would not be true.
        told = {
            level: wait
            for level, wait in waits.items()
            if is_open and self.open_now(moment + timedelta(minutes=wait.minutes))
        }
        return SystemTexts(
            instead_of_bot={
                language: self._instead_of_bot(
                    self.after_handover("bot_unavailable", moment, language), language
                )
                for language in SPOKEN
            },
            after_reply={
                language: AfterReply(
                    crisis=self.after_handover("crisis", moment, language),
                    handover=self.after_handover("handover", moment, language),
                    crisis_in_view=self.say("crisis_in_view", language),
                    request=self._texts.get(f"handover_request{ending(language)}", ""),
                    waits={level: self.wait_words(wait, language) for level, wait in told.items()},
                )
                for language in LANGUAGES
            },
            call_back=not is_open,
            buttons=self.buttons(),
        )

    def system_texts_without_hours(self) -> SystemTexts:
        """Give the texts that promise nobody, for when the hours cannot be told."""
        return SystemTexts(
            instead_of_bot={
                language: self._instead_of_bot(
                    self.say("bot_unavailable_closed_no_date", language), language
                )
                for language in SPOKEN
            },
            after_reply={
                language: AfterReply(
                    crisis=self.say("crisis_closed_no_date", language),
                    handover=self.say("handover_closed_no_date", language),
                    crisis_in_view=self.say("crisis_in_view", language),
                    request=self._texts.get(f"handover_request{ending(language)}", ""),
                )
                for language in LANGUAGES
            },
            call_back=True,
            buttons=self.buttons(),
        )

    def error(self, code: str, language: str = ENGLISH) -> str:
        """Give the words of a refusal, in one of the languages that the desk speaks."""
        key = f"error_{code}"
        return self.say(key if key in self._texts else "error_bad_request", language)

    def hours(self, language: str = ENGLISH) -> tuple[str, str]:
        """Give the hours in plain words, and the language that these are in.

        The clinic's own words where it has written them, else from the hours that the desk reckons
        with where they are simple; else the English ones.
        """
        clinic = self.clinic
        if language == ENGLISH:
            return clinic.hours_text, ENGLISH
        said = clinic.hours_text_es or hours_in_words(clinic.hours, self._texts, language)
        return (said, language) if said else (clinic.hours_text, ENGLISH)

    def demo_notice(self, language: str = ENGLISH) -> tuple[str, str]:
        """Give the notice of mode demo, "" in another, and the language that it is in."""
        clinic = self.clinic
        if clinic.mode != "demo":
            return "", language
        if language != ENGLISH and clinic.demo_notice_es:
            return clinic.demo_notice_es, language
        return clinic.demo_notice, ENGLISH

    def person_buttons(self) -> tuple[str, ...]:
        """Give what the chat's own button says for a visitor, in each of the chat's languages."""
        return tuple(self.say("person_button", language) for language in SPOKEN)

    def buttons(self) -> dict[str, str]:
        """Give the languages of that button by its words in small letters."""
        return {
            button.casefold(): language
            for button, language in zip(self.person_buttons(), SPOKEN, strict=True)
        }

    def day(self, day: date, language: str = ENGLISH) -> str:
        """Give a day as a visitor would say it: "March 5, 2026"."""
        return day_in_words(day, self._texts, language)

    def crisis_owner(self, language: str = ENGLISH) -> str:
        """Give who in the clinic answers for what the chat does in a crisis.

        A name or a function only: how to reach that person is not for visitors.
        """
        named = self.clinic.crisis_owner
        if named:
            return named.name
        return self.lines.owner if language == ENGLISH else self.say("crisis_owner", language)

    def _instead_of_bot(self, unavailable: str, language: str) -> InsteadOfBot:
        return InsteadOfBot(
            unavailable,
            self.say("bot_unavailable_again", language),
            self.say("answer_withheld", language),
        )


def _are_same(kept: tuple[object, ...], now_there: tuple[object, ...]) -> bool:
    """Say whether the moment is equal and the rest the very same objects (they never change)."""
    return kept[0] == now_there[0] and all(map(operator.is_, kept[1:], now_there[1:]))


def _fields_of(key: str) -> tuple[str, ...]:
    """Give what a text may have fields for, by its key."""
    for beginning, fields in opening_words.FIELDS.items():
        if key.startswith(beginning):
            return fields
    if key.startswith("full_date"):
        return ("month", "number", "year")
    if key.startswith("minutes"):
        return ("number",)
    if key.startswith(("handover_wait", "handover_aim")):
        return (*_FACTS, "minutes")
    if key.startswith("staff_"):
        return (*_FACTS, "name", "title")
    told_when = "_closed" in key and "_no_date" not in key
    return (*_FACTS, "when") if told_when else _FACTS


_FACTS = ("clinic", "phone", "emergency", "crisis_call", "crisis_text", "reach", "country")
_HOURS = ("open", "closed", "closed_no_date")
_IN_CHAT = ("contact_saved", "bot_unavailable", "no_answer")
_TRANSLATED = (
    *(f"{kind}_{hours}" for kind in ("crisis", "handover") for hours in _HOURS),
    *("crisis_in_view", "crisis_still_waiting", "handover_still_waiting"),
    *("handover_wait", "handover_aim", "minutes", "minutes_1"),
    *opening_words.KEYS,
)
"""What is said below a reply of the bot: in every language that it may be in."""
_SPOKEN = (
    *(f"{kind}_{hours}" for kind in _IN_CHAT for hours in _HOURS),
    *("bot_unavailable_again", "answer_withheld", "not_read", "full_date"),
    *("staff_joined", "staff_left", "staff_passed", "staff_named"),
    *("contact_help", "contact_consent", "source_clinic", "person_button", "text_unreadable"),
    *("deletion_waits_staff", "deletion_waits_answer", "transcript_title", "transcript_visitor"),
    *("transcript_bot", "staff_in_transcript", "transcript_system"),
    *("error_bad_request", "error_rate_limited", "error_unavailable", "error_unauthorized"),
    *("error_not_found", "error_not_text", "error_empty", "error_too_long", "error_too_large"),
)
"""What is said to who uses the chat: in the languages that it speaks."""
_NOT_IN_ENGLISH = ("hours_days", "hours_times", "hours_and", "handover_request", "crisis_owner")
"""In English the clinic has its hours, the bot says the request's answer, the lines their owner."""
_NEEDED = frozenset(
    [f"{key}{ending(language)}" for key in _TRANSLATED for language in LANGUAGES]
    + [f"{key}{ending(language)}" for key in _SPOKEN for language in SPOKEN]
    + [f"{key}{ending(language)}" for key in _NOT_IN_ENGLISH for language in SPOKEN[1:]]
)


def _check_refusals(texts: Mapping[str, str]) -> None:
    """Raise TextsError unless every refusal has its words in all languages of the chat."""
    ends = tuple(ending(language) for language in SPOKEN)
    codes = {key for key in texts if key.startswith("error_") and not key.endswith(ends[1:])}
    for key in sorted(code + end for code in codes for end in ends):
        if key not in texts:
            raise TextsError(f"desk.yml: no text under {key}")
