"""The two environments, made from hash-locked files, and the stamp that says they are current."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from nightdesk.run.progress import Step, run_logged

STAMP = "nightdesk-stamp.json"


@dataclass(frozen=True)
class Environment:
    """One environment: its folder, its Python, its project and the local packages in it."""

    name: str
    python: str
    project: Path
    local: tuple[Path, ...]

    @property
    def folder(self) -> Path:
        """Where it is made."""
        return self.project / ".venv"

    def lock(self, packages: str) -> Path:
        """Give the lock file for `run`, or for `dev`: the same and the checks."""
        return self.project / (
            "requirements.lock" if packages == "run" else "requirements-dev.lock"
        )


def environments_of(root: Path) -> tuple[Environment, ...]:
    """Give the bot's environment and the desk's; Rasa and the web libraries cannot share one."""
    versions = (root / ".python-version").read_text().split()
    contract = root / "contract"
    return (
        Environment("the bot's packages", versions[0], root, (contract, root)),
        Environment("the desk's packages", versions[1], root / "desk", (contract, root / "desk")),
    )


def is_fresh(environment: Environment, packages: str) -> bool:
    """Whether the environment holds today's locked packages; `dev` holds all of `run`."""
    stamp = _read_stamp(environment)
    # The link behind bin/python breaks when its Python is removed.
    if not (environment.folder / "bin" / "python").exists():
        return False
    enough = (packages, "dev")
    return any(stamp == _stamp(environment, each) for each in enough)


def packages_kept(environment: Environment, wanted: str) -> str:
    """Give what to install: `wanted`, or `dev` where the checks were installed before.

    A developer's `make run` after a change must not take the checks away.
    """
    return "dev" if _read_stamp(environment).get("packages") == "dev" else wanted


def make_environment(
    uv: Path, python: str, environment: Environment, packages: str, log: Path
) -> None:
    """Make or update `environment`. Raises StepFailed."""
    interpreter = str(environment.folder / "bin" / "python")
    stamp = environment.folder / STAMP
    # A stopped set-up must not look finished.
    if stamp.exists():
        stamp.write_text(json.dumps({"packages": packages}))
    quiet = {**os.environ, "UV_NO_PROGRESS": "1"}
    failed = f"Installing {environment.name} failed."
    with Step(f"Installing {environment.name} (Python {environment.python})") as step:
        if not _is_python(environment.folder, environment.python):
            step.note("making the environment")
            run_logged(
                [
                    *(str(uv), "venv", "--quiet", "--clear", "--no-project"),
                    *("--python", python, str(environment.folder)),
                ],
                log,
                failed,
                cwd=environment.project,
                env=quiet,
            )
        step.note("fetching packages")
        lock = str(environment.lock(packages))
        run_logged(
            [str(uv), "pip", "sync", "--python", interpreter, "--require-hashes", lock],
            log,
            failed,
            cwd=environment.project,
            env=quiet,
        )
        step.note("adding our own packages")
        editable = [part for path in environment.local for part in ("--editable", str(path))]
        run_logged(
            [
                *(str(uv), "pip", "install", "--python", interpreter, "--no-deps"),
                # The build backend is in the lock: nothing is fetched past it.
                *("--no-build-isolation", *editable),
            ],
            log,
            failed,
            cwd=environment.project,
            env=quiet,
        )
    stamp.write_text(json.dumps(_stamp(environment, packages)) + "\n")


def _is_python(folder: Path, version: str) -> bool:
    """Whether `folder` is an environment of that Python, with its interpreter still there."""
    try:
        lines = (folder / "pyvenv.cfg").read_text().splitlines()
    except OSError:
        return False
    found = dict(line.split(" = ", 1) for line in lines if " = " in line)
    exact = found.get("version_info", found.get("version", ""))
    return exact.startswith(f"{version}.") and (folder / "bin" / "python").exists()


def _read_stamp(environment: Environment) -> dict[str, str]:
    try:
        stamp = json.loads((environment.folder / STAMP).read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _stamp(environment: Environment, packages: str) -> dict[str, str]:
    total = hashlib.sha256()
    declared = [path / "pyproject.toml" for path in environment.local]
    for path in (environment.lock(packages), *declared):
        total.update(hashlib.sha256(path.read_bytes()).digest())
    # Scripts and local packages are tied to where the checkout lies.
    total.update(os.fsencode(environment.folder))
    return {"packages": packages, "inputs": total.hexdigest()}
