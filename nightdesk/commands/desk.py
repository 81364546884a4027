"""`nightdesk staff | gaps | alerts …`: what belongs to the desk, its own command line does."""

import argparse
import subprocess
import sys
from typing import TYPE_CHECKING

from nightdesk.run.places import ROOT

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

COMMANDS = {
    "staff": "make, list or disable staff accounts",
    "gaps": "what visitors asked and got no answer to, and drafts of answers",
    "alerts": "try the addresses that staff alerts go to, and say who is on call",
    "audit": "check, list and export the record of who did what",
    "purge": "delete what is older than clinic.yml's `retention` says",
    "conversations": "export one conversation with all that belongs to it",
    "backup": "back up the record while the desk runs",
    "restore": "check a backup, or put its record in the place of this one",
    "keys": "make a key for encryption at rest, and change to a new one",
}
"""The desk's commands, with what each is for."""

DESK_COMMAND = ROOT / "desk" / ".venv" / "bin" / "nightdesk-desk"


def register(subparsers: "Subparsers") -> None:
    """Add the desk's commands to the command line (their options are the desk's)."""
    for name, purpose in COMMANDS.items():
        subparsers.add_parser(name, help=purpose, add_help=False)


def hand_on(words: list[str]) -> int:
    """Run the desk's command line with the same words. Gives its exit status."""
    if not DESK_COMMAND.is_file():
        print("The desk's environment is not there yet: run `make run` once.", file=sys.stderr)
        return 1
    return subprocess.run([str(DESK_COMMAND), *words], check=False).returncode
