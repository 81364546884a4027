"""How soon open inboxes show a visitor's message: what is sent, what counts, and the figures."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bench.statistics import percentile

PROMISE = 5.0
"""Seconds from the visitor's message until every open inbox shows it."""

Kind = Literal["crisis", "person", "further"]
"""A crisis, a request for a person, or one more message to a person who has the chat."""

_ORDER: tuple[Kind, ...] = ("crisis", "further", "person", "further", "crisis")

_ROW = '<li class="case '
_NUMBER = re.compile(r'id="case-(\d+)"')
_LINK = re.compile(r'href="/inbox/conversations/([^"/]+)"')
_KEYS = re.compile(r'data-keys="([^"]*)"')
_NOTE = re.compile(r"\(note (\d+)\)")
_UNREAD = "Visitor has written"


@dataclass(frozen=True)
class Seat:
    """An open inbox page: at which desk process, and on which chat (None: the queue)."""

    desk: int
    chat: str | None


@dataclass(frozen=True)
class Sent:
    """A message: where and when it was sent; `first` in its chat since a person took it."""

    number: int
    kind: Kind
    conversation: str
    desk: int
    at: float
    first: bool = False


@dataclass(frozen=True)
class Arrival:
    """Seconds until an inbox showed a message, None for never; `across` from another process."""

    seconds: float | None
    across: bool


def plan(messages: int) -> list[Kind]:
    """Give what is sent, in order."""
    return [_ORDER[i % len(_ORDER)] for i in range(messages)]


def note(number: int) -> str:
    """Give what a message is known by in a transcript."""
    return f"(note {number})"


def cases(fragment: str) -> dict[str, str]:
    """Give the hand-overs' numbers in a part of the queue's page, by conversation."""
    found = {}
    for row in fragment.split(_ROW)[1:]:
        link, case = _LINK.search(row), _NUMBER.search(row)
        if link and case:
            found[link[1]] = case[1]
    return found


def facts(fragment: str) -> set[str]:
    """Give what a part of a page tells: cases, unread ones, calls, and notes in a transcript."""
    found = {f"note:{number}" for number in _NOTE.findall(fragment)}
    for keys in _KEYS.findall(fragment):
        found |= {f"call:{key.partition('-')[2]}" for key in keys.split()}
    for row in fragment.split(_ROW)[1:]:
        if link := _LINK.search(row):
            found.add(f"case:{link[1]}")
            if _UNREAD in row:
                found.add(f"unread:{link[1]}")
    return found


def fact_of(sent: Sent, seat: Seat, numbers: Mapping[str, str]) -> str | None:
    """Give what a page tells once it shows the message; None where it does not show it at all.

    `numbers` are the hand-overs' numbers by conversation. A page of another chat is called by a
    crisis only, and the queue tells once that a taken chat has something new.
    """
    if seat.chat is None:
        if sent.kind != "further":
            return f"case:{sent.conversation}"
        return f"unread:{sent.conversation}" if sent.first else None
    if sent.kind == "crisis":
        return f"call:{numbers.get(sent.conversation)}"
    if sent.kind == "further" and sent.conversation == seat.chat:
        return f"note:{sent.number}"
    return None


def arrivals(
    messages: Iterable[Sent],
    seats: Sequence[Seat],
    seen: Sequence[Mapping[str, float]],
    numbers: Mapping[str, str],
) -> list[Arrival]:
    """Give one row for each message and inbox that shows it.

    `seen` holds, for each seat, when each fact was first told.
    """
    rows = []
    for sent in messages:
        for seat, told in zip(seats, seen, strict=True):
            fact = fact_of(sent, seat, numbers)
            if fact is not None:
                at = told.get(fact)
                seconds = None if at is None else at - sent.at
                rows.append(Arrival(seconds, seat.desk != sent.desk))
    return rows


def figures(rows: Sequence[Arrival]) -> dict[str, Any]:
    """Give percentiles in seconds of those that arrived, how many never did, how many too late."""
    times = [row.seconds for row in rows if row.seconds is not None]
    found: dict[str, Any] = {
        "pairs": len(rows),
        "never": len(rows) - len(times),
        "late": sum(seconds > PROMISE for seconds in times),
    }
    for name, percent in (("p50", 50), ("p95", 95), ("max", 100)):
        found[name] = round(percentile(times, percent), 2) if times else None
    return found


def topology(name: str, streams: Sequence[Arrival], polls: Sequence[Arrival]) -> dict[str, Any]:
    """Give the figures of one topology: streams, the peer, and polls as multiples of streams."""
    ours, theirs = figures(streams), figures(polls)
    return {
        "name": name,
        "streams": ours,
        "across": figures([row for row in streams if row.across]),
        "polls": theirs,
        "ratio": {
            part: round(theirs[part] / ours[part], 1) if ours[part] and theirs[part] else None
            for part in ("p50", "p95")
        },
    }


def kept(results: Mapping[str, Any]) -> bool:
    """Say whether every message came to every inbox that shows it, within the promise."""
    rows = [row["streams"] for row in results["topologies"]]
    return bool(rows) and not any(row["never"] or row["late"] or not row["pairs"] for row in rows)


def as_markdown(results: Mapping[str, Any]) -> str:
    """Give a run as Markdown: how it was measured, the figures, and whether the promise is kept."""
    machine, settings = results["machine"], results["settings"]
    lines = [
        f"- {results['date']}; {machine['cores']} cores, {machine['memory_gib']} GiB, "
        f"{machine['architecture']}; the load of other work at the start: {results['load']}",
        f"- {settings['inboxes']} open inboxes, {settings['messages']} messages, the same inboxes "
        f"asking every {settings['poll']:g} s beside them",
        *(f"- {text}" for text in results["left_out"]),
        "",
        f"| desk | inbox × message | p50, s | p95, s | max, s | never | over {PROMISE:g} s "
        f"| asking every {settings['poll']:g} s: p50 / p95 / max, s | ratio p50 / p95 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in results["topologies"]:
        lines.append(_line(row["name"], row["streams"], row["polls"], row["ratio"]))
        if row["across"]["pairs"]:
            lines.append(_line("– of these, from the other process", row["across"]))
    said = "kept" if kept(results) else "**not kept**"
    return "\n".join([*lines, "", f"The promise of {PROMISE:g} s to every open inbox: {said}."])


def _line(
    name: str,
    row: Mapping[str, Any],
    polls: Mapping[str, Any] | None = None,
    ratio: Mapping[str, Any] | None = None,
) -> str:
    cells = [str(row["pairs"]), *(_number(row[part], 2) for part in ("p50", "p95", "max"))]
    cells += [str(row["never"]), str(row["late"])]
    peer = " / ".join(_number(polls[part], 2) for part in ("p50", "p95", "max")) if polls else ""
    times = " / ".join(f"{_number(ratio[part], 1)} ×" for part in ("p50", "p95")) if ratio else ""
    return f"| {' | '.join([name, *cells, peer, times])} |"


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
