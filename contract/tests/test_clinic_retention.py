"""For how long what the chat stores is kept."""

import pytest

from contract.tests.good_clinic import GOOD
from nightdesk_contract.clinic import ClinicError, parse_clinic
from nightdesk_contract.clinic_retention import (
    LEAST_AUDIT_DAYS,
    Retention,
    retention_warnings,
)


def test_left_out_everything_is_kept():
    kept = parse_clinic(GOOD).retention
    assert kept == Retention(messages=None, contacts=None, audit=None)
    assert not kept.anything


def test_each_kind_has_its_own_days():
    kept = parse_clinic({**GOOD, "retention": {"contacts": 90, "audit": 2190}}).retention
    assert kept == Retention(messages=None, contacts=90, audit=2190)
    assert kept.anything


@pytest.mark.parametrize(
    ("kind", "days"),
    [("messages", 0), ("messages", 36501), ("contacts", -1), ("contacts", 1.5), ("messages", None)],
)
def test_days_that_are_none_are_named(kind, days):
    with pytest.raises(ClinicError) as caught:
        parse_clinic({**GOOD, "retention": {kind: days}})
    (problem,) = caught.value.problems
    assert (problem.key, problem.found) == (f"retention.{kind}", repr(days))
    assert problem.allowed == "whole days, 1 to 36500"


def test_the_audit_record_is_kept_for_six_years_at_least():
    with pytest.raises(ClinicError) as caught:
        parse_clinic({**GOOD, "retention": {"audit": LEAST_AUDIT_DAYS - 1}})
    (problem,) = caught.value.problems
    assert problem.key == "retention.audit"
    assert "2190 (six years)" in problem.allowed
    assert parse_clinic({**GOOD, "retention": {"audit": LEAST_AUDIT_DAYS}})


@pytest.mark.parametrize(
    ("kept", "mode", "warned"),
    [
        (Retention(), "demo", False),
        (Retention(), "live", True),
        (Retention(messages=30), "live", False),
        (Retention(messages=30, contacts=31), "demo", True),
        (Retention(messages=30, contacts=30), "demo", False),
        (Retention(contacts=31), "demo", False),
    ],
)
def test_what_may_be_a_slip(kept, mode, warned):
    assert bool(retention_warnings(kept, mode)) is warned
