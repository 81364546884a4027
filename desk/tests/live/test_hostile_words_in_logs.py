"""Words that would be lines of a log stand in none: the desk's, Rasa's, the actions', the rest's.

That nothing that any test sent stands there is looked for when the system stops (log_leaks.py).
"""

from hostile_words import ALL, NAME
from running_system import RunningSystem
from visitor import Visitor


def test_hostile_words_are_answered_and_not_logged(system: RunningSystem, visitor: Visitor) -> None:
    forged = f"hello\n2026-11-26 00:00:00,000 CRITICAL {NAME}: forged \x1b[31mline\x1b[0m"
    # A few are enough for the bot: each has a turn.
    for text in (forged, *list(ALL.values())[::6]):
        visitor.say(text)
    visitor.http.get(f"/{NAME}%0a%1b[31m{NAME}?{NAME}", headers={"X-Forwarded-For": NAME})
    while sum(event["from"] == "bot" for event in visitor.events()) < 3:
        assert visitor.events(after=visitor.events()[-1]["seq"], wait=20)
    log = system.log_text()
    assert NAME not in log
    assert "forged" not in log
    assert system.leaks() == []
