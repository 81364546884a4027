"""Which topic an intent is about: a pure reading of its name."""


def topic_of(intent: str | None, group: str) -> str:
    """Give the topic of an intent `<group>_<topic>`. Raises ValueError for any other intent."""
    prefix = f"{group}_"
    if not intent or not intent.startswith(prefix):
        raise ValueError(f"not an intent of {group}")
    return intent[len(prefix) :]
