"""`make sbom`: everything that Nightdesk is made of, as CycloneDX 1.6 JSON.

From the lock files of both environments, the widget's npm lock and the record of vendored scripts.
The same repository gives the same file: no moment and no random number is in it unless asked for.
"""

import argparse
import base64
import sys
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from supply.locks import (
    BOT,
    BOT_CHECKS,
    DESK,
    DESK_CHECKS,
    NPM_LOCK,
    ROOT,
    SET_UP_LOCK,
    Locked,
    LockedScript,
    load_lock,
    load_npm_lock,
)
from supply.vendored import RECORD, Vendored, hash_of, load_vendored

OUTPUT = ROOT / "build" / "sbom" / "nightdesk.cdx.json"
LOCKS = ((BOT, BOT_CHECKS), (DESK, DESK_CHECKS))
_LICENCES = LicenseFactory()
_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # RFC 4122: names that are addresses
_NAME = "nightdesk"


def build(root: Path = ROOT, version: str = "0.1.0") -> Bom:
    """Give the bill of materials of a checkout. Raises OSError, LockError, ValueError."""
    bom = Bom()
    whole = Component(name=_NAME, version=version, type=ComponentType.APPLICATION, bom_ref=_NAME)
    bom.metadata.component = whole
    parts: list[Component] = []
    for running, checks in LOCKS:
        used = load_lock(running, root)
        parts += python_components(running, used.values(), ComponentScope.REQUIRED)
        only = [row for name, row in load_lock(checks, root).items() if name not in used]
        parts += python_components(checks, only, ComponentScope.EXCLUDED)
    set_up = load_lock(SET_UP_LOCK, root).values()
    parts += python_components(SET_UP_LOCK, set_up, ComponentScope.EXCLUDED)
    vendored = load_vendored(root)
    shipped = {name for row in vendored for name in row.built_from}
    scripts = npm_components(load_npm_lock(root), shipped)
    parts += scripts.values()
    bom.components.update(parts)
    needed = [part for part in parts if part.scope is ComponentScope.REQUIRED]
    for row in vendored:
        file = file_component(row, hash_of(root / row.file))
        bom.components.add(file)
        needed.append(file)
        inside = [part for part in scripts.values() if part.name in row.built_from]
        bom.register_dependency(file, inside)
    bom.register_dependency(whole, needed)
    return bom


def python_components(lock: str, rows: Iterable[Locked], scope: ComponentScope) -> list[Component]:
    """Give the packages of a lock file; those that only checks use are `excluded`."""
    return [
        Component(
            name=row.name,
            version=row.version,
            type=ComponentType.LIBRARY,
            scope=scope,
            purl=PackageURL("pypi", name=row.name, version=row.version),
            bom_ref=f"{lock}#{row.name}@{row.version}",
            properties=[
                Property(name="nightdesk:lock", value=lock),
                # Of several files, one for each machine: no hash of the package as such.
                *(Property(name="nightdesk:file-sha256", value=sha) for sha in row.sha256),
            ],
        )
        for row in rows
    ]


def npm_components(rows: Mapping[str, LockedScript], shipped: set[str]) -> dict[str, Component]:
    """Give the packages of the widget's lock by their place; those in the bundle are `required`."""
    found = {}
    for place, row in rows.items():
        group, _, name = row.name.rpartition("/")
        scope = ComponentScope.REQUIRED if row.name in shipped else ComponentScope.EXCLUDED
        digest = base64.b64decode(row.sha512).hex()
        found[place] = Component(
            name=row.name,
            version=row.version,
            type=ComponentType.LIBRARY,
            scope=scope,
            purl=PackageURL("npm", namespace=group or None, name=name, version=row.version),
            bom_ref=f"{NPM_LOCK}#{place}@{row.version}",
            hashes=[HashType(alg=HashAlgorithm.SHA_512, content=digest)] if digest else [],
            licenses=[_LICENCES.make_from_string(row.licence)] if row.licence else [],
            properties=[Property(name="nightdesk:lock", value=NPM_LOCK)],
        )
    return found


def file_component(row: Vendored, sha256: str) -> Component:
    """Give a script that lies in the repository, with its hash."""
    return Component(
        name=row.name,
        version=row.version,
        type=ComponentType.FILE,
        scope=ComponentScope.REQUIRED,
        bom_ref=f"{RECORD}#{row.file}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256)],
        licenses=[_LICENCES.make_from_string(row.licence)],
        properties=[Property(name="nightdesk:file", value=row.file)],
    )


def written(bom: Bom, moment: datetime | None = None) -> str:
    """Give the bill as JSON. Without a `moment` it has the same bytes for the same contents.

    Raises ValueError where it does not fit CycloneDX's schema.
    """
    bom.metadata.timestamp = moment or datetime(2000, 1, 1, tzinfo=timezone.utc)
    bom.serial_number = uuid.uuid4() if moment else uuid.UUID(int=0)
    if moment is None:
        # Its number is a hash of all the rest.
        bom.serial_number = uuid.uuid5(_NAMESPACE, JsonV1Dot6(bom).output_as_string())
    text = JsonV1Dot6(bom).output_as_string(indent=2)
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if wrong is not None:
        raise ValueError(f"not CycloneDX 1.6: {wrong}")
    return text + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the bill; gives 0, or 1 where it cannot be made."""
    parser = argparse.ArgumentParser(prog="make sbom", description=__doc__)
    parser.add_argument(
        "--output", type=Path, default=OUTPUT, help="file to write, - for the screen"
    )
    parser.add_argument(
        "--dated", action="store_true", help="with today's moment and a number of its own"
    )
    asked = parser.parse_args(arguments)
    moment = datetime.now(timezone.utc) if asked.dated else None
    try:
        bom = build()
        text = written(bom, moment)
        if str(asked.output) == "-":
            print(text, end="")
            return 0
        asked.output.parent.mkdir(parents=True, exist_ok=True)
        asked.output.write_text(text, encoding="utf-8")
    except (OSError, ValueError, KeyError) as error:
        print(f"the bill of materials could not be made: {error}", file=sys.stderr)
        return 1
    print(f"{asked.output}: {len(bom.components)} components")
    return 0


if __name__ == "__main__":
    sys.exit(main())
