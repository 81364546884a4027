"""The started system as browsers need it: a clinic that is open, and staff with accounts."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from running_system import RunningSystem, running_system
from staff_member import add_staff

STAFF = {"kim": ("Kim", "lead"), "noor": ("Noor", "staff")}


@contextlib.contextmanager
def staffed_system(var: Path) -> Iterator[RunningSystem]:
    """Start the system with its state in `var`; stop it at the end."""
    with running_system(var) as system:
        # What visitors are told must not depend on the hour at which this runs.
        clinic = re.sub("(?m)^hours:.*$", "hours: 24/7", system.clinic.read_text())
        system.clinic.write_text(re.sub("(?m)^closed_days:.*$", "closed_days: []", clinic))
        for username, (first_name, role) in STAFF.items():
            add_staff(system, username, first_name, role)
        yield system
