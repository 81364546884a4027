"""Small secrets that are kept in the record, such as those of one-time passwords.

Keep them in a column of the type `EncryptedText` where that is possible: it does this by itself.
"""

from nightdesk_desk.privacy import keys

KeyMissing = keys.KeyMissing


def encrypt(text: str) -> str:
    """Give the form in which `text` is kept: encrypted where the environment has a key."""
    return keys.current().stored(text)


def decrypt(stored: str) -> str:
    """Give the text that is kept as `stored`. Raises KeyMissing when no key fits."""
    return keys.current().read(stored)
