"""Runs a command and writes what it cost, as JSON: `python cost.py FILE COMMAND …`.

A process of its own, and a small one: Linux counts the memory of whoever starts a command as the
command's own peak.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path


def main(words: list[str]) -> int:
    """Run the command; gives its exit status (128 and the signal's number when one ended it).

    The file gets `wall_s`, `cpu_s` (seconds) and `peak_mib`, those of its own children included.
    """
    began = time.monotonic()
    status = subprocess.call(words[1:])
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Kibibytes, but bytes on a Mac.
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    row = {
        "wall_s": time.monotonic() - began,
        "cpu_s": used.ru_utime + used.ru_stime,
        "peak_mib": used.ru_maxrss / unit,
    }
    Path(words[0]).write_text(json.dumps(row), encoding="utf-8")
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
