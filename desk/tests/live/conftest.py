"""One really started system for all live tests of a run."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from running_system import RunningSystem, running_system
from visitor import Visitor


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """The system; the tests that kill a part of it wait until it is whole again."""
    with running_system(tmp_path_factory.mktemp("nightdesk")) as started:
        yield started


@pytest.fixture
def visitor(system: RunningSystem) -> Iterator[Visitor]:
    """A visitor with a new conversation."""
    with Visitor(system.url) as somebody:
        yield somebody
