"""What actions answer is still checked by Rasa's own schema, which is checked once."""

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction

from nightdesk.run.checked_once import check_answers_only

GOOD = {
    "events": [{"event": "slot", "name": "a", "value": 1, "timestamp": None}],
    "responses": [{"response": "utter_greet"}],
}
BAD = [
    {"events": [{"event": "slot"}], "responses": []},
    {"events": "none", "responses": []},
    {"events": [], "responses": ["text"]},
    [],
]


@pytest.fixture(params=["as Rasa does", "once"])
def action(request, monkeypatch):
    before = RemoteAction._validate_action_result
    monkeypatch.setattr(RemoteAction, "_validate_action_result", before)
    if request.param == "once":
        check_answers_only()
    return RemoteAction("action_topic", None)


def test_what_is_right_passes(action):
    assert action._validate_action_result(GOOD) is True
    assert action._validate_action_result({}) is True


@pytest.mark.parametrize("number", range(len(BAD)))
def test_what_is_wrong_is_refused(action, number):
    with pytest.raises(ValidationError):
        action._validate_action_result(BAD[number])


def test_the_schema_itself_is_not_checked_again(monkeypatch):
    monkeypatch.setattr(
        RemoteAction, "_validate_action_result", RemoteAction._validate_action_result
    )
    check_answers_only()
    monkeypatch.setattr(
        RemoteAction, "action_response_format_spec", lambda: pytest.fail("read again")
    )
    assert RemoteAction("action_topic", None)._validate_action_result(GOOD) is True
