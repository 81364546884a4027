"""The answers in Rasa's domain: which responses answer, what they rest on, what fills them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nightdesk_contract.checked_yaml import read_checked, refused
from nightdesk_contract.outcome import is_name
from nightdesk_contract.problems import Problem, kind_of

SCHEMA = "responses.schema.json"
MAPPING = "mapping.schema.json"

_ANSWER = "answer:"
_SHOWN_BY = {"utter_logistics": "clinic:{topic}", "utter_added_answer": "added:{topic}"}
"""What the responses are called that show texts of the clinic, one for each topic."""
_FRAME = "{answer}"
"""The whole text of a response that only shows another text; that one is looked at itself."""

Response = Sequence[Mapping[str, Any]]
"""A response of a domain: its variations."""


def domain_at(root: Path) -> Path:
    """Give where the domain lies, as a training takes it: the folder `domain`, or `domain.yml`."""
    folder = root / "domain"
    return folder if folder.is_dir() else root / "domain.yml"


def domain_files(domain: Path) -> list[Path]:
    """Give the files of a domain: a file, or a folder of them."""
    return sorted(domain.rglob("*.y*ml")) if domain.is_dir() else [domain]


def read_responses(path: Path) -> dict[str, Response]:
    """Read the responses in one file, of which it may have none. Raises FileError."""
    return dict(read_checked(path, SCHEMA).get("responses", {}))


def is_answer(variation: Mapping[str, Any]) -> bool:
    """Say whether a variation of a response answers in words of its own."""
    outcome = variation.get("custom", {}).get("outcome", "")
    framed = variation.get("text", "").strip() == _FRAME
    return bool(outcome.startswith(_ANSWER)) and not framed


def passages_of(variation: Mapping[str, Any]) -> list[str]:
    """Give the passages that an answer is shown with: those that it names, or its outcome's.

    An outcome with a field in it names none.
    """
    custom = variation.get("custom", {})
    name = custom.get("outcome", "").removeprefix(_ANSWER)
    named = is_answer(variation) and is_name(name)
    return custom.get("passages") or ([name] if named else [])


def signed_as(name: str, variation: Mapping[str, Any]) -> str | None:
    """Give what a response's text is called where it is signed; None for what answers nothing."""
    if name in _SHOWN_BY:
        return _SHOWN_BY[name]
    outcome = variation.get("custom", {}).get("outcome", "")
    return f"{_ANSWER}{name}" if outcome.startswith(_ANSWER) else None


def load_fields(data: Path) -> dict[str, str]:
    """Give what answers about conditions are filled with, all at once, by field. Raises FileError.

    `other` is what the answer says the document does not name: it claims nothing.
    """
    return {"named": ", ".join(condition_names(data, "named_in_document").values()), "other": ""}


def condition_names(data: Path, key: str) -> dict[str, str]:
    """Give how conditions are written to visitors, by name. Raises FileError."""
    path = data / "source" / "conditions.yml"
    names = read_checked(path, MAPPING).get(key)
    if not isinstance(names, dict):
        raise refused(path, [Problem(key, kind_of(names), "a mapping of names to words")])
    return {str(name): str(words) for name, words in names.items()}
