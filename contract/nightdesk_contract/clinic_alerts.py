"""Whom the clinic wants told of a hand-over: the addresses under `alerts` in clinic.yml.

A value may hold `${NAME}`, which stands for a variable of the environment: secrets do not belong in
the file. What is found in a wrong value is never shown: it may be a secret.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from nightdesk_contract.outcome import Level
from nightdesk_contract.problems import UNKNOWN_KEY, Problem

KEY = "alerts"

DEFAULT_LEVELS: tuple[Level, ...] = ("P0", "P1")
"""What an address is told of where the clinic does not say."""

SECRET_PREFIX = "whsec_"
SECRET_BYTES = range(24, 65)
"""How long a webhook's secret may be (Standard Webhooks)."""

HIDDEN = "a value that is not shown (it may hold a secret)"

URL_FORM = "an Apprise address such as mailto://… or slack://…, or ${NAME} for a variable"
WEBHOOK_FORM = "an https:// address, or ${NAME} for a variable"
SECRET_FORM = (
    "whsec_ and 24 to 64 bytes in base64, or better ${NAME} for a variable; "
    "two with a space between them while it is being changed"
)

MOST_SECRETS = 3
"""How many secrets a webhook may have at a time: a new one and the old ones that are still read."""

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_APPRISE = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_WEBHOOK = re.compile(r"https://[^\s/?#@]+([/?]\S*)?|http://(127\.0\.0\.1|localhost)(:\d+)?(/\S*)?")


class MissingVariable(LookupError):
    """A value names a variable that the environment does not have; `name` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the variable {name} is not set")
        self.name = name


@dataclass(frozen=True)
class AlertAddress:
    """One address: an Apprise `url`, or a `webhook` with its `secret`; as they stand in the file.

    Take what they come to with `filled`.
    """

    name: str
    url: str = field(default="", repr=False)
    webhook: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    levels: tuple[Level, ...] = DEFAULT_LEVELS


def filled(value: str, environment: Mapping[str, str]) -> str:
    """Give `value` with its variables filled in. Raises MissingVariable for one that is not set."""

    def look_up(found: re.Match[str]) -> str:
        text = environment.get(found[1], "").strip()
        if not text:
            raise MissingVariable(found[1])
        return text

    return _VARIABLE.sub(look_up, value)


def variables(address: AlertAddress) -> list[str]:
    """Give the variables that an address needs, in order."""
    texts = (address.url, address.webhook, address.secret)
    return list(dict.fromkeys(name for text in texts for name in _VARIABLE.findall(text)))


def secret_in_file(address: AlertAddress) -> bool:
    """Say whether a secret seems to stand in the file itself."""
    user_part = re.search(r"://[^/@\s]*:([^/@\s]+)@", address.url)
    password = bool(user_part) and not _VARIABLE.search(user_part[1] if user_part else "")
    return password or any(not _VARIABLE.search(one) for one in address.secret.split())


def is_webhook(value: str) -> bool:
    """Say whether a value with its variables filled in is an address for a webhook.

    Plain http is taken only on this machine itself.
    """
    return _WEBHOOK.fullmatch(value) is not None


def secret_keys(secret: str) -> tuple[bytes, ...]:
    """Give the keys that a webhook's secrets stand for, in order; none where any of them is wrong.

    There are several, with spaces between, while the secret is being changed: the receiver may
    still have an old one.
    """
    keys = [_secret_bytes(one) for one in secret.split()]
    right = tuple(key for key in keys if key is not None)
    return right if len(right) == len(keys) <= MOST_SECRETS else ()


def _secret_bytes(secret: str) -> bytes | None:
    if not secret.startswith(SECRET_PREFIX):
        return None
    try:
        key = base64.b64decode(secret[len(SECRET_PREFIX) :], validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) in SECRET_BYTES else None


def alert_addresses(rows: Sequence[Mapping[str, Any]] | None) -> tuple[AlertAddress, ...]:
    """Give the addresses of checked settings."""
    return tuple(
        AlertAddress(
            **{name: str(row[name]).strip() for name in _TEXTS if name in row},
            levels=tuple(cast(Level, level) for level in sorted(row.get("levels", DEFAULT_LEVELS))),
        )
        for row in rows or ()
    )


def alert_problems(rows: object) -> list[Problem]:
    """Give what is wrong with the addresses beyond what the schema sees."""
    problems: list[Problem] = []
    names: set[str] = set()
    for i, row in enumerate(rows if isinstance(rows, list) else []):
        if not isinstance(row, dict):
            continue
        texts = {name: row[name] for name in _TEXTS if isinstance(row.get(name), str)}
        problems += [replace(p, key=f"{KEY}.{i}.{p.key}") for p in _of_one(row, texts)]
        name = texts.get("name", "").lower()
        if name and name in names:
            found = f"{texts['name']!r} for a second time"
            problems.append(Problem(f"{KEY}.{i}.name", found, "a name of its own for each address"))
        names.add(name)
    return problems


def without_secrets(problem: Problem) -> Problem:
    """Give a problem that does not show what was found where a secret may stand."""
    parts = problem.key.split(".")
    told = problem.found in (UNKNOWN_KEY, "nothing", "None") or problem.found.startswith(_SAFE)
    if parts[0] != KEY or told or (len(parts) > 2 and parts[2] in ("name", "levels")):
        return problem
    return replace(problem, found=HIDDEN)


_TEXTS = ("name", "url", "webhook", "secret")
_BOTH = "url and webhook in one"
_ALONE = "a secret without a webhook"
_SAFE = (_BOTH, _ALONE)
"""What is found, in our own words."""


def _of_one(row: Mapping[str, Any], texts: Mapping[str, str]) -> list[Problem]:
    if "url" in row and "webhook" in row:
        return [Problem("webhook", _BOTH, "one of the two; two addresses for both")]
    if "url" not in row and "webhook" not in row:
        return [Problem("url", "nothing", f"{URL_FORM}; or webhook and secret in its place")]
    problems = []
    if "url" in texts and not _form(texts["url"], _APPRISE.fullmatch(texts["url"].strip())):
        problems.append(Problem("url", HIDDEN, URL_FORM))
    if "webhook" in texts and not _form(texts["webhook"], is_webhook(texts["webhook"].strip())):
        problems.append(Problem("webhook", HIDDEN, WEBHOOK_FORM))
    if "webhook" in row and "secret" not in row:
        problems.append(Problem("secret", "nothing", SECRET_FORM))
    if "url" in row and "secret" in row:
        problems.append(Problem("secret", _ALONE, "nothing: only a webhook has one"))
    elif "secret" in texts and not _secrets(texts["secret"]):
        problems.append(Problem("secret", HIDDEN, SECRET_FORM))
    return problems


def _secrets(text: str) -> bool:
    """Say whether a webhook's secret can be right: one, or several with spaces between."""
    found = text.split()
    return len(found) <= MOST_SECRETS and all(_form(one, secret_keys(one)) for one in found)


def _form(text: str, right: object) -> bool:
    """Say whether a value can be right; one that begins with a variable is judged when filled."""
    stripped = text.strip()
    # What is left of "${" is no name: ${slack-token}.
    if "${" in _VARIABLE.sub("", stripped):
        return False
    return bool(_VARIABLE.match(stripped)) or bool(right)
