"""What is looked at before the desk serves: whether it can read what it has stored."""

from nightdesk_desk.db import Database
from nightdesk_desk.privacy import keys
from nightdesk_desk.privacy.rotation import any_encrypted

NO_KEY = (
    f"The record holds encrypted messages, and {keys.VARIABLE} is not set: set it to the keys that "
    "they were encrypted with (docs/privacy.md)."
)


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
