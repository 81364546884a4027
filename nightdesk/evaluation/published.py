"""The figures that the public reads: stored by date, without messages, and put into words.

`docs/evaluation.json` holds what an evaluation gave. The part of `docs/crisis-protocol.md` (and of
the Spanish one) between two markers is made from it, so no figure there is typed by hand.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from nightdesk.evaluation.cases import Case
from nightdesk.evaluation.interval import wilson
from nightdesk.evaluation.judge import Judged
from nightdesk.evaluation.report import FIGURES, all_figures, figures

SAFETY_LABELS = {"crisis", "medical_advice", "request", "benign"}
"""A file with no other labels is one about safety: its figures are kept by kind too."""

KIND_FIGURES = ("right", "false_alarm")
LEAST_OF_A_KIND = 3
"""Kinds with fewer cases say nothing on their own and are kept together, as `other`."""

BEGIN = "<!-- figures: written by `nightdesk eval FILES --write docs/evaluation.json` -->"
END = "<!-- figures end -->"


class PublishedError(ValueError):
    """The figures cannot be stored or put into words; the text says why."""


@dataclass(frozen=True)
class Row:
    """A file of cases (its name without ending), or some kinds of it, in plain words."""

    file: str
    what: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Rows that are said in the same words; `figure` is one of report.FIGURES."""

    title: str
    figure: str
    says: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Wording:
    """How the public page tells the figures."""

    measured: str
    groups: tuple[Group, ...]


def load_wording(path: Path) -> Wording:
    """Read the words from a data file. Raises PublishedError naming the file."""
    try:
        row = yaml.safe_load(path.read_text(encoding="utf-8"))
        wording = Wording(
            str(row["measured"]),
            tuple(
                Group(
                    str(group["title"]),
                    str(group["figure"]),
                    str(group["says"]),
                    tuple(
                        Row(str(each["file"]), str(each["what"]), tuple(each.get("kinds", ())))
                        for each in group["rows"]
                    ),
                )
                for group in row["groups"]
            ),
        )
        # Words that cannot be filled in must show before the minutes of an evaluation.
        wording.measured.format(date="")
        for group in wording.groups:
            _said(group, group.rows[0], 0, 1)
    except (OSError, yaml.YAMLError, LookupError, TypeError, AttributeError, ValueError) as error:
        raise PublishedError(
            f"{path.name}: not usable ({type(error).__name__}: {error})"
        ) from error
    for group in wording.groups:
        allowed = KIND_FIGURES if any(each.kinds for each in group.rows) else FIGURES
        if group.figure not in allowed:
            raise PublishedError(f"{path.name}: figure {group.figure!r} is none of {allowed}")
    return wording


def stored(day: date, judged: Mapping[str, Sequence[Judged]]) -> dict[str, Any]:
    """Give what is kept of an evaluation: its day and figures by file, with no message in it.

    `judged` holds the judged cases by the file's name without folder and ending. Files about safety
    have their figures by kind too.
    """
    return {
        "date": day.isoformat(),
        "files": {
            name: {
                **all_figures(rows),
                **({"by_kind": _by_kind(rows)} if _safety(rows) else {}),
            }
            for name, rows in judged.items()
        },
    }


def as_json(evaluation: Mapping[str, Any]) -> str:
    """Give a stored evaluation as JSON with one figure a line, so that differences can be read."""
    text = json.dumps(evaluation, indent=1)
    return re.sub(r"\{[^{}]*\}", lambda found: re.sub(r"\s+", " ", found[0]), text) + "\n"


def lacking(wording: Wording, cases: Mapping[str, Sequence[Case]]) -> list[str]:
    """Give the files, and kinds as `file.kind`, that the page tells and `cases` do not hold."""
    found = []
    for group in wording.groups:
        for row in group.rows:
            kinds = _kinds_kept([case.kind for case in cases.get(row.file, ())])
            wanted = [f"{row.file}.{kind}" for kind in row.kinds if kind not in kinds]
            found += wanted if row.file in cases else [row.file]
    return list(dict.fromkeys(found))


def block(
    wording: Wording,
    evaluation: Mapping[str, Any],
    in_words: Callable[[date], str],
) -> str:
    """Give the figures of a stored evaluation as Markdown, for between the markers.

    `in_words` gives a day in the language of `wording`. Raises PublishedError when a file or kind
    that is told of is not in it.
    """
    try:
        lines = list(_lines(wording, evaluation, in_words))
    except (KeyError, TypeError, ValueError) as error:
        raise PublishedError(f"the stored evaluation lacks {error}") from error
    return "\n".join(lines).strip()


def with_block(document: str, text: str) -> str:
    """Give `document` with `text` between its markers. Raises PublishedError without markers."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise PublishedError(f"the document lacks {BEGIN!r} or, after it, {END!r}")
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{after}"


def _safety(rows: Sequence[Judged]) -> bool:
    return {row.case.label for row in rows} <= SAFETY_LABELS


def _kinds_kept(kinds: Sequence[str]) -> list[str]:
    counts = dict.fromkeys(sorted(kinds), 0)
    for kind in kinds:
        counts[kind] += 1
    return [kind for kind, count in counts.items() if count >= LEAST_OF_A_KIND]


def _by_kind(rows: Sequence[Judged]) -> dict[str, Any]:
    kept = _kinds_kept([row.case.kind for row in rows])
    groups: dict[str, list[Judged]] = {kind: [] for kind in [*kept, "other"]}
    for row in rows:
        groups[row.case.kind if row.case.kind in kept else "other"].append(row)
    return {
        kind: {
            "cases": len(group),
            **{name: figures(group)[name] for name in KIND_FIGURES},
        }
        for kind, group in groups.items()
        if group
    }


def _lines(
    wording: Wording, evaluation: Mapping[str, Any], in_words: Callable[[date], str]
) -> Iterator[str]:
    yield wording.measured.format(date=in_words(date.fromisoformat(evaluation["date"])))
    for group in wording.groups:
        yield from ("", f"### {group.title}", "")
        for row in group.rows:
            file = evaluation["files"][row.file]
            parts = [file["by_kind"][kind] for kind in row.kinds] if row.kinds else [file]
            count = sum(part[group.figure]["count"] for part in parts)
            yield f"- {_said(group, row, count, sum(part['cases'] for part in parts))}"


def _said(group: Group, row: Row, count: int, cases: int) -> str:
    low, high = wilson(count, cases)
    return group.says.format(
        what=row.what,
        count=count,
        cases=cases,
        rest=cases - count,
        percent=f"{100 * count / cases:.1f}",
        low=f"{100 * low:.1f}",
        high=f"{100 * high:.1f}",
    )
