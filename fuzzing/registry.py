"""Every target by its name; what one needs is imported only where it is tried."""

import sys
from importlib import import_module
from typing import cast

from fuzzing.target import Environment, Target

_MODULES: dict[Environment, tuple[str, ...]] = {
    "bot": ("safety", "reading", "data", "expression"),
    "desk": ("door", "word", "expression"),
}
_SHARED_SHARES: dict[Environment, dict[str, int]] = {
    "bot": {"door": 420, "settings": 25, "clinic-yml": 10, "data": 4},
    "desk": {"door": 300, "settings": 10, "clinic-yml": 5, "data": 2},
}


def here() -> Environment:
    """Give the environment that this Python belongs to: Rasa's is 3.10."""
    return "bot" if sys.version_info < (3, 11) else "desk"


def targets() -> dict[str, Target]:
    """Give the targets of this Python's environment, by name."""
    from fuzzing import data_targets, door_target, settings_targets

    environment = here()
    shares = _SHARED_SHARES[environment]
    found = [
        door_target.target(environment, shares["door"]),
        *settings_targets.targets(environment, shares["settings"], shares["clinic-yml"]),
        data_targets.target(environment, shares["data"]),
    ]
    for name in _MODULES[environment]:
        module = import_module(f"fuzzing.{environment}.{name}_targets")
        found += cast(tuple[Target, ...], module.TARGETS)
    return {target.name: target for target in found}
