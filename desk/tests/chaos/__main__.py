"""`python -m chaos`, from desk/tests: see --help."""

import argparse
import contextlib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from chaos.disk import small_disk
from chaos.running import NotHealthy, Wanted, run

SIGN_OF_LIFE = 15.0


def parser() -> argparse.ArgumentParser:
    """Give the command line's parser."""
    made = argparse.ArgumentParser(
        prog="make chaos",
        description="Starts the whole system, lets visitors and staff talk, and breaks things "
        "meanwhile: processes are killed with -9, the database is locked, the disk is full, "
        "connections are cut, answers come late, wrong or not at all. Afterwards it judges "
        "from the record and from the visitors' screens whether anything was lost, doubled, out "
        "of order, unanswered or late.",
        epilog="Exit status: 0 every promise was kept, 1 something was found (or it did not "
        "start), 2 wrong use. A full disk needs the right to mount (root); without it that fault "
        "is left out, and the report says so. docs/faults.md has more.",
    )
    made.add_argument("--visitors", type=_count, default=200, help="how many talk (200)")
    made.add_argument("--staff", type=_count, default=5, help="how many answer (5)")
    made.add_argument("--minutes", type=_minutes, default=5.0, help="how long things break (5)")
    made.add_argument("--seed", type=int, default=1, help="decides who says what, what breaks (1)")
    made.add_argument(
        "--brief", action="store_true", help="each fault once, in about a minute, for --minutes"
    )
    made.add_argument("--json", action="store_true", help="the report as JSON on standard output")
    made.add_argument("--keep", type=Path, metavar="FOLDER", help="copy logs and database there")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Gives the exit status."""
    chosen = parser().parse_args(arguments)
    wanted = Wanted(chosen.visitors, chosen.staff, chosen.minutes, chosen.seed, chosen.brief)
    began = time.monotonic()
    # Whoever ends us so finds nothing mounted and nothing running afterwards, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)

    def say(text: str) -> None:
        print(f"[{time.monotonic() - began:4.0f} s] {text}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="nightdesk-chaos-") as folder:
        var = Path(folder) / "var"
        with small_disk(var) as is_small, _alive(say):
            try:
                report = run(wanted, var, is_small, say)
            except (NotHealthy, AssertionError, subprocess.SubprocessError) as error:
                print(f"chaos: {error}", file=sys.stderr)
                return 1
            except KeyboardInterrupt:
                return 130
            finally:
                if chosen.keep:
                    _keep(var, chosen.keep)
    print(json.dumps(report.as_json(), indent=2) if chosen.json else report.as_text())
    return report.exit_status


@contextlib.contextmanager
def _alive(say: Callable[[str], None]) -> Iterator[None]:
    """Say now and then that it goes on."""
    ended = threading.Event()

    def tick() -> None:
        while not ended.wait(SIGN_OF_LIFE):
            say("…")

    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield
    finally:
        ended.set()
        ticker.join()


def _keep(var: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in [*var.glob("desk.sqlite3*"), *(var / "log").glob("*"), *var.glob("run.out")]:
        shutil.copy(path, folder / path.name)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 to 1000, not {text!r}")
    return int(text)


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    if not 0.5 <= minutes <= 60:
        raise argparse.ArgumentTypeError(f"expected minutes from 0.5 to 60, not {text!r}")
    return minutes


if __name__ == "__main__":
    sys.exit(main())
