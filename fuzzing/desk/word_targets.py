"""What else reads a visitor's words in the desk: forms, names, contact details, the search."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from fuzzing.target import Check, Target
from fuzzing.texts import message
from nightdesk_contract.door import MAX_CHARS
from nightdesk_contract.pieces import read_earlier
from nightdesk_desk.bursts import is_unfinished
from nightdesk_desk.contact import is_email, is_phone, one_line
from nightdesk_desk.form_words import NotNames, parts_of
from nightdesk_desk.introduced import NoNames
from nightdesk_desk.settings import PROJECT_ROOT
from nightdesk_desk.staff.search import asked_words, plain
from nightdesk_desk.visitor_language import language_asked
from nightdesk_desk.without_contact import without_contact

_ADDRESS = re.compile(r"\bann@mail\.example\b")


@contextmanager
def _opened() -> Iterator[Check]:
    data = PROJECT_ROOT / "data"
    not_names, no_names = NotNames.load(data / "safety" / "not_names.yml"), NoNames.load(data)

    def check(message: str) -> None:
        line = one_line(message)
        assert line is None or (line.strip() and one_line(line) == line), "a line of a line differs"
        if line is not None:
            is_phone(line), is_email(line)
        for part in parts_of([message, line, None], not_names):
            assert 1 <= len(part.text) <= MAX_CHARS
        assert plain(plain(message)) == plain(message), "what is compared is compared otherwise"
        asked_words(message)
        without = without_contact(message, no_names)
        assert not _ADDRESS.search(without), "an address is left"
        assert isinstance(is_unfinished(message), bool)
        assert language_asked(message) in ("en", "es")
        read_earlier({"earlier": [message]})

    yield check


TARGETS = (
    Target(
        "desk-words",
        "forms, names, contact details taken out, the search",
        "desk",
        message,
        _opened,
        20,
        2.0,
    ),
)
