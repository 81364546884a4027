"""`nightdesk gaps …`: what visitors asked and got no good answer to, and drafts of answers.

Exit codes: 0 done, 1 refused (the sentence on stderr says why), 2 wrong usage.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

from nightdesk_contract.answers import AnswerError
from nightdesk_contract.outcome import is_name
from nightdesk_contract.texts import TextsError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.db import Database, migrate
from nightdesk_desk.drafts import (
    KeptDraft,
    answer_path,
    fields_of_draft,
    note_placed,
    place,
    read_draft,
    read_drafts,
    yaml_text,
)
from nightdesk_desk.gap_examples import read_examples
from nightdesk_desk.gaps import NO_TOPIC, Gap, counted, read_gap_turns
from nightdesk_desk.introduced import NoNames
from nightdesk_desk.models import now
from nightdesk_desk.settings import Settings, SettingsError
from nightdesk_desk.staff.asked import DEFAULT_PERIOD, topic_name
from nightdesk_desk.staff.times import iso
from nightdesk_desk.topics import Topic, load_topics
from nightdesk_desk.without_contact import without_contact

EXAMPLES = 3
_MOST_DAYS = 3650
_MOST_EXAMPLES = 50


class _Found(NamedTuple):
    """One topic of the list, with what visitors wrote."""

    gap: Gap
    examples: list[str]


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `gaps` command. Each parser's default `run` takes the arguments, gives the code."""
    top = subparsers.add_parser(
        "gaps",
        help="what visitors asked and got no answer to, and drafts of answers",
        description="Counts, by topic, what visitors asked and our material does not answer, what "
        "was not understood, what is held back until it is signed, and answers that did not help. "
        "`gaps` alone is `gaps list`.",
    )
    _takes_list_options(top, DEFAULT_PERIOD, EXAMPLES, as_json=False)
    top.set_defaults(run=_list)
    # An option before `list` counts too: the subcommand must not put its default over it.
    hidden: Any = argparse.SUPPRESS
    commands = top.add_subparsers(dest="gaps_command", metavar="COMMAND")
    listing = commands.add_parser(
        "list",
        help="the topics, what most conversations met first",
        description="Lists the topics with examples of what visitors wrote. Names, numbers and "
        "addresses are taken out of them where they can be told; see docs/gaps.md.",
    )
    _takes_list_options(listing, hidden, hidden, as_json=hidden)
    listing.set_defaults(run=_list)
    drafts = commands.add_parser("drafts", help="the drafts that staff have written in the inbox")
    drafts.add_argument("--json", action="store_true", default=hidden, help="print JSON")
    drafts.set_defaults(run=_drafts)
    placing = commands.add_parser(
        "place",
        help="write a draft to data/answers/TOPIC.yml",
        description="Writes the topic's draft to data/answers/TOPIC.yml once it has been checked. "
        "Visitors get it when it is trained and, in mode live, signed.",
    )
    placing.add_argument("topic", metavar="TOPIC")
    placing.add_argument("--force", action="store_true", help="write over the file that is there")
    placing.set_defaults(run=_place)


def _takes_list_options(
    parser: argparse.ArgumentParser, days: Any, examples: Any, as_json: Any
) -> None:
    parser.add_argument(
        "--days",
        type=partial(_number, least=1, most=_MOST_DAYS),
        default=days,
        metavar="N",
        help=f"count the last N days (default: {DEFAULT_PERIOD})",
    )
    parser.add_argument(
        "--examples",
        type=partial(_number, least=0, most=_MOST_EXAMPLES),
        default=examples,
        metavar="N",
        help=f"print N examples a topic (default: {EXAMPLES}; 0: none)",
    )
    parser.add_argument("--json", action="store_true", default=as_json, help="print JSON")


def _number(text: str, least: int, most: int) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"found {text!r}; allowed: {least} to {most}")
    return int(text)


def _list(arguments: argparse.Namespace) -> int:
    async def work(session: AsyncSession, settings: Settings) -> int:
        topics = load_topics(settings.data / "topics.yml")
        no_names = NoNames.load(settings.data)
        since = now() - timedelta(days=arguments.days)
        turns = await read_gap_turns(session, since, topics)
        found = []
        for gap in counted(turns):
            of_topic = [turn for turn in turns if turn.topic == gap.topic]
            without = partial(without_contact, no_names=no_names)
            examples = await read_examples(session, of_topic, arguments.examples, without)
            found.append(_Found(gap, examples))
        if any(one.examples for one in found):
            # As the inbox's pages with examples are: these are what visitors wrote.
            told = {"topics": sum(bool(one.examples) for one in found), "days": arguments.days}
            await audit(session, "examples_listed", details=told)
        if arguments.json:
            rows = [_row(one, topics) for one in found]
            print(json.dumps({"days": arguments.days, "topics": rows}, ensure_ascii=False))
        else:
            _print(found, topics, arguments.days)
        return 0

    return _run(work, writes=arguments.examples > 0)


def _row(found: _Found, topics: dict[str, Topic]) -> dict[str, object]:
    gap = found.gap
    return {
        "topic": None if gap.topic == NO_TOPIC else gap.topic,
        "question": topic_name(gap.topic, topics),
        **{name: value for name, value in gap._asdict().items() if name != "topic"},
        "examples": found.examples,
    }


def _print(found: list[_Found], topics: dict[str, Topic], days: int) -> None:
    if not found:
        print(f"In the last {days} days nobody was left without a good answer.")
        return
    print(f"Without a good answer in the last {days} days:\n")
    print("conversations  not covered  not understood  held back  did not help (did)  topic")
    for gap, examples in found:
        said = f"{gap.not_helpful} ({gap.helpful})"
        name = "" if gap.topic == NO_TOPIC else f"{gap.topic}: "
        print(
            f"{gap.conversations:13}  {gap.not_covered:11}  {gap.not_understood:14}  "
            f"{gap.withheld:9}  {said:>18}  {name}{topic_name(gap.topic, topics)}"
        )
        for example in examples:
            print(f"    - {example}")


def _drafts(arguments: argparse.Namespace) -> int:
    async def work(session: AsyncSession, _settings: Settings) -> int:
        drafts = await read_drafts(session)
        if arguments.json:
            print(json.dumps([_draft_row(kept) for kept in drafts], ensure_ascii=False))
        elif not drafts:
            print("There are no drafts. Write one in the inbox, on a topic's page.")
        for draft, by in [] if arguments.json else drafts:
            placed = f"placed {draft.placed_at:%Y-%m-%d}" if draft.placed_at else "not placed"
            when = f"{draft.written_at:%Y-%m-%d}"
            print(f"{draft.topic:<24}  {when}  {by:<12}  {placed:<17}  {draft.question}")
        return 0

    return _run(work, writes=False)


def _draft_row(kept: KeptDraft) -> dict[str, object]:
    draft = kept.draft
    return {
        "topic": draft.topic,
        "title": draft.title,
        "question": draft.question,
        "answer": draft.answer,
        "source": {"document": draft.document, "text": draft.passage},
        "examples": draft.examples,
        "written_by": kept.by,
        "written_at": iso(draft.written_at),
        "placed_at": iso(draft.placed_at) if draft.placed_at else None,
    }


def _place(arguments: argparse.Namespace) -> int:
    topic: str = arguments.topic
    if not is_name(topic):
        allowed = "small letters, digits and underscores, such as parking"
        print(f"nightdesk gaps: TOPIC: found {topic!r}; allowed: {allowed}", file=sys.stderr)
        return 2

    async def work(session: AsyncSession, settings: Settings) -> int:
        kept = await read_draft(session, topic)
        if kept is None:
            return _refuse(f"There is no draft for {topic}. `nightdesk gaps drafts` lists them.")
        path = answer_path(settings.data, topic)
        if path.exists() and not arguments.force:
            return _refuse(f"{path} is there already: look at it, then use --force to replace it.")
        try:
            place(path, topic, yaml_text(topic, fields_of_draft(kept.draft)))
        except AnswerError as error:
            return _refuse(f"The draft cannot be placed: {'; '.join(map(str, error.problems))}.")
        except OSError as error:
            return _refuse(f"{path} cannot be written ({error.strerror}).")
        await note_placed(session, topic)
        print(
            f"Wrote {path}. Next:\n"
            f"  nightdesk answers check              # what it overlaps with\n"
            f"  nightdesk sources check              # is every number in its passage?\n"
            f"  make train                           # the bot learns it; then start anew\n"
            f"  nightdesk review sign added:{topic}  # a clinician stands for it"
        )
        return 0

    return _run(work, writes=True)


def _run(work: Callable[[AsyncSession, Settings], Awaitable[int]], *, writes: bool) -> int:
    """Do `work` in one transaction; give its exit code, 1 when files or record fail."""
    try:
        settings = Settings.from_environment()
        migrate(settings.database_url)
        return asyncio.run(_in_database(settings, work, writes=writes))
    except (SettingsError, TextsError) as error:
        return _refuse(str(error))
    except SQLAlchemyError as error:
        return _refuse(f"The database cannot be used ({type(error).__name__}).")
    except OSError as error:
        return _refuse(f"{error.filename or 'The database'} cannot be used ({error.strerror}).")


async def _in_database(
    settings: Settings, work: Callable[[AsyncSession, Settings], Awaitable[int]], *, writes: bool
) -> int:
    database = Database(settings.database_url)
    try:
        async with database.write() if writes else database.read() as session:
            return await work(session, settings)
    finally:
        await database.close()


def _refuse(text: str) -> int:
    print(f"nightdesk gaps: {text}", file=sys.stderr)
    return 1
