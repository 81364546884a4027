"""The visitor's own words in a pasted e-mail: without quoted text, signature and salutation.

Only the intent is read from what is left. Safety reads the whole message, and what is stored or
shown is never cut.
"""

import re
from collections.abc import Sequence

from nightdesk.nlu.parts import asks

# Each is matched against a line without the space around it.
_QUOTED = re.compile(r"[>|]")
_REPLY_HEAD = re.compile(
    r"on\b.{0,120}\bwrote:?$"
    r"|-{2,}\s*(?:original|forwarded) message\b"
    r"|begin forwarded message",
    re.IGNORECASE,
)
_HEADER = re.compile(r"(?:from|to|cc|bcc|sent|date|subject|reply-to)\s*:\s*\S", re.IGNORECASE)
_SIGNATURE = re.compile(r"(?:--|__+)$|sent from my \w|get outlook for", re.IGNORECASE)
_CLOSING = re.compile(
    r"(?:(?:kind |best |warm |many )?(?:regards|thanks|thank you|wishes)"
    r"|sincerely|cheers|respectfully|yours truly)\s?[,.!]?$",
    re.IGNORECASE,
)
_SALUTATION = re.compile(
    r"(?:dear|hi|hello|hey|good (?:morning|afternoon|evening))\b,?(?P<whom>[^?!]{0,40})[,:]$",
    re.IGNORECASE,
)
_DEAR = re.compile(r"dear\b", re.IGNORECASE)
_LEAD = re.compile(r"(?:(?:oh|and|also|but|so|ok|okay|plus|ps)\b[\s,:.]*)*", re.IGNORECASE)

LEAST_LINES = 3
"""Fewer lines are no e-mail: "thanks" alone on the second line of a chat message is meant."""

SHORT_LINE = 5
"""Words that a line of a signature has at most, where nothing else says that it is an e-mail."""


def own_words(text: str) -> str:
    """Give what the visitor asks in `text`; `text` itself when it is no e-mail or nothing is left.

    Short messages that were sent quickly reach us as the lines of one: a question after "thanks"
    is still a question.
    """
    lines = [line.strip() for line in text.splitlines()]
    if len(lines) < LEAST_LINES:
        return text
    kept: list[str] = []
    for number, line in enumerate(lines):
        if any(kept) and (_REPLY_HEAD.match(line) or _signs_off(line, lines[number + 1 :], lines)):
            break
        if not (_marks_an_email(line) or _is_salutation(line)):
            kept.append(line)
    left = "\n".join(kept).strip()
    return left or text


def _marks_an_email(line: str) -> bool:
    return any(mark.match(line) for mark in (_REPLY_HEAD, _QUOTED, _HEADER))


def _signs_off(line: str, after: Sequence[str], lines: Sequence[str]) -> bool:
    if _SIGNATURE.match(line):
        return True
    if not _CLOSING.match(line):
        return False
    below = list(after)
    for number, later in enumerate(after):
        if _REPLY_HEAD.match(later):
            below = below[:number]
            break
    below = [later for later in below if later and not _QUOTED.match(later)]
    if any(_is_question(later) for later in below):
        return False
    short = all(len(later.split()) <= SHORT_LINE for later in below)
    return short or any(_marks_an_email(each) or _DEAR.match(each) for each in lines)


def _is_salutation(line: str) -> bool:
    found = _SALUTATION.match(line)
    if found is None:
        return False
    whom = found["whom"].strip()
    return len(whom.split()) <= SHORT_LINE and not _is_question(whom)


def _is_question(line: str) -> bool:
    return line.endswith("?") or asks(_LEAD.sub("", line, count=1))
