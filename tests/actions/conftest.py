"""The actions read the project's own files, anew for each test."""

import pytest

from actions import files


@pytest.fixture(autouse=True)
def fresh_files(at_root):
    files.forget()
    yield
    files.forget()
