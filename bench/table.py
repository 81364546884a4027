"""The comparison as Markdown, and its place in docs/benchmarks.md."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.comparison import FALSE_REJECTION, ratio
from bench.inputs import OURS, RASA

BEGIN = "<!-- bench.pipelines begin: written by `make bench` -->"
END = "<!-- bench.pipelines end -->"


class NoPlace(ValueError):
    """A document has no place for the table; says what is missing."""


def between_marks(document: str, text: str, begin: str = BEGIN, end: str = END) -> str:
    """Give `document` with `text` between the marks. Raises NoPlace when they are not there."""
    head, found, rest = document.partition(begin)
    _, closed, tail = rest.partition(end)
    if not found or not closed:
        raise NoPlace(f"the lines {begin!r} and {end!r} are missing")
    return f"{head}{begin}\n\n{text}\n\n{end}{tail}"


def write(document: Path, text: str, begin: str = BEGIN, end: str = END) -> None:
    """Put `text` between the marks of a file. Raises OSError, and NoPlace."""
    whole = between_marks(document.read_text(encoding="utf-8"), text, begin, end)
    document.write_text(whole, encoding="utf-8")


def as_markdown(results: Mapping[str, Any]) -> str:
    """Give the whole of a run: how it was measured, the figures, and the goals."""
    return "\n\n".join([_how(results), _figures(results), _goals(results)])


def _how(results: Mapping[str, Any]) -> str:
    machine, settings, data = results["machine"], results["settings"], results["data"]
    files = ", ".join(f"{name} ({number})" for name, number in results["cases"]["files"].items())
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    trained = {name: results["systems"][name]["training"]["at"] for name in (OURS, RASA)}
    earlier = [f"{name} {at}" for name, at in trained.items() if at < results["date"]]
    return "\n".join(
        [
            f"- {results['date']}; {machine['cores']} cores, {machine['memory_gib']} GiB, "
            f"{machine['architecture']}",
            f"- {versions}",
            f"- {data['lines']:,} training lines, {data['intents']} intents; seed "
            f"{settings['seed']}; starts of each: {settings['starts']}",
            f"- cases: {files}; {results['cases']['left_out']} that need the safety detector are "
            f"left out; {results['cases']['off_topic']} more off-topic messages",
            *([f"- trained in an earlier run: {', '.join(earlier)}"] if earlier else []),
            *(
                ["- **a trial run (--quick): the figures mean nothing**"]
                if settings["quick"]
                else []
            ),
            *(
                [f"- **both learn from one in {settings['every']} of our lines only** (--every)"]
                if settings["every"] > 1
                else []
            ),
        ]
    )


def _figures(results: Mapping[str, Any]) -> str:
    ours, theirs = results["systems"][OURS], results["systems"][RASA]
    compared, typos = results["compared"], f"with {results['settings']['typos']} typos a message"

    def scored(name: str, variant: str, figure: str, *path: str) -> str:
        keys = ("scores", *(path or ("all",)), variant, figure)
        pair = [_at(system, keys) for system in (ours, theirs)]
        third = _counts(*pair)
        if figure == "right":
            third = "" if path else _points(compared[variant])
        return f"| {name} | {_percent(pair[0])} | {_percent(pair[1])} | {third} |"

    def measured(name: str, digits: int, *path: str) -> str:
        pair = [_at(system, path) for system in (ours, theirs)]
        cells = " | ".join(f"{value:,.{digits}f}" for value in pair)
        return f"| {name} | {cells} | {_share(*pair)} |"

    files = [
        scored(f"{name}: {head}", "clean", figure, "files", name)
        for name in results["cases"]["files"]
        for head, figure in (("right", "right"), ("wrong answers", "wrong_answer"))
    ]
    rows = [
        "| | ours | Rasa's default | ours / Rasa's |",
        "| --- | --- | --- | --- |",
        scored("**right, all cases**", "clean", "right"),
        scored("**wrong answers, all cases**", "clean", "wrong_answer"),
        scored("not answered though answerable", "clean", "withheld"),
        scored(f"right, {typos}", "typos", "right"),
        scored(f"wrong answers, {typos}", "typos", "wrong_answer"),
        *files,
        *_off_topic(ours["off_topic"], theirs["off_topic"]),
        measured("training, CPU s", 0, "training", "cpu_s"),
        measured("training, s", 0, "training", "wall_s"),
        measured("training, peak memory, MiB", 0, "training", "peak_mib"),
        measured("process start until ready, s", 1, "ready_s"),
        measured("of this, loading the model, s", 1, "load_s"),
        measured("resident memory, MiB", 0, "resident_mib"),
        measured("parse p50, ms", 2, "parse_ms", "p50"),
        measured("parse p99, ms", 2, "parse_ms", "p99"),
    ]
    return "\n".join(rows)


def _off_topic(ours: Mapping[str, Any] | None, theirs: Mapping[str, Any] | None) -> list[str]:
    if ours is None or theirs is None:
        return []
    told = f"{ours['answerable']} answerable, {ours['off_topic']} off-topic"
    found = [f"{100 * s['found'] / s['off_topic']:.0f} %" for s in (ours, theirs)]
    areas = [f"{s['auroc']:.3f} ({s['low']:.3f}–{s['high']:.3f})" for s in (ours, theirs)]
    rejected = f"off-topic found where {100 * FALSE_REJECTION:.0f} % of the answerable are refused"
    return [
        f"| off-topic AUROC ({told}) | {' | '.join(areas)} | |",
        f"| {rejected} | {' | '.join(found)} | |",
    ]


def _goals(results: Mapping[str, Any]) -> str:
    rows = [
        f"| {row['goal']} | {row['reached']} | {'yes' if row['met'] else 'no: ' + row['missed']} |"
        for row in results["goals"]
    ]
    return "\n".join(["| goal | reached | met |", "| --- | --- | --- |", *rows])


def _at(system: Mapping[str, Any], path: Sequence[str]) -> Any:
    found: Any = system
    for key in path:
        found = found[key]
    return found


def _percent(row: Mapping[str, Any]) -> str:
    return f"{row['percent']:.1f} % ({row['low']:.1f}–{row['high']:.1f})"


def _points(row: Mapping[str, float]) -> str:
    return f"{row['points']:+.1f} points ({row['low']:+.1f} to {row['high']:+.1f})"


def _counts(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> str:
    return f"{_share(ours['count'], theirs['count'])} ({ours['count']} to {theirs['count']})"


def _share(ours: float, theirs: float) -> str:
    found = ratio(ours, theirs)
    return "–" if found is None else f"{found:.2f}"
