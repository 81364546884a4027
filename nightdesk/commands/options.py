"""Values of options that more than one command takes."""

import argparse
from datetime import date


def day(text: str) -> date:
    """Read a day. Raises what argparse tells the user."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write it YYYY-MM-DD") from error
