"""`nightdesk ask`: the bot without servers."""

import argparse
import asyncio
import json
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from nightdesk.bot.answer import Answer
from nightdesk.bot.in_process import Bot
from nightdesk.commands.loading import load_bot
from nightdesk.evaluation.cases import CasesError, load_cases

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_PROGRESS_EVERY = 100


def register(subparsers: "Subparsers") -> None:
    """Add `ask` to the command line."""
    ask = subparsers.add_parser(
        "ask",
        help="ask the bot without starting servers",
        description="With a question: prints what a visitor would get. With --jsonl: one JSON "
        "object a row on standard output, each row in a conversation of its own. With neither: "
        "a chat.",
    )
    ask.add_argument("question", nargs="?", help="one question")
    ask.add_argument("--jsonl", nargs="+", type=Path, metavar="FILE", help="rows with `text`")
    ask.add_argument("--json", action="store_true", help="print JSON for a single question too")
    ask.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry out `ask`. Gives the exit status."""
    if arguments.question is not None and arguments.jsonl:
        print("nightdesk ask: give a question or --jsonl, not both", file=sys.stderr)
        return 2
    try:
        files = [load_cases(path, labelled=False) for path in arguments.jsonl or ()]
    except CasesError as error:
        print(f"nightdesk ask: {error}", file=sys.stderr)
        return 2
    bot = load_bot()
    if bot is None:
        return 1
    if arguments.jsonl:
        asyncio.run(_rows(bot, [case.text for cases in files for case in cases]))
    elif arguments.question is not None:
        answer = asyncio.run(bot.ask(arguments.question))
        print(json.dumps(answer.to_row(), ensure_ascii=False) if arguments.json else shown(answer))
    else:
        asyncio.run(_chat(bot))
    return 0


def shown(answer: Answer) -> str:
    """Give an answer as a person reads it."""
    source = f", source {answer.source}" if answer.source else ""
    level = f", level {answer.level}" if answer.level else ""
    reply = answer.reply or "(the desk would answer: staff, the phone number, the crisis lines)"
    cautions = [f"[caution {caution.id}] {caution.text}" for caution in answer.cautions]
    return "\n".join([reply, *cautions, f"[{answer.outcome}{level}{source}]"])


async def _rows(bot: Bot, texts: list[str]) -> None:
    for number, text in enumerate(texts, 1):
        answer = await bot.ask(text)
        print(json.dumps(answer.to_row(), ensure_ascii=False), flush=number % 20 == 0)
        if number % _PROGRESS_EVERY == 0 and number < len(texts):
            print(f"… {number} of {len(texts)}", file=sys.stderr)


async def _chat(bot: Bot) -> None:
    print("Write a message; an empty line or Ctrl-D ends the chat.")
    conversation = uuid.uuid4().hex
    while True:
        try:
            line = input("> ")
        except EOFError:
            return
        if not line.strip():
            return
        print(shown(await bot.ask(line, conversation)))
