"""What is looked at before the desk serves: whether it can read what it has stored."""

import logging

from sqlalchemy.exc import SQLAlchemyError

from nightdesk_desk.db import Database
from nightdesk_desk.privacy import keys
from nightdesk_desk.privacy.rotation import any_encrypted, none_opens

NO_KEY = (
    f"The record holds encrypted messages, and {keys.VARIABLE} is not set: set it to the keys that "
    "they were encrypted with (docs/privacy.md)."
)

WRONG_KEYS = (
    f"None of the keys in {keys.VARIABLE} opens what the record holds encrypted: earlier messages "
    "cannot be read until the right key is there as well (docs/privacy.md)."
)

logger = logging.getLogger(__name__)


class KeyCheck:
    """Whether the keys are those of the record, as it was when the desk started.

    With wrong ones the desk serves all the same: a visitor in need is worth more than old texts.
    """

    def __init__(self) -> None:
        self.wrong = False

    async def look(self, db: Database) -> None:
        """Try the keys on a sample of the record; an error in the log says when none fits."""
        current = keys.current()
        try:
            self.wrong = current.there and await none_opens(db, current)
        except (SQLAlchemyError, OSError) as error:
            logger.error("the encryption keys could not be tried: %s", type(error).__name__)
        if self.wrong:
            logger.error(WRONG_KEYS)


async def why_not_to_start(url: str) -> str | None:
    """Give why the desk must not serve the database at `url`, or None.

    Raises KeysError for keys that cannot be used.
    """
    if keys.current().there:
        return None
    db = Database(url)
    try:
        return NO_KEY if await any_encrypted(db) else None
    finally:
        await db.close()
