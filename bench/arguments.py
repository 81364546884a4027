"""What the measurements' command lines share."""

import argparse
from collections.abc import Callable


def number(least: int) -> Callable[[str], int]:
    """Give what reads a whole number from `least` up from a command line."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} up")
        return int(text)

    return read
