"""What is deleted from the record is forgotten by the assistant, whatever happens on the way."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

import pytest
from desk_in_process import Running, Visitor
from fake_rasa import FORGOTTEN, FakeRasa, Raw
from nightdesk_contract.clinic_retention import Retention
from sqlalchemy import select, update

from nightdesk_desk.db import Database
from nightdesk_desk.models import Event, now
from nightdesk_desk.privacy.forgetting import LATEST, SETTLED, Forgettings, pause
from nightdesk_desk.privacy.models import Forgetting
from nightdesk_desk.privacy.purge import purge
from nightdesk_desk.rasa import Rasa, RasaFailed


async def rows(db: Database) -> list[Forgetting]:
    async with db.read() as session:
        found = await session.scalars(select(Forgetting).order_by(Forgetting.since))
        return list(found)


@pytest.fixture
async def still(running: Running) -> Running:
    """A desk that looks for nothing to forget by itself."""
    await running.desk.forgettings.stop()
    return running


@pytest.fixture
def forgettings(still: Running) -> Forgettings:
    return Forgettings(still.desk.db, still.desk.rasa)


async def deleted(still: Running) -> str:
    visitor = await still.visitor()
    await visitor.chat("my name is Ada")
    assert (await visitor.client.delete(visitor.path, headers=visitor.headers)).status_code == 200
    return visitor.id


async def test_a_deletion_reaches_rasa_by_itself(visitor: Visitor, rasa: FakeRasa) -> None:
    await visitor.chat("my name is Ada")
    await visitor.client.delete(visitor.path, headers=visitor.headers)
    await visitor.desk.forgettings.look()
    assert rasa.forgotten[:1] == [visitor.id]


async def test_it_is_forgotten_at_once_and_once_more_when_late_turns_have_ended(
    still: Running, forgettings: Forgettings, rasa: FakeRasa
) -> None:
    gone = await deleted(still)
    at = now()
    assert await forgettings.look(at) == 1
    assert await forgettings.look(at + SETTLED - timedelta(seconds=30)) == 0
    assert rasa.forgotten == [gone]
    assert await forgettings.look(at + SETTLED) == 1
    assert rasa.forgotten == [gone, gone]
    assert await rows(still.desk.db) == []
    assert await forgettings.look(at + 9 * SETTLED) == 0


async def test_a_purge_has_it_forgotten_too(
    still: Running, forgettings: Forgettings, rasa: FakeRasa
) -> None:
    visitor = await still.visitor()
    await visitor.chat("hello")
    async with still.desk.db.write() as session:
        await session.execute(update(Event).values(at=now() - timedelta(days=50)))
    await purge(still.desk.db, Retention(messages=40), now())
    assert await forgettings.look() == 1
    assert rasa.forgotten == [visitor.id]


async def test_a_deletion_that_fails_leaves_nothing_to_forget(
    still: Running, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await still.visitor()
    await visitor.chat("hello")

    async def fail(*_: Any, **__: Any) -> None:
        raise OSError

    monkeypatch.setattr("nightdesk_desk.privacy.removal.note", fail)
    answer = await visitor.client.delete(visitor.path, headers=visitor.headers)
    assert answer.status_code == 500
    assert await visitor.events()
    assert await rows(still.desk.db) == []


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (Raw.of(503, b'{"error": "busy"}'), "status"),
        (Raw.of(404, b""), "status"),
        ([], "garbage"),
        ({"forgotten": False}, "garbage"),
        (Raw.of(200, b"{"), "garbage"),
        (Raw(b""), "unreachable"),
    ],
)
async def test_anything_but_a_clear_yes_is_tried_again(
    still: Running,
    forgettings: Forgettings,
    rasa: FakeRasa,
    said: object,
    kind: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    gone = await deleted(still)
    rasa.forgets = lambda _name: said
    at = now()
    with caplog.at_level(logging.WARNING):
        assert await forgettings.look(at) == 0
    assert kind in caplog.text
    assert gone not in caplog.text
    figures = (await still.client.get("/metrics")).text
    assert "nightdesk_not_forgotten 1.0" in figures
    assert gone not in figures
    # Not before its pause is over.
    assert await forgettings.look(at + pause(1) - timedelta(seconds=1)) == 0
    assert rasa.forgotten == [gone]
    rasa.forgets = lambda _name: FORGOTTEN
    assert await forgettings.look(at + pause(1)) == 1
    assert "nightdesk_not_forgotten 0.0" in (await still.client.get("/metrics")).text


async def test_a_rasa_that_is_away_is_asked_for_one_at_a_time(
    still: Running, forgettings: Forgettings, rasa: FakeRasa
) -> None:
    gone = [await deleted(still) for _ in range(3)]
    rasa.forgets = lambda _name: Raw.of(503, b"")
    at = now()
    for _ in gone:
        assert await forgettings.look(at) == 0
    assert sorted(rasa.forgotten) == sorted(gone)
    rasa.forgets = lambda _name: FORGOTTEN
    assert await forgettings.look(at + pause(1)) == 3


async def test_more_than_are_claimed_together_go_in_one_look(
    still: Running, forgettings: Forgettings, rasa: FakeRasa
) -> None:
    async with still.desk.db.write() as session:
        session.add_all(Forgetting(sender=f"c_{number}") for number in range(45))
    assert await forgettings.look() == 45
    assert len(set(rasa.forgotten)) == 45


async def test_a_look_that_has_asked_for_long_leaves_the_rest_to_the_next_and_is_not_cut_off(
    still: Running, rasa: FakeRasa
) -> None:
    at = now()
    slow = Forgettings(still.desk.db, still.desk.rasa, clock=lambda: 7.0 * len(rasa.forgotten))
    async with still.desk.db.write() as session:
        session.add_all(
            Forgetting(sender=f"c_{number}", since=at, next_at=at) for number in range(5)
        )
    assert await slow.look(at) == 3
    assert await slow.look(at) == 2
    assert len(set(rasa.forgotten)) == 5
    # None of them counts as one that failed.
    assert {row.tries for row in await rows(still.desk.db)} == {0}


async def test_what_a_killed_desk_had_claimed_is_taken_up_by_the_next(
    still: Running, forgettings: Forgettings, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = await deleted(still)

    async def killed(_sender: str) -> None:
        raise KeyboardInterrupt

    at = now()
    with monkeypatch.context() as patched:
        patched.setattr(still.desk.rasa, "forget", killed)
        with pytest.raises(KeyboardInterrupt):
            await forgettings.look(at)
    another = Forgettings(still.desk.db, still.desk.rasa)
    assert await another.look(at + timedelta(minutes=1)) == 0
    assert await another.look(at + timedelta(minutes=6)) == 1
    assert rasa.forgotten == [gone]


def test_pauses_grow_to_a_limit() -> None:
    assert [pause(tries).total_seconds() for tries in (1, 2, 3)] == [5, 10, 20]
    assert pause(50) == LATEST


async def test_a_rasa_that_takes_too_long_has_failed(rasa: FakeRasa) -> None:
    async def never(_name: str) -> object:
        await asyncio.sleep(60)
        return FORGOTTEN

    rasa.forgets = never
    asking = Rasa(rasa.url, 1.0)
    with pytest.raises(RasaFailed) as failed:
        await asking.forget("c_x", 0.05)
    assert failed.value.kind == "late"
    await asking.close()


async def test_what_is_asked_once_is_forgotten_at_once(
    still: Running, rasa: FakeRasa, forgettings: Forgettings
) -> None:
    visitor = await still.visitor()
    form = {"consent": True, "name": "Ada Lovelace", "phone": "555-010-0100"}
    answer = await visitor.client.post(
        f"{visitor.path}/contact", json=form, headers=visitor.headers
    )
    assert answer.status_code == 202
    await still.client.get("/health/ready")
    asked = [sender for sender, _ in rasa.heard]
    # The form, and both known questions.
    assert len(asked) == 3
    assert visitor.id not in asked
    assert sorted(rasa.forgotten) == sorted(asked)


async def test_a_form_is_answered_when_nothing_can_be_forgotten(
    still: Running, rasa: FakeRasa
) -> None:
    visitor = await still.visitor()
    rasa.forgets = lambda _name: Raw.of(500, b"")
    form = {"consent": True, "name": "Ada Lovelace", "phone": "555-010-0100"}
    answer = await visitor.client.post(
        f"{visitor.path}/contact", json=form, headers=visitor.headers
    )
    assert answer.status_code == 202
    assert rasa.forgotten
