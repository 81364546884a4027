"""From whose pages a browser may ask the desk for something.

A browser says with a request from a script, and with every form, which page it is from (`Origin`),
and newer ones how far away that page is (`Sec-Fetch-Site`). A program that is no browser's page
says nothing and is held up by nothing here: it could write what it likes. What stands here keeps
other people's web pages from acting with the browsers of those who look at them.
"""

from collections.abc import Collection

_USUAL_PORT = {"http": "80", "https": "443"}
_CHANGES_NOTHING = ("GET", "HEAD", "OPTIONS")
_FROM_HERE = ("same-origin", "none")
"""What Sec-Fetch-Site says of the desk's own pages, and of what somebody typed or pressed."""


def may_use_the_chat(origin: str | None, sites: Collection[str], own: Collection[str]) -> bool:
    """Say whether a page may use the visitor's API.

    `origin` is what the browser says, None where it says nothing. `sites` are the origins that the
    clinic has named; none of them: any page may. `own` are those of the desk's own pages.
    """
    return origin is None or not sites or origin in sites or origin in own


def may_act_in_the_inbox(
    method: str, fetch_site: str | None, origin: str | None, own: Collection[str]
) -> bool:
    """Say whether a request for the desk's own pages and forms may be from the page it is from.

    Beside the CSRF token, not in its place. "null" is let through: without a referrer, browsers
    say that of the inbox's own forms too.
    """
    if method in _CHANGES_NOTHING:
        return True
    if fetch_site is not None:
        return fetch_site in _FROM_HERE
    return origin is None or origin == "null" or origin in own


def own_origins(scheme: str, host: str, *addresses: str) -> frozenset[str]:
    """Give the origins of the desk's own pages: that of this request, and of its `addresses`.

    `host` is the request's own; `addresses` are where staff reach the desk, as it is set. Behind a
    proxy that is not named, a page with TLS asks without it as far as the desk can tell.
    """
    schemes = ("http", "https") if scheme == "http" else (scheme,)
    found = [*(f"{each}://{host}" for each in schemes), *addresses]
    return frozenset(origin for each in found if (origin := _origin(each)) is not None)


def _origin(address: str) -> str | None:
    scheme, separator, rest = address.lower().partition("://")
    host, colon, port = rest.partition("/")[0].rpartition(":")
    if not colon or not port.isdigit():
        host, port = rest.partition("/")[0], ""
    if not separator or not host:
        return None
    return f"{scheme}://{host}" + (f":{port}" if port and port != _USUAL_PORT.get(scheme) else "")
