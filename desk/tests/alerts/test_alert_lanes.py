"""Threads by address: waiting for one is no failure, and a slow address holds up no other."""

import asyncio
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from alerting import SECRET, Receiver, hand_over, hook, rows, set_alerts, work
from nightdesk_contract.clinic_alerts import AlertAddress

from nightdesk_desk.alerts import apprise_services, sending
from nightdesk_desk.alerts.content import Message
from nightdesk_desk.alerts.faults import Fault
from nightdesk_desk.alerts.lanes import AT_A_TIME, Lanes
from nightdesk_desk.alerts.sending import Sender
from nightdesk_desk.desk import Desk
from nightdesk_desk.settings import Settings

LONG = 30.0
MESSAGE = Message("P0 Emergency, C", "Waiting 3 min.", "handover.waiting", {"level": "P0"})


class Slow:
    """Work that goes on until it is let go."""

    def __init__(self) -> None:
        self.go_on, self.begun = threading.Event(), 0

    def __call__(self) -> str:
        self.begun += 1
        self.go_on.wait(LONG)
        return "done"


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONG):
        while not true():
            await asyncio.sleep(0.01)


async def test_a_full_lane_does_not_hold_up_another() -> None:
    lanes, slow = Lanes(), Slow()
    waiting = [asyncio.create_task(lanes.run("slow", LONG, slow)) for _ in range(AT_A_TIME + 2)]
    try:
        await until(lambda: slow.begun == AT_A_TIME)
        assert await lanes.run("quick", LONG, lambda: "at once") == "at once"
        assert slow.begun == AT_A_TIME
    finally:
        slow.go_on.set()
    assert await asyncio.gather(*waiting) == ["done"] * (AT_A_TIME + 2)
    lanes.close()


async def test_what_takes_too_long_keeps_its_thread_until_it_ends() -> None:
    lanes, slow = Lanes(), Slow()
    with pytest.raises(TimeoutError):
        await lanes.run("slow", 0.01, slow)
    assert lanes.left_behind()["slow"] == 1
    slow.go_on.set()
    await until(lambda: lanes.left_behind()["slow"] == 0)
    assert await lanes.run("slow", LONG, lambda: "again") == "again"
    lanes.close()


async def test_what_hangs_does_not_keep_the_process_from_ending() -> None:
    lanes, slow = Lanes(), Slow()
    with pytest.raises(TimeoutError):
        await lanes.run("slow", 0.01, slow)
    hanging = [thread for thread in threading.enumerate() if thread.name == "alerts"]
    assert hanging
    assert all(thread.daemon for thread in hanging)
    slow.go_on.set()


async def test_a_thread_that_cannot_begin_takes_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    lanes = Lanes()
    with monkeypatch.context() as without:
        without.setattr(threading.Thread, "start", start)
        for _ in range(AT_A_TIME):
            with pytest.raises(RuntimeError):
                await lanes.run("slow", LONG, lambda: "sent")
    assert await asyncio.wait_for(lanes.run("slow", LONG, lambda: "sent"), LONG) == "sent"


async def test_checks_that_hang_do_not_keep_the_inbox_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = Slow()
    monkeypatch.setattr(apprise_services, "check", lambda _url: slow())
    monkeypatch.setattr(sending, "TIMEOUT", 0.05)
    sender = Sender({})
    addresses = [AlertAddress(f"a{i}", url="json://slow") for i in range(AT_A_TIME + 1)]
    try:
        found = await asyncio.wait_for(asyncio.gather(*map(sender.check, addresses)), LONG)
        assert found == [Fault("timeout")] * len(addresses)
    finally:
        slow.go_on.set()
    await sender.close()


async def test_the_time_of_a_sending_begins_with_its_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever waits for a thread waits as long as it takes."""
    slow = Slow()

    def send(url: str, _message: Message) -> Fault | None:
        if url.endswith("slow"):
            slow()
        return None

    monkeypatch.setattr(apprise_services, "send", send)
    monkeypatch.setattr(sending, "TIMEOUT", 0.05)
    sender = Sender({})
    address = AlertAddress("a", url="json://slow")
    stuck = await asyncio.gather(*(sender.send(address, MESSAGE, "m") for _ in range(AT_A_TIME)))
    assert stuck == [Fault("timeout")] * AT_A_TIME
    assert sender.left_behind() == {"a": AT_A_TIME}
    waits = asyncio.create_task(sender.send(AlertAddress("a", url="json://x"), MESSAGE, "m"))
    # Longer than a sending may take.
    done, _ = await asyncio.wait([waits], timeout=0.2)
    assert not done
    slow.go_on.set()
    assert await waits is None
    await sender.close()


async def test_nothing_is_claimed_for_an_address_without_a_free_thread(
    settings: Settings, desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = {"name": "stuck", "url": "json://localhost", "levels": ["P0", "P1"]}
    set_alerts(settings.clinic_path, [stuck, hook("quick", receiver.url)])
    slow = Slow()

    def send(_url: str, _message: Message) -> Fault | None:
        slow()
        return None

    monkeypatch.setattr(apprise_services, "send", send)
    monkeypatch.setattr(sending, "TIMEOUT", 0.05)
    for _ in range(AT_A_TIME + 2):
        await hand_over(desk)
    try:
        for _ in range(3):
            await work(desk)
        found = [(row.address, row.tries) for row in await rows(desk) if row.kind == "handover"]
        assert found.count(("stuck", 1)) == AT_A_TIME
        # They wait as they are: no try has been counted.
        assert found.count(("stuck", 0)) == 2
        assert found.count(("quick", 1)) == AT_A_TIME + 2
    finally:
        slow.go_on.set()


async def test_a_name_that_is_looked_up_for_ever_holds_up_nobody_else(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, look_up = Slow(), socket.getaddrinfo

    def getaddrinfo(host: str, *more: Any, **how: Any) -> Any:
        if "slow.example" in str(host):
            slow()
        return look_up(host, *more, **how)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    # The threads that the whole desk shares.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    sender = Sender({})
    stuck = AlertAddress("stuck", webhook="https://slow.example/", secret=SECRET)
    sending_it = asyncio.create_task(sender.send(stuck, MESSAGE, "m"))
    try:
        await until(lambda: slow.begun > 0)
        url = receiver.url.replace("127.0.0.1", "localhost")
        quick = AlertAddress("quick", webhook=url, secret=SECRET)
        assert await asyncio.wait_for(sender.send(quick, MESSAGE, "m"), 15) is None
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "signed in"), 15) == "signed in"
    finally:
        slow.go_on.set()
    await sending_it
    await sender.close()


async def test_a_panic_in_a_service_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    class Panic(BaseException):
        pass

    def broken(*_: object) -> None:
        raise Panic("hunter2")

    monkeypatch.setattr(apprise_services, "send", broken)
    sender = Sender({})
    fault = await sender.send(AlertAddress("a", url="json://x"), MESSAGE, "m")
    assert fault == Fault("failed")
    await sender.close()
