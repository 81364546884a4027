"""Exclamation marks: they say how loudly something is said, and not what.

Whoever writes harmless lines sprinkles them, and whoever writes down a crisis hardly does: of our
examples 283 of 23,659 harmless ones hold one and 28 of 15,785 of a crisis. A model that sees them
takes them for a sign that nothing is the matter ("i took an overdose" was found, and "i took an
overdose!" was not; docs/understanding.md), so it does not see them, in training or afterwards.
"""

import re

_LOUD = re.compile("[?!\u2757\u2755]*[!\u2757\u2755][?!\u2757\u2755]*")
_OPENING = re.compile("\u00a1+")


def unexcited(text: str) -> str:
    """Give a text as if it were said in a level voice: its sentences end where they ended.

    "why!?" stays a question, "help!!!" becomes "help.".
    """
    return _LOUD.sub(lambda run: "?" if "?" in run.group() else ".", _OPENING.sub("", text))
