"""What a monitoring system can raise an alarm on: somebody waits longer than the clinic's aim."""

from datetime import datetime

import pytest
from nightdesk_contract.outcome import Level
from on_call_clinic import MONDAY, NIGHT, clinic, minutes
from on_call_night import Night
from prometheus_client import CollectorRegistry

from nightdesk_desk.escalation.chain import Facts, past_aim
from nightdesk_desk.escalation.figures import EscalationFigures

AIMS = {"staff_times": {"P0": 2, "P1": 5, "P2": 15}}


@pytest.mark.parametrize(
    ("level", "since", "after", "expected"),
    [
        ("P0", NIGHT, 2, False),
        ("P0", NIGHT, 2.1, True),
        ("P1", MONDAY, 4.9, False),
        ("P1", MONDAY, 5.1, True),
        ("P2", MONDAY, 15.1, True),
        # The minutes of what may wait count while the clinic is open.
        ("P2", NIGHT, 600, False),
        ("P2", NIGHT, 10 * 60 + 15.1, True),
        # The clinic has set no time for it.
        ("P3", MONDAY, 9000, False),
    ],
)
def test_who_waits_longer_than_the_aim(
    level: Level, since: datetime, after: float, expected: bool
) -> None:
    facts = Facts(level, "open", since)
    assert past_aim(facts, clinic(**AIMS), since + minutes(after)) is expected


def test_who_does_not_wait_is_never_late() -> None:
    assert not past_aim(Facts("P0", "acknowledged", None), clinic(), MONDAY)


def shown(registry: CollectorRegistry, name: str, level: str) -> float | None:
    return registry.get_sample_value(f"nightdesk_{name}", {"level": level})


async def test_each_level_has_its_figures_until_a_person_acts(night: Night) -> None:
    registry = CollectorRegistry()
    figures = EscalationFigures(registry)
    _, handover_id = await night.hand_over("P0")
    clinic_now = night.desk.words.clinic

    async def read(after: float) -> list[float | None]:
        at = night.clock() + minutes(after)
        await figures.read_record(night.desk.db, clinic_now, at)
        names = ("unacknowledged", "unacknowledged_past_aim")
        return [shown(registry, name, "P0") for name in names]

    assert await read(1) == [1, 0]
    assert await read(3) == [1, 1]
    assert shown(registry, "oldest_unacknowledged_seconds", "P0") == pytest.approx(180, abs=30)
    for level in ("P1", "P2", "P3"):
        assert shown(registry, "unacknowledged_past_aim", level) == 0
    await night.desk.handovers.acknowledge(handover_id, await night.person())
    assert await read(3) == [0, 0]
    assert shown(registry, "oldest_unacknowledged_seconds", "P0") == 0
