"""The canned replies: for every moment, short, and with help in it where it is needed."""

import re

import pytest

from nightdesk_contract.canned_replies import CannedReply, fitting_first, load_canned_replies
from nightdesk_contract.crisis_lines import load_all_crisis_lines
from nightdesk_contract.outcome import LEVELS
from tests.data.reading import ROOT

REPLIES = load_canned_replies(ROOT / "data")
BY_ID = {reply.id: reply for reply in REPLIES}
LINES = load_all_crisis_lines(ROOT / "data" / "safety" / "crisis_lines.yml")
MOST_WORDS = 80


def filled(reply: CannedReply, country: str) -> str:
    lines = LINES[country]
    return reply.text.format(
        clinic="Harborlight Ketamine Clinic",
        phone="(555) 010-0142",
        name="Maria",
        emergency=lines.emergency,
        crisis_call=lines.crisis_call,
        crisis_text=lines.crisis_text,
        reach=lines.reach["en"],
        poison_help=lines.poison_help.get("en", ""),
        abuse_help=lines.abuse_help,
    )


def test_there_is_one_for_every_moment():
    assert len(REPLIES) >= 20
    assert BY_ID.keys() >= {
        *("hello", "have_read", "safe_now", "call_emergency", "crisis_line", "somebody_with_you"),
        *("thank_you_for_telling", "no_advice_here", "may_we_call", "one_moment", "booking"),
        *("sorry_for_the_wait", "closing_soon", "assistant_again", "side_effect_now", "goodbye"),
        *("after_session", "complaint", "took_too_much", "abuse_at_home"),
    }


@pytest.mark.parametrize("level", LEVELS)
def test_there_are_several_for_every_level(level: str):
    assert len([reply for reply in REPLIES if level in reply.levels]) >= 5


@pytest.mark.parametrize("country", LINES)
@pytest.mark.parametrize("reply", REPLIES, ids=BY_ID)
def test_it_is_short_and_ends_whole_in_every_country(reply: CannedReply, country: str):
    text = filled(reply, country)
    assert len(text.split()) <= MOST_WORDS
    assert text.endswith((".", "?"))


@pytest.mark.parametrize("reply", REPLIES, ids=BY_ID)
def test_numbers_stand_in_fields(reply: CannedReply):
    assert not re.search(r"\d", reply.text)


@pytest.mark.parametrize(
    "id_",
    [
        "call_emergency",
        "crisis_line",
        "move_away",
        "side_effect_now",
        "after_session",
        "closing_soon",
        "took_too_much",
        "abuse_at_home",
    ],
)
def test_help_is_named_where_a_life_may_be_in_danger(id_: str):
    assert "{emergency}" in BY_ID[id_].text


def test_in_an_emergency_the_first_one_says_to_call():
    assert fitting_first(REPLIES, "P0")[0].id == "call_emergency"


@pytest.mark.parametrize("reply", [r for r in REPLIES if "P0" in r.levels], ids=lambda r: r.id)
def test_the_emergency_number_stands_before_the_clinics_phone(reply: CannedReply):
    before = reply.text.partition("{phone}")[0]
    assert "{phone}" not in reply.text or "{emergency}" in before


@pytest.mark.parametrize(
    ("id_", "field"), [("took_too_much", "poison_help"), ("abuse_at_home", "abuse_help")]
)
def test_a_line_for_this_comes_after_the_emergency_number(id_: str, field: str):
    before, named, _ = BY_ID[id_].text.partition(f"{{{field}}}")
    assert named
    assert "{emergency}" in before


def test_too_much_of_something_is_told_for_somebody_else_too():
    assert "stay with them" in BY_ID["took_too_much"].text


def test_at_home_what_is_written_may_be_read_by_others():
    assert "device that nobody else reads" in BY_ID["abuse_at_home"].text


def test_nobody_in_an_emergency_is_told_to_wait():
    assert "P0" not in BY_ID["one_moment"].levels


def test_each_is_met_by_at_most_one_question():
    # One thing at a time for somebody in distress; a call-back needs two answers.
    for reply in REPLIES:
        assert reply.text.count("?") <= (2 if reply.id == "may_we_call" else 1), reply.id


def test_the_question_about_safety_can_be_answered_with_yes_or_no():
    assert "Are you safe right now?" in BY_ID["safe_now"].text


def test_who_writes_says_so_by_first_name():
    assert "{name}" in BY_ID["hello"].text
    assert "a person" in BY_ID["hello"].text
