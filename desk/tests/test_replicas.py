"""Of several Rasa processes the one that works is asked, within the turn's deadline."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from fake_rasa import FakeRasa
from running_system import free_ports

from nightdesk_desk.rasa import Rasa, RasaFailed
from nightdesk_desk.replicas import REST, Replicas
from nightdesk_desk.settings import Settings, SettingsError

BOTH = ("http://rasa-1:5005", "http://rasa-2:5005")


class Clock:
    at = 0.0

    def __call__(self) -> float:
        return self.at


def test_a_conversation_keeps_its_process_and_all_have_some() -> None:
    replicas = Replicas(BOTH)
    firsts = [replicas.in_order(f"c_{number}")[0] for number in range(100)]
    assert firsts == [replicas.in_order(f"c_{number}")[0] for number in range(100)]
    assert all(20 < firsts.count(each) < 80 for each in BOTH)


def test_one_that_has_failed_is_asked_last_for_a_while() -> None:
    clock = Clock()
    replicas = Replicas(BOTH, clock)
    first, second = replicas.in_order("c_1")
    replicas.failed(first)
    assert replicas.in_order("c_1") == [second, first]
    clock.at = REST
    assert replicas.in_order("c_1") == [first, second]
    replicas.failed(first)
    replicas.worked(first)
    assert replicas.in_order("c_1") == [first, second]
    for each in BOTH:
        replicas.failed(each)
    assert replicas.in_order("c_1") == [first, second]


def test_one_that_fails_again_rests_longer_and_not_for_ever() -> None:
    clock = Clock()
    replicas = Replicas(BOTH, clock)
    first, second = replicas.in_order("c_1")
    rests = []
    for _ in range(6):
        began = clock.at
        replicas.failed(first)
        # Many turns were under way: they fail together.
        replicas.failed(first)
        while replicas.in_order("c_1") == [second, first]:
            clock.at += 1.0
        rests.append(clock.at - began)
    assert rests == [10, 20, 40, 80, 160, 160]
    replicas.worked(first)
    replicas.failed(first)
    clock.at += REST
    assert replicas.in_order("c_1") == [first, second]


def settings_with(environment: Mapping[str, str]) -> Settings:
    return Settings.from_environment(environment)


def test_several_addresses_are_taken() -> None:
    found = settings_with({"RASA_URL": " http://rasa-1:5005/ , http://rasa-2:5005"})
    assert found.rasa_url == ",".join(BOTH)


@pytest.mark.parametrize(
    "text", ["rasa:5005", "http://rasa-1:5005,", "http://rasa:port", "ftp://x"]
)
def test_an_address_that_is_none_is_named(text: str) -> None:
    with pytest.raises(SettingsError, match="RASA_URL"):
        settings_with({"RASA_URL": text})


def first_asked(rasa: FakeRasa, other: str) -> str:
    """Give a conversation that asks `rasa` before `other`."""
    replicas = Replicas([rasa.url, other])
    return next(
        name for number in range(100) if replicas.in_order(name := f"c_{number}")[0] == rasa.url
    )


async def test_where_one_is_down_the_other_answers() -> None:
    down = f"http://127.0.0.1:{free_ports(1)[0]}"
    up = FakeRasa()
    await up.start()
    rasa = Rasa(f"{down},{up.url}", 5.0)
    try:
        for number in range(10):
            assert await rasa.ask(f"c_{number}", "how long is a session")
    finally:
        await rasa.close()
        await up.stop()


async def test_one_that_hangs_costs_one_turn_and_not_the_next() -> None:
    hanging, up = FakeRasa(), FakeRasa()
    await hanging.start()
    await up.start()
    asked: list[str] = []

    async def hang(*_: Any) -> Any:
        asked.append("hanging")
        await asyncio.sleep(30)

    hanging.script = hang
    rasa = Rasa(f"{hanging.url},{up.url}", 1.0)
    try:
        name = first_asked(hanging, up.url)
        with pytest.raises(RasaFailed) as failed:
            await rasa.ask(name, "how long is a session")
        assert failed.value.kind == "late"
        # It was asked alone: one that is only busy must not be made busier elsewhere.
        assert not up.heard
        assert await rasa.ask(name, "how long is a session")
        assert asked == ["hanging"]
    finally:
        await rasa.close()
        await hanging.stop()
        await up.stop()


async def test_where_none_answers_the_turn_fails() -> None:
    ports = free_ports(2)
    rasa = Rasa(",".join(f"http://127.0.0.1:{port}" for port in ports), 2.0)
    try:
        with pytest.raises(RasaFailed) as failed:
            await rasa.ask("c_1", "how long is a session")
        assert failed.value.kind == "unreachable"
    finally:
        await rasa.close()
