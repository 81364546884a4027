"""Regular expressions that data files hold: what is wrong with one, in words for its author."""

import regex

FLAGS = regex.IGNORECASE | regex.V0

TIMEOUT = 0.25
"""Seconds one expression may take on one text; past it the message counts as not judged."""


def wanted(expression: str) -> str:
    """Give what is allowed instead of an expression that cannot be used; "" for one that can."""
    try:
        matches_nothing = regex.compile(expression, FLAGS).search("", timeout=TIMEOUT)
    except (regex.error, RecursionError, OverflowError) as error:
        return f"a regular expression ({error})"
    except TimeoutError:
        return f"an expression that is done with a text within {TIMEOUT} s"
    return "an expression that does not match an empty text" if matches_nothing else ""
