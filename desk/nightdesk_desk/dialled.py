"""Emergency and crisis numbers in running text, to be tapped on a phone."""

import re

from markupsafe import Markup, escape
from nightdesk_contract.crisis_lines import CrisisLines


def dialled(text: str, lines: CrisisLines, phone: str = "") -> Markup:
    """Give plain text as HTML in which the emergency and crisis numbers, and `phone`, are links.

    "Text 988" opens a message, any other mention a call; where both are offered in one breath
    ("call or text 988") it is a call. Everything else is escaped.
    """
    numbers = {lines.emergency, lines.crisis_call, lines.crisis_text, phone} - {""}
    either = "|".join(re.escape(number) for number in sorted(numbers, key=len, reverse=True))
    html = Markup()
    end = 0
    for found in re.finditer(rf"(?<!\w)(?:{either})(?!\w)", text):
        before = text[: found.start()].lower()
        message = before.endswith("text ") and not before.endswith("call or text ")
        html += escape(text[end : found.start()])
        html += Markup('<a href="{}">{}</a>').format(_address(found[0], message), found[0])
        end = found.end()
    return html + escape(text[end:])


def _address(number: str, message: bool) -> str:
    """Give the address that dials `number` or, for "HOME to 741741", begins that message."""
    word, _, to = number.rpartition(" to ")
    digits = re.sub(r"[^\d+]", "", to)
    if not message:
        return f"tel:{digits}"
    return f"sms:{digits}?body={word}" if word else f"sms:{digits}"
