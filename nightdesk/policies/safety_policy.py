"""The policy that answers safety intents, before and above every other policy."""

import logging
from typing import Any

from rasa.core.policies.policy import Policy, PolicyPrediction, SupportedData
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from nightdesk.policies.numbers import Numbers
from nightdesk.policies.safety_reply import (
    SAFETY_REPLIES,
    SERIES,
    Series,
    meant_intent,
    reply_to,
)
from nightdesk.policies.take_backs import TakeBacks
from nightdesk.run.places import Places
from nightdesk_contract.outcome import Safety

logger = logging.getLogger(__name__)

PRIORITY = 100
"""Above RulePolicy's 4; forms of any policy lose to it as well."""

SAFETY_SLOT = "safety"
"""Carries the detector's findings into the reply's `custom` part."""

LEVEL_SLOT = "safety_level"


def replies_so_far(tracker: DialogueStateTracker) -> list[str]:
    """Give the names of the bot's actions so far, oldest first, without listening."""
    names = [e.action_name for e in tracker.events if isinstance(e, ActionExecuted)]
    silent = (ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME)
    return [name for name in names if name and name not in silent]


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class SafetyPolicy(Policy):
    """Predicts the safety reply with certainty, and listens after it."""

    numbers: Numbers | None = None
    """What the replies are filled in with; read when the model is loaded."""

    take_backs: TakeBacks | None = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Give the settings."""
        return {"priority": PRIORITY}

    @staticmethod
    def supported_data() -> SupportedData:
        """Rules and stories alike: nothing is learnt from either."""
        return SupportedData.ML_AND_RULE_DATA

    def train(
        self, training_trackers: list[TrackerWithCachedStates], domain: Domain, **kwargs: Any
    ) -> Resource:
        """There is nothing to train; Rasa asks every policy."""
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SafetyPolicy":
        """Make the policy; of its own it keeps nothing between runs.

        Raises what Numbers and TakeBacks raise, and says so in the log: a bot without crisis lines
        must not run (nightdesk.run.rasa_process sees to that).
        """
        policy = cls(config, model_storage, resource, execution_context)
        try:
            policy.numbers = _numbers()
            policy.take_backs = _take_backs()
        except Exception as error:
            # Rasa logs no error's text. This one is about our files: no visitor has written yet.
            logger.critical("the safety policy cannot be loaded: %s", error)
            raise
        return policy

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """Predict the safety reply after a safety intent, then listening; else nothing."""
        message = tracker.latest_message
        intent = message.intent.get("name") if message else None
        latest = tracker.latest_action_name
        if latest == ACTION_LISTEN_NAME:
            replies = replies_so_far(tracker)
            taken_back = self._taken_back(message.text if message else "")
            confidence = message.intent.get("confidence") if message else None
            sure = 1.0 if confidence is None else float(confidence)
            meant = meant_intent(intent, replies, taken_back, sure)
            reply = reply_to(meant if taken_back else intent, meant, replies)
            if meant and reply:
                # What was found is about the intent that it was taken for.
                found = message.parse_data.get("safety") if message and meant == intent else None
                details = found or Safety(meant, "context", "after_crisis_reply", 1.0).to_json()
                return self._certain(reply, domain, self._slots(SERIES[meant], details))
        elif latest in SAFETY_REPLIES:
            return self._certain(ACTION_LISTEN_NAME, domain, [])
        return self._prediction(self._default_predictions(domain))

    def _taken_back(self, text: str | None) -> bool:
        if self.take_backs is None:
            self.take_backs = _take_backs()
        return self.take_backs.takes_back(text or "")

    def _slots(self, series: Series, details: str) -> list[Event]:
        if self.numbers is None:
            self.numbers = _numbers()
        filled = self.numbers.slots(series.language)
        slots = {SAFETY_SLOT: details, LEVEL_SLOT: series.level, **filled}
        return [SlotSet(name, value) for name, value in slots.items()]

    def _certain(self, action: str, domain: Domain, events: list[Event]) -> PolicyPrediction:
        probabilities = self._default_predictions(domain)
        probabilities[domain.index_for_action(action)] = 1.0
        # Outranks predictions made from the user's words, such as a form's next question.
        return self._prediction(probabilities, events=events, is_no_user_prediction=True)


def _take_backs() -> TakeBacks:
    return TakeBacks.load(Places.from_environment().safety / "take_backs.yml")


def _numbers() -> Numbers:
    places = Places.from_environment()
    return Numbers(places.clinic, places.safety / "crisis_lines.yml")
