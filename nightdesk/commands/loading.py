"""Loads the trained model for a command, training it when its inputs changed."""

import sys
import tarfile
import tempfile
from pathlib import Path

from nightdesk.bot.in_process import Bot
from nightdesk.run.places import Places
from nightdesk.run.progress import Step, StepFailed
from nightdesk.run.training import ensure_model
from nightdesk.safety.detector import Detector


def load_bot() -> Bot | None:
    """Give the bot on the model for today's inputs; None, after saying why, when there is none."""
    try:
        model = ensure_model(Places.from_environment())
        with Step("Loading the model"):
            return Bot.load(model)
    except StepFailed as error:
        print(error, file=sys.stderr)
        return None


def load_detector() -> Detector | None:
    """Give the safety detector alone, with today's thresholds and patterns; None as `load_bot`."""
    from nightdesk.encoder import safety_encoder

    places = Places.from_environment()
    try:
        model = ensure_model(places)
    except StepFailed as error:
        print(error, file=sys.stderr)
        return None
    with tempfile.TemporaryDirectory() as work, tarfile.open(model) as archive:
        archive.extractall(work, filter="data")
        (folder,) = Path(work).glob("components/*SafetyDetector*")
        return Detector.from_files(places.data / "safety", folder, safety_encoder().encode)
