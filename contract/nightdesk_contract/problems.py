"""What is wrong in a file that people edit: the key, what was found there, what is allowed."""

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import jsonschema

UNKNOWN_KEY = "an unknown key"
"""What is found where a key stands that the schema does not have."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a file: the key, what was found there, what is allowed.

    `hint` is the key that was probably meant, where an unknown one is near to it.
    """

    key: str
    found: str
    allowed: str
    line: int | None = None
    hint: str = ""

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        meant = f"; did you mean {self.hint}?" if self.hint else ""
        return f"{where}{self.key}: found {self.found}; allowed: {self.allowed}{meant}"


def schema_problems(row: Mapping[str, Any] | Sequence[Any], schema: str) -> list[Problem]:
    """Give what a schema of this package (its file name) has against `row`, in the file's order."""
    text = resources.files(__package__).joinpath(schema).read_text(encoding="utf-8")
    errors = jsonschema.Draft7Validator(json.loads(text)).iter_errors(row)
    return [problem for error in errors for problem in _problems(error)]


def nearest(name: str, allowed: Iterable[str]) -> str:
    """Give the allowed name that is written most like `name`; empty when none is near."""
    plain = name.strip().lower().replace("-", "_").replace(" ", "_")
    names = {known.lower(): known for known in allowed}
    near = difflib.get_close_matches(plain, list(names), n=1, cutoff=_NEAR)
    return names[near[0]] if near else ""


_NEAR = 0.65
"""How alike two names must be (0 to 1): "fone" is like "phone", "weather" like no topic."""


def shown(value: object) -> str:
    """Give a value as a message may show it: short."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def kind_of(value: object) -> str:
    """Give what sort of value stands there, in words."""
    return "nothing" if value is None else f"a {type(value).__name__}"


def _problems(error: "jsonschema.ValidationError") -> list[Problem]:
    key = ".".join(str(part) for part in error.absolute_path) or "(whole file)"
    schema: Any = error.schema
    instance: Any = error.instance
    if error.validator == "required":
        missing = [name for name in schema["required"] if name not in instance]
        inside = "" if key == "(whole file)" else f"{key}."
        names = ", ".join(f"{inside}{name}" for name in missing)
        return [Problem(names, "nothing", "a value: it is needed")]
    if error.validator == "additionalProperties":
        known = schema["properties"]
        inside = "" if key == "(whole file)" else f"{key}."
        unknown = [str(name) for name in instance if name not in known]
        return [
            Problem(
                f"{inside}{name}",
                UNKNOWN_KEY,
                ", ".join(known),
                hint=inside + near if (near := nearest(name, known)) else "",
            )
            for name in unknown
        ]
    allowed = schema.get("description") or (
        " or ".join(schema["enum"]) if "enum" in schema else error.message.split(" is ")[-1]
    )
    if error.validator == "pattern" and "description" not in schema:
        allowed = f"text of the form {schema['pattern']}"
    if error.validator == "type" and "description" not in schema:
        allowed = f"a value of type {schema['type']}"
    return [Problem(key, shown(instance), allowed)]
