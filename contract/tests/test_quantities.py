"""Numbers and measures: the same amount in another form is the same, another amount is not."""

import pytest

from nightdesk_contract.quantities import Grammar, quantities

GRAMMAR = Grammar(
    numbers={"one": 1, "two": 2, "four": 4, "twelve": 12, "twenty": 20, "ninety": 90},
    multipliers={"hundred": 100, "thousand": 1000},
    vague=frozenset({"few", "half", "many", "twice"}),
    units={
        **{"hour": "hour", "hours": "hour", "day": "day", "days": "day", "weeks": "week"},
        **{"week": "week", "months": "month", "%": "percent", "percent": "percent", "mg": "mg"},
    },
)


def of(text: str) -> list[str]:
    return [str(quantity) for quantity in quantities(text, GRAMMAR)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("nothing here", []),
        ("", []),
        ("two sessions", ["2"]),
        ("2 sessions", ["2"]),
        ("2.0 or 2.50", ["2", "2.5"]),
        ("1,200 people", ["1200"]),
        ("twenty-four people", ["24"]),
        ("twenty four people", ["24"]),
        ("twenty twelve", ["20", "12"]),
        ("two hundred people", ["200"]),
        ("a hundred people", ["100"]),
        ("hundred people", ["100"]),
        ("one or a hundred thousand", ["1", "100000"]),
        ("2 thousand", ["2000"]),
        ("one in four", ["1", "4"]),
        ("many people, twice", ["many", "twice"]),
        ("twenty-", ["20"]),
        ("100", ["100"]),
    ],
)
def test_numbers_by_value(text, found):
    assert of(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("two weeks", ["2 week"]),
        ("a 2-week course", ["2 week"]),
        ("2weeks", ["2 week"]),
        ("weeks or even months", ["week", "month"]),
        ("an hour", ["1 hour"]),
        ("half an hour", ["half hour"]),
        ("a few hours to a few days", ["few hour", "few day"]),
        ("2 to 4 hours", ["2 hour", "4 hour"]),
        ("2-4 hours", ["2 hour", "4 hour"]),
        ("one or a few hours", ["1 hour", "few hour"]),
        ("one or two sessions", ["1", "2"]),
        ("two people and four hours", ["2", "4 hour"]),
        ("90 %, 90% and ninety percent", ["90 percent", "90 percent", "90 percent"]),
        ("12 mg", ["12 mg"]),
        ("a hundred mg or a thousand mg", ["100 mg", "1000 mg"]),
        ("two more people stay for days", ["2", "day"]),
    ],
)
def test_an_amount_with_its_unit(text, found):
    assert of(text) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("two weeks", "two days"),
        ("two weeks", "four weeks"),
        ("two weeks", "weeks"),
        ("a few hours", "few people, in hours"),
        ("5", "5 %"),
    ],
)
def test_what_is_not_the_same(one, other):
    assert set(of(one)).isdisjoint(of(other))
