"""The desk's command line on a record of its own, as somebody at a terminal uses it."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from desk_in_process import ALWAYS_OPEN, CLINIC
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.cli import main
from nightdesk_desk.db import Database


class Shell:
    """Runs commands; `first` are the words that each of them begins with."""

    def __init__(
        self, folder: Path, capsys: pytest.CaptureFixture[str], first: tuple[str, ...] = ()
    ) -> None:
        self.folder = folder
        self.url = f"sqlite+aiosqlite:///{folder / 'desk.sqlite3'}"
        self._capsys, self._first = capsys, first

    def __call__(self, *words: str) -> tuple[int, str, str]:
        """Give the exit status and what was written to standard output and error."""
        try:
            code = main([*self._first, *words])
        except SystemExit as error:
            code = int(error.code or 0)
        shown = self._capsys.readouterr()
        return code, shown.out, shown.err

    def record(self, work: Callable[[AsyncSession], Awaitable[Any]]) -> Any:
        """Do something with the record, in one transaction."""

        async def run() -> Any:
            database = Database(self.url)
            try:
                async with database.write() as session:
                    return await work(session)
            finally:
                await database.close()

        return asyncio.run(run())


def at_a_clinic(folder: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `folder` a clinic of its own, with an empty record, for the commands that follow."""
    shutil.copy(empty_database, folder / "desk.sqlite3")
    clinic = folder / "clinic.yml"
    clinic.write_text(CLINIC.format(hours=ALWAYS_OPEN))
    monkeypatch.setenv("NIGHTDESK_VAR", str(folder))
    monkeypatch.setenv("NIGHTDESK_CLINIC", str(clinic))
    monkeypatch.delenv("DATABASE_URL", raising=False)
