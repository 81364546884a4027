"""What a measurement ran on, without names of hosts or folders."""

import os
import platform
from importlib.metadata import version

PACKAGES = ("rasa", "tensorflow", "scikit-learn", "onnxruntime", "numpy")


def machine() -> dict[str, int | str]:
    """Give the cores that this process may use, the memory in GiB, and the architecture."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on a Mac
        cores = os.cpu_count() or 1
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": cores,
        "memory_gib": round(memory / 2**30),
        "architecture": f"{platform.system()} {platform.machine()}",
    }


def versions() -> dict[str, str]:
    """Give the versions of Python and of the libraries that the figures depend on."""
    return {"Python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
