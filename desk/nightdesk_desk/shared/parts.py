"""The parts that need Redis, put together: there where `REDIS_URL` is set."""

from prometheus_client import CollectorRegistry

from nightdesk_desk.looking import Worker
from nightdesk_desk.shared.address import client_at
from nightdesk_desk.shared.limits import SharedLimits
from nightdesk_desk.shared.link import RedisLink
from nightdesk_desk.shared.news import SharedNews
from nightdesk_desk.wakeups import Wakeups


class SharedRedis(Worker):
    """What this desk shares with the others through Redis."""

    def __init__(self, url: str, wakeups: Wakeups, registry: CollectorRegistry) -> None:
        """Take Redis' address, the readers that the news wakes, and where the figures go."""
        self.link = RedisLink(client_at(url), registry)
        self.limits = SharedLimits(self.link)
        self.news = SharedNews(self.link, wakeups.hear)
        wakeups.tell_others = self.news.tell
        self.lookings = self.link.lookings

    @property
    def there(self) -> bool:
        """Whether Redis does what it is needed for."""
        return self.link.there

    async def start(self) -> None:
        """Connect, if Redis is there; if not, look for it again and again."""
        await self.link.start()
        await self.news.start()

    async def stop(self) -> None:
        """Close all connections."""
        await self.news.stop()
        await self.link.stop()
