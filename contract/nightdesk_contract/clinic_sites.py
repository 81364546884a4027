"""The pages on which the clinic's chat may run: the origins under `sites` in clinic.yml.

An origin is what a browser says of a page that asks the desk for something: scheme, host and port.
Browsers write it in lower case and leave out the port that its scheme has anyway; so do we.
"""

from collections.abc import Iterable, Sequence

from nightdesk_contract.problems import Problem, shown

KEY = "sites"
MOST_PORT = 65535
_USUAL_PORT = {"https": "443", "http": "80"}
_WWW = "www."


def origin_of(site: str) -> str:
    """Give a page's address, "https://WWW.Clinic.example:443/", as a browser says it.

    Takes one that the schema allows: a scheme and a host, with a port and one slash at most.
    """
    scheme, _, rest = site.lower().rstrip("/").partition("://")
    host, _, port = rest.partition(":")
    return f"{scheme}://{host}" + (f":{port}" if port and port != _USUAL_PORT[scheme] else "")


def sites_of(found: Iterable[str] | None) -> tuple[str, ...]:
    """Give the origins of checked settings, each once; none: the chat may run on any page."""
    return tuple(dict.fromkeys(origin_of(site) for site in found or ()))


def site_problems(found: object) -> list[Problem]:
    """Give what a schema cannot see: a port that there is not."""
    sites = found if isinstance(found, list) else []
    return [
        Problem(f"{KEY}.{i}", shown(site), f"a port from 1 to {MOST_PORT}")
        for i, site in enumerate(sites)
        if isinstance(site, str) and _port(site) > MOST_PORT
    ]


def site_warnings(sites: Sequence[str], mode: str) -> list[str]:
    """Give what is allowed and yet may be a slip.

    A page that has been forgotten is the worse one: its visitors are turned away.
    """
    if not sites:
        text = "unset: any web page can put the chat on itself as if it were its own"
        return [text] if mode == "live" else []
    twins = {site: _twin(site) for site in sites}
    return [
        f"{site} is named and {twin} is not: if the clinic's pages open there too, visitors "
        "get no chat on them"
        for site, twin in twins.items()
        if twin and twin not in sites
    ]


def _port(site: str) -> int:
    digits = site.rstrip("/").rpartition(":")[2]
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def _twin(site: str) -> str:
    """Give the same site with "www." or without it; nothing where few would have both."""
    scheme, _, host = site.partition("://")
    if host.startswith(_WWW):
        return f"{scheme}://{host.removeprefix(_WWW)}"
    name, _, ending = host.partition(":")[0].rpartition(".")
    plain = name and "." not in name and not ending.isdigit()
    return f"{scheme}://{_WWW}{host}" if plain else ""
