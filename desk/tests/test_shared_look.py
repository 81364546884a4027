"""One look for many readers: nobody gets what was read before the news, nobody reads alone."""

import asyncio

import pytest

from nightdesk_desk.shared_look import SharedLook


class Book:
    """Something to read that changes, slowly enough to be asked for meanwhile."""

    def __init__(self) -> None:
        self.text, self.readings, self.at = "first", 0, 0.0
        self.gate = asyncio.Event()
        self.look = SharedLook(self.read, clock=lambda: self.at)

    async def read(self) -> str:
        self.readings += 1
        found = self.text
        await self.gate.wait()
        return found


async def test_all_who_ask_at_once_share_one_reading() -> None:
    book = Book()
    asked = [asyncio.create_task(book.look.get()) for _ in range(10)]
    await asyncio.sleep(0)
    book.gate.set()
    assert await asyncio.gather(*asked) == ["first"] * 10
    assert book.readings == 1


async def test_who_asks_after_news_gets_what_was_read_after_it() -> None:
    book = Book()
    before = asyncio.create_task(book.look.get())
    while book.readings == 0:
        await asyncio.sleep(0)
    book.text = "second"
    after = [asyncio.create_task(book.look.get()) for _ in range(5)]
    await asyncio.sleep(0)
    book.gate.set()
    assert await before == "first"
    assert await asyncio.gather(*after) == ["second"] * 5
    assert book.readings == 2


async def test_without_news_what_was_just_read_will_do() -> None:
    book = Book()
    book.gate.set()
    assert await book.look.get(max_age=1.0) == "first"
    book.text, book.at = "second", 1.0
    assert await book.look.get(max_age=1.0) == "first"
    assert await book.look.get() == "second"
    book.text, book.at = "third", 2.1
    assert await book.look.get(max_age=1.0) == "third"


async def test_a_reader_that_gives_up_ends_nothing_for_the_others() -> None:
    book = Book()
    hasty, patient = (asyncio.create_task(book.look.get()) for _ in range(2))
    while book.readings == 0:
        await asyncio.sleep(0)
    hasty.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hasty
    book.gate.set()
    assert await patient == "first"


async def test_a_failed_reading_fails_who_asked_and_not_the_next() -> None:
    failing = True

    async def read() -> str:
        if failing:
            raise RuntimeError("no database")
        return "read"

    look = SharedLook(read)
    asked = [asyncio.create_task(look.get()) for _ in range(3)]
    for one in asked:
        with pytest.raises(RuntimeError):
            await one
    failing = False
    assert await look.get(max_age=60.0) == "read"


@pytest.mark.parametrize("cut_off", ["ends", "hangs"])
async def test_a_reading_that_hangs_stops_nobody_after_it(cut_off: str) -> None:
    begun, never = asyncio.Event(), asyncio.Event()

    async def read() -> str:
        if begun.is_set():
            return "read"
        begun.set()
        try:
            await never.wait()
        finally:
            # A connection that is dead may not even close.
            if cut_off == "hangs":
                await never.wait()
        return "too late"

    look = SharedLook(read, within=0.01)
    first = asyncio.create_task(look.get())
    await begun.wait()
    assert await asyncio.wait_for(look.get(), 10) == "read"
    never.set()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(first, 10)
