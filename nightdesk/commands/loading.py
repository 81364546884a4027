"""Loads the trained model for a command, training it when its inputs changed."""

import sys

from nightdesk.bot.in_process import Bot
from nightdesk.run.places import Places
from nightdesk.run.progress import Step, StepFailed
from nightdesk.run.training import ensure_model


def load_bot() -> Bot | None:
    """Give the bot on the model for today's inputs; None, after saying why, when there is none."""
    try:
        model = ensure_model(Places.from_environment())
        with Step("Loading the model"):
            return Bot.load(model)
    except StepFailed as error:
        print(error, file=sys.stderr)
        return None
