"""A backup of a system that runs, by the command that people use."""

import json
import subprocess
from pathlib import Path

from running_system import BIN, ROOT, RunningSystem
from visitor import Visitor


def nightdesk(system: RunningSystem, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command with the environment of the system."""
    return subprocess.run(
        [BIN / "nightdesk", *words],
        cwd=ROOT,
        env=dict(system.environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_it_is_backed_up_while_it_runs_and_not_replaced(
    visitor: Visitor, system: RunningSystem, tmp_path: Path
) -> None:
    visitor.ask("Is it safe?")
    file = tmp_path / "live.backup"
    made = nightdesk(system, "backup", str(file), "--json")
    assert made.returncode == 0, made.stderr
    said = json.loads(made.stdout)
    assert said["counts"]["events"] >= 2
    assert nightdesk(system, "restore", str(file), "--check").returncode == 0
    refused = nightdesk(system, "restore", str(file))
    assert refused.returncode == 1
    assert "is in use: stop the desk" in refused.stderr
    assert visitor.ask("Is it safe?")
