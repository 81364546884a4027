"""The figures as CSV: a row for each day or week, headings in words, times in whole seconds."""

import csv
from io import StringIO
from typing import Any

from jinja2 import Environment, PackageLoader

from nightdesk_desk.numbers import Numbers, Slot, Times
from nightdesk_desk.quantiles import Within

# The words that the inbox uses.
_WORDS: Any = (
    Environment(loader=PackageLoader("nightdesk_desk.staff"), autoescape=True)
    .get_template("words.html")
    .module
)


def as_csv(found: Numbers) -> str:
    """Give the slots as CSV, the first line with what each column is.

    Cells are numbers and days, and headings begin with a letter: no cell can be a formula.
    """
    out = StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    rows = [_row(slot) for slot in found.slots]
    table.writerow(rows[0].keys())
    table.writerows(row.values() for row in rows)
    return out.getvalue()


def _row(slot: Slot) -> dict[str, object]:
    return {
        "First day": slot.first.isoformat(),
        "Chats": slot.chats,
        "Hand-overs": slot.handovers,
        **{f"{level} {_WORDS.LEVELS[level]}": count for level, count in slot.levels.items()},
        **{f"Reason: {_WORDS.REASONS[key]}": count for key, count in slot.reasons.items()},
        "After hours": slot.after_hours,
        "False alarms": slot.false_alarms,
        **_times("Seen", slot.seen),
        "Seen within the aim": slot.seen.within,
        "Seen, or late for the aim": slot.seen.due,
        "Not seen yet": slot.seen.open,
        **_times("Reply", slot.answered),
        "No reply yet": slot.answered.open,
        "Resolved without a reply": slot.answered.without,
        "Not in our material": slot.not_covered,
        "Not understood": slot.not_understood,
        "Kept back, not signed": slot.withheld,
        "Answer helped: yes": slot.helpful,
        "Answer helped: no": slot.not_helpful,
    }


def _times(what: str, times: Times) -> dict[str, object]:
    return {
        f"{what} by a person": times.done,
        f"{what}: half within, seconds": _seconds(times.p50),
        f"{what}: 95 % within, seconds": _seconds(times.p95),
        f"{what}: these seconds still grow": _grows(times),
    }


def _seconds(within: Within | None) -> int | None:
    return None if within is None else round(within.seconds)


def _grows(times: Times) -> str | None:
    """Say which of the two is "at least": some still wait, and nobody knows for how long."""
    if times.p95 is None or times.p50 is None:
        return None
    return "both" if times.p50.more else "95 %" if times.p95.more else "no"
