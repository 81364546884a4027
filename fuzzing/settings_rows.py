"""Odd settings: good ones of a clinic with a few odd values, keys and shapes."""

import copy
from collections.abc import Callable
from datetime import date, datetime, timezone
from random import Random
from typing import Any

from fuzzing.texts import text

GOOD: dict[str, Any] = {
    "name": "Example Clinic",
    "country": "US",
    "time_zone": "America/Chicago",
    "hours": "Mo-Fr 09:00-17:00",
    "hours_text": "Monday to Friday, 9 am to 5 pm",
    "phone": "(555) 010-0142",
    "email": "hello@clinic.example",
    "address": "1 Example Street",
    "mode": "demo",
    "closed_days": ["2027-01-01", "2027-12-24"],
    "demo_notice": "Demo content.",
    "desk_url": "https://desk.clinic.example",
    "logistics": {"cost": "A visit is $450.", "location": None},
    "topics": {"travel": "Yes."},
    "crisis_owner": {"name": "Lead nurse", "phone": "(555) 010-0100"},
    "staff_answer_seconds": {"P0": 30, "P1": 60},
    "staff_times": {"P0": 5, "P1": 15, "P2": 60},
    "retention": {"messages": 90, "contacts": 30},
    "alerts": [
        {"name": "team", "url": "mailto://${MAIL}", "levels": ["P0", "P1"]},
        {"name": "hook", "webhook": "https://hook.example/x", "secret": "${SECRET}"},
    ],
    "on_call": {
        "people": [{"name": "Ann", "addresses": ["team"]}, {"name": "Bo", "addresses": ["hook"]}],
        "rota": {"from": "2026-11-02", "first": ["Ann", "Bo"]},
        "weeks": [{"from": "2026-12-07", "first": "Bo", "backup": "Ann"}],
        "lead": "Ann",
        "change_hour": 8,
    },
    "escalation": {"P0": {"first": 2, "backup": 5}},
}

HOURS = (
    *("24/7", "24/7 off", "Mo-Su 00:00-24:00", "Mo 09:00-26:00", "Mo-Fr 22:00-06:00", "PH off"),
    *("Jan-Mar 10:00-12:00", "sunrise-sunset", "easter off", "week 1-53/2 Mo 08:00+", "2020 Mo-Fr"),
    *(
        "Mo-Fr 09:00-17:00; Sa off",
        'Mo-Fr "by appointment"',
        "Mo-Fr 9-5",
        "Fr-Mo 09:00-10:00,11:00",
    ),
)
ZONES = (
    "UTC",
    "Europe/London",
    "America/St_Johns",
    "Pacific/Apia",
    "../etc/passwd",
    "/etc/localtime",
)
_ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 3, 10**6, 10**30, -(10**18), 0.5, float("nan"), float("inf")),
    *("", " ", "\n", "P0", "live", "demo", "US", "XX", "0", "${X}", "${", "$", "a" * 5000),
    *(
        "2026-02-30",
        "2026-W99",
        "9999-12-31",
        "0001-01-01",
        "https://x.example/?a=1#b",
        "javascript:x",
    ),
    *(date(2026, 11, 26), datetime(2026, 1, 1, tzinfo=timezone.utc), b"\xff\x00", (1, 2), {1, 2}),
    *(
        [],
        {},
        [None],
        [[]],
        {"": ""},
        {None: None},
        {1: 2},
        {date(2026, 1, 1): 1},
        {(1, 2): 3},
        ["P0"] * 50,
    ),
)
_Change = Callable[[Random, Any, Any], None]


def row(rng: Random) -> object:
    """Give decoded settings: now and then good ones, mostly with up to four odd places."""
    if rng.random() < 0.01:
        return odd(rng)
    found = copy.deepcopy(GOOD)
    for key in list(found):
        # Fewer keys, fewer mistakes beside the one that is tried.
        if key not in _NEEDED and rng.random() < 0.4:
            del found[key]
    for _ in range(rng.randint(0, 4)):
        _change_one(rng, found)
    return found


_NEEDED = ("name", "country", "time_zone", "hours", "phone", "mode")


def odd(rng: Random, depth: int = 0) -> Any:
    """Give an odd value of any kind that YAML can hold."""
    sort = rng.random()
    if sort < 0.4:
        # A copy: a later change of the settings must not change what the next ones are made of.
        return copy.deepcopy(rng.choice(_ODD))
    if sort < 0.5:
        return rng.choice(HOURS)
    if sort < 0.55:
        return rng.choice(ZONES)
    if sort < 0.75 or depth > 4:
        return text(rng)[:300]
    if sort < 0.85:
        return [odd(rng, depth + 1) for _ in range(rng.randint(0, 4))]
    if sort < 0.99:
        return {text(rng)[:20]: odd(rng, depth + 1) for _ in range(rng.randint(0, 4))}
    return _deep(rng.randint(50, 400))


def _deep(levels: int) -> Any:
    found: Any = "x"
    for level in range(levels):
        found = [found] if level % 2 else {"k": found}
    return found


def _change_one(rng: Random, found: dict[str, Any]) -> None:
    at: Any = found
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        if not keys:
            break
        key = rng.choice(keys)
        below = at[key]
        if not isinstance(below, dict | list) or rng.random() < 0.3:
            _change_at(rng, at, key)
            return
        at = below
    if isinstance(at, dict):
        at[text(rng)[:10]] = odd(rng)
    else:
        at.append(odd(rng))


def _change_at(rng: Random, at: Any, key: Any) -> None:
    act = rng.randint(0, 5)
    if act <= 2:
        at[key] = odd(rng)
    elif act == 3 and isinstance(at[key], str):
        at[key] = at[key] + text(rng)[:30]
    elif act == 4:
        del at[key]
    elif isinstance(at, dict):
        at[rng.choice(list(GOOD))] = copy.deepcopy(rng.choice(list(GOOD.values())))
    else:
        at.insert(0, copy.deepcopy(at[key]))
