"""No dose, no lethal amount and no combination stands in any text that a visitor can see."""

import re

import pytest

from nightdesk.nlu.protected import FILE
from tests.data.reading import read
from tests.data.visible import visible_texts

_NUMBER = (
    r"(?:\d+(?:[.,]\d+)?|half|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|"
    r"thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|dozen|several|handful of|"
    r"couple of|few|dos|tres|cuatro|deux|trois|quatre|zwei|drei|vier|dois|duas|quatro)"
)
_UNIT = (
    r"(?:mgs?|mcgs?|\u00b5g|\u03bcg|ug|g|gr|kg|ml|mls|cc|iu|milligrams?|micrograms?|grams?|grammes?|"
    r"milliliters?|millilitres?|miligramos?|gramos?|milligramm|gramm|milligrammes?|"
    r"pills?|tablets?|tabs?|capsules?|caps|lozenges?|troches?|drops?|puffs?|sprays?|shots?|bumps?|"
    r"lines|bottles?|packs?|blisters?|pastillas?|comprimidos?|tabletten|comprim\u00e9s?)"
)
DOSE = re.compile(
    rf"(?<![\w$]){_NUMBER}(?:[ -]+(?:to|or|and|\u2013|-)?[ -]*{_NUMBER})*[ -]*{_UNIT}\b(?!\.\w)"
    r"|\b(?:mg|mcg|ml)\s*(?:/|per)\s*(?:kg|kilo|pound|lb)|\bper kilo(?:gram)?\b",
    re.IGNORECASE,
)
LETHAL = re.compile(
    r"\b(?:lethal|deadly|ld50|letal|mortelle?s?|t\u00f6dliche?)\b"
    r"|\b(?:fatal|toxic|deadly) (?:dose|doses|amount|amounts|level|levels|quantity)\b"
    r"|\b(?:enough|too much|how much)\b[^.?!]{0,30}"
    r"\b(?:to (?:die|kill|overdose)|would kill|is fatal)\b"
    r"|\b(?:overdose|overdosing|od) (?:on|with|by)\b",
    re.IGNORECASE,
)
MEDICINES = sorted(read(f"data/safety/{FILE}")["medicines"])
_SUBSTANCES = "|".join([*map(re.escape, MEDICINES), "alcohol", "opioids?", "benzodiazepines?"])
COMBINATION = re.compile(
    rf"\b(?:mix|mixed|mixing|combin\w+|together|stack\w*|along)\b[^.?!]{{0,60}}\b(?:{_SUBSTANCES})\b"
    rf"|\b(?:{_SUBSTANCES})\b[^.?!]{{0,60}}\b(?:mix|mixed|mixing|combin\w+|together|plus|on top)\b"
    rf"|\b(?:ketamine|spravato)\s*(?:\+|and|with|plus)\s*(?:{_SUBSTANCES})\b",
    re.IGNORECASE,
)
NAMED = re.compile(rf"\b(?:{'|'.join(map(re.escape, MEDICINES))})\b", re.IGNORECASE)
"""Medicines other than the treatment's own: naming one is the first half of a combination."""

CHECKS = {"dose": DOSE, "lethal": LETHAL, "combination": COMBINATION, "medicine": NAMED}


def faults(text: str) -> list[str]:
    """Give which of the checks a text fails."""
    flat = " ".join(text.split())
    return [name for name, pattern in CHECKS.items() if pattern.search(flat)]


def test_no_text_that_a_visitor_can_see_holds_one():
    found = {name: faults(text) for name, text in visible_texts().items() if faults(text)}
    assert found == {}


def test_an_added_answer_is_read_and_its_examples_are_not(tmp_path, monkeypatch):
    from tests.data import visible

    (tmp_path / "data" / "answers").mkdir(parents=True)
    (tmp_path / "data" / "answers" / "x.yml").write_text(
        "question: What is it?\nanswer: Take 20 mg twice.\nexamples: [is 30 mg ok]\n"
    )
    monkeypatch.setattr(visible, "ROOT", tmp_path)
    visible.all_texts.cache_clear()
    try:
        found = [text for text in visible.visible_texts().values() if faults(text)]
    finally:
        visible.all_texts.cache_clear()
    assert found == ["Take 20 mg twice."]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("People usually get 40 mg over an hour.", "dose"),
        ("0.5 mg/kg is common.", "dose"),
        ("about half a\nmilligram per kilo", "dose"),
        ("Take two tablets before you come.", "dose"),
        ("one to three lozenges", "dose"),
        ("ten pills are too many", "dose"),
        ("a handful of pills", "dose"),
        ("a 200-milligram lozenge", "dose"),
        ("2 sprays in each nostril", "dose"),
        ("no more than fifty ml", "dose"),
        ("tome dos pastillas", "dose"),
        ("This amount is lethal.", "lethal"),
        ("the deadly range begins there", "lethal"),
        ("A fatal dose differs by person.", "lethal"),
        ("how much it takes to die", "lethal"),
        ("people overdose on this", "lethal"),
        ("Do not mix it with Xanax.", "combination"),
        ("It is stronger together with alcohol.", "combination"),
        ("Ketamine and lorazepam are given.", "combination"),
        ("You may take your Zoloft.", "medicine"),
    ],
)
def test_what_must_not_be_there_is_recognised(text: str, fault: str):
    assert fault in faults(text)


@pytest.mark.parametrize(
    "text",
    [
        "The infusion runs 40 to 60 minutes.",
        "Many plans start with 6 infusions over 2 to 3 weeks.",
        "Each infusion is $450, and the first visit is $150.",
        "Do not eat for 4 hours before your visit; sip water until 2 hours before.",
        "Skip alcohol the day before and that day.",
        "given in smaller doses, by trained staff",
        "It never gives amounts of a drug.",
        "Call Poison Help at 1-800-222-1222.",
        "A shot or a drip? Ask our staff.",
        "in parts of up to 2,000 letters each",
        "We hold your place for 20 minutes.",
        "Has taken too much of something",
    ],
)
def test_what_may_be_there_is_left_alone(text: str):
    assert faults(text) == []
