"""How often somebody may try a password or a code: the decision, over the tries that were made."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from nightdesk_desk.staff.accounts import plain_username

Secret = Literal["password", "code"]
"""What is tried: each is counted for itself, wherever it is asked for."""


class Window(NamedTuple):
    """At most so many tries within so long."""

    most: int
    within: timedelta


class Limits(NamedTuple):
    """The tries at one kind of secret: for a name from one place, for a name, from one place."""

    here: Window
    name: Window
    place: Window


# One person at one desk is stopped first; the name as a whole only by a wide attack.
_HERE = Window(5, timedelta(minutes=5))
_PLACE = Window(20, timedelta(minutes=3))
LIMITS: Mapping[Secret, Limits] = {
    "password": Limits(_HERE, Window(30, timedelta(minutes=3)), _PLACE),
    # A code has six figures and three are right at a time: whoever guesses it knows the password
    # already, so a name has far fewer tries.
    "code": Limits(_HERE, Window(10, timedelta(minutes=10)), _PLACE),
}
LONGEST = max(window.within for limits in LIMITS.values() for window in limits)
"""A try that is older than this counts for nothing."""


class Try(NamedTuple):
    """One try that was looked at, and not found right; `who` is from `who_of`."""

    at: datetime
    who: str
    place: str


Verdict = Literal["look", "look_if_known", "refuse"]
"""What becomes of a try; "look_if_known" only from where the name has signed in before."""


def who_of(username: str) -> str:
    """Give what a name is counted by, an account's or not: 20 bits of its hash.

    People type their password where the name belongs: so few bits count tries well and give no
    name away. Known names are counted alike, or the limits would tell which names are known.
    """
    plain = plain_username(username)[:64]
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:5]


def decide(tries: Iterable[Try], secret: Secret, who: str, place: str, at: datetime) -> Verdict:
    """Say at `at` what becomes of one more try at the `secret` of `who` from `place`.

    `tries` are those at this kind of secret. A wide attack uses up the tries of a name from all
    places; its owner still gets in from where they have signed in before, at the pace of one place.
    """
    limits, here, name, from_place = LIMITS[secret], 0, 0, 0
    for each in tries:
        age = at - each.at
        here += each.who == who and each.place == place and age < limits.here.within
        name += each.who == who and age < limits.name.within
        from_place += each.place == place and age < limits.place.within
    if here >= limits.here.most or from_place >= limits.place.most:
        return "refuse"
    return "look_if_known" if name >= limits.name.most else "look"
