"""Scripts of the inbox's pages whose faults no server sees, with Node where it is installed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from nightdesk_desk.staff.routes import STATIC


@pytest.mark.parametrize("script", ["line", "sound"])
def test_a_script_of_the_pages(script: str) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not on this machine")
    major = subprocess.run(
        [node, "-p", "parseInt(process.versions.node)"], capture_output=True, text=True, check=True
    )
    if int(major.stdout) < 20:
        pytest.skip("Node 20 or later is not on this machine")
    done = subprocess.run(
        [node, "--test", Path(__file__).with_name(f"{script}_check.mjs")],
        env={**os.environ, "SCRIPT": str(STATIC / f"{script}.js")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
