"""The safety policy in front of a real tracker and the project's own domain."""

import shutil

import pytest
from rasa.core.policies.policy import PolicyPrediction
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from nightdesk.policies.safety_policy import PRIORITY, SafetyPolicy
from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.outcome import Safety

DETAILS = Safety("crisis", "model", "model", 0.9, ((0, 5),)).to_json()


@pytest.fixture(scope="module")
def domain(root):
    written = Domain.load(str(root / "domain.yml"))
    return written.merge(Domain.load(str(root / "data" / "safety" / "replies.yml")))


@pytest.fixture(scope="module")
def policy():
    context = ExecutionContext(GraphSchema({}))
    return SafetyPolicy(SafetyPolicy.get_default_config(), None, None, context)


def said(intent: str | None, safety: str | None = None, text: str = "x") -> UserUttered:
    parsed = {"intent": {"name": intent, "confidence": 1.0}, "entities": [], "text": text}
    if safety:
        parsed["safety"] = safety
    return UserUttered(text, intent={"name": intent, "confidence": 1.0}, parse_data=parsed)


def listening() -> ActionExecuted:
    return ActionExecuted("action_listen")


def predict(policy, domain, *events) -> PolicyPrediction:
    tracker = DialogueStateTracker.from_events("visitor", list(events), domain.slots)
    return policy.predict_action_probabilities(tracker, domain)


def chosen(prediction: PolicyPrediction, domain: Domain) -> str | None:
    if prediction.max_confidence == 0:
        return None
    return domain.action_names_or_texts[prediction.probabilities.index(prediction.max_confidence)]


@pytest.mark.parametrize(
    ("intent", "reply"),
    [
        ("crisis", "utter_crisis"),
        ("crisis_emergency", "utter_crisis_emergency"),
        ("medical_advice", "utter_medical_advice"),
        ("not_judged", "utter_not_judged"),
        ("faq_safety", None),
        ("greet", None),
        (None, None),
    ],
)
def test_it_answers_safety_intents_with_certainty_and_no_others(policy, domain, intent, reply):
    prediction = predict(policy, domain, listening(), said(intent))
    assert chosen(prediction, domain) == reply
    assert prediction.max_confidence == (1.0 if reply else 0.0)


def test_the_second_crisis_gets_another_text(policy, domain):
    events = [listening(), said("crisis"), ActionExecuted("utter_crisis"), listening()]
    events += [said("greet"), ActionExecuted("utter_greet"), listening(), said("crisis")]
    assert chosen(predict(policy, domain, *events), domain) == "utter_crisis_again"


def test_it_listens_after_its_reply(policy, domain):
    events = [listening(), said("crisis"), ActionExecuted("utter_crisis")]
    assert chosen(predict(policy, domain, *events), domain) == "action_listen"


def test_it_leaves_other_replies_to_the_rules(policy, domain):
    events = [listening(), said("greet"), ActionExecuted("utter_greet")]
    assert chosen(predict(policy, domain, *events), domain) is None


def test_the_findings_go_with_the_reply(policy, domain):
    prediction = predict(policy, domain, listening(), said("crisis", DETAILS))
    slots = {event.key: event.value for event in prediction.events}
    assert slots["safety"] == DETAILS
    assert slots["safety_level"] == "P1"
    assert (slots["emergency"], slots["reach"]) == ("911", "call or text 988")


def test_a_reply_in_spanish_gets_its_numbers_in_spanish(policy, domain):
    prediction = predict(policy, domain, listening(), said("crisis_emergency_es"))
    slots = {event.key: event.value for event in prediction.events}
    assert slots["safety_level"] == "P0"
    assert slots["reach"].startswith("llamar al 988 y oprimir 2")


def test_findings_of_an_earlier_message_are_not_shown_again(policy, domain):
    events = [listening(), said("crisis", DETAILS), SlotSet("safety", DETAILS)]
    events += [ActionExecuted("utter_crisis"), listening(), said("medical_advice")]
    slots = {event.key: event.value for event in predict(policy, domain, *events).events}
    assert slots["safety"] != DETAILS
    assert slots["safety_level"] == "P2"


def test_an_unclear_line_after_a_crisis_reply_gets_a_crisis_reply_that_says_why(policy, domain):
    events = [listening(), said("crisis", DETAILS), ActionExecuted("utter_crisis"), listening()]
    prediction = predict(policy, domain, *events, said("nlu_fallback"))
    assert chosen(prediction, domain) == "utter_crisis_again"
    found = Safety.from_json(prediction.events[0].value)
    assert found is not None
    assert found.detector not in ("pattern", "model")


@pytest.mark.parametrize("intent", ["followup_why", "followup_how_long", "none_of_these"])
def test_a_question_that_leans_on_the_crisis_reply_is_not_answered_with_a_choice(
    policy, domain, intent
):
    events = [listening(), said("crisis", DETAILS), ActionExecuted("utter_crisis"), listening()]
    prediction = predict(policy, domain, *events, said(intent))
    assert chosen(prediction, domain) == "utter_crisis_again"
    assert prediction.is_no_user_prediction

    events = [listening(), said("logistics_cost"), ActionExecuted("action_topic"), listening()]
    assert chosen(predict(policy, domain, *events, said(intent)), domain) is None


def test_a_clear_question_after_a_crisis_reply_is_left_to_the_rules(policy, domain):
    events = [listening(), said("crisis", DETAILS), ActionExecuted("utter_crisis"), listening()]
    assert chosen(predict(policy, domain, *events, said("logistics_hours")), domain) is None


@pytest.mark.parametrize("intent", ["faq_safety", "thanks", "medical_advice", "nlu_fallback"])
@pytest.mark.parametrize("text", ["I'm safe", "lol never mind", "no, I'm fine", "ignore that"])
def test_waving_it_off_is_answered_within_the_crisis_whatever_it_was_taken_for(
    policy, domain, intent, text
):
    events = [listening(), said("crisis_emergency", DETAILS)]
    events += [ActionExecuted("utter_crisis_emergency"), listening()]
    prediction = predict(policy, domain, *events, said(intent, DETAILS, text))
    assert chosen(prediction, domain) == "utter_crisis_emergency_again"
    slots = {event.key: event.value for event in prediction.events}
    assert slots["safety_level"] == "P0"
    found = Safety.from_json(slots["safety"])
    assert found is not None
    assert (found.category, found.detector) == ("crisis_emergency", "context")


def test_a_doubtful_question_right_after_a_crisis_reply_is_no_question(policy, domain):
    events = [listening(), said("crisis", DETAILS), ActionExecuted("utter_crisis"), listening()]
    doubtful = UserUttered("why should i", intent={"name": "faq_benefits", "confidence": 0.6})
    assert chosen(predict(policy, domain, *events, doubtful), domain) == "utter_crisis_again"


def test_a_question_beside_it_is_left_to_the_rules(policy, domain):
    events = [listening(), said("crisis", DETAILS), ActionExecuted("utter_crisis"), listening()]
    question = said("logistics_cost", text="I'm fine. What does it cost?")
    assert chosen(predict(policy, domain, *events, question), domain) is None


def test_thanks_after_a_crisis_reply_get_a_warm_text_and_a_hand_over_that_says_why(policy, domain):
    events = [listening(), said("crisis", DETAILS), ActionExecuted("utter_crisis"), listening()]
    prediction = predict(policy, domain, *events, said("thanks", text="thank you"))
    assert chosen(prediction, domain) == "utter_crisis_thanks"
    found = Safety.from_json(prediction.events[0].value)
    assert found is not None
    assert found.detector == "context"
    events += [said("thanks"), ActionExecuted("utter_crisis_thanks")]
    assert chosen(predict(policy, domain, *events), domain) == "action_listen"


def test_it_outranks_the_rules_and_forms(policy, domain):
    assert policy.priority == PRIORITY > 10
    assert predict(policy, domain, listening(), said("crisis")).is_no_user_prediction


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("crisis_lines.yml", "owner, countries: found nothing"),
        ("take_backs.yml", "phrases, fillers"),
    ],
)
def test_a_broken_file_is_named_in_the_log_and_no_policy_is_made(
    name, says, root, tmp_path, monkeypatch, caplog
):
    """Rasa itself logs no error's text."""
    (tmp_path / "safety").mkdir()
    for each in ("crisis_lines.yml", "take_backs.yml"):
        shutil.copy(root / "data" / "safety" / each, tmp_path / "safety")
    monkeypatch.setenv("NIGHTDESK_DATA", str(tmp_path))
    context = ExecutionContext(GraphSchema({}))
    config = SafetyPolicy.get_default_config()
    assert SafetyPolicy.load(config, None, None, context).numbers
    path = tmp_path / "safety" / name
    path.write_text("{}")
    with pytest.raises(FileError):
        SafetyPolicy.load(config, None, None, context)
    (record,) = [r for r in caplog.records if r.name == "nightdesk.policies.safety_policy"]
    assert record.levelname == "CRITICAL"
    assert str(path) in record.getMessage()
    assert says in record.getMessage()


def test_it_trains_nothing_and_is_asked_for_rules_and_stories(policy, domain):
    assert policy.train([], domain) is None
    assert policy.supported_data().name == "ML_AND_RULE_DATA"
