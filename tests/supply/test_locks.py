"""The lock files: everything pinned with hashes, no address in them, and the overrides in."""

import json
import sys

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from packaging.requirements import Requirement
from packaging.version import Version

from supply.locks import (
    BOT,
    NPM_LOCK,
    PYTHON_LOCKS,
    ROOT,
    SET_UP_LOCK,
    LockError,
    load_lock,
    load_npm_lock,
    read_lock,
)

OVERRIDES = [
    Requirement(line)
    for line in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"][
        "override-dependencies"
    ]
]
LEFT_OUT = {"jax", "jaxlib", "libclang"}


@pytest.mark.parametrize("name", [*PYTHON_LOCKS, SET_UP_LOCK])
def test_every_package_is_pinned_with_its_hashes(name: str):
    packages = load_lock(name)
    assert len(packages) > (0 if name == SET_UP_LOCK else 40)
    assert [row.name for row in packages.values() if not row.sha256] == []


@pytest.mark.parametrize("name", [*PYTHON_LOCKS, SET_UP_LOCK])
def test_no_lock_names_an_address(name: str):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if "://" in line] == []


def test_the_scripts_lock_names_no_address():
    rows = json.loads((ROOT / NPM_LOCK).read_text(encoding="utf-8"))["packages"].values()
    for row in rows:
        # Where one can give money to a package's authors is no address that anything comes from.
        kept = {key: value for key, value in row.items() if key != "funding"}
        assert "resolved" not in kept
        assert "://" not in json.dumps(kept)
    npmrc = (ROOT / NPM_LOCK).with_name(".npmrc").read_text(encoding="utf-8")
    assert "omit-lockfile-registry-resolved=true" in npmrc.splitlines()


def test_the_scripts_are_pinned_with_their_hashes():
    packages = load_npm_lock()
    assert len(packages) > 50
    assert [row.name for row in packages.values() if not row.sha512] == []


@pytest.mark.parametrize("name", ["bot", "desk"])
def test_what_runs_is_part_of_what_is_checked(name: str):
    running, checks = PYTHON_LOCKS[:2], PYTHON_LOCKS[2:]
    at = ["bot", "desk"].index(name)
    tested = load_lock(checks[at])
    for package in load_lock(running[at]).values():
        assert tested[package.name] == package


@pytest.mark.parametrize(
    "requirement", [r for r in OVERRIDES if r.name not in LEFT_OUT], ids=lambda r: r.name
)
def test_an_override_is_in_the_lock(requirement: Requirement):
    locked = load_lock(BOT)[requirement.name]
    assert requirement.specifier.contains(Version(locked.version)), locked


def test_what_nothing_needs_is_left_out():
    names = {r.name for r in OVERRIDES}
    assert names >= LEFT_OUT
    assert len(names - LEFT_OUT) >= 12
    assert not LEFT_OUT & set(load_lock(BOT))


@pytest.mark.parametrize(
    "line",
    [
        "six>=1",
        "six",
        "git+https://x.example/six",
        "six @ https://x.example/six.whl",
        "--index-url https://x.example",
        "    --hash=md5:0000",
    ],
)
def test_a_line_that_is_no_pin_is_refused(line: str):
    with pytest.raises(LockError, match="line 1"):
        read_lock(line)
