"""A clinic with people on call, for the tests of escalation."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nightdesk_contract.clinic import Clinic, parse_clinic

CHICAGO = ZoneInfo("America/Chicago")

SECRET = "whsec_" + "A" * 32
ADDRESSES = ("ann", "bo", "cy", "dee", "em")
ON_CALL: dict[str, Any] = {
    "people": [{"name": name.capitalize(), "addresses": [f"{name} phone"]} for name in ADDRESSES],
    "rota": {"from": "2026-11-23", "first": ["ann", "bo", "cy"]},
    "lead": "dee",
    "manager": "em",
}
"""From Monday 23 November on: Ann, Bo, Cy in turn, each backed up by the next."""

MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=CHICAGO)
"""Ann's week, and the clinic is open."""
NIGHT = MONDAY.replace(hour=23)


def row(*, on_call: dict[str, Any] | None = ON_CALL, **changes: Any) -> dict[str, Any]:
    names = [f"{name} phone" for name in ADDRESSES]
    address = {"webhook": "https://a.example/", "secret": SECRET}
    settings: dict[str, Any] = {
        "name": "Test Clinic",
        "country": "US",
        "time_zone": "America/Chicago",
        "hours": "Mo-Fr 09:00-17:00",
        "closed_days": ["2026-11-26"],
        "phone": "(555) 010-0199",
        "mode": "demo",
        "alerts": [
            {"name": "team", **address, "levels": ["P0", "P1", "P2", "P3"]},
            *({"name": name, **address} for name in names),
        ],
    }
    if on_call is not None:
        settings["on_call"] = on_call
    return settings | changes


def clinic(**changes: Any) -> Clinic:
    return parse_clinic(row(**changes))


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def on(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO)


def day(text: str) -> date:
    return date.fromisoformat(text)


def always(**changes: Any) -> dict[str, Any]:
    """Settings that say the same on whatever day a test runs: Ann first, Bo backup, open."""
    rota = {"from": "2020-01-06", "first": "ann", "backup": "bo"}
    return row(on_call=ON_CALL | {"rota": rota}, hours="24/7", closed_days=[]) | changes
