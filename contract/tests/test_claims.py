"""What a text claims: by name however it is spelled, and not inside other words."""

import pytest

from nightdesk_contract.claims import Claim, Vocabulary, plain, without
from nightdesk_contract.quantities import Grammar

GRAMMAR = Grammar(
    numbers={"two": 2},
    multipliers={"hundred": 100},
    vague=frozenset({"many"}),
    units={"hours": "hour", "mg": "mg"},
)
VOCABULARY = Vocabulary(
    GRAMMAR,
    times=["hour"],
    words={
        "condition": {
            "PTSD": "ptsd",
            "post-traumatic stress disorder": "ptsd",
            "stress": "stress",
            "als": "als",
            "migraine": "migraine",
        },
        "drug": {"sertraline": "sertraline"},
        "duration": {"long-term": "long-term"},
        "empty": {},
    },
    no_amounts=["how many"],
)


def of(text: str) -> list[str]:
    return [str(claim) for claim in sorted(VOCABULARY.claims(text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("It helps also falsely.", []),
        ("PTSD", ['condition "ptsd"']),
        ("Post‑traumatic\n  stress disorder", ['condition "ptsd"']),
        ("migraines and stress", ['condition "migraine"', 'condition "stress"']),
        ("a person's migraine’s", ['condition "migraine"']),
        ("ser\u00adtraline", ['drug "sertraline"']),
        ("long-term relief", ['duration "long-term"']),
        ("2 hours", ['duration "2 hour"']),
        ("2 mg", ['number "2 mg"']),
        ("many people", ['number "many"']),
        ("How many sessions are there?", []),
    ],
)
def test_claims(text, found):
    assert of(text) == found


def test_two_ways_to_write_the_same_are_one_claim():
    text = "PTSD, post-traumatic stress disorder"
    assert VOCABULARY.claims(text) == {Claim("condition", "ptsd")}


def test_what_is_taken_out_makes_no_neighbours():
    left = without("two surely hours", ["surely"])
    assert left == "two  |  hours"
    assert of(left) == ['duration "hour"', 'number "2"']
    assert without("this use is new", ["is", "use is"]) == "this  |  new"


def test_plain():
    assert plain("  Off–Label’s \n\u200buse ") == "off-label's use"
