"""What else reads a visitor's words before the bot answers: language, e-mails, sentences."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fuzzing.target import Check, Target
from fuzzing.texts import message
from nightdesk.language.detect import language_of
from nightdesk.nlu.parts import joined, sentences
from nightdesk.nlu.pasted import own_words
from nightdesk.nlu.shorthand import load_shorthand, written_out
from nightdesk.nlu.words import straight, words_of
from nightdesk.policies.take_backs import TakeBacks

DATA = Path(__file__).resolve().parents[2] / "data"


@contextmanager
def _opened() -> Iterator[Check]:
    take_backs = TakeBacks.load(DATA / "safety" / "take_backs.yml")
    shorthand = load_shorthand(DATA)

    def check(message: str) -> None:
        language = language_of(message)
        assert language is None or language.strip()
        assert straight(straight(message)) == straight(message)
        assert all(word == word.lower() for word in words_of(message))
        own = own_words(message)
        assert isinstance(own, str)
        for start, end in sentences(message):
            assert 0 <= start <= end <= len(message), "a sentence outside the message"
            joined(message, (start, end))
        written_out(message, shorthand)
        assert take_backs.takes_back(message) in (True, False)

    yield check


TARGETS = (
    Target(
        "bot-reading",
        "language, pasted e-mails, sentences, shorthand and take-backs",
        "bot",
        message,
        _opened,
        30,
        2.0,
    ),
)
