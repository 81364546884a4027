"""Two desks on one PostgreSQL and one Redis: nothing is lost, doubled or out of order."""

import asyncio
import os
import re
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from desk_in_process import Running, Visitor, started
from fake_rasa import FakeRasa, answer, handover
from redis_server import RedisServer
from test_postgres import cluster  # noqa: F401  a fixture

from nightdesk_desk import handovers, turns
from nightdesk_desk.app import create_app
from nightdesk_desk.bursts import Pace
from nightdesk_desk.db import migrate
from nightdesk_desk.handover_rules import HandoverRefused
from nightdesk_desk.models import now
from nightdesk_desk.settings import Settings
from nightdesk_desk.staff import accounts

Pair = tuple[Running, Running]


@pytest_asyncio.fixture
async def desks(
    cluster: str,  # noqa: F811
    settings: Settings,
    rasa: FakeRasa,
    redis_server: RedisServer,
) -> AsyncIterator[Pair]:
    migrate(cluster)
    settings = replace(
        settings,
        database_url=cluster,
        redis_url=redis_server.url,
        rasa_url=rasa.url,
        rasa_deadline=6.0,
    )
    one, two = (create_app(settings) for _ in range(2))
    async with started(one) as first, started(two) as second:
        yield first, second


def at(desk: Running, visitor: Visitor) -> Visitor:
    """The same visitor, whose next request another desk serves."""
    return Visitor(desk.client, desk.desk, visitor.id, visitor.token)


async def idle(desks: Pair) -> None:
    for running in desks:
        await running.desk.turns.idle()


async def test_messages_that_come_in_by_turns_are_answered_once_and_in_order(
    desks: Pair, rasa: FakeRasa
) -> None:
    all_sent = asyncio.Event()

    async def slow(_sender: str, message: str) -> object:
        if message.endswith("0?"):
            await all_sent.wait()
            # Long enough for a turn at the other desk to be quicker.
            await asyncio.sleep(0.5)
        return answer(text=f"to {message}")

    rasa.script = slow
    visitor = await desks[0].visitor()
    for i, desk in enumerate(islice(cycle(desks), 6)):
        assert (await at(desk, visitor).say(f"Is this question number {i}?")).status_code == 202
    all_sent.set()
    await idle(desks)
    said = [event["text"] for event in await visitor.events() if event["from"] == "bot"]
    assert said == [f"to Is this question number {i}?" for i in range(6)]
    assert max(rasa.most_at_once.values()) == 1
    assert len(rasa.heard) == 6


async def test_one_question_in_pieces_at_two_desks_is_asked_once(
    desks: Pair, rasa: FakeRasa
) -> None:
    # How quick this machine is must not matter: they wait for more until all of it is there.
    for running in desks:
        running.desk.turns._pace = Pace(quiet=60, longest=60, near=60)
    visitor = await desks[0].visitor()
    pieces = ["hi", "i want to know", "how much", "it costs"]
    for piece, desk in zip(pieces, cycle(desks), strict=False):
        assert (await at(desk, visitor).say(piece)).status_code == 202
    assert rasa.heard == []
    for running in desks:
        running.desk.turns._pace = Pace(quiet=0.01, longest=60, near=60)
        running.desk.wakeups.notify(visitor.id)
    await idle(desks)
    assert [message for _, message in rasa.heard] == ["\n".join(pieces)]
    said = [event["from"] for event in await visitor.events()]
    assert said == ["visitor"] * 4 + ["bot"]


async def test_a_desk_that_hangs_with_a_message_does_not_hold_the_next_one(
    desks: Pair, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "OTHERS_WITHIN", 0.5)
    hung = asyncio.Event()

    async def script(_sender: str, message: str) -> object:
        if message == "Is this one lost?" and not hung.is_set():
            hung.set()
            await asyncio.Event().wait()
        return handover("crisis", "P0") if "pills" in message else answer(text=f"to {message}")

    rasa.script = script
    one, two = desks
    visitor = await one.visitor()
    await visitor.say("Is this one lost?")
    await asyncio.wait_for(hung.wait(), 10)
    # The desk is gone in the middle of the turn.
    await one.desk.turns.stop()
    await at(two, visitor).say("I took all my pills just now, every one")
    await two.desk.turns.idle()
    outcomes = [e["outcome"] for e in await at(two, visitor).events() if e["from"] == "bot"]
    assert outcomes == ["handover:crisis", "answer:rapid_relief"]


class Inbox:
    """A browser of a staff member; each request may go to another desk."""

    def __init__(self, desks: Pair) -> None:
        self._desks = desks
        self._cookies: dict[str, str] = {}

    async def get(self, desk: Running, path: str) -> httpx.Response:
        return self._kept(await desk.client.get(path, headers=self._sent()))

    async def post(self, desk: Running, path: str, form: dict[str, str]) -> httpx.Response:
        """Send a form that the other desk has shown."""
        [other] = [each for each in self._desks if each is not desk]
        shown = (await self.get(other, path if path.endswith("login") else "/inbox")).text
        found = re.search(r'name="csrf_token" value="([^"]+)"', shown)
        data = form | {"csrf_token": found[1] if found else ""}
        return self._kept(await desk.client.post(path, data=data, headers=self._sent()))

    def _sent(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        self._cookies |= dict(answer.cookies)
        return answer


PASSWORD = "quiet harbour 42"


@dataclass(frozen=True)
class Person:
    """A member of staff; the record outlives a test, so each has a name of its own."""

    id: int
    username: str

    def form(self, password: str = PASSWORD) -> dict[str, str]:
        return {"username": self.username, "password": password, "next": "/inbox"}


@pytest_asyncio.fixture
async def maria(desks: Pair) -> Person:
    name = f"maria-{secrets.token_hex(4)}"
    async with desks[0].desk.db.write() as session:
        account = await accounts.add_account(session, name, "Maria", "staff", PASSWORD)
        return Person(account.id, name)


async def test_staff_are_signed_in_and_out_at_every_desk(desks: Pair, maria: Person) -> None:
    one, two = desks
    inbox = Inbox(desks)
    assert (await inbox.post(one, "/inbox/login", maria.form())).status_code == 303
    for desk in desks:
        assert (await inbox.get(desk, "/inbox")).status_code == 200
    assert (await inbox.post(two, "/inbox/logout", {})).status_code == 303
    for desk in desks:
        assert (await inbox.get(desk, "/inbox")).status_code == 303


async def test_wrong_passwords_are_counted_at_all_desks_together(
    desks: Pair, maria: Person
) -> None:
    inbox = Inbox(desks)
    for desk in islice(cycle(desks), 5):
        assert (
            await inbox.post(desk, "/inbox/login", maria.form("wrong guess"))
        ).status_code == 401
    for desk in desks:
        refused = await inbox.post(desk, "/inbox/login", maria.form())
        assert refused.status_code == 429


async def test_a_person_at_one_desk_and_the_visitor_at_the_other_hear_each_other(
    desks: Pair, rasa: FakeRasa, maria: Person
) -> None:
    one, two = desks
    rasa.script = lambda *_: handover("request")
    visitor = await one.visitor()
    await visitor.chat("a person please")
    async with two.desk.db.read() as session:
        case = await handovers.unresolved(session, visitor.id)
    assert case is not None
    # From here on only Redis tells: no desk looks at the database for news.
    for running in desks:
        await running.desk.wakeups.lookings[0].stop()
    with one.desk.wakeups.watch(visitor.id) as chat, one.desk.wakeups.watch_any() as queue:
        await two.desk.handovers.take(case.id, maria.id)
        assert await chat.wait(10)
        assert await queue.wait(10)
        await two.desk.typing.tell(visitor.id, "staff", True)
        async with asyncio.timeout(10):
            while (typing := chat.take_typing("staff")) is None:
                await chat.wait(10)
        assert typing.typing
    with two.desk.wakeups.watch(visitor.id) as page:
        await visitor.say("thank you")
        assert await page.wait(10)
    with pytest.raises(HandoverRefused):
        await one.desk.handovers.take(case.id, maria.id)
    last = (await visitor.events())[-1]["seq"]
    reading = asyncio.create_task(visitor.events(after=last, wait=20))
    while not one.desk.wakeups.watching(visitor.id):
        await asyncio.sleep(0.01)
    await two.desk.handovers.reply(case.id, maria.id, "I am here.")
    assert [event["text"] for event in await reading] == ["I am here."]


async def test_daily_work_is_done_by_one_desk(
    desks: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    later = now() + timedelta(days=2)
    said = [await desk.desk.daily_head.say(later) for desk in desks]
    assert [text is None for text in said] == [False, True]


async def test_a_changed_clinic_file_counts_at_every_desk(desks: Pair, settings: Settings) -> None:
    text = settings.clinic_path.read_text()
    settings.clinic_path.write_text(text.replace("(555) 010-0199", "(555) 010-0123"))
    for running in desks:
        assert running.desk.words.clinic.phone == "(555) 010-0123"


def test_two_desks_that_start_together_migrate_one_after_the_other(
    cluster: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    migrate(cluster, "base")
    environment = os.environ | {"DATABASE_URL": cluster, "NIGHTDESK_VAR": str(tmp_path)}
    command = [sys.executable, "-m", "nightdesk_desk.cli", "migrate"]
    both = [
        subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=300)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
