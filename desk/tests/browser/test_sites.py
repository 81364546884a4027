"""A page that clinic.yml does not name: no chat, and yet phone, crisis lines and the way out."""

import os
from collections.abc import Iterator

import pytest
from clinic_site import ClinicSite, clinic_site
from conftest import NewGuest
from playwright.sync_api import expect
from running_system import RunningSystem
from visitor_page import VisitorPage


@pytest.fixture
def clinic(system: RunningSystem) -> Iterator[ClinicSite]:
    """A site of the clinic's, and a clinic.yml that is as it was afterwards."""
    good = system.clinic.read_text()
    with clinic_site(system.url) as site:
        yield site
    system.clinic.write_text(good)


@pytest.fixture
def expected_complaints() -> list[str]:
    # Chromium's words for it, and Firefox's (as it says them over WebDriver BiDi).
    return ["Access to fetch at", "Failed to load resource", "The Same Origin Policy disallows"]


def set_sites(system: RunningSystem, *sites: str) -> None:
    kept = [line for line in system.clinic.read_text().splitlines() if line[:6] != "sites:"]
    system.clinic.write_text("\n".join([*kept, f"sites: [{', '.join(sites)}]", ""]))
    stamp = system.clinic.stat().st_mtime_ns + 1_000_000
    os.utime(system.clinic, ns=(stamp, stamp))


def test_a_page_that_is_not_named_keeps_phone_and_crisis_lines_and_one_that_is_has_the_chat(
    new_guest: NewGuest, clinic: ClinicSite, system: RunningSystem
) -> None:
    set_sites(system, "https://www.clinic.example")
    guest = new_guest()
    guest.sites.append(clinic.url)
    visitor = VisitorPage(guest, f"{clinic.url}/plain").come().open_chat()
    expect(visitor.unreachable).to_contain_text("We cannot reach the chat right now")
    for href in ("tel:911", "tel:988", "sms:988"):
        expect(visitor.crisis_line.locator(f"a[href='{href}']")).to_be_in_viewport(ratio=1)
    expect(visitor.unreachable.locator("a[href^='tel:']")).to_be_in_viewport(ratio=1)

    # The desk's own page is not another's.
    own = VisitorPage(new_guest()).come().open_chat()
    expect(own.ask("How much does it cost?")).to_contain_text("$450")

    set_sites(system, "https://www.clinic.example", clinic.url)
    visitor.page.reload()
    expect(visitor.panel).to_be_visible()
    expect(visitor.ask("How much does it cost?")).to_contain_text("$450")
