"""The data files that actions read, loaded once a process."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from nightdesk.run.places import Places
from nightdesk_contract.clinic import ClinicFile


@lru_cache(maxsize=1)
def clinic_file() -> ClinicFile:
    """Give the clinic's settings file ($NIGHTDESK_CLINIC or clinic.yml). Raises ClinicError."""
    return ClinicFile(Places.from_environment().clinic)


def data_folder() -> Path:
    """Give the data folder ($NIGHTDESK_DATA or data)."""
    return Places.from_environment().data


@lru_cache(maxsize=1)
def topic_phrases() -> dict[str, str]:
    """Give what a visitor calls each topic, by topic."""
    groups = yaml.safe_load((data_folder() / "topics.yml").read_text(encoding="utf-8"))
    return {topic: row["phrase"] for group in groups.values() for topic, row in group.items()}


@dataclass(frozen=True)
class Conditions:
    """The conditions that the document names, and what a visitor calls any of them."""

    named: frozenset[str]
    display: dict[str, str]


@lru_cache(maxsize=1)
def conditions() -> Conditions:
    """Read the conditions of the source document."""
    row = yaml.safe_load((data_folder() / "source" / "conditions.yml").read_text(encoding="utf-8"))
    named = dict(row["named_in_document"])
    return Conditions(frozenset(named), {**row["display"], **named})
