"""`make audit`: both environments' locks against a public list of vulnerabilities.

pip-audit does the asking, with --strict: a package that it could not ask about is no success.
Where its source cannot be reached, that is said, and the exit status is not 0. What is known and
explained in docs/advisories.yml is told apart from what is new.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from supply.advisories import RECORD, Advisories, load_advisories
from supply.locks import BOT, DESK, ROOT

SERVICES = ("pypi", "osv")
_SECONDS = 300
State = Literal["clean", "known", "found", "not_checked"]


@dataclass(frozen=True)
class Audited:
    """What came of one lock file. `why` says why it could not be checked."""

    lock: str
    state: State
    known: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    why: str = ""


@dataclass
class Said:
    """What pip-audit ended with."""

    status: int
    output: str
    errors: str = ""
    command: list[str] = field(default_factory=list)


def judged(lock: str, said: Said, known: Advisories) -> Audited:
    """Say what pip-audit's end means.

    Only its own complete list counts: an exit of 0 with a package left out is not a clean one.
    """
    try:
        rows: list[dict[str, Any]] = json.loads(said.output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Audited(lock, "not_checked", why=_reason(said))
    skipped = [row["name"] for row in rows if "vulns" not in row]
    if skipped or not rows:
        why = f"{len(skipped)} packages were left out ({', '.join(skipped[:3])} …)"
        return Audited(lock, "not_checked", why=why if skipped else "no package was looked at")
    explained = {(row.package, row.id) for row in known.rows if row.lock == lock}
    old: list[str] = []
    new: list[str] = []
    for row in rows:
        for hole in row["vulns"]:
            ids = [hole["id"], *hole.get("aliases", ())]
            told = f"{row['name']} {row['version']}: {', '.join(ids)}"
            by_name = any((row["name"], id_) in explained for id_ in ids)
            (old if by_name else new).append(told)
    if said.status not in (0, 1) or (said.status == 1 and not (old or new)):
        return Audited(lock, "not_checked", why=_reason(said))
    state: State = "found" if new else "known" if old else "clean"
    return Audited(lock, state, tuple(old), tuple(new))


def _reason(said: Said) -> str:
    lines = [line for line in said.errors.splitlines() if line.strip()]
    return lines[-1][:300] if lines else f"pip-audit ended with status {said.status}"


def ask(lock: Path, service: str) -> Said:
    """Run pip-audit on a lock file. Raises OSError where it is not installed."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "audit.json"
        command = [
            *(sys.executable, "-m", "pip_audit", "--strict", "--require-hashes", "--disable-pip"),
            *("--requirement", str(lock), "--vulnerability-service", service),
            *("--format", "json", "--output", str(result), "--progress-spinner", "off"),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            return Said(3, "", f"no answer within {_SECONDS} s", command)
        output = result.read_text(encoding="utf-8") if result.exists() else ""
        return Said(done.returncode, output, done.stderr, command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit; gives 0 where all was checked and nothing new found, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="make audit", description=__doc__)
    parser.add_argument("--service", choices=SERVICES, default="osv", help="whom to ask (osv)")
    parser.add_argument("--json", action="store_true", help="the result as JSON")
    asked = parser.parse_args(arguments)
    known = load_advisories()
    found = [judged(lock, ask(ROOT / lock, asked.service), known) for lock in (BOT, DESK)]
    if asked.json:
        print(json.dumps({"service": asked.service, "locks": [asdict(row) for row in found]}))
    else:
        _tell(found, known)
    return 0 if all(row.state in ("clean", "known") for row in found) else 1


def _tell(found: Sequence[Audited], known: Advisories) -> None:
    for row in found:
        if row.state == "not_checked":
            print(f"{row.lock}: COULD NOT BE CHECKED: {row.why}")
            continue
        print(f"{row.lock}: {len(row.new)} new, {len(row.known)} known and explained")
        for line in row.new:
            print(f"  NEW {line}")
        for line in row.known:
            print(f"  known: {line}")
    print(f"What was known on {known.checked_on}, and why it does no harm: {RECORD}")


if __name__ == "__main__":
    sys.exit(main())
