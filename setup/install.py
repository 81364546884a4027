"""Makes the environments that Nightdesk runs in, then hands over to a command.

    python3 setup/install.py run|dev|test|scale [--then COMMAND …]

`run` is what visitors and staff need, `dev` adds the checks, `test` adds browsers, `scale` the
servers of the whole topology. What is up to date already is left alone, so a second call takes a
moment. Needs nothing but Python 3.9.
"""

from __future__ import annotations

import fcntl
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from browser import ensure_browsers  # noqa: E402
from environments import environments_of, is_fresh, make_environment, packages_kept  # noqa: E402
from nightdesk.run.progress import Step, StepFailed  # noqa: E402
from servers import ensure_servers  # noqa: E402
from toolchain import ensure_python, ensure_uv  # noqa: E402

PROFILES = ("run", "dev", "test", "scale")


def install(profile: str, root: Path = ROOT) -> None:
    """Make what `profile` needs. Raises StepFailed with one sentence when that is not possible."""
    log = log_folder(root) / "setup.log"
    packages = "run" if profile == "run" else "dev"
    with _alone(log.parent / "setup.lock"):
        stale = [each for each in environments_of(root) if not is_fresh(each, packages)]
        if stale:
            log.unlink(missing_ok=True)
            uv = ensure_uv(root, log)
            pythons = [ensure_python(uv, each.python, log) for each in stale]
            for each, python in zip(stale, pythons):
                make_environment(uv, python, each, packages_kept(each, packages), log)
        if profile == "test":
            ensure_browsers(root, log)
        if profile == "scale":
            ensure_servers(log)


def log_folder(root: Path) -> Path:
    """Give the folder for logs, in $NIGHTDESK_VAR or var/."""
    var = os.environ.get("NIGHTDESK_VAR", "").strip()
    return (Path(var).expanduser().absolute() if var else root / "var") / "log"


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with Step("Waiting for another set-up to end"):
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> int:
    """Install, then become the command after `--then`. Gives the exit status."""
    if not arguments or arguments[0] not in PROFILES or arguments[1:2] not in ([], ["--then"]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        install(arguments[0])
    except StepFailed as error:
        print(f"nightdesk: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("nightdesk: stopped.", file=sys.stderr)
        return 130
    command = arguments[2:]
    if command:
        sys.stdout.flush()
        os.execvp(command[0], command)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
