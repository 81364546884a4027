"""The data files' own checks: files of this project with odd lines among theirs."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from random import Random

from fuzzing.settings_targets import files
from fuzzing.settings_texts import ODD_LINES, changed, encoded
from fuzzing.target import Check, Environment, Target
from nightdesk_contract.answers import AnswerError, load_answer
from nightdesk_contract.canned_replies import load_canned_replies
from nightdesk_contract.cautions import load_cautions
from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.crisis_lines import load_all_crisis_lines
from nightdesk_contract.review import load_signatures
from nightdesk_contract.sources import load_sources
from nightdesk_contract.texts import TextsError, load_texts

ROOT = Path(__file__).resolve().parents[1]
Load = Callable[[Path], object]

MOST_LINES = 60
"""Lines that are kept of a file: the first ones, so that it stays whole more often than not."""

REFUSALS = (FileError, AnswerError, TextsError)
"""What a loader says by: the file, and for most of them key, line, found and allowed."""

_ANSWER = """\
title: Parking
question: Where can I park?
answer: Behind the house.
source:
  document: The clinic's page
  text: Parking is behind the house.
  date: "2026-01-01"
examples:
  - where can i park
  - is there parking
"""


def _canned(path: Path) -> object:
    """Its loader takes the data folder."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        (Path(folder) / "texts").mkdir()
        path.rename(Path(folder) / "texts" / "canned_replies.yml")
        return load_canned_replies(Path(folder))


LOADERS: dict[str, Load] = {
    "safety/crisis_lines.yml": load_all_crisis_lines,
    "cautions.yml": lambda path: load_cautions(path, ()),
    "review.yml": load_signatures,
    "sources.yml": load_sources,
    "texts/desk.yml": load_texts,
    "texts/figures.yml": load_texts,
    "texts/canned_replies.yml": _canned,
    "answers/parking.yml": load_answer,
}


def lines_of(name: str) -> list[str]:
    """Give the lines of a file in `data/`; of an answer that is only written here."""
    path = ROOT / "data" / name
    text = path.read_text(encoding="utf-8") if path.exists() else _ANSWER
    return text.splitlines()


def maker(names: tuple[str, ...]) -> Callable[[Random], tuple[str, bytes]]:
    """Give what makes an input: a file's name, and its bytes with odd places."""
    whole = {name: lines_of(name) for name in names}

    def make(rng: Random) -> tuple[str, bytes]:
        name = rng.choice(names)
        lines = whole[name]
        start = next((i for i, line in enumerate(lines) if not line.startswith("#")), 0)
        kept = lines[start : start + rng.randint(1, MOST_LINES)]
        return name, encoded(rng, changed(rng, kept, ODD_LINES))

    return make


def opener(
    loaders: dict[str, Load], refusals: tuple[type[Exception], ...] = REFUSALS
) -> Callable[[], AbstractContextManager[Check]]:
    """Give what opens the check for some loaders: each takes a file, or says what is wrong."""

    @contextmanager
    def opened() -> Iterator[Check]:
        with files() as path:

            def check(found: tuple[str, bytes]) -> None:
                name, content = found
                place = path.with_name(Path(name).name)
                place.write_bytes(content)
                try:
                    loaders[name](place)
                except refusals as error:
                    for problem in getattr(error, "problems", ()):
                        assert problem.allowed, "a mistake without what is allowed"
                    assert str(error), "refused without a reason"
                finally:
                    place.unlink(missing_ok=True)

            yield check

    return opened


def target(environment: Environment, share: int) -> Target:
    """Give the target of the files that both sides read."""
    return Target(
        f"{environment}-data-files",
        "data files and what checks them (nightdesk_contract)",
        environment,
        maker(tuple(LOADERS)),
        opener(LOADERS),
        share,
        5.0,
    )
