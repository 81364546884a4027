"""What a contact form says beside a name, a number and an address: pure decisions over its texts.

What has words in it is judged before anything else becomes of the form. Where nobody can judge it,
`NotNames` tells what may well be a plain name from what must be read by a person.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from nightdesk_contract.door import MAX_CHARS, MessageRefused, clean
from nightdesk_contract.outcome import BOT_UNAVAILABLE, BotReply, handover_reason
from nightdesk_contract.texts import TextsError, read_yaml

from nightdesk_desk.contact import is_email, is_phone, one_line

SEPARATOR = "\n"
"""Between the texts of one form, so that the detector judges each line beside the whole: a
sentence can begin in one field and end in the next."""
MOST_NAME_WORDS = 5
LONGEST_NAME = 60
_NAME_WORD = re.compile(r"[^\W\d_][^\W\d_'.]*(?:['.][^\W\d_]*)*,?")
_BETWEEN_WORDS = re.compile(r"[\s\-]+")
_IN_ADDRESS = re.compile(r"[._+@\-]+")
_PLAIN_ADDRESS = (2, 3)
"""Most pieces of a plain address before and after its @ ("ana.lopez@mail.example.com")."""

Verdict = Literal["harmless", "crisis", "medical_advice", "not_judged"]


class Part(NamedTuple):
    """Words of a form that are judged as one message; `plain` when they may be names alone."""

    text: str
    plain: bool


@dataclass(frozen=True)
class NotNames:
    """Words and pieces of words that tell a sentence from a person's name."""

    words: frozenset[str]
    inside: tuple[str, ...]

    @staticmethod
    def load(path: Path) -> "NotNames":
        """Read the file. Raises OSError, TextsError when it is not of the form that is agreed."""
        row = read_yaml(path)
        words = row.get("words") if isinstance(row, dict) else None
        inside = row.get("inside") if isinstance(row, dict) else None
        lines = list(words.values()) if isinstance(words, dict) else []
        if not lines or not all(isinstance(line, str) for line in [*lines, inside]):
            raise TextsError(
                f"{path.name}: needs `words`, a line of words by language, and `inside`, a line"
            )
        found = frozenset(_bare(word) for line in lines for word in line.split())
        return NotNames(found, tuple(_bare(str(inside)).split()))

    def are_in(self, text: str) -> bool:
        """Say whether the text holds any of them."""
        bare = _bare(text)
        together = "".join(char for char in bare if char.isalpha())
        words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", bare)
        return any(word in self.words for word in words) or any(
            piece in together for piece in self.inside
        )

    def is_plain(self, text: str) -> bool:
        """Say whether one line is by its form no more than a name, a phone number or an address.

        A name is a few words of letters, none of them a word of talk. "I" begins a sentence, not a
        name; elsewhere one letter is an initial.
        """
        if not _has_letters(text) or is_phone(text):
            return True
        if is_email(text):
            return not self.are_in(text.partition("@")[0])
        words = _BETWEEN_WORDS.split(text)
        return (
            len(text) <= LONGEST_NAME
            and len(words) <= MOST_NAME_WORDS
            and all(_NAME_WORD.fullmatch(_without_marks(word)) for word in words)
            and words[0].lower() != "i"
            and not self.are_in(text)
        )

    def judged(self, text: str) -> str | None:
        """Give what is to be judged of one line, or None when there is nothing in it to judge.

        A name is judged as any words are. A number has none; an address has them when it is long
        or holds a word of talk, and is then read with spaces in it ("i-want-to-die@example.com").
        """
        if not _has_letters(text) or is_phone(text):
            return None
        if not is_email(text):
            return text
        own, _, host = text.partition("@")
        most_own, most_host = _PLAIN_ADDRESS
        short = len(_IN_ADDRESS.split(own)) <= most_own and host.count(".") < most_host
        words = _IN_ADDRESS.sub(" ", text)
        return None if short and not self.are_in(words) else words


def parts_of(values: Iterable[object], not_names: NotNames) -> list[Part]:
    """Give the words of a form's values, in messages no longer than the door lets in.

    Values that are no text are left out; a text longer than a message is cut, between words where
    it can be.
    """
    lines: list[Part] = []
    for value in values:
        line = one_line(value)
        words = None if line is None else not_names.judged(line)
        if line is not None and words is not None:
            plain = not_names.is_plain(line)
            lines += [Part(piece, plain) for piece in _pieces(words)]
    together: list[list[Part]] = []
    for piece in lines:
        if together and _length([*together[-1], piece]) <= MAX_CHARS:
            together[-1].append(piece)
        else:
            together.append([piece])
    parts: list[Part] = []
    for group in together:
        try:
            text = clean(SEPARATOR.join(piece.text for piece in group))
        except MessageRefused:
            # Nothing but slashes and marks is left.
            continue
        parts.append(Part(text, all(piece.plain for piece in group)))
    return parts


def verdict_of(replies: Sequence[BotReply] | None) -> Verdict:
    """Say what the bot's answer to a form's words means; without a usable one nobody judged."""
    if not replies:
        return "not_judged"
    if any(handover_reason(reply.outcome) == "crisis" for reply in replies):
        return "crisis"
    if any(reply.outcome == BOT_UNAVAILABLE for reply in replies):
        return "not_judged"
    if any(handover_reason(reply.outcome) == "medical_advice" for reply in replies):
        return "medical_advice"
    return "harmless"


def _pieces(text: str) -> list[str]:
    found: list[str] = []
    while len(text) > MAX_CHARS:
        # One word of so many letters is cut anywhere.
        end = text.rfind(" ", 1, MAX_CHARS + 1)
        end = end if end > 0 else MAX_CHARS
        found.append(text[:end])
        text = text[end:].lstrip()
    return [*found, text] if text else found


def _length(pieces: Sequence[Part]) -> int:
    return len(SEPARATOR.join(piece.text for piece in pieces))


def _has_letters(text: str) -> bool:
    return any(char.isalpha() for char in text)


def _without_marks(text: str) -> str:
    """Give text without accents, with one kind of apostrophe."""
    split = unicodedata.normalize("NFKD", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return "".join(char for char in split if not unicodedata.category(char).startswith("M"))


def _bare(text: str) -> str:
    return _without_marks(text).casefold()
