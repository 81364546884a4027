"""Who is told, when the next try is, when to stop, when the other addresses hear of it."""

from datetime import UTC, datetime, timedelta

import pytest
from nightdesk_contract.clinic_alerts import AlertAddress

from nightdesk_desk.alerts.deciding import needless, next_try, recipients, standing, tells_others
from nightdesk_desk.alerts.faults import KINDS, Fault, fault_of, fault_of_status

NOW = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("level", "names"),
    [("P0", ["all", "worst"]), ("P1", ["all", "usual"]), ("P2", ["all"]), ("P3", [])],
)
def test_who_is_told_of_a_level(level: str, names: list[str]) -> None:
    addresses = [
        AlertAddress("all", levels=("P0", "P1", "P2")),
        AlertAddress("usual", levels=("P1",)),
        AlertAddress("worst", levels=("P0",)),
    ]
    assert [address.name for address in recipients(addresses, level)] == names


def pauses_until_it_is_given_up(level: str) -> tuple[list[float], datetime]:
    at, pauses = NOW, []
    for tries in range(1, 1000):
        again = next_try(tries, level, NOW, at)
        if again is None:
            break
        pauses.append((again - at).total_seconds())
        at = again
    return pauses, at


@pytest.mark.parametrize("level", ["P2", "P3"])
def test_the_next_try_comes_soon_then_ever_later_then_never(level: str) -> None:
    pauses, at = pauses_until_it_is_given_up(level)
    assert pauses[:6] == [5, 15, 60, 300, 900, 900]
    assert set(pauses[4:]) == {900}
    assert timedelta(hours=23, minutes=45) < at - NOW <= timedelta(hours=24)


@pytest.mark.parametrize("level", ["P0", "P1"])
def test_what_must_not_wait_is_tried_each_minute_for_an_hour(level: str) -> None:
    pauses, at = pauses_until_it_is_given_up(level)
    first_hour = [pause for i, pause in enumerate(pauses) if sum(pauses[:i]) < 3600]
    assert first_hour == [5, 15] + 60 * [60]
    assert set(pauses[len(first_hour) :]) == {300}
    assert timedelta(hours=23, minutes=55) < at - NOW <= timedelta(hours=24)


@pytest.mark.parametrize(
    ("state", "acknowledged", "taken", "expected"),
    [
        ("open", None, None, False),
        ("acknowledged", 1, None, True),
        ("taken", None, 1, True),
        # Somebody had it before it got worse: of that they have not been told.
        ("taken", -9, -8, False),
        ("taken", -9, 1, True),
        ("resolved", None, None, True),
    ],
)
def test_what_a_person_has_acted_on_since_need_not_be_told(
    state: str, acknowledged: int | None, taken: int | None, expected: bool
) -> None:
    def moment(minutes: int | None) -> datetime | None:
        return None if minutes is None else NOW + timedelta(minutes=minutes)

    assert needless(NOW, state, moment(acknowledged), moment(taken)) is expected


@pytest.mark.parametrize(
    ("failures", "kind", "expected"),
    [(1, "timeout", False), (2, "refused", False), (3, "server", True), (1, "no_variable", True)],
)
def test_the_others_hear_of_an_outage_and_not_of_a_hiccup(
    failures: int, kind: str, expected: bool
) -> None:
    assert tells_others(failures, Fault(kind)) is expected  # type: ignore[arg-type]


def test_how_an_address_stands() -> None:
    assert standing(False, None, False) == "untried"
    assert standing(False, None, True) == "works"
    assert standing(True, None, True) == "fails"
    # What is missing in the settings counts before the first alert.
    assert standing(False, Fault("no_variable", "X"), True) == "fails"


@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_has_words_and_comes_back_from_its_code(kind: str) -> None:
    fault = Fault(kind, "403")  # type: ignore[arg-type]
    assert fault_of(fault.code) == fault
    assert "{" not in fault.words
    assert len(fault.words) > 15


def test_a_code_that_is_none_is_no_fault() -> None:
    assert fault_of(None) is None
    assert fault_of("made_up 5") is None


@pytest.mark.parametrize(
    ("status", "kind"), [(302, "redirected"), (404, "refused"), (429, "refused"), (503, "server")]
)
def test_what_a_status_means(status: int, kind: str) -> None:
    assert fault_of_status(status) == Fault(kind, str(status))  # type: ignore[arg-type]
