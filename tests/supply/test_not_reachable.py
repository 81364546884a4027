"""What docs/security.md says about Rasa's frozen set: what is never imported, loaded or served."""

import json
import os
import subprocess
import sys

import pytest
import yaml

from nightdesk.run.places import Places
from tests.conftest import ROOT

NEVER_IMPORTED = (
    *("skops", "onnx", "onnx.hub", "sentry_sdk", "sklearn_crfsuite", "tensorflow_text"),
    *("tensorflow_hub", "confluent_kafka", "mattermostwrapper", "rocketchat_API", "setuptools"),
    *("werkzeug", "wheel"),
)

WATCHED = (
    *("keras.models.load_model", "keras.utils.get_file", "tensorflow.saved_model.load"),
    *("tensorflow.io.read_file", "tensorflow.convert_to_tensor", "tensorflow.keras.Model.__init__"),
    *("socketio.AsyncServer.__init__", "socketio.PubSubManager.__init__"),
    *("socketio.AsyncManager.__init__", "joblib.load"),
)
"""What an advisory's way leads through; each is replaced by what notes that it was called."""

_SCRIPT = """
import asyncio, importlib, json, sys
import rasa.core.agent, rasa.core.run
from nightdesk.bot.in_process import Bot
from pathlib import Path
called = []
def watch(name):
    parts = name.split(".")
    at = importlib.import_module(parts[0])
    for part in parts[1:-1]:
        at = getattr(at, part, None) or importlib.import_module(at.__name__ + "." + part)
    old = getattr(at, parts[-1])
    def noted(*a, **k):
        called.append(name)
        return old(*a, **k)
    setattr(at, parts[-1], noted)
for name in json.loads(sys.argv[2]):
    watch(name)
bot = Bot.load(Path(sys.argv[1]))
said = [asyncio.run(bot.ask(text)).outcome for text in json.loads(sys.argv[3])]
print(json.dumps({"modules": sorted(sys.modules), "called": called, "outcomes": said}))
"""
ASKED = ("how long is a session", "i want to die", "hola", "can i take lithium with it")


@pytest.fixture(scope="module")
def answered() -> dict:
    """What a process that loads our model and answers has imported and called."""
    models = sorted(Places.from_environment().models.glob("*.tar.gz"), key=os.path.getmtime)
    assert models, "no model: `make train` first"
    command = [
        sys.executable,
        "-c",
        _SCRIPT,
        str(models[-1]),
        json.dumps(WATCHED),
        json.dumps(ASKED),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_it_answered(answered):
    assert answered["outcomes"][0] == "logistics:session_length"
    assert answered["outcomes"][1] == "handover:crisis"


def test_what_is_never_imported(answered):
    imported = set(answered["modules"])
    assert "tensorflow" in imported, "the check looks at the wrong process"
    assert [name for name in NEVER_IMPORTED if name in imported] == []


def test_nothing_is_loaded_that_could_hold_code(answered):
    assert answered["called"] == []


def test_the_pipeline_is_ours_and_has_no_neural_network():
    config = yaml.safe_load((ROOT / "config.yml").read_text())
    names = {part["name"] for part in (*config["pipeline"], *config["policies"])}
    assert names == {
        *("WhitespaceTokenizer", "RegexEntityExtractor", "EntitySynonymMapper"),
        *("FallbackClassifier", "RulePolicy"),
        "nightdesk.nlu.intent_classifier.SentenceIntentClassifier",
        "nightdesk.language.component.LanguageDetector",
        "nightdesk.safety.component.SafetyDetector",
        "nightdesk.policies.safety_policy.SafetyPolicy",
    }


def test_only_two_channels_are_open():
    channels = yaml.safe_load((ROOT / "credentials.yml").read_text())
    assert set(channels) == {"rest", "nightdesk.run.forgetting.ForgetInput"}


def test_rasa_keeps_its_record_in_memory_and_takes_no_model_from_elsewhere():
    endpoints = yaml.safe_load((ROOT / "endpoints.yml").read_text())
    # `models:` would name a server to fetch models from; an event broker would unpickle or send.
    assert not {"models", "event_broker"} & set(endpoints)
