"""`nightdesk review`: which words a clinician has signed, which have changed since, and signing."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from nightdesk.commands.options import day
from nightdesk.run.places import ROOT, Places
from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.review import (
    FILE,
    STATES,
    Review,
    Signature,
    Standing,
    a_year_after,
    changes,
    load_signatures,
    review,
    save_signatures,
)
from nightdesk_contract.signed_items import GROUPS
from nightdesk_contract.signed_pages import load_every_item

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_One = TypeVar("_One", bound=Standing | Signature)

_SHOWN = 12
_LONGEST_NAME = 120
_ITEM_HELP = "an item such as answer:utter_faq_safety, or a pattern in quotes such as 'answer:*'"


def register(subparsers: "Subparsers") -> None:
    """Add `review` with `status`, `sign` and `diff` to the command line."""
    top = subparsers.add_parser(
        "review",
        help="what a clinician has signed, what has changed since, and signing",
        description="Each answer, each text for a crisis, each number and each canned reply that "
        "visitors read is an item that a clinician signs; data/review.yml keeps who signed which "
        "words, and when. How a clinic signs: docs/review.md.",
    )
    acts = top.add_subparsers(dest="act", required=True, metavar="ACT")
    status = acts.add_parser(
        "status",
        help="say what is signed, unsigned, changed since, and due",
        description="Exit status 1 when an item is unsigned, has changed since it was signed, or "
        "is due for its next review, and when a file cannot be used.",
    )
    status.add_argument("--all", action="store_true", help="list every item")
    status.add_argument("--json", action="store_true", help="print JSON, with every item")
    status.set_defaults(run=run_status)
    sign = acts.add_parser(
        "sign",
        help="sign items: shows their words and asks first",
        description="Shows the words of each item and, once you say yes, keeps them in "
        "data/review.yml with your name. A signature that an item has already is replaced. Exit "
        "status 1 when nothing was signed: not confirmed, or a file cannot be used or written.",
    )
    sign.add_argument("items", nargs="+", metavar="ITEM", help=_ITEM_HELP)
    sign.add_argument("--reviewer", required=True, type=_name, metavar="NAME", help="who signs")
    sign.add_argument("--role", required=True, type=_name, help="e.g. 'Medical director'")
    sign.add_argument("--date", type=day, metavar="DATE", help="day of signing (default: today)")
    sign.add_argument(
        "--next-review", type=day, metavar="DATE", help="due from then on (default: a year later)"
    )
    sign.add_argument("--yes", action="store_true", help="sign without being asked")
    sign.add_argument("--json", action="store_true", help="print what was signed as JSON")
    sign.set_defaults(run=run_sign)
    diff = acts.add_parser(
        "diff",
        help="show what has changed since it was signed",
        description="A unified diff from the signed words to those that stand now, sentence by "
        "sentence. Exit status 1 when something has changed, and when a file cannot be used.",
    )
    diff.add_argument("items", nargs="*", metavar="ITEM", help=f"{_ITEM_HELP} (default: all)")
    diff.add_argument("--json", action="store_true", help="print JSON")
    diff.set_defaults(run=run_diff)


def run_status(arguments: argparse.Namespace) -> int:
    """Carry out `review status`. Gives the exit status: 0, 1 needs attention or a bad file."""
    try:
        found = _load(_places())
    except FileError as error:
        return _bad_file(error)
    if arguments.json:
        print(json.dumps(_status_row(found), ensure_ascii=False, indent=1))
    else:
        _print_status(found, everything=arguments.all)
    return 0 if found.complete else 1


def run_sign(arguments: argparse.Namespace) -> int:
    """Carry out `review sign`. Gives the exit status: 0, 1 nothing was signed, 2 wrong use."""
    today = date.today()
    signed_on = arguments.date or today
    until = arguments.next_review or a_year_after(signed_on)
    if problem := _wrong_days(signed_on, until, today):
        return _wrong(problem)
    if not arguments.yes and (arguments.json or not sys.stdin.isatty()):
        return _wrong("nobody can be asked here: read the items first, then give --yes")
    places = _places()
    try:
        standings = _chosen(_load(places).standings, arguments.items)
        signatures = [
            Signature(
                standing.item.id,
                standing.item.content,
                arguments.reviewer,
                arguments.role,
                signed_on,
                until,
            )
            for standing in standings
        ]
        _print_to_sign(standings, to=sys.stderr if arguments.json else sys.stdout)
        if not arguments.yes and not _confirmed(signatures):
            print("Nothing was signed.")
            return 1
        path = places.data / FILE
        # Read again: somebody else may have signed while this person was reading.
        kept = load_signatures(path) | {s.item: s for s in signatures}
        save_signatures(path, kept.values())
    except FileError as error:
        return _bad_file(error)
    except _NoSuchItem as error:
        return _wrong(str(error))
    except OSError as error:
        return _failed(str(error))
    if arguments.json:
        print(json.dumps([_signature_row(s) for s in signatures], ensure_ascii=False, indent=1))
    else:
        print(f"Signed {_items(len(signatures))}. Next review: {until}. Kept in {path}")
    return 0


def run_diff(arguments: argparse.Namespace) -> int:
    """Carry out `review diff`. Gives the exit status: 0, 1 changes or a bad file, 2 wrong use."""
    try:
        found = _load(_places())
        among: list[Standing | Signature] = [*found.standings, *found.gone]
        chosen = _chosen(among, arguments.items or ["*"])
    except FileError as error:
        return _bad_file(error)
    except _NoSuchItem as error:
        return _wrong(str(error))
    differences = {_id(one): _difference(one) for one in chosen}
    rows = [{"item": id_, "diff": lines} for id_, lines in differences.items() if lines]
    if arguments.json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return 1 if rows else 0
    for lines in differences.values():
        if lines:
            print("\n".join(lines) + "\n")
    if not rows:
        print("No change since it was signed.")
    for id_, lines in differences.items() if arguments.items else ():
        if lines is None:
            print(f"{id_} has never been signed.")
    return 1 if rows else 0


class _NoSuchItem(ValueError):
    """A name or pattern that was given fits no item."""


def _places() -> Places:
    return Places.from_environment(root=ROOT)


def _load(places: Places) -> Review:
    """Read how everything stands today. Raises FileError."""
    items = load_every_item(places.root, places.clinic, places.data, places.docs)
    return review(items, load_signatures(places.data / FILE), date.today())


def _id(one: Standing | Signature) -> str:
    return one.item if isinstance(one, Signature) else one.item.id


def _chosen(among: Sequence[_One], patterns: Iterable[str]) -> list[_One]:
    """Give those that a name or a pattern fits, in their order. Raises _NoSuchItem."""
    wanted: set[str] = set()
    for pattern in patterns:
        fits = {_id(one) for one in among if fnmatchcase(_id(one), pattern)}
        if not fits and among:
            raise _NoSuchItem(f"{pattern!r} fits no item; `nightdesk review status --all` has them")
        wanted |= fits
    return [one for one in among if _id(one) in wanted]


def _difference(one: Standing | Signature) -> list[str] | None:
    """Give the diff since it was signed: empty for no change, None for what was never signed."""
    if isinstance(one, Signature):
        return changes(one, None)
    return changes(one.signature, one.item) if one.signature else None


def _wrong_days(signed_on: date, until: date, today: date) -> str:
    """Say what is wrong with the days of a signature, "" if nothing is."""
    if signed_on > today:
        return f"--date: {signed_on} is yet to come; allowed: today ({today}) or earlier"
    if until <= today:
        return f"--next-review: {until} is not in the future; allowed: a day after today ({today})"
    return ""


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > _LONGEST_NAME:
        raise argparse.ArgumentTypeError(f"{text!r}: give 1 to {_LONGEST_NAME} characters")
    return name


def _confirmed(signatures: Sequence[Signature]) -> bool:
    who = f"{signatures[0].reviewer}, {signatures[0].role}"
    try:
        said = input(f"Sign {_items(len(signatures))} as {who}? [y/N] ")
    except EOFError:
        return False
    return said.strip().lower() in ("y", "yes")


def _print_to_sign(standings: Sequence[Standing], to: TextIO) -> None:
    for standing in standings:
        print(f"{standing.item.id}  ({_told(standing)})", file=to)
        print("".join(f"  {line}\n" for line in standing.item.content.split("\n")), file=to)


def _print_status(found: Review, *, everything: bool) -> None:
    counts = _counts(found)
    print(f"{'':10}" + "".join(f"{state:>10}" for state in (*STATES, "total")))
    total: Counter[str] = Counter()
    for group, counted in counts.items():
        _print_counts(group, counted)
        total += counted
    _print_counts("total", total)
    if everything:
        _print_standings("Every item", found.standings, len(found.standings))
    else:
        for state, title in (
            ("changed", "Changed since it was signed (`nightdesk review diff` shows how)"),
            ("due", "Due for its next review"),
            ("unsigned", "Not signed"),
        ):
            those = [standing for standing in found.standings if standing.state == state]
            most = _SHOWN if state == "unsigned" else len(those)
            _print_standings(title, those, most)
    if found.gone:
        print("\nSigned, but no longer there:")
        for signature in found.gone:
            print(f"  {signature.item}  ({_signer(signature)})")
    if found.complete:
        print("\nEverything is signed.")


def _print_counts(name: str, counted: Counter[str]) -> None:
    numbers = [*(counted[state] for state in STATES), counted.total()]
    print(f"{name:10}" + "".join(f"{number:>10}" for number in numbers))


def _print_standings(title: str, standings: Sequence[Standing], most: int) -> None:
    if not standings:
        return
    print(f"\n{title}:")
    for standing in standings[:most]:
        print(f"  {standing.item.id}  ({_told(standing)})")
    if len(standings) > most:
        print(f"  … and {len(standings) - most} more: --all lists every item")


def _told(standing: Standing) -> str:
    if standing.signature is None:
        return standing.state
    return f"{standing.state}: {_signer(standing.signature)}"


def _signer(signature: Signature) -> str:
    return (
        f"{signature.reviewer}, {signature.role}, on {signature.signed_on}; next review "
        f"{signature.next_review}"
    )


def _counts(found: Review) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {group: Counter() for group in GROUPS}
    for standing in found.standings:
        counts[standing.item.group][standing.state] += 1
    return counts


def _status_row(found: Review) -> dict[str, Any]:
    """Give the status as JSON has it: counts by group, every item, what is no longer there."""
    return {
        "complete": found.complete,
        "counts": {
            group: {state: counted[state] for state in STATES}
            for group, counted in _counts(found).items()
        },
        "items": [
            {
                "item": standing.item.id,
                "state": standing.state,
                "sha256": standing.item.sha256,
                "signature": _signature_row(standing.signature) if standing.signature else None,
            }
            for standing in found.standings
        ],
        "gone": [_signature_row(signature) for signature in found.gone],
    }


def _signature_row(signature: Signature) -> dict[str, Any]:
    row = signature.to_row()
    return {key: str(value) for key, value in row.items() if key != "content"}


def _items(count: int) -> str:
    return f"{count} item" if count == 1 else f"{count} items"


def _bad_file(error: FileError) -> int:
    problems = "".join(f"\n  {problem}" for problem in error.problems)
    return _failed(f"{error.path} cannot be used:{problems}")


def _failed(message: str) -> int:
    print(f"nightdesk review: {message}", file=sys.stderr)
    return 1


def _wrong(message: str) -> int:
    print(f"nightdesk review: {message}", file=sys.stderr)
    return 2
