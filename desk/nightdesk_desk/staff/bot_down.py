"""That the assistant is down, as every page of the inbox says it."""

from datetime import datetime
from typing import NamedTuple

from nightdesk_desk.bot_standing import Standing
from nightdesk_desk.staff.times import Moment, moment
from nightdesk_desk.words import Words


class BotDown(NamedTuple):
    """What a page says: what is down ("" for nothing), since when, and what visitors then read.

    `mark` tells apart what is shown; see `Standing.mark`.
    """

    down: str = ""
    since: Moment | None = None
    told: str = ""
    mark: str = ""


def shown_standing(standing: Standing, words: Words, at: datetime) -> BotDown:
    """Give how the assistant stands, for a page at `at`, with times in the clinic's zone."""
    if not standing.down or standing.since is None:
        return BotDown()
    return BotDown(
        down=standing.down,
        since=moment(standing.since, words.clinic.zone, at),
        told=words.after_handover("bot_unavailable", at),
        mark=standing.mark,
    )
