"""A desk whose background work stands still, and somebody who takes its webhooks."""

from collections.abc import AsyncIterator, Iterator

import pytest
from alerting import SECRET, VARIABLE, Receiver, hook, set_alerts

from nightdesk_desk.desk import Desk
from nightdesk_desk.settings import Settings


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
async def desk(settings: Settings, receiver: Receiver) -> AsyncIterator[Desk]:
    """A desk with one address, `hook`; nothing of it runs by itself."""
    set_alerts(settings.clinic_path, [hook("hook", receiver.url)], desk_url="https://desk.example")
    built = Desk.build(settings)
    yield built
    await built.alerts.stop()
    await built.rasa.close()
    await built.db.close()
