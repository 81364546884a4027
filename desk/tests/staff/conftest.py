"""What the inbox's tests share."""

from inbox_in_process import (
    _cheap_hashes,
    address,
    app,
    browser,
    calls,
    desk,
    settings,
    sign_in,
)

__all__ = ["_cheap_hashes", "address", "app", "browser", "calls", "desk", "settings", "sign_in"]
