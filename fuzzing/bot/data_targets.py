"""The safety data that a running bot reads: patterns, thresholds, words, take-backs."""

import tempfile
from pathlib import Path

from fuzzing.data_targets import Load, maker, opener
from fuzzing.target import Target
from nightdesk.evaluation.crisis_grader import load_criteria
from nightdesk.policies.take_backs import TakeBacks
from nightdesk.safety.detector import load_thresholds
from nightdesk.safety.known_words import load_crisis_words
from nightdesk.safety.patterns import load_patterns
from nightdesk.safety.spanish_words import load_spanish_words
from nightdesk_contract.checked_yaml import FileError


def _patterns(path: Path) -> object:
    """Its loader takes a folder."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        path.rename(Path(folder) / path.name)
        try:
            return load_patterns(Path(folder))
        except FileError:
            raise
        except ValueError as error:
            # A list without any pattern is refused in one sentence: there is no line to name.
            assert str(error).startswith("no patterns in "), error
            return None


LOADERS: dict[str, Load] = {
    "safety/patterns/medical_dose.yml": _patterns,
    "safety/thresholds.yml": load_thresholds,
    "safety/hidden_words.yml": lambda path: (load_crisis_words(path), load_spanish_words(path)),
    "safety/take_backs.yml": TakeBacks.load,
    "safety/criteria.yml": load_criteria,
}
TARGETS = (
    Target(
        "bot-safety-data",
        "the safety data files and what checks them",
        "bot",
        maker(tuple(LOADERS)),
        opener(LOADERS),
        1,
        10.0,
    ),
)
