"""Rasa, its model and the custom actions in this process, over the same door as the desk's."""

import logging
import os
import uuid
import warnings
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import structlog

from nightdesk.bot.answer import Answer, answer_from, refused
from nightdesk_contract.cautions import Caution
from nightdesk_contract.door import MessageRefused, clean
from nightdesk_contract.pieces import KEY, MOST_PIECES, Said, earlier_pieces


class Bot:
    """The bot; make one with `load` (about 10 s, most of it importing Rasa)."""

    def __init__(self, agent: Any, cautions: Sequence[Caution] = ()) -> None:
        """Take a loaded Rasa agent, and the cautions that stand beside answers."""
        self._agent = agent
        self._cautions = cautions
        self._said: dict[str, list[Said]] = {}

    @staticmethod
    def load(model: Path, cautions: Sequence[Caution] = ()) -> "Bot":
        """Load a trained model. Raises what Rasa raises when it cannot be used."""
        _quiet()
        from rasa.core.agent import Agent
        from rasa.utils.endpoints import EndpointConfig
        from rasa_sdk.executor import ActionExecutor

        class ActionsHere(EndpointConfig):
            """Runs custom actions in this process instead of asking the action server."""

            def __init__(self) -> None:
                super().__init__(url="in-process")
                self._executor = ActionExecutor()
                self._executor.register_package("actions")

            async def request(self, *_: Any, json: dict[str, Any], **__: Any) -> Any:
                """Give the action's events and responses."""
                return await self._executor.run(json)

        return Bot(Agent.load(model, action_endpoint=ActionsHere()), cautions)

    async def ask(self, text: object, conversation: str | None = None) -> Answer:
        """Give what a visitor would get. Without `conversation` the message begins a new one."""
        try:
            message = clean(text)
        except MessageRefused as error:
            return refused(text, error.code)
        sender = conversation or uuid.uuid4().hex
        metadata = self._metadata(conversation, message)
        try:
            replies: object = await self._handled(message, sender, metadata)
        except Exception:
            # Rasa's REST channel answers `[]` to whatever goes wrong in a turn.
            replies = []
        tracker = await self._agent.tracker_store.retrieve(sender)
        latest = tracker.latest_message if tracker else None
        parsed = latest.parse_data if latest else {}
        return answer_from(str(text), replies, parsed, self._cautions)

    async def _handled(self, message: str, sender: str, metadata: dict[str, Any] | None) -> object:
        from rasa.core.channels.channel import UserMessage

        return await self._agent.handle_message(
            UserMessage(message, sender_id=sender, metadata=metadata)
        )

    def _metadata(self, conversation: str | None, message: str) -> dict[str, Any] | None:
        """Give what the desk would send along: the short messages just before in a conversation."""
        if conversation is None:
            return None
        said, now = self._said.setdefault(conversation, []), datetime.now(timezone.utc)
        earlier = earlier_pieces(said, now)
        said[:] = [*said[-MOST_PIECES:], Said(message, now)]
        return {KEY: earlier} if earlier else None


def _quiet() -> None:
    """Rasa logs what visitors write when a turn fails; nothing of it is wanted here."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    warnings.filterwarnings("ignore")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    for name in ("rasa", "rasa_sdk", "matplotlib", "tensorflow"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
