"""Pages whose visitors get no chat since clinic.yml does not name them: staff must hear of it.

One of the clinic's own may have been forgotten or mistyped there, and its visitors cannot say so.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from nightdesk_desk.models import now

LASTS = timedelta(hours=24)
MOST_PAGES = 20
"""Pages that are remembered: whoever makes origins up must not fill the memory, or the inbox."""

NO_ORIGIN = "null"
_ORIGIN = re.compile(r"https?://[a-z0-9.\-\[\]:_]{1,250}")

logger = logging.getLogger(__name__)


@dataclass
class Page:
    """A page, and how often it was turned away since when; `origin` is plain ASCII."""

    origin: str
    times: int
    since: datetime
    last: datetime


class TurnedAway:
    """What was turned away lately, in this process."""

    def __init__(self, clock: Callable[[], datetime] = now) -> None:
        self._clock = clock
        self._pages: dict[str, Page] = {}

    def note(self, origin: str) -> None:
        """Count one request of a page of that origin. The first of a day is logged."""
        at = self._clock()
        self._forget(at)
        name = origin if _ORIGIN.fullmatch(origin) else NO_ORIGIN
        page = self._pages.get(name)
        if page is None:
            if len(self._pages) < MOST_PAGES:
                logger.warning("a page that clinic.yml's sites do not name has no chat: %s", name)
            else:
                # Whoever makes origins up has each once; a page with visitors stays.
                del self._pages[min(self._pages.values(), key=lambda each: each.times).origin]
            page = self._pages[name] = Page(name, 0, at, at)
        page.times += 1
        page.last = at

    def pages(self) -> list[Page]:
        """Give the pages of the last day, the most turned away first."""
        self._forget(self._clock())
        return sorted(self._pages.values(), key=lambda page: (-page.times, page.origin))

    def _forget(self, at: datetime) -> None:
        for page in [page for page in self._pages.values() if at - page.last >= LASTS]:
            del self._pages[page.origin]
