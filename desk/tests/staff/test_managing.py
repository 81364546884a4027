"""What an admin may do to whose account."""

import pytest

from nightdesk_desk.models import Staff
from nightdesk_desk.staff.managing import LAST_ADMIN, OWN, AccountAct, refusal

ADMIN, OTHER = 1, 2


@pytest.mark.parametrize("act", ["disable", "enable", "role", "end_sessions", "reset_totp"])
def test_nobody_does_it_to_themselves(act: AccountAct) -> None:
    assert refusal(act, ADMIN, Staff(id=ADMIN), {ADMIN, OTHER}, "staff") == OWN


def test_ones_own_title_is_ones_own() -> None:
    assert refusal("title", ADMIN, Staff(id=ADMIN), {ADMIN}) == ""


@pytest.mark.parametrize(
    ("act", "role", "problem"),
    [
        ("disable", "", LAST_ADMIN),
        ("role", "lead", LAST_ADMIN),
        ("role", "admin", ""),
        ("end_sessions", "", ""),
        ("reset_totp", "", ""),
    ],
)
def test_the_last_admin_stays(act: AccountAct, role: str, problem: str) -> None:
    assert refusal(act, ADMIN, Staff(id=OTHER), {OTHER}, role) == problem
    assert refusal(act, ADMIN, Staff(id=OTHER), {ADMIN, OTHER}, role) == ""
