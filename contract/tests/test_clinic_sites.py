"""On which pages the chat may run."""

import pytest

from contract.tests.good_clinic import GOOD
from nightdesk_contract.clinic import ClinicError, parse_clinic
from nightdesk_contract.clinic_sites import site_warnings, sites_of


def problem_of(sites: object) -> tuple[str, str]:
    with pytest.raises(ClinicError) as caught:
        parse_clinic({**GOOD, "sites": sites})
    (problem,) = caught.value.problems
    return problem.key, problem.allowed


def test_left_out_it_may_run_anywhere():
    assert parse_clinic(GOOD).sites == ()


@pytest.mark.parametrize(
    ("written", "said_by_browsers"),
    [
        ("https://www.clinic.example", "https://www.clinic.example"),
        ("https://WWW.Clinic.Example/", "https://www.clinic.example"),
        ("https://clinic.example:443", "https://clinic.example"),
        ("https://clinic.example:8443/", "https://clinic.example:8443"),
        ("https://xn--clnica-4va.example", "https://xn--clnica-4va.example"),
        ("https://192.0.2.7", "https://192.0.2.7"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1:80/", "http://127.0.0.1"),
    ],
)
def test_a_site_is_kept_as_browsers_say_it(written, said_by_browsers):
    assert parse_clinic({**GOOD, "sites": [written, written]}).sites == (said_by_browsers,)


@pytest.mark.parametrize(
    "site",
    [
        *("clinic.example", "http://clinic.example", "HTTPS://clinic.example", "//clinic.example"),
        *("https://*.clinic.example", "*", "null", "", "https://", "https://clinic.example."),
        *("https://clinic.example/chat", "https://clinic.example//", "https://clinic.example?x"),
        *("https://me@clinic.example", "https://clínica.example", "https://clinic.example:0"),
        *("https://clinic .example", "https://-clinic.example", "https://clinic..example"),
        *("https://clinic.example\n", "http://localhost.evil.example"),
        *("file:///page.html", None, 7, ["https://clinic.example"]),
    ],
    ids=repr,
)
def test_what_is_no_site_is_named(site):
    key, allowed = problem_of(["https://clinic.example", site])
    assert key == "sites.1"
    assert "https:// and the whole host" in allowed


def test_a_port_that_there_is_not():
    assert problem_of(["https://clinic.example:65536"]) == ("sites.0", "a port from 1 to 65535")


@pytest.mark.parametrize("sites", [[], "https://clinic.example", {}, None], ids=repr)
def test_an_empty_list_is_no_way_to_say_any_page_or_none(sites):
    key, allowed = problem_of(sites)
    assert key == "sites"
    assert "leave the key out for any page" in allowed


@pytest.mark.parametrize(
    ("sites", "mode", "warned"),
    [
        ([], "demo", ""),
        ([], "live", "any web page"),
        (["https://clinic.example"], "live", "https://www.clinic.example is not"),
        (["https://www.clinic.example"], "live", "https://clinic.example is not"),
        (["https://www.clinic.example:8443"], "demo", "https://clinic.example:8443 is not"),
        (["https://www.clinic.example", "https://clinic.example"], "live", ""),
        (["https://book.clinic.example"], "live", ""),
        (["https://192.0.2.7", "http://127.0.0.1:8000", "http://localhost:1"], "live", ""),
    ],
)
def test_what_may_be_a_slip(sites, mode, warned):
    found = site_warnings(sites_of(sites), mode)
    assert len(found) == bool(warned)
    assert warned in "".join(found)
