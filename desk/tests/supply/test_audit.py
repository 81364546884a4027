"""What an audit counts as checked: only a whole list that was really asked about."""

import json
from datetime import date

import pytest
from supply import audit
from supply.advisories import Advisories, Advisory
from supply.audit import Said, judged

KNOWN = Advisories(
    date(2026, 11, 26),
    "here",
    (
        Advisory(
            *("CVE-2024-3660", "keras", "2.12.0", "requirements.lock", "2.13.0"),
            *("a", "not_reachable", "w", ("t",)),
        ),
    ),
)
HOLE = {"id": "GHSA-aaaa-bbbb-cccc", "aliases": ["CVE-2024-3660"], "fix_versions": ["2.13.0"]}
NEW = {"id": "CVE-2099-1", "aliases": [], "fix_versions": []}


def listed(*vulns: dict[str, object]) -> str:
    rows = [
        {"name": "keras", "version": "2.12.0", "vulns": list(vulns)},
        {"name": "six", "version": "1.17.0", "vulns": []},
    ]
    return json.dumps({"dependencies": rows})


def test_nothing_found_is_clean() -> None:
    assert judged("requirements.lock", Said(0, listed()), KNOWN).state == "clean"


def test_what_is_explained_is_known_by_any_of_its_names() -> None:
    found = judged("requirements.lock", Said(1, listed(HOLE)), KNOWN)
    assert (found.state, found.new) == ("known", ())
    assert "keras 2.12.0: GHSA-aaaa-bbbb-cccc, CVE-2024-3660" in found.known


def test_what_is_not_is_found() -> None:
    found = judged("requirements.lock", Said(1, listed(HOLE, NEW)), KNOWN)
    assert found.state == "found"
    assert found.new == ("keras 2.12.0: CVE-2099-1",)


def test_what_is_explained_for_one_environment_is_new_in_the_other() -> None:
    assert judged("desk/requirements.lock", Said(1, listed(HOLE)), KNOWN).state == "found"


SKIPPED = json.dumps({"dependencies": [{"name": "six", "skip_reason": "not found"}]})


@pytest.mark.parametrize(
    "said",
    [
        Said(1, "", "ERROR: six: Dependency not found and could not be audited"),
        Said(0, ""),
        Said(0, "no json"),
        Said(0, '{"dependencies": []}'),
        Said(0, SKIPPED),
        Said(1, listed(), "ConnectionError"),
        Said(3, listed()),
    ],
    ids=["refused", "silent", "garbage", "empty", "skipped", "failed", "odd"],
)
def test_what_could_not_be_asked_is_never_clean(said: Said) -> None:
    found = judged("requirements.lock", said, KNOWN)
    assert found.state == "not_checked"
    assert found.why


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        (Said(1, "", "Name or service not known"), 1, "COULD NOT BE CHECKED: Name or service"),
        (Said(1, listed(NEW)), 1, "1 new"),
        (Said(0, listed()), 0, "0 new"),
    ],
    ids=["unreachable", "new", "clean"],
)
def test_the_exit_status(
    said: Said,
    status: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(audit, "ask", lambda lock, service: said)
    assert audit.main([]) == status
    assert words in capsys.readouterr().out
    assert audit.main(["--json"]) == status
    assert len(json.loads(capsys.readouterr().out)["locks"]) == 2
