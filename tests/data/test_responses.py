"""Every reply of the bot: its outcome, its source, and what it may and must say."""

import re

import pytest

from nightdesk.policies.numbers import fields
from nightdesk.policies.safety_reply import SAFETY_REPLIES, SERIES
from nightdesk_contract.crisis_lines import load_all_crisis_lines
from nightdesk_contract.outcome import (
    LOGISTICS_TOPICS,
    PASSAGES,
    handover_reason,
    is_outcome,
    read_replies,
)
from nightdesk_contract.passages import load_passages
from tests.data.reading import ROOT, all_responses, responses, rules, topic_names, topics

LINES = load_all_crisis_lines(ROOT / "data" / "safety" / "crisis_lines.yml")
CRISIS = [name for name in responses() if name.startswith("utter_crisis")]
HANDS_OVER = [name for name, r in responses().items() if "handover" in r["custom"]["outcome"]]
PROMISES = re.compile(
    r"\b(?:staff|team|clinic|nurse|doctor|someone|somebody|person|people|we|i)(?:'ve|'ll)?"
    r"(?: \w+){0,2}"
    r" (?:been|told|alerted|notified|informed|contacted|will|coming|reading|on the way)\b",
    re.IGNORECASE,
)


def filled(name: str) -> list[dict]:
    """Give a response as Rasa's REST channel does, once for each topic that it may have."""
    reply = responses()[name]
    known = (*LOGISTICS_TOPICS, *topic_names("not_in_source"), "parking")
    rows = []
    for topic in known if "{topic}" in reply["custom"]["outcome"] else ("",):
        custom = {
            **reply["custom"],
            "outcome": reply["custom"]["outcome"].replace("{topic}", topic),
        }
        if name in SAFETY_REPLIES:
            levels = [s.level for s in SERIES.values() if name in s.replies]
            custom["level"] = levels[0] if levels else "P1"  # said within a crisis of any level
        entry = {"text": reply["text"].replace("{answer}", "It is so."), "custom": custom}
        rows.append({**entry, "buttons": reply.get("buttons", [])})
    return rows


@pytest.mark.parametrize("name", responses())
def test_every_reply_is_one_that_the_desk_can_show(name):
    assert len(all_responses()[name]) == 1
    for row in filled(name):
        assert is_outcome(row["custom"]["outcome"])
        (message,) = read_replies([row])
        assert message.outcome == row["custom"]["outcome"]


@pytest.mark.parametrize("name", responses())
def test_a_reply_is_one_piece_of_text(name):
    # Rasa's REST channel splits a text at blank lines.
    assert "\n\n" not in responses()[name]["text"]


@pytest.mark.parametrize("name", responses())
def test_buttons_say_what_they_send(name):
    for button in responses()[name].get("buttons", []):
        assert button["payload"] == button["title"]
        assert not button["title"].startswith("/")
        assert len(button["title"]) <= 45


@pytest.mark.parametrize("name", responses())
def test_answers_name_the_passages_that_they_rest_on(name):
    custom = responses()[name]["custom"]
    kind, _, passage = custom["outcome"].partition(":")
    # An added answer rests on the passage of its own name.
    if kind == "answer" and passage != "{topic}":
        assert passage in custom["passages"]
    else:
        assert "passages" not in custom


def test_every_passage_has_an_answer():
    outcomes = {reply["custom"]["outcome"] for reply in responses().values()}
    # The list of conditions answers for its passage under its own name.
    assert {f"answer:{passage}" for passage in PASSAGES} <= outcomes


def test_every_reply_is_used():
    used = {step["action"] for rule in rules() for step in rule["steps"] if "action" in step}
    used |= {topic.action for topic in topics()}
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("actions", "nightdesk/policies")
        for path in (ROOT / folder).glob("*.py")
    )
    used |= SAFETY_REPLIES
    unused = {n for n in responses() if n not in used and f'"{n}"' not in code}
    assert unused == {"utter_default"}  # what Rasa itself falls back to


@pytest.mark.parametrize("name", responses())
def test_what_offers_staff_can_be_taken_up_with_a_tap(name):
    reply = responses()[name]
    titles = [button["title"] for button in reply.get("buttons", [])]
    if reply["custom"].get("offers") == "staff":
        assert {"Talk to a person", "{button}"} & set(titles)
        assert reply["custom"]["outcome"].startswith(("unknown", "not_in_source:", "answer:")) or (
            name in ("utter_bot_challenge", "utter_nothing_more", "utter_nothing_more_here")
        )


def test_what_asks_between_questions_has_a_way_out():
    names = [name for name, reply in responses().items() if "options" in reply["custom"]]
    assert names == ["utter_clarify", "utter_which"]
    # Being asked once more which one is no miss: "yes" was understood.
    for name, outcome in zip(names, ("unknown", "smalltalk"), strict=True):
        custom = {"outcome": outcome, "options": "{options}", "about": "{about}"}
        assert responses()[name]["custom"] == custom
        assert [button["title"] for button in responses()[name]["buttons"]] == ["None of these"]


def test_a_source_is_spoken_of_only_where_there_is_one():
    naming = [name for name, reply in responses().items() if "source" in reply["text"]]
    # Sent after answers only; what comes from the clinic's settings has no source to open.
    assert naming == ["utter_nothing_more"]


@pytest.mark.parametrize("name", HANDS_OVER)
def test_hand_overs_carry_level_and_findings(name):
    custom = responses()[name]["custom"]
    reason = handover_reason(custom["outcome"])
    assert custom["level"] == ("P3" if reason == "request" else "{safety_level}")
    if reason != "request":
        assert custom["safety"] == "{safety}"


class TestCrisis:
    # What a crisis text must hold and must not: tests/evaluation/test_crisis_grader.py.
    def test_too_much_of_something_names_poison_help_where_there_is_one(self):
        for lines in LINES.values():
            text = responses()["utter_crisis_overdose"]["text"].format(**fields(lines, ""))
            assert lines.poison in text
            # An overdose told in Spanish gets the Spanish text for any emergency.
            spanish = responses()["utter_crisis_emergency_es"]["text"]
            text = spanish.format(**fields(lines, "", "es"))
            assert "Si tomó demasiado, llame luego a" in text
            assert text.index(lines.emergency) < text.index(lines.poison)

    @pytest.mark.parametrize("name", HANDS_OVER)
    def test_promises_nothing_that_only_the_desk_can_know(self, name):
        assert not PROMISES.search(responses()[name]["text"])

    @pytest.mark.parametrize(
        "promise",
        [
            "Our staff have been told.",
            "A person will read this.",
            "Someone from the team is reading now",
            "We've alerted the clinic",
            "I have told our staff",
        ],
    )
    def test_promises_are_recognised(self, promise):
        assert PROMISES.search(promise)

    def test_no_two_texts_are_the_same(self):
        texts = [responses()[name]["text"] for name in HANDS_OVER]
        assert len(set(texts)) == len(texts)

    @pytest.mark.parametrize("name", CRISIS)
    def test_offers_no_buttons_to_tap_away(self, name):
        assert "buttons" not in responses()[name]


@pytest.mark.parametrize("name", [n for n in responses() if n.startswith("utter_faq_")])
def test_answers_say_whose_words_they_are(name):
    assert "our guide" in responses()[name]["text"].casefold()


def test_no_text_has_a_number_of_its_own():
    # They come from data/safety/crisis_lines.yml, by the clinic's country.
    for name, reply in responses().items():
        assert re.findall(r"(?<![\w-])\d[\d-]{2,}(?![\w-])", reply["text"]) == [], name


def test_every_answer_stays_within_the_passages_folder():
    assert list(load_passages(ROOT / "data" / "source")) == list(PASSAGES)
