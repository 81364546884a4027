"""`nightdesk-desk staff …`: accounts from the command line.

Exit codes: 0 done, 1 refused (the sentence on stderr says why), 2 wrong usage.
"""

import argparse
import asyncio
import contextlib
import getpass
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.clinic import ClinicError
from nightdesk_contract.texts import TextsError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.db import Database, migrate
from nightdesk_desk.desk import Desk
from nightdesk_desk.handovers import HandoverRefused
from nightdesk_desk.models import ROLES, Handover, Staff
from nightdesk_desk.settings import Settings, SettingsError
from nightdesk_desk.staff import accounts


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `staff` command. Each parser's default `run` takes the arguments, gives the code."""
    staff = subparsers.add_parser("staff", help="staff accounts for the inbox")
    commands = staff.add_subparsers(dest="staff_command", required=True, metavar="COMMAND")

    add = commands.add_parser("add", help="make an account")
    add.add_argument("username", metavar="USERNAME")
    add.add_argument("--first-name", required=True, metavar="NAME", help="what visitors see")
    add.add_argument("--role", choices=ROLES, default="staff", help="default: staff")
    _takes_password(add)
    add.set_defaults(run=_add)

    commands.add_parser("list", help="list the accounts").set_defaults(run=_list)

    password = commands.add_parser("password", help="set a new password; signs out everywhere")
    password.add_argument("username", metavar="USERNAME")
    _takes_password(password)
    password.set_defaults(run=_password)

    disable = commands.add_parser("disable", help="lock an account; signs out everywhere")
    disable.add_argument("username", metavar="USERNAME")
    disable.set_defaults(run=_disable)

    enable = commands.add_parser("enable", help="unlock a disabled account")
    enable.add_argument("username", metavar="USERNAME")
    enable.set_defaults(run=_enable)


def _takes_password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from standard input (one line) instead of asking for it",
    )


def _add(arguments: argparse.Namespace) -> int:
    def work(session: AsyncSession) -> Awaitable[Staff]:
        return accounts.add_account(
            session, arguments.username, arguments.first_name, arguments.role, password
        )

    try:
        password = _read_password(arguments.password_stdin)
    except accounts.AccountError as error:
        return _refuse(str(error))
    return _change(work, "Account {0.username} ({0.first_name}, {0.role}) is ready to sign in.")


def _password(arguments: argparse.Namespace) -> int:
    try:
        password = _read_password(arguments.password_stdin)
    except accounts.AccountError as error:
        return _refuse(str(error))
    return _change(
        lambda session: accounts.set_password(session, arguments.username, password),
        "Account {0.username} has a new password and is signed out everywhere.",
    )


def _disable(arguments: argparse.Namespace) -> int:
    code = _change(
        lambda session: accounts.disable_account(session, arguments.username),
        "Account {0.username} is disabled and signed out everywhere.",
    )
    if code:
        return code
    try:
        given_back = asyncio.run(_give_back(arguments.username))
    except (ClinicError, FileError, TextsError, SQLAlchemyError, OSError, KeyError) as error:
        return _refuse(
            "Conversations that this person had taken could not be given back "
            f"({type(error).__name__}): look for them in the inbox."
        )
    if given_back:
        print(f"{given_back} of their conversations now wait for another person.")
    return 0


async def _give_back(username: str) -> int:
    """Give back what a disabled person had taken: nobody would answer it. Gives how many."""
    desk = Desk.build(Settings.from_environment())
    try:
        async with desk.db.read() as session:
            account = await accounts.find_account(session, username)
            taken = list(
                await session.scalars(
                    select(Handover.id).where(
                        Handover.state == "taken", Handover.taken_by == account.id
                    )
                )
            )
        for handover_id in taken:
            # Somebody may have resolved it meanwhile.
            with contextlib.suppress(HandoverRefused):
                await desk.handovers.release(handover_id, account.id)
    finally:
        await desk.rasa.close()
        await desk.db.close()
    return len(taken)


def _enable(arguments: argparse.Namespace) -> int:
    return _change(
        lambda session: accounts.enable_account(session, arguments.username),
        "Account {0.username} may sign in again.",
    )


def _list(_arguments: argparse.Namespace) -> int:
    def show(rows: list[Staff]) -> None:
        if not rows:
            print("There are no accounts yet. Make one: staff add USERNAME --first-name NAME")
            return
        width = max(len(row.username) for row in rows)
        for row in rows:
            state = f"disabled {row.disabled_at:%Y-%m-%d}" if row.disabled_at else "active"
            print(f"{row.username:<{width}}  {row.role:<5}  {state:<19}  {row.first_name}")

    return _run(accounts.list_accounts, show, writes=False)


def _change(work: Callable[[AsyncSession], Awaitable[Staff]], done: str) -> int:
    return _run(work, lambda account: print(done.format(account)), writes=True)


def _run(
    work: Callable[[AsyncSession], Awaitable[Any]], show: Callable[[Any], None], writes: bool
) -> int:
    """Do `work` in one transaction, then `show` what it gave; give the exit code."""
    try:
        settings = Settings.from_environment()
        # The first account is often made before the desk has ever run.
        migrate(settings.database_url)
        show(asyncio.run(_in_database(settings.database_url, work, writes)))
    except (accounts.AccountError, SettingsError) as error:
        return _refuse(str(error))
    except (SQLAlchemyError, OSError) as error:
        return _refuse(f"The database cannot be used ({type(error).__name__}).")
    return 0


async def _in_database(
    url: str, work: Callable[[AsyncSession], Awaitable[Any]], writes: bool
) -> Any:
    database = Database(url)
    try:
        async with database.write() if writes else database.read() as session:
            return await work(session)
    finally:
        await database.close()


def _read_password(from_stdin: bool) -> str:
    """Ask for a password twice on the terminal, or read one line of standard input.

    Raises AccountError when there is no terminal to ask on, or the two differ.
    """
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise accounts.AccountError(
            "There is no terminal to ask for the password on: use --password-stdin."
        )
    first = getpass.getpass("Password (12 characters or more): ")
    if getpass.getpass("The same again: ") != first:
        raise accounts.AccountError("The two passwords differ.")
    return first


def _refuse(text: str) -> int:
    print(text, file=sys.stderr)
    return 1
