"""What is checked and with what, read from the data files: responses, words to look for."""

from collections.abc import Mapping
from pathlib import Path

from nightdesk_contract.checked_yaml import read_checked, refused
from nightdesk_contract.claims import CONDITION, DRUG, Vocabulary
from nightdesk_contract.domain_answers import (
    MAPPING,
    Response,
    condition_names,
    domain_at,
    domain_files,
    read_responses,
)
from nightdesk_contract.problems import Problem, kind_of
from nightdesk_contract.quantities import Grammar

SCHEMA = "grounding.schema.json"
FILE = "grounding.yml"
LOOKUP = "lookup.schema.json"
MEDICINES = "medicines"
"""The group of data/safety/protected_words.yml that names medicines."""


def load_vocabulary(data: Path) -> Vocabulary:
    """Read the words that are looked for. Raises FileError."""
    row = read_checked(data / FILE, SCHEMA)
    times, measures = row["times"], row["measures"]
    grammar = Grammar(
        numbers=row["numbers"],
        multipliers=row["multipliers"],
        vague=frozenset(row["vague"]),
        units=_spelled({**times, **measures}),
    )
    words = {kind: _spelled(names) for kind, names in row["words"].items()}
    words[DRUG] = {**{name: name for name in _medicines(data)}, **words[DRUG]}
    words[CONDITION] = {**_conditions(data), **words.get(CONDITION, {})}
    return Vocabulary(grammar, times, words, row["no_amounts"])


def load_domain(root: Path) -> list[tuple[str, dict[str, Response]]]:
    """Read the responses in `domain.yml`, or in the folder `domain`, file by file.

    Each file is named from the root. Raises FileError.
    """
    files = domain_files(domain_at(root))
    return [(path.relative_to(root).as_posix(), read_responses(path)) for path in files]


def _spelled(names: Mapping[str, list[str]]) -> dict[str, str]:
    # A name such as `no` is no text to YAML.
    return {spelling: str(name) for name, spellings in names.items() for spelling in spellings}


def _medicines(data: Path) -> list[str]:
    path = data / "safety" / "protected_words.yml"
    words = read_checked(path, MAPPING).get(MEDICINES)
    if not isinstance(words, list):
        raise refused(path, [Problem(MEDICINES, kind_of(words), "a list of words")])
    return [str(word) for word in words]


def _conditions(data: Path) -> dict[str, str]:
    """Give the name of every condition by spelling: as visitors write it and as they read it."""
    path = data / "nlu" / "conditions_lookup.yml"
    spelled: dict[str, str] = {}
    synonyms: dict[str, str] = {}
    for item in read_checked(path, LOOKUP)["nlu"]:
        examples = item.get("examples", "")
        lines = [line.strip().removeprefix("- ") for line in examples.splitlines()]
        if "lookup" in item:
            spelled |= {line: line for line in lines if line}
        elif "synonym" in item:
            synonyms |= {line: item["synonym"] for line in [item["synonym"], *lines] if line}
    shown: dict[str, str] = {}
    for key in ("named_in_document", "display"):
        names = condition_names(data, key)
        shown |= {words: name for name, words in names.items()} | {name: name for name in names}
    return {**spelled, **shown, **synonyms}
