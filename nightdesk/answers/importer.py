"""Rasa's reader of training data, with the topics and the added answers in it."""

from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nightdesk.answers.topics import (
    TopicIntent,
    intent_of_answer,
    load_topics,
    topic_intents,
)
from nightdesk.run.places import Places
from nightdesk_contract.answers import AddedAnswer, load_answers


class TopicsImporter(RasaFileImporter):
    """Adds an intent and a rule for every topic, the examples of added answers, safety's replies.

    So a topic is one row in `data/topics.yml` and one file of examples, and an added answer is one
    file in `data/answers`. Raises AnswerError when one of those cannot be used.
    """

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        """Take what Rasa gives its importers: configuration, domain and data paths."""
        super().__init__(*arguments, **keywords)
        data = Places.from_environment().data
        self._topics = load_topics(data)
        self._replies = data / "safety" / "replies.yml"
        self._answers: dict[str, AddedAnswer] = load_answers(data)

    def _intents(self) -> list[TopicIntent]:
        return topic_intents(self._topics, self._answers.values())

    def get_domain(self) -> Domain:
        """Give the domain with the topics' intents."""
        written = super().get_domain()
        if not self._domain_path:
            return written
        replies = Domain.from_file(str(self._replies))
        return written.merge(
            Domain.from_dict({"intents": [t.intent for t in self._intents()]})
        ).merge(replies)

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """Give the written rules and one rule for each topic."""
        written = super().get_stories(exclusion_percentage)
        rules = [
            {
                "rule": f"a question about {topic.intent}",
                "steps": [{"intent": topic.intent}, {"action": topic.action}],
            }
            for topic in self._intents()
        ]
        steps = YAMLStoryReader(self.get_domain()).read_from_parsed_yaml({"rules": rules})
        return written.merge(StoryGraph(steps))

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Give the written examples and those of added answers."""
        added = [
            Message.build(text=line, intent=intent_of_answer(answer.topic, self._topics))
            for answer in self._answers.values()
            for line in (answer.question, *answer.examples)
        ]
        return super().get_nlu_data(language).merge(TrainingData(training_examples=added))
