"""`nightdesk staff …`: accounts belong to the desk, so its own command line does it."""

import argparse
import subprocess
import sys
from typing import TYPE_CHECKING

from nightdesk.run.places import ROOT

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

DESK_COMMAND = ROOT / "desk" / ".venv" / "bin" / "nightdesk-desk"


def register(subparsers: "Subparsers") -> None:
    """Add `staff` to the command line (its options are the desk's)."""
    subparsers.add_parser("staff", help="make, list or disable staff accounts", add_help=False)


def hand_on(words: list[str]) -> int:
    """Run the desk's command line with the same words. Gives its exit status."""
    if not DESK_COMMAND.is_file():
        print("The desk's environment is not there yet: run `make run` once.", file=sys.stderr)
        return 1
    return subprocess.run([str(DESK_COMMAND), *words], check=False).returncode
