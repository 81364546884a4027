"""Visitors' words and ids stand in no log line and in no figure."""

import asyncio
import io
import logging
from collections.abc import Iterator

import pytest
from beside_staff import taken_by_staff, the_time_is_up
from desk_in_process import Running, Visitor
from fake_rasa import FakeRasa, Raw, handover
from sqlalchemy.exc import OperationalError

from nightdesk_desk import log, turns
from nightdesk_desk.errors import WordlessFormatter, set_up_logging

MARK = "zebra-marmalade-seventeen"


@pytest.fixture
def all_logs() -> Iterator[io.StringIO]:
    """Everything that any logger says, at DEBUG, in the form in which the desk writes it."""
    written = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    set_up_logging("DEBUG")
    handler = logging.StreamHandler(written)
    handler.setFormatter(WordlessFormatter("%(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    yield written
    root.handlers[:] = before
    root.setLevel(level)


async def test_no_log_line_quotes_a_visitor(
    visitor: Visitor,
    rasa: FakeRasa,
    all_logs: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def echo(_sender: str, message: str) -> object:
        if "500" in message:
            return Raw.of(500, message.encode())
        if "garbage" in message:
            return [{"text": message, "custom": message}]
        return handover("crisis", text=f"You said {message}")

    rasa.script = echo
    monkeypatch.setattr(turns, "RETRY_SECONDS", (0.01,) * 4)
    for kind in ("crisis", "garbage", "500"):
        await visitor.chat(f"{MARK} {kind}")
    await visitor.say([MARK])
    await visitor.say(MARK + "x" * 3000)
    await visitor.client.post(
        f"{visitor.path}/contact",
        json={"consent": True, "name": MARK, "email": f"{MARK}@example"},
        headers=visitor.headers,
    )

    async def away(*_: object) -> None:
        raise OperationalError(f"INSERT {MARK}", {"text": MARK}, Exception(MARK))

    async def broken(*_: object) -> None:
        try:
            raise ValueError(MARK)
        except ValueError as error:
            raise RuntimeError(MARK) from error

    for fault in (away, broken):
        monkeypatch.setattr(turns, "record", fault)
        await visitor.say(MARK)
        await visitor.desk.turns.idle()
        monkeypatch.setattr(log, "append_once", fault)
        await visitor.say(MARK)
        monkeypatch.undo()
        monkeypatch.setattr(turns, "RETRY_SECONDS", (0.01,) * 4)
    said = all_logs.getvalue()
    assert "RuntimeError" in said
    assert "no usable answer from Rasa: status" in said
    assert MARK not in said
    assert visitor.id not in said
    assert visitor.token not in said


async def test_no_log_line_quotes_a_held_reply(
    running: Running,
    rasa: FakeRasa,
    all_logs: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def away(*_: object) -> None:
        raise OperationalError(f"INSERT {MARK}", {"text": MARK}, Exception(MARK))

    taken = await taken_by_staff(running, rasa)
    rasa.script = lambda _s, message: handover("crisis", text=f"You said {message}")
    await taken.visitor.chat(MARK)
    monkeypatch.setattr(log, "append", away)
    await the_time_is_up(running.desk.db)
    await running.desk.held.look()
    monkeypatch.undo()
    said = all_logs.getvalue()
    assert "a held reply could not be sent yet: OperationalError" in said
    text = (await running.client.get("/metrics")).text
    assert 'nightdesk_held_replies_total{what="held"} 1.0' in text
    for secret in (MARK, taken.visitor.id, taken.visitor.token):
        assert secret not in said
        assert secret not in text


def test_a_logged_exception_keeps_kind_and_place_only(all_logs: io.StringIO) -> None:
    try:
        raise ValueError(MARK)
    except ValueError:
        logging.getLogger("uvicorn.error").exception("failed")
    said = all_logs.getvalue()
    assert "ValueError" in said
    assert "test_no_words_kept.py" in said
    assert MARK not in said


async def test_figures_hold_counts_and_neither_words_nor_ids(
    running: Running, visitor: Visitor, rasa: FakeRasa
) -> None:
    rasa.script = lambda _s, m: handover("crisis", text=m)
    await visitor.chat(MARK)
    rasa.script = lambda *_: []
    await visitor.chat(MARK)
    await visitor.say("")
    answered = await running.client.get("/metrics")
    assert answered.status_code == 200
    assert answered.headers["content-type"].startswith("text/plain")
    text = answered.text
    for line in (
        'nightdesk_messages_total{sender="visitor"} 2.0',
        'nightdesk_turns_total{result="handover"} 1.0',
        'nightdesk_turns_total{result="bot_unavailable"} 1.0',
        'nightdesk_outcomes_total{kind="handover"} 1.0',
        'nightdesk_handovers_total{level="P1",reason="crisis"} 1.0',
        'nightdesk_open_handovers{level="P1",state="open"} 1.0',
        'nightdesk_rasa_failures_total{kind="garbage"} 1.0',
        'nightdesk_refused_total{code="empty"} 1.0',
        "nightdesk_unanswered_messages 0.0",
    ):
        assert line in text
    for secret in (MARK, visitor.id, visitor.token):
        assert secret not in text


async def test_figures_tell_of_messages_that_wait(running: Running, visitor: Visitor) -> None:
    async with running.desk.db.write() as session:
        await log.append(session, visitor.id, [log.NewEvent("visitor", "hi", answered=False)])
    await asyncio.sleep(0.05)
    text = (await running.client.get("/metrics")).text
    assert "nightdesk_unanswered_messages 1.0" in text
    [line] = [x for x in text.splitlines() if x.startswith("nightdesk_oldest_unanswered_seconds")]
    assert float(line.split()[1]) >= 0.05
