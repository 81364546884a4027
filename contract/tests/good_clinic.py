"""The least that a clinic sets, for tests of what it may set beside it."""

from typing import Any

GOOD: dict[str, Any] = {
    "name": "Example Clinic",
    "country": "US",
    "time_zone": "America/Chicago",
    "hours": "Mo-Fr 09:00-17:00",
    "phone": "(555) 010-0142",
    "mode": "demo",
}
