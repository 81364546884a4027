"""The visitor's own words in a pasted e-mail: without quoted text, signature and salutation.

Only the intent is read from what is left. Safety reads the whole message, and what is stored or
shown is never cut.
"""

import re

_QUOTED = re.compile(r"\s*(?:>|\|)")
_REPLY_HEAD = re.compile(
    r"\s*(?:on\b.{0,120}\bwrote:?\s*$|-{2,}\s*(?:original|forwarded) message\b|begin forwarded message)",
    re.IGNORECASE,
)
_HEADER = re.compile(r"\s*(?:from|to|cc|bcc|sent|date|subject|reply-to)\s*:\s*\S", re.IGNORECASE)
_SIGNATURE = re.compile(
    r"\s*(?:--\s*$|__+\s*$|sent from my \w+|get outlook for|(?:kind |best |warm |many )?(?:regards|thanks"
    r"|thank you|wishes)\s*[,.!]?\s*$|(?:sincerely|cheers|respectfully|yours truly)\s*[,.!]?\s*$)",
    re.IGNORECASE,
)
_SALUTATION = re.compile(
    r"\s*(?:dear|hi|hello|hey|good (?:morning|afternoon|evening))\b[^?.!]{0,40}[,:]\s*$",
    re.IGNORECASE,
)
LEAST_LINES = 3
"""Fewer lines are no e-mail: "thanks" alone on the second line of a chat message is meant."""


def own_words(text: str) -> str:
    """Give what the visitor asks in `text`; `text` itself when it is no e-mail or nothing is left."""
    lines = text.splitlines()
    if len(lines) < LEAST_LINES:
        return text
    kept: list[str] = []
    for line in lines:
        if _REPLY_HEAD.match(line) or (_SIGNATURE.match(line) and any(map(str.strip, kept))):
            break
        if not (_QUOTED.match(line) or _HEADER.match(line) or _SALUTATION.match(line)):
            kept.append(line)
    left = "\n".join(kept).strip()
    return left or text
