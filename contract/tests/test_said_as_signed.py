"""A text is said only as it was signed."""

import pytest

from nightdesk_contract.said_as_signed import passages_in, says

CONTENT = "text: It can help with {named}. Ask us.\nbutton: Ask us\ndocument: Our guide"


@pytest.mark.parametrize(
    "text",
    [
        "It can help with depression. Ask us.",
        "It can help with depression, anxiety and PTSD.  Ask\n\nus. ",
    ],
)
def test_fields_and_line_ends_make_no_difference(text):
    assert says(CONTENT, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It can help with . Ask us.",
        "It can help with depression.",
        "It can cure depression. Ask us.",
        "It can help with depression. Ask us. It is safe.",
        "it can help with depression. ask us.",
        "Ask us",
        "Our guide",
        "It can help with " + "x" * 401 + ". Ask us.",
    ],
)
def test_other_words_are_not_what_was_signed(text):
    assert not says(CONTENT, text)


NAMED = "text: It helps with {named}, not {other}.\n{named}: depression, OCD (a name), PTSD"


@pytest.mark.parametrize(
    "named", ["PTSD", "depression and PTSD", "PTSD, OCD (a name) and depression"]
)
def test_a_field_is_filled_with_words_that_were_signed(named):
    assert says(NAMED, f"It helps with {named}, not gout and flu.")


@pytest.mark.parametrize(
    "named", ["gout", "PTSD and gout", "PTSD and", "OCD", "depression. It cures all", "{named}"]
)
def test_a_field_is_not_filled_with_others(named):
    # An action server that has not read the newest conditions.yml yet.
    assert not says(NAMED, f"It helps with {named}, not gout.")


def test_the_passages_that_an_item_was_signed_with():
    content = (
        "text: It is so.\npassage safety (Is it?): It is.\n  passage x (no): Y\npassage b (B): C"
    )
    assert passages_in(content) == ["safety", "b"]
    assert passages_in("text: passage x (no)") == []


def test_a_text_of_several_lines():
    content = "title: Parking\ntext: Park behind\n  the house.\n  \n  It is free.\ndocument: X"
    assert says(content, "Park behind the house.\n\nIt is free.")
    assert not says(content, "Park behind the house.")
    assert not says(content, "Parking")


def test_what_looks_like_a_pattern_is_only_text():
    assert says("text: It costs $5 (about).", "It costs $5 (about).")
    assert not says("text: It costs $5 (about).", "It costs $5 about.")


def test_without_a_text_nothing_is_signed():
    assert not says("question: Where?", "Where?")
