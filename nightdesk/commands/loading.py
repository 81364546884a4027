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
from nightdesk_contract.answers import AnswerError, known_passages
from nightdesk_contract.cautions import load_cautions
from nightdesk_contract.checked_yaml import FileError


def load_bot() -> Bot | None:
    """Give the bot on the model for today's inputs; None, after saying why, when there is none."""
    places = Places.from_environment()
    try:
        cautions = load_cautions(places.data, known_passages(places.data))
        model = ensure_model(places)
        with Step("Loading the model"):
            return Bot.load(model, cautions)
    except (AnswerError, FileError, StepFailed) as error:
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
