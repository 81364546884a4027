"""`nightdesk run` with PostgreSQL and Redis in its environment: the same, kept elsewhere."""

from collections.abc import Iterator

import psycopg
import pytest
from deploy.local import postgres, redis
from deploy.local.machine import NotInstalled
from running_system import RunningSystem, running_system, wait_for
from visitor import Visitor, outcomes


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningSystem, str]]:
    try:
        with postgres.cluster(sync=False) as database, redis.server(password="of-a-test") as locks:
            extra = {"DATABASE_URL": database, "REDIS_URL": locks}
            with running_system(tmp_path_factory.mktemp("shared"), extra) as started:
                yield started, database
    except NotInstalled as error:
        pytest.skip(str(error))


def rasas_events(database: str, conversation: str) -> int:
    with psycopg.connect(database) as connection:
        found = connection.execute(
            "SELECT count(*) FROM nightdesk_rasa.events WHERE sender_id = %s", [conversation]
        ).fetchone()
    assert found
    return int(found[0])


def test_the_bot_answers_remembers_and_forgets(shared: tuple[RunningSystem, str]) -> None:
    system, database = shared
    with Visitor(system.url) as visitor:
        assert outcomes(visitor.ask("How fast does ketamine therapy work?")) == [
            "answer:rapid_relief"
        ]
        assert rasas_events(database, visitor.conversation_id)
        # A new process knows the conversation, too.
        before = rasas_events(database, visitor.conversation_id)
        system.kill("rasa")
        # A verdict is some seconds old: first the one that knows of it.
        wait_for(lambda: not system.is_ready(), 30, "nobody notices that Rasa is away")
        system.wait_until_ready()
        visitor.ask("How long is a session?")
        assert rasas_events(database, visitor.conversation_id) > before
        answer = visitor.http.delete(visitor.path, headers=visitor.headers)
        assert answer.status_code < 300, answer.text
        wait_for(
            lambda: rasas_events(database, visitor.conversation_id) == 0, 30, "Rasa still knows it"
        )
    assert not (system.var / "desk.sqlite3").exists()
    log = system.log_text()
    assert "of-a-test" not in log
    assert "How long is a session" not in log
