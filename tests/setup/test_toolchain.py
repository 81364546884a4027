"""The set-up's own decisions; `make run` and `make test` on a fresh clone try the rest."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import browser
import toolchain
from nightdesk.run.progress import StepFailed

ROOT = Path(__file__).resolve().parents[2]


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_new_enough_uv_of_the_machine_is_used(tmp_path, monkeypatch):
    uv = program(tmp_path / "bin" / "uv", "echo 'uv 0.9.1 (abc)'")
    monkeypatch.setenv("PATH", str(uv.parent))

    assert toolchain.ensure_uv(tmp_path, tmp_path / "log") == uv


def test_old_uv_of_the_machine_is_passed_over_for_our_own(tmp_path, monkeypatch):
    old = program(tmp_path / "bin" / "uv", "echo 'uv 0.4.30'")
    own = program(tmp_path / ".uv" / "bin" / "uv", "echo 'uv 0.13.9'")
    monkeypatch.setenv("PATH", str(old.parent))

    assert toolchain.ensure_uv(tmp_path, tmp_path / "log") == own


@pytest.mark.parametrize("text", ["exit 1", "echo something else", "echo 'uv x.y.z'"])
def test_what_is_not_uv_has_no_version(tmp_path, text):
    assert toolchain.uv_version(program(tmp_path / "uv", text)) == ()
    assert toolchain.uv_version(tmp_path / "nothing") == ()


def test_python_that_is_there_is_used(tmp_path):
    uv = program(tmp_path / "uv", "echo /usr/bin/python3.10")

    assert toolchain.ensure_python(uv, "3.10", tmp_path / "log") == "/usr/bin/python3.10"


def test_missing_python_is_one_sentence_that_says_how_to_get_it(tmp_path):
    uv = program(tmp_path / "uv", "echo 'no network' >&2; exit 2")

    with pytest.raises(StepFailed) as caught:
        toolchain.ensure_python(uv, "3.13", tmp_path / "setup.log")

    said = str(caught.value)
    assert "Python 3.13 is not on this machine" in said
    assert "pyenv install 3.13" in said
    assert str(tmp_path / "setup.log") in said
    assert "\n" not in said
    assert "no network" in (tmp_path / "setup.log").read_text()


def test_fetched_uv_is_pinned_by_hash():
    lock = (ROOT / "setup" / "uv.lock.txt").read_text()

    assert lock.startswith("uv==")
    assert "--hash=sha256:" in lock


@pytest.mark.parametrize(
    ("release", "usable"), [("ID=debian\n", True), ("ID=ubuntu\nID_LIKE=debian\n", False)]
)
def test_debians_chromium_is_for_debian(tmp_path, monkeypatch, release, usable):
    (tmp_path / "os-release").write_text(release)
    program(tmp_path / "bin" / "apt-get", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    assert browser.debian_packages_usable(tmp_path / "os-release") is usable


@pytest.mark.parametrize(
    ("there", "installed"),
    [
        (["chromium", "firefox-esr"], []),
        (["google-chrome"], ["firefox-esr"]),
        (["firefox-esr"], ["chromium"]),
        ([], ["chromium", "firefox-esr"]),
    ],
)
def test_each_browser_that_is_missing_is_installed(tmp_path, monkeypatch, there, installed):
    for name in there:
        program(tmp_path / "bin" / name, "exit 0")
    program(tmp_path / "bin" / "apt-get", f'echo "$@" >> {tmp_path}/asked')
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "none"))
    monkeypatch.setattr(browser, "debian_packages_usable", lambda: True)

    browser.ensure_browsers(tmp_path, tmp_path / "log")

    asked = tmp_path / "asked"
    lines = asked.read_text().splitlines() if asked.exists() else []
    wanted = [line.split()[3] for line in lines if line.startswith("install")]
    assert wanted == installed


def test_set_up_needs_no_installed_package():
    """Without site-packages, as on a fresh machine."""
    said = subprocess.run(
        [sys.executable, "-E", "-s", "-S", str(ROOT / "setup" / "install.py"), "nonsense"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.returncode == 2
    assert "run|dev|test" in said.stderr
