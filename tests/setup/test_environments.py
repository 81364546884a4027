import json

import pytest

import environments
from environments import STAMP, Environment


@pytest.fixture
def environment(tmp_path):
    project = tmp_path / "project"
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").write_text("")
    (project / ".venv" / "pyvenv.cfg").write_text("home = /usr\nversion_info = 3.10.13\n")
    for name in ("pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        (project / name).write_text(name)
    return Environment("the packages", "3.10", project, (project,))


def stamp(environment, packages):
    (environment.folder / STAMP).write_text(json.dumps(environments._stamp(environment, packages)))


def test_nothing_is_fresh_without_a_stamp(environment):
    assert not environments.is_fresh(environment, "run")
    (environment.folder / STAMP).write_text("[broken")
    assert not environments.is_fresh(environment, "run")


def test_checks_hold_all_that_running_needs_but_not_the_reverse(environment):
    stamp(environment, "dev")
    assert environments.is_fresh(environment, "dev")
    assert environments.is_fresh(environment, "run")
    stamp(environment, "run")
    assert environments.is_fresh(environment, "run")
    assert not environments.is_fresh(environment, "dev")


def test_checks_once_installed_stay(environment):
    assert environments.packages_kept(environment, "run") == "run"
    stamp(environment, "dev")
    (environment.project / "pyproject.toml").write_text("changed")

    assert not environments.is_fresh(environment, "run")
    assert environments.packages_kept(environment, "run") == "dev"


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_changed_lock_or_project_makes_it_stale(environment, name):
    stamp(environment, "run")
    (environment.project / name).write_text("changed")

    assert not environments.is_fresh(environment, "run")


def test_moved_checkout_or_removed_python_makes_it_stale(environment):
    stamp(environment, "run")
    moved = environment.project.rename(environment.project.with_name("moved"))
    there = Environment("the packages", "3.10", moved, (moved,))
    assert not environments.is_fresh(there, "run")

    stamp(there, "run")
    (there.folder / "bin" / "python").unlink()
    assert not environments.is_fresh(there, "run")


def test_environment_of_another_python_is_made_anew(environment):
    assert environments._is_python(environment.folder, "3.10")
    assert not environments._is_python(environment.folder, "3.1")
    assert not environments._is_python(environment.folder, "3.13")


def test_both_environments_are_named_by_the_projects_python_versions(tmp_path):
    (tmp_path / ".python-version").write_text("3.10\n3.13\n")
    bot, desk = environments.environments_of(tmp_path)

    assert (bot.python, desk.python) == ("3.10", "3.13")
    assert desk.folder == tmp_path / "desk" / ".venv"
    assert bot.lock("dev").name == "requirements-dev.lock"
