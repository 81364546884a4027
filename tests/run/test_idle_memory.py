"""Rasa's store in memory lets go of what is idle."""

import asyncio
from pathlib import Path

import pytest
from rasa.core.tracker_store import TrackerStore, check_if_tracker_store_async
from rasa.core.utils import AvailableEndpoints
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from nightdesk.run.idle_memory import HOUR, WEEK, IdleMemory
from nightdesk_contract.senders import for_form, for_readiness


class Clock:
    at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(clock):
    return IdleMemory(Domain.empty(), clock=clock)


def say(store, sender, text="hello"):
    tracker = DialogueStateTracker.from_events(sender, [UserUttered(text)])
    asyncio.run(store.save(tracker))


def said(store, sender):
    tracker = asyncio.run(store.retrieve(sender))
    return tracker and [event.text for event in tracker.events]


def test_a_conversation_goes_once_it_was_idle_for_a_week(store, clock):
    say(store, "c_a")
    clock.at = WEEK - 1
    assert said(store, "c_a") == ["hello"]
    clock.at += WEEK
    assert said(store, "c_a") is None
    assert not store.store


def test_any_use_of_the_store_lets_go_of_the_idle_and_of_nothing_else(store, clock):
    for at, sender in ((0, "c_a"), (1, "c_b"), (2, "c_a")):
        clock.at = at
        say(store, sender)
    clock.at = WEEK + 1
    say(store, "c_new")
    assert set(store.store) == {"c_a", "c_new"}
    clock.at = WEEK + 2
    assert said(store, "nobody") is None
    assert set(store.store) == {"c_new"}


def test_reading_the_whole_conversation_is_a_use_too(store, clock):
    say(store, "c_a")
    clock.at = WEEK - 1
    assert asyncio.run(store.retrieve_full_tracker("c_a")) is not None
    clock.at = WEEK + 1
    assert said(store, "c_a") == ["hello"]


def test_what_was_asked_once_goes_after_an_hour(store, clock):
    say(store, "c_a")
    for sender in (for_form("c_a"), for_readiness()):
        say(store, sender)
    clock.at = HOUR - 1
    assert said(store, "c_a") == ["hello"]
    assert len(store.store) == 3
    clock.at = HOUR
    assert said(store, "c_a") == ["hello"]
    assert list(store.store) == ["c_a"]


def test_nothing_is_left_of_what_is_let_go(store, clock):
    say(store, "c_a")
    store.let_go("c_a")
    store.let_go("c_a")
    assert said(store, "c_a") is None
    assert store._used == {False: {}, True: {}}


def test_rasa_makes_it_from_our_endpoints(root, monkeypatch):
    monkeypatch.setenv("ACTIONS_PORT", "5055")
    found = AvailableEndpoints.read_endpoints(str(Path(root) / "endpoints.yml"))
    made = TrackerStore.create(found.tracker_store)
    # Rasa takes its own store where it cannot find ours, and wraps one that is not asynchronous.
    assert type(made) is IdleMemory
    assert check_if_tracker_store_async(made)
    assert found.action.url.endswith("/webhook")
