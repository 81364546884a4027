"""The Rasa component that judges safety, last in the pipeline so that nothing overrules it."""

import logging
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nightdesk.encoder import safety_encoder
from nightdesk.language.component import LANGUAGE
from nightdesk.run.places import Places
from nightdesk.safety.detector import (
    THEMES_FOLDER,
    Detector,
    save_known_harmless,
    train_model,
    train_themes,
)
from nightdesk.safety.examples import Example, load_examples
from nightdesk.safety.kinds import read_kinds
from nightdesk.safety.themes import LANGUAGES, load_kinds
from nightdesk.safety.verdict import HARMLESS, Verdict
from nightdesk_contract.outcome import Safety
from nightdesk_contract.pieces import read_earlier

logger = logging.getLogger(__name__)

NOT_JUDGED = "not_judged"
"""The intent of a message that the detector could not judge: a person must read it."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SafetyDetector(IntentClassifier, GraphComponent):
    """Replaces the intent when crisis or medical-advice language is found."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        detector: Detector | None = None,
    ) -> None:
        """Take Rasa's parts, and the detector unless it is to be trained."""
        self._model_storage = model_storage
        self._resource = resource
        self._detector = detector

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SafetyDetector":
        """Make an untrained component."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Train on the written examples; every ordinary question we know counts as harmless."""
        data = Places.from_environment().safety
        written = load_examples(data / "examples")
        taken = {example.text.casefold() for example in written}
        harmless = [
            Example(row.get(TEXT), HARMLESS, row.get(INTENT))
            for row in training_data.intent_examples
            if row.get(TEXT) and row.get(TEXT).casefold() not in taken
        ]
        examples = written + harmless
        encode = safety_encoder().encode
        model = train_model(examples, encode, read_kinds(data / "groups.yml"))
        themes = train_themes(written, load_kinds(data / "themes.yml"), encode)
        with self._model_storage.write_to(self._resource) as folder:
            model.save(folder)
            themes.save(folder / THEMES_FOLDER)
            save_known_harmless(examples, folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SafetyDetector":
        """Read the trained detector. Raises when it is not whole, and says so in the log.

        Rasa itself would go on without any model then; nightdesk.run.rasa_process ends it.
        """
        try:
            data = Places.from_environment().safety
            with model_storage.read_from(resource) as folder:
                detector = Detector.from_files(data, folder, safety_encoder().encode)
        except Exception as error:
            # Rasa logs no error's text. This one is about our files: no visitor has written yet.
            logger.critical("the safety detector cannot be loaded: %s", error)
            raise
        return cls(config, model_storage, resource, detector)

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the safety intent where it is due. Never raises: a fault fires too."""
        for message in messages:
            try:
                if self._detector is None:
                    raise RuntimeError("the safety detector is not trained")
                text = message.get(TEXT) or ""
                earlier = read_earlier(message.get("metadata"))
                verdict = self._detector.judge(text, earlier) if text.strip() else None
                if verdict:
                    language = message.get(LANGUAGE)
                    language = language if language in LANGUAGES else ""
                    intent = self._detector.intent(text, verdict, language)
                    _set(message, intent, _safety(verdict, intent))
            except Exception as error:
                # Only the kind of fault is logged: its text may hold the visitor's words.
                logger.error("safety could not judge a message: %s", type(error).__name__)
                fault = Safety("not_judged", "fault", type(error).__name__, 1.0)
                _set(message, NOT_JUDGED, fault)
        return messages


def _safety(verdict: Verdict, intent: str) -> Safety:
    return Safety(intent, verdict.detector, verdict.rule, verdict.score, verdict.spans)


def _set(message: Message, intent: str, safety: Safety) -> None:
    # Confidence 1.0: nothing after this may doubt it; the detector's own score travels in `safety`.
    chosen = {"name": intent, "confidence": 1.0}
    ranking = [chosen, *(message.get("intent_ranking") or [])]
    message.set("intent", chosen, add_to_output=True)
    message.set("intent_ranking", ranking, add_to_output=True)
    message.set("safety", safety.to_json(), add_to_output=True)
