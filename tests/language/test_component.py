"""The Rasa component: what it sets on a message, and that a fault changes nothing."""

import logging

import pytest
import yaml
from rasa.shared.nlu.training_data.message import Message

from nightdesk.language import component
from nightdesk.language.component import LanguageDetector
from nightdesk.safety.component import SafetyDetector
from nightdesk.safety.verdict import Verdict
from nightdesk_contract.door import clean

BEFORE = {"name": "faq_safety", "confidence": 0.7}
SPANISH = "¿cuánto cuesta una sesión de ketamina?"


@pytest.fixture
def detector():
    return LanguageDetector.create({}, None, None, None)


def processed(detector, text, intent=BEFORE) -> Message:
    message = Message({"text": text, "intent": dict(intent), "intent_ranking": [dict(intent)]})
    (out,) = detector.process([message])
    return out


def test_a_foreign_message_gets_the_intent_and_its_language(detector):
    message = processed(detector, SPANISH)
    chosen = {"name": "other_language", "confidence": 1.0}
    assert message.get("intent") == chosen
    assert message.get("intent_ranking") == [chosen, BEFORE]
    assert message.get("language") == "es"


def test_what_it_sets_reaches_the_policies_and_the_action(detector):
    message = processed(detector, SPANISH)
    assert {"intent", "intent_ranking", "language"} <= message.output_properties


@pytest.mark.parametrize("text", ["how much is it", "hola", "", "  ", None, "Talk to a person"])
def test_english_and_nothing_stay_as_they_were(detector, text):
    message = processed(detector, text)
    assert message.get("intent") == BEFORE
    assert message.get("intent_ranking") == [BEFORE]
    assert message.get("language") is None


def titles(root) -> list[str]:
    rows = yaml.safe_load((root / "data/texts/languages.yml").read_text(encoding="utf-8"))
    return [row["button"] for code, row in rows.items() if code != "generic"]


def test_every_button_that_asks_for_a_person_gets_one(detector, root):
    assert len(titles(root)) >= 17
    for title in titles(root):
        for text in (title, clean(title), title.upper(), f" {title.lower()}!  "):
            message = processed(detector, text)
            assert message.get("intent") == {"name": "request_human", "confidence": 1.0}, text
            assert message.get("intent_ranking")[0] == message.get("intent")


def test_who_was_understood_to_want_a_person_still_gets_one(detector):
    wish = {"name": "request_human", "confidence": 0.8}
    message = processed(detector, "quiero hablar con alguien de la clínica", wish)
    assert message.get("intent") == wish
    assert message.get("language") == "es"


def test_safety_comes_after_it_and_outranks_it(detector):
    class Fires:
        def judge(self, message, earlier=()):
            return Verdict("crisis", "P1", "pattern", "spanish_crisis", 1.0, ((0, 4),))

        def intent(self, message, verdict, language=""):
            return f"{verdict.category}_{language}" if language else verdict.category

    for text, intent in (
        ("ya no quiero vivir así, ayúdenme", "crisis_es"),
        ("Hablar con una persona", "crisis"),
    ):
        message = processed(detector, text)
        SafetyDetector({}, None, None, Fires()).process([message])
        assert message.get("intent") == {"name": intent, "confidence": 1.0}
        assert message.get("intent_ranking")[0]["name"] == intent


def test_it_stands_after_the_fallback_and_before_safety(root):
    pipeline = yaml.safe_load((root / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    names = [row["name"].rsplit(".", 1)[-1] for row in pipeline]
    assert names.index("FallbackClassifier") < names.index("LanguageDetector")
    assert names.index("LanguageDetector") < names.index("SafetyDetector")
    assert names[-1] == "SafetyDetector"


@pytest.mark.parametrize("error", [ValueError, MemoryError, RuntimeError])
def test_a_fault_changes_nothing_and_logs_none_of_the_words(detector, monkeypatch, caplog, error):
    def broken(text):
        raise error(f"cannot read {text}")

    monkeypatch.setattr(component, "language_of", broken)
    with caplog.at_level(logging.DEBUG):
        message = processed(detector, SPANISH)
    assert message.get("intent") == BEFORE
    assert message.get("language") is None
    assert error.__name__ in caplog.text
    assert "ketamina" not in caplog.text
    assert all(record.exc_info is None for record in caplog.records)


def test_one_message_that_fails_does_not_spoil_the_next(detector):
    bad, good = Message({"text": 5}), Message({"text": SPANISH})
    detector.process([bad, good])
    assert bad.get("intent") is None
    assert good.get("intent")["name"] == "other_language"


def test_without_texts_languages_are_still_told(caplog):
    detector = LanguageDetector.create({"texts": "data/no_such_file.yml"}, None, None, None)
    assert "FileNotFoundError" in caplog.text
    assert processed(detector, SPANISH).get("intent")["name"] == "other_language"
    assert processed(detector, "Talk to a person").get("intent") == BEFORE
