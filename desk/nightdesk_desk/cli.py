"""`nightdesk-desk`: serve the desk, migrate its database, manage staff accounts, try alerts.

Exit codes: 0 done, 1 it could not be done (one sentence on stderr says why), 2 wrong usage.
"""

import argparse
import asyncio
import socket
import sys
from collections.abc import Sequence

import uvicorn
from nightdesk_contract.answers import AnswerError
from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.clinic import ClinicError
from nightdesk_contract.texts import TextsError
from sqlalchemy.exc import SQLAlchemyError

from nightdesk_desk import gaps_commands
from nightdesk_desk.alerts import commands as alert_commands
from nightdesk_desk.app import create_app
from nightdesk_desk.audit import commands as audit_commands
from nightdesk_desk.audit.record import NOBODY, command_line_origin, origin
from nightdesk_desk.backup import commands as backup_commands
from nightdesk_desk.db import migrate
from nightdesk_desk.desk import Desk
from nightdesk_desk.errors import set_up_logging
from nightdesk_desk.privacy import commands as privacy_commands
from nightdesk_desk.privacy import key_commands
from nightdesk_desk.privacy.at_start import why_not_to_start
from nightdesk_desk.serving import server_config
from nightdesk_desk.settings import Settings, SettingsError
from nightdesk_desk.staff import commands as staff_commands

STOP_WITHIN = 5
"""Seconds that open requests are given when the desk is told to stop."""

ENVIRONMENT = """environment:
  DESK_HOST, DESK_PORT            where it listens (127.0.0.1, 8000)
  RASA_URL or RASA_PORT           where Rasa is (127.0.0.1, 5005); several addresses with commas
  DESK_RASA_DEADLINE              seconds for one turn (6)
  DESK_BURST_QUIET                seconds without news that end a question in pieces (1.2; 0: off)
  DESK_BOT_CHECK_SECONDS          seconds between known questions to the assistant, for the inbox
                                  and /metrics (5; 0: off)
  NIGHTDESK_VAR                   where state lives (var/)
  DATABASE_URL                    sqlite:///… or postgresql://… (var/desk.sqlite3)
  REDIS_URL                       redis://…, rediss://… or unix://…, shared by several desks: rate
                                  limits together, news at once (none; docs/redis.md)
  NIGHTDESK_CLINIC                the clinic's settings (clinic.yml)
  NIGHTDESK_DATA                  the data directory (data/)
  NIGHTDESK_DOMAIN                Rasa's domain, whose answers are signed (domain.yml)
  NIGHTDESK_DOCS                  the directory of the public page on crises (docs/)
  DESK_ENCRYPTION_KEYS            keys for what is encrypted at rest (none: nothing is);
                                  `nightdesk keys new` makes one
  DESK_URL                        where staff reach the desk, for the links in alerts
  DESK_HEARTBEAT_URL              https:// address of a watcher outside, told each minute that all
                                  work in the background goes on (none)
  DESK_REQUIRE_TOTP               who must use one-time passwords: none, leads or all
                                  (all once the clinic's mode is live, else none)
  FORWARDED_ALLOW_IPS             addresses or networks of the proxy in front, whose
                                  X-Forwarded-For and -Proto are believed (127.0.0.1)
  DESK_MESSAGES_PER_MINUTE, DESK_ADDRESS_MESSAGES_PER_MINUTE,
  DESK_ADDRESS_CONVERSATIONS_PER_MINUTE   rate limits (30, 240, 60)
  DESK_ADDRESS_CONNECTIONS        what one address may hold open at once, streams included (200)
  DESK_CONNECTIONS                the same for all addresses together (4000)
"""


def parser() -> argparse.ArgumentParser:
    """Give the command line's parser."""
    top = argparse.ArgumentParser(
        prog="nightdesk-desk",
        description="The desk of Nightdesk: conversations, hand-overs, staff.",
        epilog=ENVIRONMENT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="bring the database up to date and serve")
    serve.add_argument("--host", help="address to listen on (default: DESK_HOST)")
    serve.add_argument("--port", type=int, help="port to listen on (default: DESK_PORT)")
    serve.set_defaults(run=_serve)
    update = commands.add_parser("migrate", help="bring the database up to date")
    update.add_argument(
        "revision", nargs="?", default="head", help="default: head; `-1` goes one step back"
    )
    update.set_defaults(run=_migrate)
    staff_commands.register(commands)
    alert_commands.register(commands)
    gaps_commands.register(commands)
    audit_commands.register(commands)
    privacy_commands.register(commands)
    key_commands.register(commands)
    backup_commands.register(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line. Gives the exit code."""
    chosen = parser().parse_args(arguments)
    # What the desk itself does while it serves is nobody's act.
    token = origin.set(NOBODY if chosen.command == "serve" else command_line_origin())
    try:
        code: int = chosen.run(chosen)
    except SettingsError as error:
        return _failed(str(error))
    except KeyboardInterrupt:
        return 130
    finally:
        origin.reset(token)
    return code


def _migrate(arguments: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    try:
        migrate(settings.database_url, arguments.revision)
    except (SQLAlchemyError, OSError) as error:
        return _failed(f"The database could not be migrated ({_why(error)}).")
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    set_up_logging()
    host, port = arguments.host or settings.host, arguments.port or settings.port
    try:
        listening = _listen(host, port)
    except OSError as error:
        return _failed(
            f"Port {port} on {host} cannot be used ({error.strerror}): "
            "set DESK_PORT to a free one, or stop what runs there."
        )
    try:
        migrate(settings.database_url)
        if problem := asyncio.run(why_not_to_start(settings.database_url)):
            return _failed(problem)
        app = create_app(settings)
    except (AnswerError, ClinicError, FileError, TextsError) as error:
        # Each says which file, what was found and what is allowed.
        return _failed(str(error))
    except (SQLAlchemyError, OSError, KeyError) as error:
        return _failed(f"The desk could not start ({_why(error)}).")
    config = server_config(app, settings, STOP_WITHIN)
    _Server(config, app.state.desk).run(sockets=[listening])
    return 0


class _Server(uvicorn.Server):
    """Ends waiting readers first, so that stopping does not wait for them."""

    def __init__(self, config: uvicorn.Config, desk: Desk) -> None:
        super().__init__(config)
        self._desk = desk

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop serving."""
        self._desk.wakeups.close()
        await super().shutdown(sockets)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    listening.set_inheritable(True)
    return listening


def _why(error: Exception) -> str:
    """Name a fault without a connection's address: that may hold a password."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return type(error).__name__


def _failed(sentence: str) -> int:
    print(f"nightdesk-desk: {sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
