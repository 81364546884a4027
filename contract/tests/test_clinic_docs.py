"""docs/clinic.md explains every key of the settings, and only those."""

import json
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from nightdesk_contract.clinic import parse_clinic, topics_by_group

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "clinic.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if line.startswith("| `")
]
GOOD = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)[0])


def schema() -> dict[str, Any]:
    path = resources.files("nightdesk_contract") / "clinic.schema.json"
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def keys(properties: dict[str, Any], inside: str = "") -> Iterator[str]:
    for name, below in properties.items():
        yield inside + name
        yield from keys(below.get("properties", {}), f"{inside}{name}.")


def test_every_key_is_explained_once_and_no_other():
    explained = [row[0].strip("`") for row in ROWS]
    assert sorted(explained) == sorted(keys(schema()["properties"]))


def test_what_is_called_needed_is_needed():
    needed = [row[0].strip("`") for row in ROWS if "Needed." in row[1]]
    assert needed == [key for key in schema()["properties"] if key in schema()["required"]]
    assert set(GOOD) == set(needed)


BESIDE: dict[str, dict[str, Any]] = {
    "crisis_owner": {"name": "Lead", "phone": "555-0100"},
    "on_call": {"people": [{"name": "Ann", "addresses": []}]},
}


def set_to(key: str, value: object) -> dict[str, Any]:
    """The settings with one key set, and what must stand beside it."""
    outer, _, inner = key.partition(".")
    if not inner:
        return {**GOOD, outer: value}
    beside = BESIDE.get(outer, {})
    return {**GOOD, outer: {**beside, inner: value}}


@pytest.mark.parametrize(
    ("key", "example"), [(row[0].strip("`"), row[3]) for row in ROWS if len(row) == 4]
)
def test_every_example_can_be_used(key, example):
    if key in topics_by_group():
        assert example == "see below"
    else:
        parse_clinic(set_to(key, yaml.safe_load(example.strip("`"))))


def test_the_settings_that_are_shown_can_be_used():
    parse_clinic(GOOD)
    _, topics = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    clinic = parse_clinic({**GOOD, **yaml.safe_load(topics)})
    assert set(clinic.logistics) == {"cost"}
    assert set(clinic.topics) == {"routes_of_administration"}


def test_each_topic_stands_with_the_question_that_visitors_ask():
    groups = yaml.safe_load((ROOT / "data" / "topics.yml").read_text(encoding="utf-8"))
    asked = {"logistics": groups["logistics"], "topics": groups["not_in_source"]}
    expected = {
        f"`{group}.{topic}`": asked[group][topic]["question"]
        for group, topics in topics_by_group().items()
        for topic in topics
    }
    assert {row[0]: row[1] for row in ROWS if len(row) == 2} == expected


def test_the_countries_are_those_that_are_allowed():
    (row,) = (row for row in ROWS if row[0] == "`country`")
    assert re.findall(r"`([A-Z]{2})`", row[2]) == schema()["properties"]["country"]["enum"]
