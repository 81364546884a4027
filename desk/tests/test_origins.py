"""From whose pages a browser may ask the desk for something."""

import pytest

from nightdesk_desk.origins import may_act_in_the_inbox, may_use_the_chat, own_origins

SITES = ("https://www.clinic.example", "https://clinic.example:8443")
OWN = own_origins("https", "desk.clinic.example")


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (None, True),
        ("https://www.clinic.example", True),
        ("https://clinic.example:8443", True),
        ("https://desk.clinic.example", True),
        ("null", False),
        ("", False),
        ("https://clinic.example", False),
    ],
)
def test_named_pages_and_the_desks_own_use_the_chat(origin: str | None, allowed: bool) -> None:
    assert may_use_the_chat(origin, SITES, OWN) is allowed
    assert may_use_the_chat(origin, (), OWN)


@pytest.mark.parametrize(
    ("fetch_site", "origin", "allowed"),
    [
        (None, None, True),
        ("same-origin", "null", True),
        ("none", None, True),
        # What the browser says goes before what can be told by the host: a proxy may change that.
        ("same-origin", "https://elsewhere.example", True),
        ("same-site", "https://desk.clinic.example", False),
        ("cross-site", None, False),
        ("", None, False),
        (None, "null", True),
        (None, "https://desk.clinic.example", True),
        (None, "https://www.clinic.example", False),
        (None, "http://desk.clinic.example", False),
    ],
)
def test_only_the_inboxs_own_pages_act_in_it(
    fetch_site: str | None, origin: str | None, allowed: bool
) -> None:
    assert may_act_in_the_inbox("POST", fetch_site, origin, OWN) is allowed
    assert may_act_in_the_inbox("DELETE", fetch_site, origin, OWN) is allowed
    assert may_act_in_the_inbox("GET", fetch_site, origin, OWN)


def test_the_desks_own_origins() -> None:
    assert own_origins("https", "Desk.example:443") == {"https://desk.example"}
    assert own_origins("http", "desk.example:8000") == {
        *("http://desk.example:8000", "https://desk.example:8000"),
    }
    assert own_origins("https", "", "") == frozenset()
    assert own_origins("https", "10.0.0.7", "https://desk.example/under/", "") == {
        *("https://10.0.0.7", "https://desk.example"),
    }
