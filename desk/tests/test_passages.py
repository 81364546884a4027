"""An answer goes out with its source, or not at all."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from fake_rasa import FakeRasa, answer, handover, logistics

from nightdesk_desk.rasa import Rasa, RasaFailed

KNOWN = frozenset({"rapid_relief", "what_is", "parking"})


@pytest_asyncio.fixture
async def asked(rasa: FakeRasa) -> AsyncIterator[Rasa]:
    client = Rasa(rasa.url, 2.0, lambda: KNOWN)
    yield client
    await client.close()


def says(rasa: FakeRasa, *replies: dict[str, Any]) -> None:
    rasa.script = lambda sender, message: list(replies)


def resting_on(outcome: str, *passages: str) -> list[dict[str, Any]]:
    custom = {"outcome": outcome, "passages": list(passages)} if passages else {"outcome": outcome}
    return [{"text": "It is so."}, {"custom": custom}]


@pytest.mark.parametrize(
    "replies",
    [
        answer("rapid_relief"),
        resting_on("answer:what_is", "what_is", "rapid_relief"),
        resting_on("answer:parking"),  # an added answer rests on the passage of its own name
        logistics("cost"),
        resting_on("logistics:mechanism"),
        resting_on("not_in_source:parking_for_boats"),
        resting_on("unknown"),
        handover("request"),
    ],
    ids=lambda replies: replies[-1]["custom"]["outcome"],
)
async def test_what_rests_on_known_passages_or_none_is_an_answer(
    rasa: FakeRasa, asked: Rasa, replies: list[dict[str, Any]]
) -> None:
    says(rasa, *replies)
    (reply,) = await asked.ask("sender", "hello")
    assert reply.outcome == replies[-1]["custom"]["outcome"]


@pytest.mark.parametrize(
    "replies",
    [
        answer("improved_mood"),
        resting_on("answer:massage"),  # its file is gone since the last training
        resting_on("answer:what_is", "what_is", "massage"),
        [*answer("what_is"), *resting_on("answer:massage")],
    ],
    ids=["unknown", "added", "among known ones", "in a second reply"],
)
async def test_an_answer_that_rests_on_an_unknown_passage_is_none(
    rasa: FakeRasa, asked: Rasa, replies: list[dict[str, Any]]
) -> None:
    says(rasa, *replies)
    with pytest.raises(RasaFailed) as caught:
        await asked.ask("sender", "hello")
    assert caught.value.kind == "garbage"


async def test_without_a_list_any_passage_will_do(rasa: FakeRasa) -> None:
    says(rasa, *answer("massage"))
    client = Rasa(rasa.url, 2.0)
    assert len(await client.ask("sender", "hello")) == 1
    await client.close()
