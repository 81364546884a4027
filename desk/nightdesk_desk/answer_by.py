"""How long the bot may take over a message that has waited already: help must stand there in time.

Somebody in a crisis is promised help on the screen within ten seconds. What a message has waited
for (more pieces of a question, an earlier turn, a restart) is taken off the bot's time, so that its
silence is known early enough to say phone and crisis lines instead.
"""

LATEST = 6.5
"""Seconds after which a message that was stored is to have its answer or those lines. With what
storing may take before (`visitor_api.STORE_WITHIN`) it is below the ten of the promise."""
LEAST = 1.5
"""Seconds that the bot gets at least: some ten times what a turn takes it."""
PAST = 8.0
"""Seconds of waiting after which hurry keeps no promise: then the bot's own answer is better."""


def seconds_for_bot(age: float, deadline: float) -> float:
    """Give the seconds that a turn may take the bot, at most `deadline`.

    `age` is for how many seconds the oldest of the turn's messages has been stored.
    """
    if age > PAST:
        return deadline
    return min(deadline, max(LATEST - age, LEAST))
