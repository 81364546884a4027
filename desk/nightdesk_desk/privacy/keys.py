"""The keys for what is encrypted in the record: `DESK_ENCRYPTION_KEYS`, the first one encrypts.

An encrypted text is `enc1:` and a Fernet token. Everything else is a text as it stands; one that
begins with either mark is kept behind `txt1:`. So a visitor cannot
write what passes for an encrypted message, and rows from before there were keys stay readable.
"""

import contextlib
import hashlib
import os
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

VARIABLE: Final = "DESK_ENCRYPTION_KEYS"

ENCRYPTED: Final = "enc1:"
_AS_IT_STANDS = "txt1:"
# The first bytes of a token are its version and the zeros of its time.
_TOKEN = re.compile(re.escape(ENCRYPTED) + r"gAAAA[A-Za-z0-9_-]{60,}={0,2}")

UNREADABLE: Final = "[cannot be read: key missing]"
"""What staff see in place of a text whose key is not there."""


class KeysError(ValueError):
    """`DESK_ENCRYPTION_KEYS` cannot be used; the text never holds a key."""


class KeyMissing(ValueError):
    """A text is encrypted with a key that is not among those of the environment."""


class Keys:
    """The keys, none or more. The first encrypts, any of them decrypts."""

    def __init__(self, keys: tuple[str, ...] = ()) -> None:
        """Take Fernet keys. Raises KeysError for one that is none."""
        found = []
        for place, key in enumerate(keys, 1):
            try:
                found.append(Fernet(key))
            except ValueError as error:
                raise KeysError(
                    f"{VARIABLE}: key {place} of {len(keys)} is not a Fernet key (44 characters); "
                    "`nightdesk keys new` makes one"
                ) from error
        self._fernets = found
        self.ids = tuple(key_id(key) for key in keys)
        self._all = MultiFernet(found) if found else None

    @property
    def there(self) -> bool:
        """Whether there is any key, so that what is written is encrypted."""
        return self._all is not None

    def stored(self, text: str) -> str:
        """Give the form in which `text` is kept."""
        if self._all is not None:
            # Half of a surrogate pair cannot be UTF-8; it must not stop a message.
            token = self._all.encrypt(text.encode("utf-8", "surrogatepass"))
            return ENCRYPTED + token.decode("ascii")
        return _AS_IT_STANDS + text if _looks_kept(text) else text

    def read(self, stored: str) -> str:
        """Give the text that is kept as `stored`. Raises KeyMissing when no key fits."""
        if not is_encrypted(stored):
            behind = stored.removeprefix(_AS_IT_STANDS)
            return behind if behind != stored and _looks_kept(behind) else stored
        try:
            if self._all is None:
                raise InvalidToken
            token = stored.removeprefix(ENCRYPTED).encode("ascii")
            return self._all.decrypt(token).decode("utf-8", "surrogatepass")
        except InvalidToken as error:
            raise KeyMissing(UNREADABLE) from error

    def opener(self, stored: str) -> str | None:
        """Give the id of the key that opens an encrypted text; None when none of them does."""
        token = stored.removeprefix(ENCRYPTED).encode("ascii")
        for name, fernet in zip(self.ids, self._fernets, strict=True):
            with contextlib.suppress(InvalidToken):
                fernet.decrypt(token)
                return name
        return None

    def is_first(self, stored: str) -> bool:
        """Say whether `stored` is encrypted with the first key."""
        if not self._fernets or not is_encrypted(stored):
            return False
        try:
            self._fernets[0].decrypt(stored.removeprefix(ENCRYPTED).encode("ascii"))
        except InvalidToken:
            return False
        return True


def is_encrypted(stored: str) -> bool:
    """Say whether a kept text is an encrypted one."""
    return _TOKEN.fullmatch(stored) is not None


def _looks_kept(text: str) -> bool:
    return text.startswith((ENCRYPTED, _AS_IT_STANDS))


def key_id(key: str) -> str:
    """Give the name by which a key can be told from others; it gives nothing of the key away."""
    return hashlib.sha256(b"nightdesk key " + key.encode()).hexdigest()[:8]


def new_key() -> str:
    """Give a new key."""
    return Fernet.generate_key().decode("ascii")


def current(environment: Mapping[str, str] = os.environ) -> Keys:
    """Give the environment's keys. Raises KeysError for one that cannot be used."""
    return _keys(environment.get(VARIABLE, ""))


def first_key(environment: Mapping[str, str] = os.environ) -> str:
    """Give the first key as it is set, empty without any: for secrets that are derived from it."""
    return environment.get(VARIABLE, "").split(",")[0].strip()


@lru_cache(maxsize=8)
def _keys(value: str) -> Keys:
    return Keys(tuple(key for part in value.split(",") if (key := part.strip())))
