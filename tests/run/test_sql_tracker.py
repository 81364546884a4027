"""Rasa's conversations in a real PostgreSQL, shared by replicas."""

import asyncio
import contextlib
import time

import psycopg2
import pytest
import redis
import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.tracker_store import TrackerStore, check_if_tracker_store_async
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from deploy.local import postgres
from deploy.local import redis as local_redis
from deploy.local.machine import NotInstalled, free_port
from nightdesk.run.forgetting import remove
from nightdesk.run.idle_memory import HOUR, WEEK
from nightdesk.run.redis_locks import NotHeld, RedisLocks
from nightdesk.run.shared_stores import SCHEMA, TRACKER, shared_stores
from nightdesk.run.sql_tracker import SqlTracker, idle
from nightdesk_contract.senders import for_form, for_readiness


@pytest.fixture(scope="module")
def database():
    try:
        with postgres.cluster(sync=False) as url:
            yield shared_stores({"TRACKER_URL": url}).tracker
    except NotInstalled as error:
        pytest.skip(str(error))


@pytest.fixture
def stores(database):
    """Those of two replicas."""
    both = [SqlTracker(Domain.empty(), database) for _ in range(2)]
    yield both
    with both[0].session_scope() as session:
        session.execute(sa.text("DELETE FROM events"))
        session.commit()
    for store in both:
        store.engine.dispose()


def say(store, sender, *texts, at=None):
    async def go():
        tracker = await store.get_or_create_tracker(sender)
        for text in texts:
            tracker.update(UserUttered(text, timestamp=at))
        await store.save(tracker)

    asyncio.run(go())


def said(store, sender):
    tracker = asyncio.run(store.retrieve(sender))
    return tracker and [e.text for e in tracker.events if isinstance(e, UserUttered)]


def test_rasa_makes_it_from_an_endpoint_and_takes_it_as_asynchronous(database):
    made = TrackerStore.create(EndpointConfig(url=database, type=TRACKER))
    assert type(made) is SqlTracker
    assert check_if_tracker_store_async(made)


def test_what_one_replica_stores_the_other_reads(stores):
    one, other = stores
    say(one, "c_1", "hello")
    say(other, "c_1", "how are you")
    assert said(one, "c_1") == ["hello", "how are you"]
    assert said(one, "c_2") is None
    assert asyncio.run(other.keys()) == ["c_1"]


def test_only_the_last_session_is_read_unless_all_is_wanted(stores):
    async def go():
        tracker = DialogueStateTracker.from_events(
            "c_1",
            [UserUttered("before", timestamp=1), SessionStarted(timestamp=2)],
        )
        await stores[0].save(tracker)
        return await stores[1].retrieve_full_tracker("c_1")

    assert len(asyncio.run(go()).events) == 2
    assert said(stores[1], "c_1") == []


def test_its_tables_lie_apart_from_the_desks(stores, database):
    with contextlib.closing(psycopg2.connect(database.replace("+psycopg2", ""))) as connection:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT table_schema FROM information_schema.tables WHERE table_name='events'"
        )
        assert cursor.fetchall() == [(SCHEMA,)]


def test_what_is_forgotten_is_gone_for_all(stores):
    one, other = stores
    for sender in ("c_1", for_form("c_1"), "c_2"):
        say(one, sender, "hello")
    remove(one, "c_1")
    assert asyncio.run(other.keys()) == ["c_2"]


def test_what_is_idle_is_told_by_how_long_and_by_its_name():
    once = for_readiness()
    last = [("c_1", 0.0), ("c_2", 1.0), (once, WEEK - HOUR), (for_form("c_2"), WEEK - HOUR + 1)]
    assert idle(last, WEEK) == ["c_1", once]


def test_what_is_idle_goes_and_nothing_else(stores):
    one, other = stores
    now = time.time()
    for sender, at in (("c_old", now - WEEK - 5), ("c_new", now - WEEK + 60)):
        tracker = DialogueStateTracker.from_events(sender, [UserUttered("hello", timestamp=at)])
        asyncio.run(one.save(tracker))
    once = for_readiness()
    asyncio.run(
        one.save(
            DialogueStateTracker.from_events(once, [UserUttered("hi", timestamp=now - HOUR - 5)])
        )
    )
    assert other.remove_idle(now) == 2
    assert asyncio.run(one.keys()) == ["c_new"]
    assert other.remove_idle(now) == 0


def test_one_replica_tidies_at_a_time(stores):
    one, other = stores
    with one.session_scope() as session:
        assert one._alone(session, 729_402, wait=False)
        assert other.remove_idle() == 0


def test_replicas_may_start_at_once(database):
    async def go():
        made = await asyncio.gather(
            *(asyncio.to_thread(SqlTracker, Domain.empty(), database) for _ in range(4))
        )
        for store in made:
            store.engine.dispose()

    with contextlib.closing(psycopg2.connect(database.replace("+psycopg2", ""))) as connection:
        connection.autocommit = True
        connection.cursor().execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    asyncio.run(go())


def test_a_turn_that_has_lost_its_lock_stores_nothing(stores):
    async def go(url):
        locks = RedisLocks(EndpointConfig(url=url))
        tracker = DialogueStateTracker.from_events("c_1", [UserUttered("hello")])
        async with locks.lock("c_1"):
            redis.Redis.from_url(url).flushall()
            with pytest.raises(NotHeld):
                await stores[0].save(tracker)
        async with locks.lock("c_2"):
            await stores[0].save(DialogueStateTracker.from_events("c_2", [UserUttered("hello")]))

    try:
        with local_redis.server() as url:
            asyncio.run(go(url))
    except NotInstalled as error:
        pytest.skip(str(error))
    assert asyncio.run(stores[1].keys()) == ["c_2"]


def test_without_its_database_it_fails_and_is_whole_again_with_it(caplog):
    port = free_port()
    try:
        with postgres.cluster(port=port, sync=False) as url:
            store = SqlTracker(Domain.empty(), shared_stores({"TRACKER_URL": url}).tracker)
            say(store, "c_1", "words of a visitor")
    except NotInstalled as error:
        pytest.skip(str(error))
    for act in (lambda: said(store, "c_1"), lambda: say(store, "c_1", "words of a visitor")):
        with pytest.raises(sa.exc.OperationalError) as failed:
            act()
        assert "words" not in str(failed.value)
    assert "OperationalError" in caplog.text
    assert "words" not in caplog.text
    with postgres.cluster(port=port, sync=False):
        store._make_tables()
        say(store, "c_1", "again")
        assert said(store, "c_1") == ["again"]


def test_rasa_puts_no_store_in_memory_behind_it(monkeypatch, tmp_path):
    import rasa.core.agent
    from rasa.core.utils import AvailableEndpoints

    from nightdesk.run import rasa_process
    from nightdesk.run.shared_stores import SharedStores

    monkeypatch.setattr(rasa.core.agent, "FailSafeTrackerStore", object)
    monkeypatch.setattr(AvailableEndpoints, "read_endpoints", AvailableEndpoints.read_endpoints)
    rasa_process._share(SharedStores())
    store = SqlTracker(Domain.empty(), f"sqlite:///{tmp_path / 'rasa.db'}")
    assert Agent(domain=Domain.empty(), tracker_store=store).tracker_store is store


def test_nothing_of_a_store_that_works_is_kept_from_ending(tmp_path):
    """Rasa's own ends the whole process at a ValueError."""
    store = SqlTracker(Domain.empty(), f"sqlite:///{tmp_path / 'rasa.db'}")
    with pytest.raises(ValueError, match="inside"), store.session_scope():
        raise ValueError("inside")
