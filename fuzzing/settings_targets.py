"""The clinic's settings: decoded ones and files, and what the rest of the system makes of them."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

from fuzzing import settings_rows, settings_texts
from fuzzing.target import Check, Environment, Target
from nightdesk_contract.clinic import Clinic, ClinicError, load_clinic, parse_clinic
from nightdesk_contract.clinic_report import report
from nightdesk_contract.opening import after_open_time, closed_since
from nightdesk_contract.problems import UNKNOWN_KEY

AT = datetime(2026, 11, 26, 12, tzinfo=timezone.utc)


def check_row(found: object) -> None:
    """Settings are taken, and everything can be done with them; or each mistake is named."""
    try:
        clinic = parse_clinic(found)
    except ClinicError as error:
        _named(error)
        return
    use(clinic)


def use(clinic: Clinic) -> None:
    """What the bot, the desk and `clinic check` ask of settings."""
    said = report(clinic, {}, (), AT, {})
    assert all(isinstance(warned.text, str) for warned in said.warnings)
    closed_since(clinic, AT, timedelta(days=3))
    opens = after_open_time(clinic, AT, timedelta(hours=2))
    assert opens is None or opens >= AT
    assert clinic.staff_answer_seconds["P0"] <= clinic.staff_answer_seconds["P1"]
    assert all(minutes > 0 for minutes in clinic.staff_times.values())


def _named(error: ClinicError) -> None:
    assert error.problems, "refused without a reason"
    for problem in error.problems:
        # A key may be an empty text: then that is its name.
        assert problem.key or problem.found == UNKNOWN_KEY, "a mistake without its key"
        assert problem.found and problem.allowed, f"{problem.key}: found or allowed is not told"
        str(problem).encode("utf-8", "backslashreplace")


@contextmanager
def files() -> Iterator[Path]:
    """Give the name of a file that can be written for each input, on a disk in memory if any."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder) / "clinic.yml"


@contextmanager
def _opened_rows() -> Iterator[Check]:
    yield check_row


@contextmanager
def _opened_files() -> Iterator[Check]:
    with files() as path:

        def check(content: bytes) -> None:
            path.write_bytes(content)
            try:
                clinic = load_clinic(path)
            except ClinicError as error:
                _named(error)
                return
            # What is shown on pages must be text that can be sent.
            "".join((clinic.name, clinic.address, clinic.hours_text, clinic.phone)).encode("utf-8")
            use(clinic)

        yield check


def targets(environment: Environment, rows: int, texts: int) -> tuple[Target, ...]:
    """Give the two targets for one of the environments, with their shares."""
    return (
        Target(
            f"{environment}-settings",
            "decoded settings (parse_clinic) and what is asked of good ones",
            environment,
            settings_rows.row,
            _opened_rows,
            rows,
            2.0,
        ),
        Target(
            f"{environment}-clinic-yml",
            "files as clinic.yml (load_clinic)",
            environment,
            settings_texts.file,
            _opened_files,
            texts,
            5.0,
        ),
    )
