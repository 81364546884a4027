"""The inbox as its own tests have it, for those that attack it."""

import shutil
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS / "staff"), str(TESTS / "attack")]

from inbox_in_process import (  # noqa: E402 -- found only now
    _cheap_hashes,
    app,
    browser,
    calls,
    desk,
    sign_in,
)

from nightdesk_desk.settings import PROJECT_ROOT, Settings  # noqa: E402

__all__ = ["_cheap_hashes", "app", "browser", "calls", "desk", "sign_in"]


@pytest.fixture
def settings(tmp_path: Path, empty_database: Path) -> Settings:
    """As the inbox's tests have it, with a clinic that can be edited."""
    shutil.copy(empty_database, tmp_path / "desk.sqlite3")
    clinic = tmp_path / "clinic.yml"
    shutil.copy(PROJECT_ROOT / "clinic.yml", clinic)
    return Settings.from_environment(
        {
            "NIGHTDESK_VAR": str(tmp_path),
            "DATABASE_URL": f"sqlite:///{tmp_path / 'desk.sqlite3'}",
            "RASA_URL": "http://127.0.0.1:9",
            "NIGHTDESK_CLINIC": str(clinic),
            "DESK_REQUIRE_TOTP": "none",
        }
    )
