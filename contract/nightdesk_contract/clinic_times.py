"""By when a person must have seen a hand-over: the clinic's own minutes, or the project's."""

from collections.abc import Mapping
from typing import Any

from nightdesk_contract.problems import Problem, shown

KEY = "staff_times"

STAFF_TIMES = {"P0": 2, "P1": 5, "P2": 15}
"""Minutes until a hand-over must be acknowledged, where the clinic sets no others."""


def staff_times(found: Mapping[str, int]) -> dict[str, int]:
    """Give the minutes by level: P0, P1 and P2 always, P3 (a request) only where it is set.

    A level that is left out never waits longer by default than a milder one that is set.
    """
    medical = int(found.get("P2", STAFF_TIMES["P2"]))
    crisis = int(found.get("P1", min(STAFF_TIMES["P1"], medical)))
    emergency = int(found.get("P0", min(STAFF_TIMES["P0"], crisis)))
    given = {"P0": emergency, "P1": crisis, "P2": medical}
    return given | ({"P3": int(found["P3"])} if "P3" in found else {})


def times_in_order(row: Mapping[str, Any]) -> list[Problem]:
    """Give what is wrong with the order: what is more serious must not be set to wait longer."""
    times = staff_times(row.get(KEY, {}))
    return [
        Problem(
            f"{KEY}.{level}",
            shown(times[level]),
            f"at most the {times[milder]} minutes of {milder}",
        )
        for level, milder in (("P0", "P1"), ("P1", "P2"))
        if times[level] > times[milder]
    ]
