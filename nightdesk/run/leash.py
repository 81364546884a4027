"""Starts a command that ends when its parent does, even if the parent was killed outright.

Run as a file, `python leash.py COMMAND …`, so that it costs one bare interpreter's start.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_INIT = 1


def tie_to_parent() -> None:
    """Ask the kernel to end this process with its parent (Linux; elsewhere nothing happens)."""
    parent = os.getppid()
    try:
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    except (OSError, AttributeError):
        return
    # The parent may have gone before the request, even before our first line: then init has us.
    if os.getppid() == _INIT or os.getppid() != parent:
        sys.exit(1)


if __name__ == "__main__":
    tie_to_parent()
    os.execvp(sys.argv[1], sys.argv[1:])
