"""Two real Rasas with the trained model share one conversation: no turn is lost, none doubled."""

import asyncio

import pytest
import rasa.core.agent
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.lock_store import LockError
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.utils.endpoints import EndpointConfig

from deploy.local import postgres
from deploy.local import redis as local_redis
from deploy.local.machine import NotInstalled
from nightdesk.run.places import Places
from nightdesk.run.rasa_process import _without_falling_back
from nightdesk.run.redis_locks import Limits, RedisLocks
from nightdesk.run.shared_stores import shared_stores
from nightdesk.run.sql_tracker import SqlTracker
from nightdesk.run.training import current_model

QUESTION = "How fast does ketamine therapy work?"
TURNS = 10


@pytest.fixture(scope="module")
def servers():
    try:
        with postgres.cluster(sync=False) as database, local_redis.server() as locks:
            yield shared_stores({"TRACKER_URL": database, "REDIS_URL": locks})
    except NotInstalled as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def rasas(servers):
    model = current_model(Places.from_environment())
    if model is None:
        pytest.skip("no model is trained for today's inputs")
    usual = rasa.core.agent.FailSafeTrackerStore
    rasa.core.agent.FailSafeTrackerStore = _without_falling_back
    try:
        both = [
            Agent(
                tracker_store=SqlTracker(Domain.empty(), servers.tracker),
                # All turns of the test wait at once, which no visitor's do.
                lock_store=RedisLocks(EndpointConfig(url=servers.redis), limits=Limits(wait=60)),
            )
            for _ in range(2)
        ]
        for each in both:
            each.load_model(model)
        yield both
    finally:
        rasa.core.agent.FailSafeTrackerStore = usual
    for each in both:
        each.tracker_store.engine.dispose()


async def ask(agent, sender, text):
    channel = CollectingOutputChannel()
    await agent.handle_message(UserMessage(text, channel, sender))
    return channel.messages


def test_turns_of_one_conversation_in_both_at_once(rasas, at_root):
    async def go():
        answers = await asyncio.gather(
            *(ask(rasas[at % 2], "c_1", QUESTION) for at in range(2 * TURNS))
        )
        assert all(
            any(m.get("custom", {}).get("outcome") == "answer:rapid_relief" for m in answer)
            for answer in answers
        )
        for each in rasas:
            events = (await each.tracker_store.retrieve("c_1")).events
            assert sum(isinstance(event, UserUttered) for event in events) == 2 * TURNS
            # None ran beside another: a question, its answer, the next question.
            said = [type(e) for e in events if isinstance(e, UserUttered | BotUttered)]
            starts = [at for at, kind in enumerate(said) if kind is UserUttered]
            sizes = {b - a for a, b in zip(starts, [*starts[1:], len(said)], strict=True)}
            assert len(sizes) == 1
            assert sizes != {1}

    asyncio.run(go())


def test_without_redis_a_turn_fails_at_once_and_nothing_is_stored(rasas, at_root):
    async def go():
        agent = rasas[0]
        working = agent.lock_store
        with local_redis.server() as url:
            agent.lock_store = RedisLocks(EndpointConfig(url=url))
        try:
            with pytest.raises(LockError, match="Redis cannot be used"):
                await ask(agent, "c_2", QUESTION)
        finally:
            agent.lock_store = working
        assert await agent.tracker_store.retrieve("c_2") is None

    asyncio.run(go())
