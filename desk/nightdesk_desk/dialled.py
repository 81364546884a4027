"""Emergency and crisis numbers in running text, to be tapped on a phone."""

import re
from urllib.parse import quote

from markupsafe import Markup, escape
from nightdesk_contract.crisis_lines import CrisisLines

_SENTENCE_END = re.compile(r"[.!?]")
_CAPITALS = re.compile(r"[A-Z]{4,}")
_CALL_OR = re.compile(r"\b(call)( or )$", re.IGNORECASE)


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
            said, _, to = found["message"].rpartition(" to ")
            address = _sms(to, said)
            if call := _CALL_OR.search(between):
                html += escape(between[: call.start()]) + _link(_tel(to), call[1])
                between = call[2]
        elif number == texted and (again or number != lines.crisis_call):
            address = _sms(number, word or (_CAPITALS.search(between) or [""])[0])
        else:
            address = _tel(number)
        html += escape(between) + _link(address, number)
        end, last = found.end(), number
    return html + escape(text[end:])


def _link(address: str, text: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(address, text)


def _tel(number: str) -> str:
    return "tel:" + _dialling(number)


def _sms(number: str, word: str) -> str:
    """Give the address that begins a message to a number, with the word that is to be sent."""
    return "sms:" + _dialling(number) + (f"?body={quote(word)}" if word else "")


def _dialling(number: str) -> str:
    return re.sub(r"[^\d+]", "", number)
