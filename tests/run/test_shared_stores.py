"""Which stores Rasa uses is read from the environment, and a wrong address is named."""

from pathlib import Path

import pytest
from rasa.core.utils import AvailableEndpoints

from nightdesk.run.progress import StepFailed
from nightdesk.run.shared_stores import LOCKS, TRACKER, SharedStores, reading_with, shared_stores

PG = "postgresql+psycopg2://u:p@db:5432/n"


@pytest.mark.parametrize(
    ("environment", "stores"),
    [
        ({}, SharedStores()),
        ({"DATABASE_URL": "sqlite:///var/desk.sqlite3", "REDIS_URL": " "}, SharedStores()),
        ({"DATABASE_URL": "postgres://u:p@db:5432/n"}, SharedStores(PG)),
        ({"DATABASE_URL": "postgresql+psycopg://u:p@db:5432/n"}, SharedStores(PG)),
        (
            {"DATABASE_URL": "postgresql://u@db/desk", "TRACKER_URL": "postgresql://u:p@db:5432/n"},
            SharedStores(PG),
        ),
        (
            {"TRACKER_URL": "postgresql://u:p@db:5432/n", "REDIS_URL": "rediss://:p@r:6380/1"},
            SharedStores(PG, "rediss://:p@r:6380/1"),
        ),
        ({"ACTIONS_URL": "http://actions:5055/"}, SharedStores(actions="http://actions:5055")),
    ],
)
def test_the_environment_says_which(environment, stores):
    assert shared_stores(environment) == stores


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"TRACKER_URL": "sqlite:///x-secret"}, "TRACKER_URL"),
        ({"TRACKER_URL": "x-secret"}, "TRACKER_URL"),
        ({"TRACKER_URL": "postgresql:///x-secret"}, "TRACKER_URL"),
        ({"DATABASE_URL": "postgresql://u:x-secret@db:port/n"}, "DATABASE_URL"),
        ({"REDIS_URL": "http://x-secret"}, "REDIS_URL"),
        ({"REDIS_URL": "redis://:x-secret@r:99999"}, "REDIS_URL"),
        ({"REDIS_URL": "redis://:x-secret@r:6379"}, "TRACKER_URL"),
        ({"ACTIONS_URL": "actions:5055"}, "ACTIONS_URL"),
    ],
)
def test_what_cannot_be_used_is_named_and_not_shown(environment, name):
    with pytest.raises(StepFailed, match=name) as failed:
        shared_stores(environment)
    assert "x-secret" not in str(failed.value)


def endpoints(root, monkeypatch, stores):
    monkeypatch.setenv("ACTIONS_PORT", "5055")
    read = reading_with(AvailableEndpoints.read_endpoints, stores)
    return read(str(Path(root) / "endpoints.yml"))


def test_alone_rasa_reads_its_endpoints_as_they_are(root, monkeypatch):
    found = endpoints(root, monkeypatch, SharedStores())
    assert found.tracker_store.type == "nightdesk.run.idle_memory.IdleMemory"
    assert found.lock_store is None
    assert found.action.url == "http://127.0.0.1:5055/webhook"


def test_shared_stores_take_the_place_of_its_own(root, monkeypatch):
    stores = SharedStores(PG, "redis://r:6379", "http://actions:5055")
    found = endpoints(root, monkeypatch, stores)
    assert (found.tracker_store.type, found.tracker_store.url) == (TRACKER, PG)
    assert (found.lock_store.type, found.lock_store.url) == (LOCKS, "redis://r:6379")
    assert found.action.url == "http://actions:5055/webhook"
