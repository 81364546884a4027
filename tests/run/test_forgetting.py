"""Rasa forgets a conversation when the desk asks for it, whatever store keeps it."""

import asyncio
import contextlib
import json
import logging

import pytest
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.run import configure_app, create_http_input_channels
from rasa.core.tracker_store import (
    FailSafeTrackerStore,
    InMemoryTrackerStore,
    SQLTrackerStore,
    TrackerStore,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Sanic

from nightdesk.run import forgetting
from nightdesk.run.forgetting import CannotForget, forget, remove
from nightdesk.run.idle_memory import IdleMemory
from nightdesk_contract.senders import FORGET_PATH, for_form

GONE, KEPT = "c_aB-1_x", "c_ab-1_x"
"""Two conversations whose names differ by a capital."""


def in_memory(_folder):
    return InMemoryTrackerStore(Domain.empty())


def idle_memory(_folder):
    return IdleMemory(Domain.empty())


def sqlite(folder):
    return SQLTrackerStore(Domain.empty(), db=str(folder / "rasa.db"))


def as_rasa_has_it(folder):
    return FailSafeTrackerStore(sqlite(folder))


@pytest.fixture(params=[in_memory, idle_memory, sqlite, as_rasa_has_it])
def store(request, tmp_path):
    return request.param(tmp_path)


class Agent:
    def __init__(self, store):
        self.tracker_store = store
        self.lock_store = InMemoryLockStore()


async def say(store, sender, text="I feel low"):
    events = [UserUttered(text), BotUttered("Tell me more.")]
    await store.save(DialogueStateTracker.from_events(sender, events))


def test_all_of_the_conversation_goes_and_nothing_else(store):
    others = [KEPT, f"{GONE}x", for_form(KEPT), f"x{GONE}"]
    own = [GONE, for_form(GONE), for_form(GONE)]

    async def go():
        for sender in [*own, *others]:
            await say(store, sender)
        assert set(await store.keys()) == {*own, *others}
        await forget(Agent(store), GONE)
        assert set(await store.keys()) == set(others)
        assert await store.retrieve_full_tracker(GONE) is None
        # Again does no harm.
        await forget(Agent(store), GONE)

    asyncio.run(go())


def test_what_a_failing_database_left_in_memory_goes_too(tmp_path):
    class Away(SQLTrackerStore):
        async def save(self, tracker):
            raise ConnectionError("away")

    store = FailSafeTrackerStore(Away(Domain.empty(), db=str(tmp_path / "rasa.db")))

    async def go():
        await say(store, GONE)
        assert GONE in store.fallback_tracker_store.store
        remove(store, GONE)
        assert not store.fallback_tracker_store.store

    asyncio.run(go())


def test_it_waits_for_a_turn_under_way_and_forgets_that_too(store):
    agent = Agent(store)

    async def go():
        async with agent.lock_store.lock(GONE):
            asked = asyncio.create_task(forget(agent, GONE))
            await asyncio.sleep(0)
            await say(store, GONE)
        await asked
        assert await store.retrieve(GONE) is None
        # No lock of it is left either.
        assert not agent.lock_store.conversation_locks

    asyncio.run(go())


def test_an_unknown_store_is_refused():
    with pytest.raises(CannotForget):
        remove(TrackerStore(Domain.empty()), GONE)


@pytest.fixture(scope="module")
def app(root):
    """The server as Rasa builds it from our credentials, without a model."""
    Sanic.test_mode = True
    channels = create_http_input_channels(None, str(root / "credentials.yml"))
    return configure_app(channels, enable_api=False)


async def post(port, body):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {FORGET_PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    await writer.drain()
    answered = await reader.read()
    writer.close()
    top, _, content = answered.partition(b"\r\n\r\n")
    return int(top.split()[1]), json.loads(content)


def posted(app, agent, *bodies):
    """Give the answers to each body, as bytes or as a value, from a server on a free port."""

    async def go():
        app.ctx.agent = agent
        with contextlib.closing(await listening(app)) as server:
            port = server.sockets[0].getsockname()[1]
            return [
                await post(port, body if isinstance(body, bytes) else json.dumps(body).encode())
                for body in bodies
            ]

    return asyncio.run(go())


async def listening(app):
    made = await app.create_server("127.0.0.1", 0, return_asyncio_server=True)
    await made.startup()
    return made.server


def test_the_channel_forgets(app):
    store = IdleMemory(Domain.empty())
    asyncio.run(say(store, GONE))
    assert posted(app, Agent(store), {"conversation": GONE}) == [(200, {"forgotten": True})]
    assert not store.store


def test_what_names_no_conversation_is_refused(app):
    store = IdleMemory(Domain.empty())
    asyncio.run(say(store, GONE))
    bad = [{}, [], {"conversation": ""}, {"conversation": 1}, {"conversation": "x" * 256}, b"{"]
    for status, _ in posted(app, Agent(store), *bad):
        assert status == 400
    assert list(store.store) == [GONE]


def test_a_rasa_without_a_model_has_not_forgotten(app):
    assert posted(app, None, {"conversation": GONE}) == [(503, {"error": "not_ready"})]


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (forgetting.LockError("secret"), 503, "busy"),
        (CannotForget("MongoTrackerStore"), 501, "unknown_store"),
        (ValueError("secret words"), 500, "fault"),
    ],
)
def test_a_fault_is_no_success_and_is_told_without_words(
    app, monkeypatch, caplog, fault, status, code
):
    async def fail(_agent, _conversation):
        raise fault

    monkeypatch.setattr(forgetting, "forget", fail)
    with caplog.at_level(logging.INFO):
        [answer] = posted(app, Agent(None), {"conversation": GONE})
    assert answer == (status, {"error": code})
    assert "secret" not in caplog.text
    assert GONE not in caplog.text
