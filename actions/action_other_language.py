"""Tells a visitor in their own language that only English is understood, and where help is."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.files import clinic_file, data_folder
from nightdesk.language.texts import GENERIC, LanguageText, load_language_texts
from nightdesk_contract.crisis_lines import load_crisis_lines


def reply_for(language: str | None, texts: Mapping[str, LanguageText]) -> tuple[str, str]:
    """Give the reply and its button's title in `language`, or the generic ones."""
    found = texts.get(language or GENERIC, texts[GENERIC])
    return found.text, found.button


@lru_cache(maxsize=8)
def texts_for(country: str) -> dict[str, LanguageText]:
    """Read the texts with the numbers of `country` in them.

    Raises what load_language_texts and load_crisis_lines raise, KeyError for an unknown field.
    """
    folder = data_folder()
    lines = load_crisis_lines(folder / "safety" / "crisis_lines.yml", country)
    texts = load_language_texts(folder / "texts" / "languages.yml")
    return {code: text.filled(lines, code) for code, text in texts.items()}


class ActionOtherLanguage(Action):
    """`action_other_language`: a message in a language that is not English."""

    def name(self) -> str:
        """Give the action's name in the domain."""
        return "action_other_language"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Send the reply; no events."""
        language = tracker.latest_message.get("language")
        answer, button = reply_for(language, texts_for(clinic_file().current().country))
        dispatcher.utter_message(response="utter_other_language", answer=answer, button=button)
        return []
