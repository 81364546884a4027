"""What is wrong in a file that people edit: the key, what was found there, what is allowed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import jsonschema


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a file: the key, what was found there, what is allowed."""

    key: str
    found: str
    allowed: str
    line: int | None = None

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.key}: found {self.found}; allowed: {self.allowed}"


def schema_problems(row: Mapping[str, Any] | Sequence[Any], schema: str) -> list[Problem]:
    """Give what a schema of this package (its file name) has against `row`, in the file's order."""
    text = resources.files(__package__).joinpath(schema).read_text(encoding="utf-8")
    errors = jsonschema.Draft7Validator(json.loads(text)).iter_errors(row)
    return [_problem(error) for error in errors]


def shown(value: object) -> str:
    """Give a value as a message may show it: short."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def kind_of(value: object) -> str:
    """Give what sort of value stands there, in words."""
    return "nothing" if value is None else f"a {type(value).__name__}"


def _problem(error: "jsonschema.ValidationError") -> Problem:
    key = ".".join(str(part) for part in error.absolute_path) or "(whole file)"
    schema: Any = error.schema
    instance: Any = error.instance
    if error.validator == "required":
        missing = [name for name in schema["required"] if name not in instance]
        inside = "" if key == "(whole file)" else f"{key}."
        names = ", ".join(f"{inside}{name}" for name in missing)
        return Problem(names, "nothing", "a value: it is needed")
    if error.validator == "additionalProperties":
        unknown = [str(k) for k in instance if k not in schema["properties"]]
        return Problem(
            ", ".join(f"{key}.{k}" if key != "(whole file)" else k for k in unknown),
            "an unknown key",
            ", ".join(schema["properties"]),
        )
    allowed = schema.get("description") or (
        " or ".join(schema["enum"]) if "enum" in schema else error.message.split(" is ")[-1]
    )
    if error.validator == "pattern" and "description" not in schema:
        allowed = f"text of the form {schema['pattern']}"
    if error.validator == "type" and "description" not in schema:
        allowed = f"a value of type {schema['type']}"
    return Problem(key, shown(instance), allowed)
