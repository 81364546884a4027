"""Pages that were turned away: remembered for a day, never so many that they fill anything."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from nightdesk_desk.turned_away import LASTS, MOST_PAGES, TurnedAway


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 26, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


def names(turned: TurnedAway) -> list[tuple[str, int]]:
    return [(page.origin, page.times) for page in turned.pages()]


def test_pages_are_counted_and_forgotten_after_a_day() -> None:
    clock = Clock()
    turned = TurnedAway(clock)
    for origin in ("https://a.example", "https://b.example:8443", "https://a.example"):
        turned.note(origin)
    assert names(turned) == [("https://a.example", 2), ("https://b.example:8443", 1)]
    clock.at += LASTS - timedelta(seconds=1)
    turned.note("https://a.example")
    clock.at += timedelta(seconds=1)
    assert names(turned) == [("https://a.example", 3)]


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://a.example\nERROR forged",
        "<script>",
        "https://" + "a" * 300,
        "HTTPS://A",
    ],
)
def test_what_is_no_origin_is_told_without_its_words(
    origin: str, caplog: pytest.LogCaptureFixture
) -> None:
    turned = TurnedAway(Clock())
    with caplog.at_level(logging.WARNING):
        turned.note(origin)
        turned.note(origin)
    assert names(turned) == [("null", 2)]
    (line,) = caplog.messages
    assert line.endswith("has no chat: null")


def test_made_up_pages_neither_fill_the_memory_nor_the_log_nor_push_out_a_real_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    turned = TurnedAway(Clock())
    with caplog.at_level(logging.WARNING):
        for i in range(3 * MOST_PAGES):
            turned.note("https://www.clinic.example")
            turned.note(f"https://x{i}.example")
    assert len(names(turned)) == MOST_PAGES
    assert names(turned)[0] == ("https://www.clinic.example", 3 * MOST_PAGES)
    assert len(caplog.messages) == MOST_PAGES
