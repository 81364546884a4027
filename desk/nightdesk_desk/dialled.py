"""Emergency and crisis numbers in running text, to be tapped on a phone."""

import re
from urllib.parse import quote

from markupsafe import Markup, escape
from nightdesk_contract.crisis_lines import CrisisLines

_SENTENCE_END = re.compile(r"[.!?]")
_CAPITALS = re.compile(r"[A-Z]{4,}")
_CALL_OR = re.compile(r"\bcall or $", re.IGNORECASE)


def dialled(text: str, lines: CrisisLines, phone: str = "") -> Markup:
    """Give plain text as HTML in which the country's numbers, and `phone`, are links.

    "Text 988" and "text SHOUT to 85258" open a message, and the "call" of "call or text 988" is a
    call. What other languages say needs no words of theirs: a number that is only texted is texted;
    one that is called and texted is called where it stands first, and texted where it follows in
    the same sentence. Everything else is escaped. The chat's own links are told alike
    (desk/widget/src/links.ts).
    """
    word, texted = lines.message()
    numbers = {number.rpartition(" to ")[2] for number in (*lines.numbers(), phone)} - {""}
    either = "|".join(re.escape(number) for number in sorted(numbers, key=len, reverse=True))
    pattern = rf"(?<!\w)(?:text (?P<message>(?:\w+ to )?(?:{either}))|{either})(?!\w|[.,-]\d)"
    html = Markup()
    end = 0
    last = ""
    for found in re.finditer(pattern, text, re.IGNORECASE | re.ASCII):
        number, between = found[0], text[end : found.start()]
        again = number == last and not _SENTENCE_END.search(between)
        if found["message"]:
            address = _sms(found["message"])
            if _CALL_OR.search(between):
                before, call, between = between[:-8], between[-8:-4], between[-4:]
                html += escape(before) + _link(_tel(found["message"]), call)
        elif number == texted and (again or number != lines.crisis_call):
            sent = word or (_CAPITALS.search(between) or [""])[0]
            address = _sms(f"{sent} to {number}" if sent else number)
        else:
            address = _tel(number)
        html += escape(between) + _link(address, number)
        end, last = found.end(), number
    return html + escape(text[end:])


def _link(address: str, text: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(address, text)


def _tel(number: str) -> str:
    return "tel:" + re.sub(r"[^\d+]", "", number)


def _sms(message: str) -> str:
    """Give the address that begins a message to "988", or that of "HOME to 741741"."""
    word, _, number = message.rpartition(" to ")
    return _tel(number).replace("tel", "sms") + (f"?body={quote(word)}" if word else "")
