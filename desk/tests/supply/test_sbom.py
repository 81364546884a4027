"""The bill of materials: everything is in it, it is what CycloneDX says, and always the same."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from supply import sbom
from supply.locks import PYTHON_LOCKS, ROOT, SET_UP_LOCK, load_lock, load_npm_lock
from supply.vendored import hash_of, load_vendored

STATIC = (ROOT / "desk/nightdesk_desk/staff/static", ROOT / "desk/nightdesk_desk/static")
OWN = {
    *("canned.js", "drafts.js", "inbox.js", "keys.js", "line.js", "recovery.js", "refused.js"),
    *("sound.js", "hostile.js"),
}
"""Scripts that are our own and not built: they are this repository."""


@pytest.fixture(scope="module")
def text() -> str:
    return sbom.written(sbom.build())


@pytest.fixture(scope="module")
def bill(text: str) -> dict[str, Any]:
    return json.loads(text)


def test_it_is_cyclonedx(text: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert json.loads(text)["specVersion"] == "1.6"


def test_a_bill_that_is_none_is_told() -> None:
    broken = json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{}]})
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(broken) is not None


def test_the_same_repository_gives_the_same_bytes(text: str) -> None:
    assert sbom.written(sbom.build()) == text


def test_with_a_moment_it_is_one_of_its_own(text: str) -> None:
    moment = datetime(2026, 11, 26, 12, tzinfo=UTC)
    one, two = (json.loads(sbom.written(sbom.build(), moment)) for _ in range(2))
    assert one["metadata"]["timestamp"].startswith("2026-11-26T12:00:00")
    assert one["serialNumber"] != two["serialNumber"]
    assert one["components"] == json.loads(text)["components"]


@pytest.mark.parametrize("lock", [*PYTHON_LOCKS, SET_UP_LOCK])
def test_every_locked_package_is_in_it(lock: str, bill: dict[str, Any]) -> None:
    urls = {part.get("purl") for part in bill["components"]}
    missing = [
        row.name
        for row in load_lock(lock).values()
        if f"pkg:pypi/{row.name}@{row.version}" not in urls
    ]
    assert missing == []


def test_every_script_package_is_in_it_with_its_hash(bill: dict[str, Any]) -> None:
    found = {part["bom-ref"]: part for part in bill["components"]}
    for place, row in load_npm_lock().items():
        part = found[f"desk/widget/package-lock.json#{place}@{row.version}"]
        assert part["version"] == row.version
        assert part["hashes"][0]["alg"] == "SHA-512"


def test_what_visitors_get_is_required_and_what_only_checks_use_is_not(
    bill: dict[str, Any],
) -> None:
    scope = {part["name"]: part["scope"] for part in bill["components"]}
    assert scope["lit-html"] == scope["starlette"] == scope["rasa"] == "required"
    assert scope["vitest"] == scope["pytest"] == scope["uv"] == "excluded"


def test_the_chat_says_what_it_is_built_from(bill: dict[str, Any]) -> None:
    (needs,) = (row["dependsOn"] for row in bill["dependencies"] if "widget-chat" in row["ref"])
    assert [ref for ref in needs if "lit-html" in ref]


def test_every_file_that_browsers_get_from_others_is_in_it(bill: dict[str, Any]) -> None:
    files = {
        prop["value"]: part["hashes"][0]["content"]
        for part in bill["components"]
        if part["type"] == "file"
        for prop in part["properties"]
    }
    lying = {path for folder in STATIC for path in folder.glob("*.js") if path.name not in OWN}
    assert {str(path.relative_to(ROOT)) for path in lying} == set(files)
    assert all(files[str(path.relative_to(ROOT))] == hash_of(path) for path in lying)


def test_scripts_of_others_are_as_they_were_published() -> None:
    recorded = [row for row in load_vendored() if row.recorded]
    assert {row.name for row in recorded} == {"htmx.org", "htmx-ext-sse", "idiomorph"}
    assert [row.file for row in recorded if hash_of(ROOT / row.file) != row.recorded] == []
    assert all(row.version in row.file for row in recorded)


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "there" / "bill.json"
    assert sbom.main(["--output", str(path)]) == 0
    assert json.loads(path.read_text())["bomFormat"] == "CycloneDX"
    assert "components" in capsys.readouterr().out
