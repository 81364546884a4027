import asyncio
import io
import json
import logging
import sys

import structlog

from nightdesk.run.rasa_process import _wordless
from nightdesk.run.wordless_logs import WordlessErrors, where

WORDS = "my private trouble"


def fail():
    said = WORDS
    try:
        raise KeyError(said)
    except KeyError as error:
        raise ValueError(f"cannot read {said}") from error


def test_error_is_named_with_its_place_but_not_its_text():
    try:
        fail()
    except ValueError as error:
        lines = "\n".join(where(error))

    assert "ValueError" in lines
    assert "KeyError" in lines
    assert "test_wordless_logs.py" in lines
    assert WORDS not in lines


def test_plain_log_loses_the_traceback_only():
    sink = io.StringIO()
    handler = logging.StreamHandler(sink)
    handler.addFilter(WordlessErrors())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    try:
        fail()
    except ValueError:
        logger.exception("Action %s failed", "action_logistics")

    assert "Action action_logistics failed" in sink.getvalue()
    assert "ValueError" in sink.getvalue()
    assert WORDS not in sink.getvalue()


def test_rasas_own_log_of_a_failed_turn_holds_no_words(monkeypatch):
    """Rasa's real logging set-up, with ours on top, and the line its REST channel writes."""
    from rasa.utils.log_utils import configure_structlog

    kept = structlog.get_config()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    sink = io.StringIO()
    handler = logging.StreamHandler(sink)
    root.handlers = [handler]
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    try:
        _wordless(configure_structlog)(logging.INFO)
        root.setLevel(logging.INFO)
        logger = structlog.get_logger("test")
        try:
            fail()
        except ValueError:
            logger.exception("rest.message.received.failure", text=WORDS)
    finally:
        structlog.configure(**kept)
        root.handlers, _ = handlers, root.setLevel(level)

    row = json.loads(sink.getvalue())
    assert row["event"] == "rest.message.received.failure"
    assert "ValueError" in row["error"]
    assert WORDS not in sink.getvalue()


def test_action_servers_fault_gives_its_type_alone(caplog):
    from nightdesk.run.actions_process import _fault

    answer = asyncio.run(_fault(None, ValueError(WORDS)))

    assert answer.status == 500
    assert json.loads(answer.body) == {"error": "ValueError"}
    assert WORDS not in caplog.text
