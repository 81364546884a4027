"""`nightdesk-desk staff …`: accounts from the command line.

Exit codes: 0 done, 1 refused (the sentence on stderr says why), 2 wrong usage.
"""

import argparse
import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.clinic import ClinicError, ClinicFile
from nightdesk_contract.texts import TextsError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.db import Database, migrate
from nightdesk_desk.models import ROLES, Staff, StaffSession, now
from nightdesk_desk.settings import Settings, SettingsError
from nightdesk_desk.staff import accounts, leaving, sessions
from nightdesk_desk.words import Words


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `staff` command. Each parser's default `run` takes the arguments, gives the code."""
    staff = subparsers.add_parser("staff", help="staff accounts for the inbox")
    commands = staff.add_subparsers(dest="staff_command", required=True, metavar="COMMAND")

    add = commands.add_parser("add", help="make an account")
    add.add_argument("username", metavar="USERNAME")
    add.add_argument("--first-name", required=True, metavar="NAME", help="what visitors see")
    add.add_argument("--role", choices=ROLES, default="staff", help="default: staff")
    add.add_argument(
        "--title",
        default="",
        metavar="TITLE",
        help="what visitors see beside the first name, such as nurse (default: nothing)",
    )
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

    role = commands.add_parser("role", help="give an account another role")
    role.add_argument("username", metavar="USERNAME")
    role.add_argument("role", choices=ROLES, metavar="ROLE", help=", ".join(ROLES))
    role.set_defaults(run=_role)

    reset = commands.add_parser(
        "reset-totp", help="turn an account's one-time passwords off; signs out everywhere"
    )
    reset.add_argument("username", metavar="USERNAME")
    reset.set_defaults(run=_reset_totp)

    where = commands.add_parser("sessions", help="show where an account is signed in")
    where.add_argument("username", metavar="USERNAME")
    where.add_argument("--end", action="store_true", help="sign it out everywhere")
    where.set_defaults(run=_sessions)


def _takes_password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from standard input (one line) instead of asking for it",
    )


def _add(arguments: argparse.Namespace) -> int:
    def work(session: AsyncSession) -> Awaitable[Staff]:
        return accounts.add_account(
            session,
            arguments.username,
            arguments.first_name,
            arguments.role,
            password,
            arguments.title,
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
    try:
        settings = Settings.from_environment()
        words = Words(ClinicFile(settings.clinic_path), settings.data)
    except SettingsError as error:
        return _refuse(str(error))
    except (ClinicError, FileError, TextsError, OSError, KeyError) as error:
        # A mistake in the clinic's files must not leave the account open.
        code = _change(
            lambda session: accounts.disable_account(session, arguments.username),
            "Account {0.username} is disabled and signed out everywhere.",
        )
        return code or _refuse(
            "Conversations that this person had taken could not be given back "
            f"({type(error).__name__}): correct the file (`nightdesk clinic check`) and repeat "
            "this command, or look for them in the inbox."
        )

    def show(left: leaving.Left) -> None:
        name, count = left.account.username, len(left.given_back)
        already = "was disabled already" if left.before else "is disabled"
        print(f"Account {name} {already} and signed out everywhere.")
        if count:
            print(f"{count} of their conversations now wait for another person.")

    return _run(
        lambda session: leaving.disable(session, words, arguments.username), show, writes=True
    )


def _enable(arguments: argparse.Namespace) -> int:
    return _change(
        lambda session: accounts.enable_account(session, arguments.username),
        "Account {0.username} may sign in again.",
    )


def _role(arguments: argparse.Namespace) -> int:
    return _change(
        lambda session: accounts.set_role(session, arguments.username, arguments.role),
        "Account {0.username} is {0.role} now.",
    )


def _reset_totp(arguments: argparse.Namespace) -> int:
    return _change(
        lambda session: accounts.reset_totp(session, arguments.username),
        "Account {0.username} has no one-time passwords now and is signed out everywhere.",
    )


def _sessions(arguments: argparse.Namespace) -> int:
    async def read(session: AsyncSession) -> list[StaffSession]:
        account = await accounts.find_account(session, arguments.username)
        return await sessions.read_sessions(session, account.id, now())

    async def end(session: AsyncSession) -> int:
        account = await accounts.find_account(session, arguments.username)
        return await sessions.close_all_sessions(session, account.id)

    def show(rows: list[StaffSession]) -> None:
        if not rows:
            print("Signed in nowhere.")
        for row in rows:
            print(
                f"since {row.created_at:%Y-%m-%d %H:%M}  last seen {row.last_seen_at:%H:%M} UTC  "
                f"{row.address or 'unknown address'}  {row.browser or 'Unknown browser'}"
            )

    if arguments.end:
        return _run(end, lambda count: print(f"Sessions ended: {count}."), writes=True)
    return _run(read, show, writes=False)


def _list(_arguments: argparse.Namespace) -> int:
    def show(rows: list[Staff]) -> None:
        if not rows:
            print("There are no accounts yet. Make one: staff add USERNAME --first-name NAME")
            return
        width = max(len(row.username) for row in rows)
        for row in rows:
            state = f"disabled {row.disabled_at:%Y-%m-%d}" if row.disabled_at else "active"
            totp = "totp on" if row.totp_since else "totp off"
            name = f"{row.first_name}, {row.title}" if row.title else row.first_name
            print(f"{row.username:<{width}}  {row.role:<5}  {totp:<8}  {state:<19}  {name}")

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

    Raises AccountError when there is no terminal to ask on, the two differ, or it is no text.
    """
    if from_stdin:
        try:
            given = sys.stdin.readline().rstrip("\r\n")
            given.encode()
        except UnicodeError as error:
            raise accounts.AccountError("The password is no text in UTF-8.") from error
        return given
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
