"""The Rasa component that tells another language, before safety has its last word."""

import logging
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from nightdesk.language.detect import language_of
from nightdesk.language.texts import load_language_texts, person_titles, same_words
from nightdesk.run.places import ROOT

logger = logging.getLogger(__name__)

OTHER_LANGUAGE = "other_language"
REQUEST_HUMAN = "request_human"
LANGUAGE = "language"
"""The message's property with the ISO 639-1 code, for the reply."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class LanguageDetector(IntentClassifier, GraphComponent):
    """Replaces the intent of a message in another language.

    It stands after the fallback, so that nothing undoes it, and before safety, which outranks it.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Give the settings: where the texts are, relative to the project's root."""
        return {"texts": "data/texts/languages.yml"}

    def __init__(self, titles: frozenset[str]) -> None:
        """Take the titles that ask for a person in other languages, as `same_words` gives them."""
        self._titles = titles

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "LanguageDetector":
        """Make the component. Never raises: the reply's own action says what is wrong with them."""
        try:
            path = ROOT / {**cls.get_default_config(), **config}["texts"]
            titles = person_titles(load_language_texts(path))
            language_of("the first call reads the word lists")
        except Exception as error:
            logger.error("no texts in other languages: %s", type(error).__name__)
            titles = frozenset()
        return cls(titles)

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the intent where a message is foreign. Never raises: a fault changes nothing."""
        for message in messages:
            try:
                self._judge(message)
            except Exception as error:
                # Only the kind of fault is logged: its text may hold the visitor's words.
                logger.error("language could not be told: %s", type(error).__name__)
        return messages

    def _judge(self, message: Message) -> None:
        text = message.get(TEXT) or ""
        if same_words(text) in self._titles:
            _set_intent(message, REQUEST_HUMAN)
            return
        language = language_of(text)
        if language is None:
            return
        message.set(LANGUAGE, language, add_to_output=True)
        # "Quiero hablar con una persona": who was understood to want a person gets one.
        if (message.get("intent") or {}).get("name") != REQUEST_HUMAN:
            _set_intent(message, OTHER_LANGUAGE)


def _set_intent(message: Message, intent: str) -> None:
    chosen = {"name": intent, "confidence": 1.0}
    others = [row for row in message.get("intent_ranking") or [] if row.get("name") != intent]
    message.set("intent", chosen, add_to_output=True)
    message.set("intent_ranking", [chosen, *others], add_to_output=True)
