"""What visitors say to "Did this answer your question?"."""

from typing import Any

import httpx
import pytest
from desk_in_process import Running, Visitor
from fake_rasa import FakeRasa, answer, handover, logistics
from sqlalchemy.exc import OperationalError

from nightdesk_desk import feedback_api
from nightdesk_desk.limits import RateLimit


async def tell(visitor: Visitor, seq: object, body: Any, token: str = "") -> httpx.Response:
    headers = {"Authorization": f"Bearer {token or visitor.token}"}
    return await visitor.client.post(
        f"{visitor.path}/events/{seq}/feedback", json=body, headers=headers
    )


async def answered(visitor: Visitor) -> int:
    """The number of an answer in the visitor's conversation."""
    [event] = await visitor.chat("how fast is it?")
    return int(event["seq"])


async def test_an_answer_can_have_helped_or_not(visitor: Visitor) -> None:
    seq = await answered(visitor)
    for helpful in (True, False, False, True):
        said = await tell(visitor, seq, {"helpful": helpful})
        assert (said.status_code, said.json()) == (200, {"seq": seq, "helpful": helpful})
        [event] = await visitor.events(after=seq - 1)
        assert (event["seq"], event["feedback"]) == (seq, {"helpful": helpful})


async def test_before_anything_is_said(visitor: Visitor, rasa: FakeRasa) -> None:
    [shown] = await visitor.chat("how fast?")
    assert shown["feedback"] == {"helpful": None}
    assert (await visitor.events())[0]["feedback"] is None
    rasa.script = lambda *_: handover("request")
    assert all(e["feedback"] is None for e in await visitor.chat("a person please"))


async def test_answers_from_the_clinics_settings_are_asked_about(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    rasa.script = lambda *_: logistics()
    seq = await answered(visitor)
    assert (await tell(visitor, seq, {"helpful": False})).status_code == 200


@pytest.mark.parametrize("outcome", ["unknown", "not_in_source:mechanism", "smalltalk"])
async def test_other_messages_are_not_asked_about(
    visitor: Visitor, rasa: FakeRasa, outcome: str
) -> None:
    rasa.script = lambda *_: [{"text": "Hm."}, {"custom": {"outcome": outcome}}]
    seq = await answered(visitor)
    refused = await tell(visitor, seq, {"helpful": True})
    assert refused.status_code == 404
    assert refused.json()["error"] == "not_found"
    assert refused.json()["message"]


async def test_a_visitors_own_message_is_not_asked_about(visitor: Visitor) -> None:
    seq = await answered(visitor)
    assert (await tell(visitor, seq - 1, {"helpful": True})).status_code == 404
    assert (await tell(visitor, seq + 50, {"helpful": True})).status_code == 404


async def test_nobody_speaks_for_another(running: Running, visitor: Visitor) -> None:
    seq = await answered(visitor)
    other = await running.visitor()
    assert (await tell(visitor, seq, {"helpful": False}, other.token)).status_code == 404
    assert (await tell(visitor, seq, {"helpful": False}, "made-up")).status_code == 401
    [event] = await visitor.events(after=seq - 1)
    assert event["feedback"] == {"helpful": None}


@pytest.mark.parametrize("body", [{}, [], None, {"helpful": "yes"}, {"helpful": 1}])
async def test_what_is_no_answer_is_refused(visitor: Visitor, body: object) -> None:
    seq = await answered(visitor)
    refused = await tell(visitor, seq, body)
    assert (refused.status_code, refused.json()["error"]) == (422, "bad_request")
    [event] = await visitor.events(after=seq - 1)
    assert event["feedback"] == {"helpful": None}


@pytest.mark.parametrize("seq", ["0", "-1", "x", str(2**31), "1e3"])
async def test_what_is_no_number_is_refused(visitor: Visitor, seq: str) -> None:
    assert (await tell(visitor, seq, {"helpful": True})).status_code == 422


async def test_it_is_limited_apart_from_messages(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    seq = await answered(visitor)
    limit = RateLimit(1, burst=2, clock=lambda: 0.0)
    desk = visitor.desk
    monkeypatch.setitem(desk.__dict__, "conversation_limit", limit)
    codes = [(await tell(visitor, seq, {"helpful": True})).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert (await visitor.say("I need help")).status_code == 202


async def test_a_record_that_is_away_is_said(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    seq = await answered(visitor)

    async def away(*_: object, **__: object) -> bool:
        raise OperationalError("UPDATE", {}, Exception())

    monkeypatch.setattr(feedback_api, "store_feedback", away)
    said = await tell(visitor, seq, {"helpful": True})
    assert (said.status_code, said.json()["error"]) == (503, "unavailable")


async def test_a_reload_reads_it_and_no_new_event_comes(visitor: Visitor, rasa: FakeRasa) -> None:
    rasa.script = lambda *_: [*answer(), *logistics()]
    events = await visitor.chat("how fast, and when?")
    await tell(visitor, events[1]["seq"], {"helpful": True})
    read = await visitor.events()
    assert [e["seq"] for e in read] == [1, 2, 3]
    assert [e["feedback"] for e in read] == [None, {"helpful": None}, {"helpful": True}]
