"""How the words that visitors read stand with their clinician, read anew when a file changes."""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from nightdesk_contract.answers import FOLDER, AnswerError, known_passages
from nightdesk_contract.canned_replies import CannedReply, load_canned_replies
from nightdesk_contract.cautions import Caution, load_cautions
from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.clinic import Clinic
from nightdesk_contract.domain_answers import domain_files
from nightdesk_contract.outcome import BotReply
from nightdesk_contract.passages import Passage
from nightdesk_contract.problems import Problem
from nightdesk_contract.review import (
    FILE,
    Review,
    Signature,
    State,
    kept_back,
    load_signatures,
    review,
)
from nightdesk_contract.signed_items import (
    SignedItem,
    canned_items,
    items_without_clinic,
    with_clinic,
)

from nightdesk_desk.basis import Signing, is_answer, served
from nightdesk_desk.models import now
from nightdesk_desk.words import Words

Stamps = tuple[tuple[str, int, int], ...]
"""Name, time and size of each file."""

logger = logging.getLogger(__name__)


class _OnDisk(NamedTuple):
    items: list[SignedItem]
    signatures: Mapping[str, Signature]
    passages: Mapping[str, Passage]
    cautions: tuple[Caution, ...]


class Answers:
    """Every item with its standing today, the passages and the cautions, as they are on disk.

    An edit that cannot be used leaves the last good state in use; `problem` says what is wrong. At
    a start there is none: then no answer is given, whatever the mode, and staff take the questions.
    Nothing that helps in a crisis depends on these files.
    """

    def __init__(self, words: Words, domain: Path, data: Path) -> None:
        """Take the desk's words, Rasa's domain and the data folder."""
        self._words = words
        self._domain, self._data = domain, data
        self.problem: tuple[Path, list[Problem]] | None = None
        """The file that an edit broke and what is wrong in it; None while all is well."""
        self.canned: tuple[CannedReply, ...] = ()
        """What staff can pick, as the last look at the files found it."""
        self.canned_problem: FileError | None = None
        """Why `canned` are the last good ones, or none at all; no answer depends on it."""
        self._reviewed: tuple[date, Review] | None = None
        self._stamp: tuple[Clinic, Stamps] | None = None
        self._found: _OnDisk | None = None
        self._items: Mapping[str, SignedItem] = {}
        self._refresh()

    def served(self, replies: Sequence[BotReply]) -> list[BotReply]:
        """Give what may be said of the bot's messages, each with what it rests on."""
        # Help in a crisis must neither wait for these files nor fail with them.
        needed = any(is_answer(reply.outcome) for reply in replies)
        found = self.review().standings if needed else []
        standings = {standing.item.id: standing for standing in found}
        cautions = self._found.cautions if self._found else ()
        signed_only = self._found is None or self._words.clinic.mode == "live"
        signing = Signing(standings, cautions, signed_only, self.passages)
        return served(replies, signing, self._words.say("answer_withheld"))

    @property
    def read(self) -> bool:
        """Whether the files could be used at least once; else no answer is given."""
        return self._found is not None

    @property
    def passages(self) -> Mapping[str, Passage]:
        """Every passage that an answer can rest on, by id, as of the last look at the files.

        It does not look itself: each reading of a conversation asks for them.
        """
        return self._found.passages if self._found else {}

    def not_served(self) -> Counter[State]:
        """Count the answers that visitors do not get now, by why; none in mode demo."""
        # Looked at in either mode: a broken edit is told of also where nobody has asked since.
        found = self.review()
        return kept_back(found) if self._words.clinic.mode == "live" else Counter()

    def review(self, at: datetime | None = None) -> Review:
        """Give how every item stands on the clinic's day at `at` (default: now)."""
        self._refresh()
        today = (at or now()).astimezone(self._words.clinic.zone).date()
        if self._reviewed is None or self._reviewed[0] != today:
            signatures = self._found.signatures if self._found else {}
            self._reviewed = (today, review(self._items, signatures, today))
        return self._reviewed[1]

    def _refresh(self) -> None:
        stamp = self._now_stamp()
        if stamp == self._stamp:
            return
        try:
            self._read()
        except (FileError, AnswerError) as error:
            self._keep_last(error.path, error.problems)
        except Exception as error:
            # A file that changes while it is read, and whatever else: visitors get their answer.
            found = f"something that could not be read ({type(error).__name__})"
            problem = Problem("(some file)", found, "files as the last good ones")
            self._keep_last(self._data, [problem])

    def _keep_last(self, path: Path, problems: Sequence[Problem]) -> None:
        if self.problem is None and self._found:
            logger.warning("an edit of %s cannot be used: keeping the last", path.name)
        elif self.problem is None:
            what = "; ".join(map(str, problems))
            logger.error("%s cannot be used, so no answer is given: %s", path, what)
        self.problem = (path, list(problems))

    def _read(self) -> None:
        # Before reading: what changes meanwhile is read at the next look.
        self._stamp = self._now_stamp()
        clinic, files = self._stamp
        # First, and apart: whatever is wrong with the answers, staff have these.
        self._read_canned()
        self._found = _on_disk(self._domain, self._data, files)
        self._items = with_clinic([*self._found.items, *canned_items(self.canned)], clinic)
        self._reviewed, self.problem = None, None

    def _read_canned(self) -> None:
        before, self.canned_problem = self.canned_problem, None
        try:
            self.canned = load_canned_replies(self._data)
        except FileError as error:
            self.canned_problem = error
            if before is None:
                logger.warning("no new ready-made replies: %s", error)

    def _now_stamp(self) -> tuple[Clinic, Stamps]:
        return (self._words.clinic, tuple(_stamps(_files(self._domain, self._data))))


@lru_cache(maxsize=4)
def _on_disk(domain: Path, data: Path, _as_of: Stamps) -> _OnDisk:
    """Read what is signed, and the signatures. An edit of clinic.yml alone reads nothing anew."""
    passages = known_passages(data)
    return _OnDisk(
        items_without_clinic(domain, data),
        load_signatures(data / FILE),
        passages,
        load_cautions(data, passages),
    )


def _files(domain: Path, data: Path) -> Iterator[Path]:
    yield from domain_files(domain)
    yield from (data / name for name in ("review.yml", "cautions.yml", "sources.yml"))
    for folder in ("source", FOLDER, "texts"):
        yield from sorted((data / folder).glob("*.y*ml"))
    yield from (data / "safety" / name for name in ("replies.yml", "crisis_lines.yml"))


def _stamps(paths: Iterator[Path]) -> Iterator[tuple[str, int, int]]:
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            continue
        yield (path.name, status.st_mtime_ns, status.st_size)
