"""Data files that put the kinds of examples into groups: `themes.yml`, `groups.yml`."""

from pathlib import Path

import yaml


class KindsError(ValueError):
    """The file cannot be used; says why."""


def read_kinds(path: Path) -> dict[str, str]:
    """Give the group of each kind, from a mapping of groups to lists of kinds.

    Raises OSError; KindsError where the file is anything else, or a kind is in two groups.
    """
    found: dict[str, str] = {}
    try:
        row = yaml.safe_load(path.read_text(encoding="utf-8"))
        pairs = [(str(kind), str(group)) for group, kinds in row.items() for kind in kinds]
    except (yaml.YAMLError, AttributeError, TypeError) as error:
        raise KindsError(f"{path}: expected a mapping of names to lists of kinds") from error
    for kind, group in pairs:
        if found.setdefault(kind, group) != group:
            raise KindsError(f"{path}: {kind} is in {found[kind]} and in {group}; allowed: one")
    return found
