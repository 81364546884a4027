"""The clinic's own files that belong to a backup: what it has set, signed and written itself.

Everything else of the checkout comes from its repository, and the model from a training.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nightdesk_desk.settings import Settings

OWN = ("review.yml", "sources.yml", "cautions.yml", "answers/*.y*ml", "texts/*.y*ml")
"""Under the data folder: signatures, sources, cautions, added answers, the words of the desk."""


class OwnFile(NamedTuple):
    """A file with its name in the archive."""

    name: str
    path: Path


def own_files(settings: Settings) -> Iterator[OwnFile]:
    """Give the files that are there."""
    if settings.clinic_path.is_file():
        yield OwnFile("clinic.yml", settings.clinic_path)
    for pattern in OWN:
        for path in sorted(settings.data.glob(pattern)):
            yield OwnFile(f"data/{path.relative_to(settings.data)}", path)


def differing(restored: Path, settings: Settings) -> list[str]:
    """Give the names of restored files that the ones in use differ from, or that are not there."""
    now = {file.name: file.path for file in own_files(settings)}
    found = []
    for path in sorted(each for each in restored.rglob("*") if each.is_file()):
        name = str(path.relative_to(restored))
        if name not in now or now[name].read_bytes() != path.read_bytes():
            found.append(name)
    return found
