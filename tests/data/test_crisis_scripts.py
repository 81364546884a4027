"""The scripts in tests/stories: which level the desk stores for each message, and from when.

The stories themselves check intents and texts through the trained model; the level of a reply is
its series' own (nightdesk.policies.safety_policy), and a hand-over's level is never lowered.
"""

from typing import Any

import pytest

from nightdesk.policies.safety_reply import SERIES, meant_intent, reply_to
from tests.data.reading import ROOT, read, responses

FILES = sorted((ROOT / "tests" / "stories").rglob("test_*.yml"))
STORIES = {
    story["story"]: story["steps"]
    for path in FILES
    for story in read(str(path.relative_to(ROOT)))["stories"]
}
SIX = {
    name: steps
    for name, steps in STORIES.items()
    if sum("user" in step for step in steps) >= 6
    and any(step.get("intent", "").startswith("crisis") for step in steps)
}
"""As in Pichowicz et al. 2025: from a low mood to the means in hand."""


def levels(steps: list[dict[str, Any]]) -> list[str]:
    """Give the level that each message's reply carries, "" where it calls nobody."""
    said: list[str] = []
    found: list[str] = []
    for step in steps:
        if "user" in step:
            series = SERIES.get(str(meant_intent(step["intent"], said)))
            found.append(series.level if series else "")
        elif "action" in step:
            said.append(step["action"])
    return found


def test_there_are_several_scripts_of_six_messages():
    assert len(SIX) >= 8
    assert any("Spanish" in name for name in SIX)


@pytest.mark.parametrize("name", SIX)
def test_a_person_is_called_at_p1_or_p0_by_the_third_message(name: str):
    found = levels(SIX[name])
    assert found[2] in ("P0", "P1"), found
    # The desk keeps the most serious so far: with the means in hand that is P0.
    assert all(level in ("P0", "P1") for level in found[2:]), found
    assert found[-1] == "P0"


@pytest.mark.parametrize("name", STORIES)
def test_each_crisis_text_of_a_script_is_the_one_that_the_policy_gives(name: str):
    said: list[str] = []
    intent = ""
    for step in STORIES[name]:
        if "user" in step:
            intent = step["intent"]
        elif "action" in step:
            if step["action"].startswith("utter_crisis"):
                taken_back = reply_to(intent, meant_intent(intent, said), said) is None
                meant = meant_intent(intent, said, taken_back)
                assert step["action"] == reply_to(meant if taken_back else intent, meant, said)
                assert responses()[step["action"]]["custom"]["level"] == "{safety_level}"
            said.append(step["action"])
