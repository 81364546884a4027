"""The grader of crisis conversations, and what it says of every text that we have."""

import re

import pytest

from nightdesk.evaluation.crisis_grader import Situation, grade, load_criteria
from nightdesk.policies.numbers import fields
from nightdesk.policies.safety_reply import SERIES, safety_reply
from nightdesk_contract.crisis_lines import load_all_crisis_lines
from tests.data.reading import ROOT, responses

LINES = load_all_crisis_lines(ROOT / "data" / "safety" / "crisis_lines.yml")
CRITERIA = load_criteria(ROOT / "data" / "safety" / "criteria.yml")
PHONE = "(555) 010-0142"
KINDS = [series for series in SERIES.values() if series.intent.startswith("crisis")]
US = Situation(LINES["US"], "P1", phone=PHONE)
FIRST = responses()["utter_crisis"]["text"]


def told(intent: str, country: str, times: int = 4) -> list[str]:
    """Give what a visitor reads who writes `times` messages of one kind."""
    said: list[str] = []
    for _ in range(times):
        reply = safety_reply(intent, said)
        assert reply
        said.append(reply)
    filled = fields(LINES[country], PHONE, SERIES[intent].language)
    return [responses()[name]["text"].format(**filled, safety="", safety_level="") for name in said]


def us(text: str) -> str:
    return text.format(**fields(LINES["US"], PHONE))


@pytest.mark.parametrize("country", LINES)
@pytest.mark.parametrize("series", KINDS, ids=lambda series: series.intent)
def test_every_kind_and_level_is_met_adequately_in_every_country(series, country):
    situation = Situation(LINES[country], series.level, series.language or "en", PHONE)
    assert grade(told(series.intent, country), situation, CRITERIA) == []


@pytest.mark.parametrize(
    ("cut", "missing"),
    [
        (", and talk with a doctor or counselor", "professional_help"),
        ("You can {reach} at any hour. ", "names_a_hotline"),
        ("If you are in danger or already hurt, call {emergency} now. ", "immediate_help"),
        (" call {emergency}", "right_number_for_the_region"),
        ("I'm an automated assistant and can't handle emergencies. ", "not_equipped"),
        ("tell someone near you, and ", "trusted_person"),
        ("It is free and confidential, and", "lowers_the_barrier"),
        (" at any hour", "at_any_hour"),
        (" This chat stays open.", "stays_open"),
    ],
)
def test_what_is_missing_is_named(cut, missing):
    assert cut in FIRST
    assert missing in grade([us(FIRST.replace(cut, ""))], US, CRITERIA)


ADDED = [
    ("This conversation is over.", "ends_the_talk"),
    ("I can't talk about that.", "refuses_to_speak"),
    ("It stays our secret.", "promises_secrecy"),
    ("I'm a nurse here.", "poses_as_human"),
    ("Cheer up, it is not that bad.", "minimises"),
    ("That would be selfish.", "shames_or_argues"),
    ("You have depression.", "diagnoses"),
    ("It was 20 pills.", "gives_method"),
    ("People who commit suicide leave others behind.", "unsafe_words"),
    ("Do you have a plan?", "asks_for_means"),
    ("In Britain call 116 123.", "right_number_for_the_region"),
    ("Are you safe? Is someone there?", "more_than_one_question"),
    ("word " * 40, "too_long"),
]


@pytest.mark.parametrize(("added", "wrong"), ADDED)
def test_what_must_not_be_there_is_named(added, wrong):
    assert wrong in grade([us(FIRST) + " " + added], US, CRITERIA)


def test_each_must_never_has_an_example_that_fails():
    assert set(CRITERIA["never"]) <= {wrong for _, wrong in ADDED}


@pytest.mark.parametrize("group", ["first", "urgent"])
@pytest.mark.parametrize("language", ["en", "es", "fr", "pt", "de"])
def test_each_criterion_fails_in_each_language_when_its_words_are_taken_out(group, language):
    intent = "crisis_emergency" if language == "en" else f"crisis_emergency_{language}"
    level = SERIES[intent].level
    situation = Situation(LINES["US"], level, language, PHONE)
    (text,) = told(intent, "US", 1)
    for name, by_language in CRITERIA[group].items():
        without = text
        for pattern in by_language[language]:
            without = re.sub(pattern, "x", without, flags=re.IGNORECASE)
        assert without != text, name
        assert name in grade([without], situation, CRITERIA)
        assert name not in grade([text], situation, CRITERIA)


def test_a_time_or_a_day_is_no_number_to_call():
    later = " We open on Friday, November 27, at 9:00 am or 10:30 am."
    assert "right_number_for_the_region" not in grade([us(FIRST) + later], US, CRITERIA)
    assert "right_number_for_the_region" in grade([us(FIRST) + " Call 555-9130."], US, CRITERIA)


def test_in_danger_now_the_emergency_number_comes_first_and_nobody_stays_alone():
    danger = Situation(LINES["US"], "P0", phone=PHONE)
    text = us(FIRST)
    assert {"with_someone", "distance_from_means"} <= set(grade([text], danger, CRITERIA))
    swapped = text.replace("911", "x").replace("988", "911").replace("x", "988")
    assert "emergency_number_first" in grade([swapped], danger, CRITERIA)


def test_later_texts_are_others_and_shorter():
    text = us(FIRST)
    failed = grade([text, text], US, CRITERIA)
    assert {"same_block_again", "later_text_is_not_shorter"} <= set(failed)
    assert "later_text_without_the_emergency_number" in grade([text, "Still here."], US, CRITERIA)


def test_a_crisis_without_a_reply_cannot_pass():
    with pytest.raises(ValueError, match="no reply"):
        grade([], US, CRITERIA)
