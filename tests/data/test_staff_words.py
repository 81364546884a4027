"""What staff read for the categories that safety sets."""

import ast
import re

from nightdesk.policies.safety_reply import SERIES
from tests.data.reading import ROOT

TEMPLATE = ROOT / "desk" / "nightdesk_desk" / "staff" / "templates" / "words.html"


def categories() -> dict[str, str]:
    """Give the inbox's table of categories; a table of a template is written as in Python."""
    found = re.search(r"set CATEGORIES = (\{.*?\}) %\}", TEMPLATE.read_text("utf-8"), re.DOTALL)
    assert found
    table: dict[str, str] = ast.literal_eval(found[1])
    return table


def test_every_safety_intent_has_words_of_its_own():
    table = categories()
    assert table.keys() == SERIES.keys()
    assert len(set(table.values())) == len(table)
    assert not [words for words in table.values() if "_" in words]


def test_the_words_say_what_is_an_emergency_and_which_language_it_is_in():
    names = {"es": "Spanish", "fr": "French", "pt": "Portuguese", "de": "German"}
    for intent, words in categories().items():
        series = SERIES[intent]
        assert ("emergency" in words) == (series.level == "P0"), intent
        named = {code for code, name in names.items() if words.endswith(f"in {name}")}
        assert named == ({series.language} if series.language else set()), intent
