"""The known advisories: of what is really locked, each explained, each claim with a test."""

import re
from datetime import date

import pytest
import yaml
from packaging.version import Version

from supply.advisories import AdvisoriesError, Advisory, load_advisories
from supply.locks import ROOT, load_lock

FOUND = load_advisories()
ROWS = pytest.mark.parametrize("row", FOUND.rows, ids=lambda row: row.id)


def test_it_is_dated():
    assert isinstance(FOUND.checked_on, date)
    assert FOUND.source


@ROWS
def test_it_is_about_the_locked_version(row: Advisory):
    assert load_lock(row.lock)[row.package].version == row.version, "look at the advisory again"


@ROWS
def test_it_says_whether_the_locked_version_has_it(row: Advisory):
    fixed = row.fixed_in != "none" and Version(row.version) >= Version(row.fixed_in)
    assert fixed == (row.status == "fixed_by_override")


@ROWS
def test_each_claim_has_a_test_that_is_there(row: Advisory):
    for name in row.shown_by:
        file, _, test = name.partition("::")
        assert re.search(rf"^(?:async )?def {test}\(", (ROOT / file).read_text(), re.MULTILINE)


def test_the_ids_are_those_of_public_lists_and_stand_once():
    ids = [row.id for row in FOUND.rows]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"CVE-\d{4}-\d{4,}|GHSA(-[a-z0-9]{4}){3}", id_) for id_ in ids)


def test_each_stands_in_the_page_for_people():
    page = (ROOT / "docs" / "security.md").read_text()
    assert [row.id for row in FOUND.rows if row.id not in page] == []
    assert str(FOUND.checked_on) in page


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"why": ""}, "CVE-1: needs why"),
        ({"shown_by": []}, "CVE-1: needs shown_by"),
        ({"status": "fine"}, "CVE-1: unknown status"),
        ({"extra": 1}, "CVE-1: unknown key extra"),
    ],
)
def test_an_entry_that_explains_nothing_is_refused(tmp_path, change, says):
    row = {"id": "CVE-1", "package": "six", "version": "1", "lock": "requirements.lock"}
    row |= {"fixed_in": "2", "about": "a", "status": "not_reachable", "why": "w", "shown_by": ["t"]}
    (tmp_path / "docs").mkdir()
    whole = {"checked_on": date(2026, 1, 1), "source": "s", "advisories": [row | change]}
    (tmp_path / "docs" / "advisories.yml").write_text(yaml.safe_dump(whole))
    with pytest.raises(AdvisoriesError, match=says):
        load_advisories(tmp_path)
