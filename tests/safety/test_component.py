"""The Rasa component: what it sets on a message, and that a fault ends at a person."""

import contextlib
import logging
from pathlib import Path

import pytest
from rasa.shared.nlu.training_data.message import Message

from nightdesk.safety.component import NOT_JUDGED, SafetyDetector
from nightdesk.safety.verdict import Verdict
from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.outcome import Safety

FOUND = Verdict("crisis", "P1", "pattern", "wish_to_die", 1.0, ((2, 10),))
BEFORE = {"name": "faq_safety", "confidence": 0.7}


class Fires:
    def judge(self, message, earlier=()):
        return FOUND

    def intent(self, message, verdict, language=""):
        return f"{verdict.category}_{language}" if language else verdict.category


class Quiet:
    def judge(self, message, earlier=()):
        return None


class Broken:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def judge(self, message, earlier=()):
        raise self.error


def processed(detector, text: str | None = "i want to die") -> Message:
    message = Message({"text": text, "intent": dict(BEFORE), "intent_ranking": [dict(BEFORE)]})
    component = SafetyDetector({}, None, None, detector)
    (out,) = component.process([message])
    return out


def test_a_finding_replaces_the_intent_and_keeps_the_ranking_below_it():
    message = processed(Fires())
    assert message.get("intent") == {"name": "crisis", "confidence": 1.0}
    assert [row["name"] for row in message.get("intent_ranking")] == ["crisis", "faq_safety"]
    safety = Safety.from_json(message.get("safety"))
    assert safety == Safety("crisis", "pattern", "wish_to_die", 1.0, ((2, 10),))


@pytest.mark.parametrize(
    ("language", "intent"), [("es", "crisis_es"), ("ja", "crisis"), (None, "crisis")]
)
def test_a_crisis_is_answered_in_the_visitors_language_where_there_are_texts(language, intent):
    message = Message({"text": "x", "language": language})
    (out,) = SafetyDetector({}, None, None, Fires()).process([message])
    assert out.get("intent")["name"] == intent


@pytest.mark.parametrize(
    ("metadata", "heard"),
    [({"earlier": ["i want to", "end"]}, ["i want to", "end"]), (None, []), ({"earlier": 5}, [])],
)
def test_the_short_messages_before_are_judged_beside_it(metadata, heard):
    class Listens(Quiet):
        def judge(self, message, earlier=()):
            self.heard = list(earlier)

    detector = Listens()
    message = Message({"text": "it all", "metadata": metadata})
    SafetyDetector({}, None, None, detector).process([message])
    assert detector.heard == heard


def test_what_it_sets_reaches_the_policies():
    assert {"intent", "intent_ranking", "safety"} <= processed(Fires()).output_properties


def test_nothing_found_leaves_the_message_as_it_was():
    message = processed(Quiet())
    assert message.get("intent") == BEFORE
    assert message.get("intent_ranking") == [BEFORE]
    assert message.get("safety") is None


@pytest.mark.parametrize("text", ["", "  ", None])
def test_an_empty_message_is_untouched(text):
    message = processed(Fires(), text)
    assert message.get("intent") == BEFORE
    assert message.get("safety") is None


@pytest.mark.parametrize(
    "error", [TimeoutError("regex timed out"), RuntimeError("x"), MemoryError(), KeyError("k")]
)
def test_a_fault_means_that_a_person_must_read_it(error):
    message = processed(Broken(error))
    assert message.get("intent") == {"name": NOT_JUDGED, "confidence": 1.0}
    safety = Safety.from_json(message.get("safety"))
    assert safety is not None
    assert (safety.category, safety.rule) == ("not_judged", type(error).__name__)


def test_without_a_detector_nothing_passes_as_judged():
    assert processed(None).get("intent")["name"] == NOT_JUDGED


def test_a_fault_logs_its_kind_and_none_of_the_visitors_words(caplog):
    secret = "my neighbour poisons the tulips"
    with caplog.at_level(logging.DEBUG):
        processed(Broken(ValueError(f"cannot read {secret}")), secret)
    assert "ValueError" in caplog.text
    assert not any(word in caplog.text for word in secret.split() if len(word) > 4)
    assert all(record.exc_info is None for record in caplog.records)


class Stored:
    """Rasa's storage of a trained component."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextlib.contextmanager
    def read_from(self, resource):
        yield self.folder


def test_it_reads_the_patterns_of_nightdesk_data_and_says_in_the_log_what_is_wrong(
    tmp_path, monkeypatch, caplog
):
    """Rasa itself logs no error's text."""
    path = tmp_path / "safety" / "patterns" / "own.yml"
    path.parent.mkdir(parents=True)
    path.write_text(
        "- id: own\n  category: crisis\n  kind: k\n  level: P1\n  pattern: '(die'\n"
        "  must_fire: [to die]\n  must_not_fire: [diet]\n"
    )
    monkeypatch.setenv("NIGHTDESK_DATA", str(tmp_path))
    with caplog.at_level(logging.INFO), pytest.raises(FileError):
        SafetyDetector.load({}, Stored(tmp_path), None, None)
    (record,) = [r for r in caplog.records if r.name == "nightdesk.safety.component"]
    assert record.levelno == logging.CRITICAL
    assert f"{path}: line 5: 0.pattern: found '(die'; allowed: a regular" in record.getMessage()


def test_one_message_that_fails_does_not_spoil_the_next():
    class FailsOnce:
        calls = 0

        def judge(self, message, earlier=()):
            self.calls += 1
            if self.calls == 1:
                raise RuntimeError
            return FOUND

        def intent(self, message, verdict, language=""):
            return verdict.category

    component = SafetyDetector({}, None, None, FailsOnce())
    messages = [Message({"text": "a"}), Message({"text": "b"})]
    names = [message.get("intent")["name"] for message in component.process(messages)]
    assert names == [NOT_JUDGED, "crisis"]
