"""The Rasa component that finds the intent."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nightdesk.answers.topics import load_topics, tapped_questions
from nightdesk.encoder import load_encoder
from nightdesk.nlu.pasted import own_words
from nightdesk.nlu.protected import protected_words
from nightdesk.nlu.questions import Limits, Ranking, read
from nightdesk.nlu.shorthand import load_shorthand
from nightdesk.nlu.text_model import Recipe
from nightdesk.nlu.understanding import Understander, Understanding
from nightdesk.run.places import Places
from nightdesk.safety.examples import load_examples

RANKING_LENGTH = 10

QUESTIONS = "questions"
"""The message property that lists several questions."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SentenceIntentClassifier(IntentClassifier, GraphComponent):
    """One linear classifier straight from the text (see nightdesk.nlu.understanding)."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Give the settings: the recipe's numbers, and how nearness scales confidence."""
        return {
            "dense_weight": Recipe.dense_weight,
            "c": Recipe.c,
            "max_iterations": Recipe.max_iterations,
            # A line that is near no training line at all is not about what we know, however sure
            # the classifier is: full confidence at `near`, none at `far` (mean cosine).
            "near": 0.75,
            "far": 0.35,
            # From which confidence on a part of a message is a question of its own.
            "questions": asdict(Limits()),
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        understander: Understander | None = None,
    ) -> None:
        """Take Rasa's parts, and the trained model unless it is to be trained."""
        self._config = {**self.get_default_config(), **config}
        self._model_storage = model_storage
        self._resource = resource
        self._understander = understander
        self._limits = Limits(**self._config["questions"])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceIntentClassifier":
        """Make an untrained component."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Train on the intent examples and keep the model."""
        rows = [
            (example.get(TEXT), example.get(INTENT))
            for example in training_data.intent_examples
            if example.get(TEXT) and example.get(INTENT)
        ]
        recipe = Recipe(
            dense_weight=self._config["dense_weight"],
            c=self._config["c"],
            max_iterations=self._config["max_iterations"],
        )
        texts, intents = [text for text, _ in rows], [intent for _, intent in rows]
        # The names that synonyms stand for; lookup tables also list common misspellings of them.
        names = set(training_data.entity_synonyms.values())
        places = Places.from_environment()
        data = places.data
        with self._model_storage.write_to(self._resource) as folder:
            self._understander = Understander.train(
                texts,
                intents,
                protected_words(places.safety, names),
                load_encoder().encode,
                recipe,
                folder,
                load_shorthand(data),
                tapped_questions(load_topics(data)),
                [example.text for example in load_examples(data / "safety" / "examples")],
            )
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SentenceIntentClassifier":
        """Read the trained model. Raises what Understander.load raises: no model, no bot."""
        with model_storage.read_from(resource) as folder:
            understander = Understander.load(folder, load_encoder().encode)
        return cls(config, model_storage, resource, understander)

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent and intent_ranking on each message, also on an empty one.

        A message of several questions also gets them as `questions`: intent, confidence and
        text, in their order.
        """
        for message in messages:
            text = own_words(message.get(TEXT) or "")
            reading = read(text, self._rank, self._limits)
            ranking = [{"name": name, "confidence": p} for name, p in reading.ranking]
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking[:RANKING_LENGTH], add_to_output=True)
            if reading.questions:
                asked = [
                    {"intent": q.intent, "confidence": q.confidence, "text": text[slice(*q.span)]}
                    for q in reading.questions
                ]
                message.set(QUESTIONS, asked, add_to_output=True)
        return messages

    def _rank(self, texts: Sequence[str]) -> list[Ranking]:
        if self._understander is None:
            raise RuntimeError("the intent classifier is not trained")
        near, far = self._config["near"], self._config["far"]
        return [scaled_ranking(found, near, far) for found in self._understander.understand(texts)]


def scaled_ranking(found: Understanding, near: float, far: float) -> Ranking:
    """Give the ranking: each confidence times how near the line is to known lines (0..1)."""
    scale = min(1.0, max(0.0, (found.nearness - far) / (near - far)))
    return [(name, p * scale) for name, p in found.ranking]
