"""One-time passwords and recovery codes, without a server."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from nightdesk_desk.staff.recovery import hash_code, new_code, plain_code
from nightdesk_desk.staff.second_factor import must_enrol
from nightdesk_desk.staff.totp import (
    in_groups,
    matching_step,
    new_secret,
    otpauth_address,
    picture,
)

SECRET = pyotp.random_base32()
AT = datetime(2026, 11, 26, 9, 0, 15, tzinfo=UTC)
STEP = int(AT.timestamp()) // 30


def code(steps: int) -> str:
    return pyotp.TOTP(SECRET).at(AT + timedelta(seconds=30 * steps))


def test_the_code_of_rfc_6238() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert matching_step(secret, "287082", datetime.fromtimestamp(59, UTC)) == 1


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_the_step_before_and_after_count_too(steps: int) -> None:
    assert matching_step(SECRET, code(steps), AT) == STEP + steps


@pytest.mark.parametrize("steps", [-2, 2])
def test_no_other_step_counts(steps: int) -> None:
    assert matching_step(SECRET, code(steps), AT) is None


def test_spaces_do_not_count() -> None:
    assert matching_step(SECRET, f" {code(0)[:3]} {code(0)[3:]} ", AT) == STEP


@pytest.mark.parametrize(
    "typed",
    ["", "12345", "1234567", "12345a", "\uff11\uff12\uff13\uff14\uff15\uff16", "\u00b2" * 6],
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert matching_step(SECRET, typed, AT) is None


def test_a_secret_has_160_bits_and_is_never_the_same() -> None:
    assert len({new_secret() for _ in range(50)}) == 50
    assert len(new_secret()) == 32
    assert in_groups("ABCDEFGHIJ") == "ABCD EFGH IJ"


def test_the_address_names_the_clinic_and_the_person() -> None:
    found = pyotp.parse_uri(otpauth_address(SECRET, "maria", "Lake: Clinic & Sons"))
    assert found.secret == SECRET
    assert found.name == "maria"
    assert found.issuer == "Nightdesk Lake Clinic & Sons"


def test_the_picture_has_no_style_and_no_script() -> None:
    svg = picture(otpauth_address(SECRET, "maria", "<script>"))
    assert svg.startswith("<svg")
    assert 'viewBox="0 0 ' in svg  # so that the page can set its size
    assert "style" not in svg
    assert "script" not in svg
    assert SECRET not in svg


@pytest.mark.parametrize(
    ("policy", "mode", "leads", "must"),
    [
        ("", "live", False, True),
        ("", "demo", True, False),
        ("none", "live", True, False),
        ("leads", "demo", True, True),
        ("leads", "live", False, False),
        ("all", "demo", False, True),
    ],
)
def test_who_must(policy: str, mode: str, leads: bool, must: bool) -> None:
    assert must_enrol(policy, mode, leads=leads) is must


def test_a_recovery_code_has_80_bits_and_is_never_the_same() -> None:
    codes = {new_code() for _ in range(50)}
    assert len(codes) == 50
    for made in codes:
        assert len(plain_code(made)) == 16  # base32: five bits a letter
        assert set(plain_code(made)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def test_a_recovery_code_may_be_typed_as_it_is_read() -> None:
    assert hash_code("abcd efgh-ijkl0mnb8") == hash_code("ABCD-EFGH-IJKL-OMNB-B")
    assert hash_code("ABCD-EFGH-IJKL-MNOP") != hash_code("ABCD-EFGH-IJKL-MNOQ")
    assert "ABCD" not in hash_code("ABCD")
