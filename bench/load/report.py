"""A run as Markdown, and whether the goals are reached."""

from collections.abc import Mapping
from typing import Any

from bench.load import streams
from bench.load.arrivals import MESSAGES_EACH, PAUSE
from bench.load.figures import PERCENTS, TIMES_STOCK

BEGIN = "<!-- bench.load begin: written by `make bench-load` -->"
END = "<!-- bench.load end -->"


def goals(results: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    """Give each goal, what was reached, and whether that is enough."""
    rows = []
    for row in results["topologies"]:
        if row["processes"] == 1:
            ratio = row["ratio"]
            rows.append(
                (
                    f"{TIMES_STOCK:g} times the stock Rasa's throughput, one process of each",
                    f"{ratio['median']:.2f} times" if ratio else "the stock Rasa held no rate",
                    ratio is None or ratio["median"] >= TIMES_STOCK,
                )
            )
    found = results["streams"]
    if found:
        rows.append(
            (
                f"{found['streams']:,} open streams in one desk under "
                f"{streams.MEMORY_WITHIN:g} MiB, nothing lost",
                f"{max(found['mib'].values()):.0f} MiB, {found['lost']} lost",
                streams.kept(found),
            )
        )
    return rows


def reached(results: Mapping[str, Any]) -> bool:
    """Say whether every goal that was measured is reached."""
    return all(row[-1] for row in goals(results))


def as_markdown(results: Mapping[str, Any]) -> str:
    """Give how it was measured, the figures, and the goals."""
    parts = [_how(results), *(_topology(row) for row in results["topologies"])]
    if results["pace"]:
        parts.append(_pace(results["pace"]))
    if results["streams"]:
        parts.append(_streams(results["streams"]))
    lines = ["| goal | reached | met |", "| --- | --- | --- |"]
    lines += [
        f"| {goal} | {said} | {'yes' if met else 'no'} |" for goal, said, met in goals(results)
    ]
    return "\n\n".join([*parts, "\n".join(lines)])


def _how(results: Mapping[str, Any]) -> str:
    machine, settings = results["machine"], results["settings"]
    epochs = settings["epochs"] or "its default"
    return "\n".join(
        [
            f"- {results['date']}; {machine['cores']} cores, {machine['memory_gib']} GiB, "
            f"{machine['architecture']}; the load of other work at the start: {results['load']}",
            f"- visitors by chance (Poisson), {MESSAGES_EACH} messages each, {PAUSE[0]:g} to "
            f"{PAUSE[1]:g} s apart, {settings['questions']} questions; {settings['seconds']:g} s a "
            f"rate; {settings['repeats']} searches of each in turns; seed {settings['seed']}",
            f"- the stock Rasa learnt one in {settings['every']} of our lines; epochs: {epochs}",
            *(
                ["- **a trial run (--quick): the figures mean nothing**"]
                if settings["quick"]
                else []
            ),
            *(f"- {text}" for text in results["left_out"]),
        ]
    )


def _topology(row: Mapping[str, Any]) -> str:
    number = row["processes"]
    size = "one process of each" if number == 1 else f"{number} processes of each"
    ours, stock, ratio = row["ours"], row["stock"], row["ratio"]
    lines = [
        f"**{size[0].upper()}{size[1:]}, {row['database']}**",
        "",
        "| | Nightdesk | stock Rasa | Nightdesk / stock |",
        "| --- | --- | --- | --- |",
        f"| **messages a second at p99 ≤ 250 ms**, median (lowest–highest) "
        f"| {_spread(ours['highest'])} | {_spread(stock['highest'])} | {_spread(ratio)} |",
        f"| visitors a second | {_visitors(ours)} | {_visitors(stock)} | |",
    ]
    at = [each["at_same_rate"] for each in (ours, stock)]
    for name, _ in PERCENTS:
        pair = [each["ms"][name] for each in at]
        lines.append(
            f"| {name} at {at[0]['rate']:.1f} messages a second, ms "
            f"| {_number(pair[0])} | {_number(pair[1])} | {_share(*pair)} |"
        )
    stored = at[0]["stored_ms"]
    lines += [
        f"| stored (confirmed to the visitor), p50 / p99, ms "
        f"| {_number(stored['p50'])} / {_number(stored['p99'])} | – | |",
        f"| lost, and answered by the desk alone | {at[0]['lost']}, {at[0]['failed']} "
        f"| {at[1]['lost']} | |",
        f"| processor, ms a message | {_parts(at[0]['cpu_ms_each'])} "
        f"| {_parts(at[1]['cpu_ms_each'])} | |",
        f"| memory, MiB | {_parts(ours['mib'])} | {_parts(stock['mib'])} | |",
    ]
    return "\n".join(lines)


def _pace(run: Mapping[str, Any]) -> str:
    ms = " / ".join(_number(run["ms"][name]) for name, _ in PERCENTS)
    return (
        f"As it is shipped, a short message without an end waits up to 1.2 s for a second line: "
        f"p50 / p95 / p99 {ms} ms at {run['rate']:.1f} messages a second, one process each, "
        f"{run['lost']} lost."
    )


def _streams(found: Mapping[str, Any]) -> str:
    mib, shown = found["mib"], found["shown_ms"]
    return (
        f"{found['open']:,} of {found['streams']:,} streams open at one desk: "
        f"{mib['before']:.0f} MiB before, {mib['idle']:.0f} idle, at most {mib['messages']:.0f} "
        f"while {found['rate']:g} messages a second come; {found['lost']} of {found['messages']} "
        f"lost; on the visitor's own stream after p50 / p95 / p99 "
        f"{' / '.join(_number(shown[name]) for name, _ in PERCENTS)} ms."
    )


def _visitors(row: Mapping[str, Any]) -> str:
    return f"{row['highest']['median'] / MESSAGES_EACH:.1f}" if row["highest"] else "–"


def _spread(row: Mapping[str, float] | None) -> str:
    return f"{row['median']:.1f} ({row['low']:.1f}–{row['high']:.1f})" if row else "–"


def _parts(row: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in row.items())


def _share(ours: float | None, theirs: float | None) -> str:
    return f"{ours / theirs:.2f}" if ours and theirs else ""


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"
