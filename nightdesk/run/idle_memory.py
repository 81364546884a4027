"""Where Rasa keeps its conversations: in this process's memory, and not for ever.

Rasa's own store in memory never lets go of anything. Here a conversation goes when nothing was said
in it for a week; the bot then begins afresh, while the desk's record has all of it. What was asked
under a name of its own, which nobody comes back to, goes after an hour.
"""

import time
from collections.abc import Callable
from typing import Any

from rasa.core.tracker_store import InMemoryTrackerStore

from nightdesk_contract.senders import is_once

WEEK = 7 * 24 * 3600.0
HOUR = 3600.0


class IdleMemory(InMemoryTrackerStore):
    """Rasa's store in memory that lets go of what is idle, whenever it is used.

    `endpoints.yml` names it. A conversation that is just being answered was used when its turn
    began, so it stays.
    """

    def __init__(
        self,
        domain: Any,
        event_broker: Any = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        **named: Any,
    ) -> None:
        super().__init__(domain, event_broker, **named)
        self._clock = clock
        # By name when it was last used, the longest unused first; those for one question apart.
        self._used: dict[bool, dict[str, float]] = {False: {}, True: {}}

    async def save(self, tracker: Any) -> None:
        """Keep the conversation as it is now."""
        await super().save(tracker)
        self._use(tracker.sender_id)

    async def retrieve(self, sender_id: str) -> Any:
        """Give the conversation, or None."""
        self._use(sender_id)
        return await super().retrieve(sender_id)

    async def retrieve_full_tracker(self, sender_id: str) -> Any:
        """Give the conversation with all its sessions, or None."""
        self._use(sender_id)
        return await super().retrieve_full_tracker(sender_id)

    def let_go(self, sender: str) -> None:
        """Keep nothing of a name."""
        self.store.pop(sender, None)
        self._used[is_once(sender)].pop(sender, None)

    def let_go_of_idle(self) -> None:
        """Keep nothing of the names that have been idle for too long."""
        at = self._clock()
        for once, longest in ((False, WEEK), (True, HOUR)):
            used = self._used[once]
            while used and at - used[first := next(iter(used))] >= longest:
                self.let_go(first)

    def _use(self, sender: str) -> None:
        self.let_go_of_idle()
        if sender in self.store:
            used = self._used[is_once(sender)]
            # Taken out first, so that it comes to stand last.
            used.pop(sender, None)
            used[sender] = self._clock()
