"""A desk with people on call whose background work stands still, and whose clock is moved."""

from collections.abc import AsyncIterator

import pytest
from on_call_clinic import always
from on_call_night import Night

from nightdesk_desk.desk import Desk
from nightdesk_desk.settings import Settings


@pytest.fixture
async def night(settings: Settings) -> AsyncIterator[Night]:
    made = Night(Desk.build(settings), settings)
    made.set(always())
    yield made
    await made.desk.alerts.stop()
    await made.desk.rasa.close()
    await made.desk.db.close()
