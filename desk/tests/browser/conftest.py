"""One really started system for all browser tests; visitors and staff with browsers of their own.

After every test, each browser's record is looked at: no request went to anybody but the desk,
nothing was complained about on the console, and no content policy was violated.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from browsers import Browsers, launched
from guest import Guest
from inbox_page import InboxPage
from own_page import make_own
from playwright.sync_api import StorageState
from running_system import RunningSystem
from staffed_system import staffed_system
from visitor_page import VisitorPage

NewGuest = Callable[..., Guest]
NewInbox = Callable[..., InboxPage]


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """The system; the tests that stop a part of it wait until it is whole again."""
    with staffed_system(tmp_path_factory.mktemp("nightdesk")) as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browsers]:
    """A browser; ended with its module, since asyncio's own tests cannot run beside it."""
    with launched() as started:
        yield started


@pytest.fixture
def expected_complaints() -> list[str]:
    """Beginnings of what the console may say in a test that breaks something on purpose."""
    return []


@pytest.fixture
def new_guest(
    browser: Browsers, system: RunningSystem, expected_complaints: list[str]
) -> Iterator[NewGuest]:
    """Makes browser profiles, and checks what they asked for and complained about."""
    guests: list[Guest] = []

    def make(**how: object) -> Guest:
        guests.append(Guest(browser, system.url, **how))  # type: ignore[arg-type]
        return guests[-1]

    yield make
    for guest in guests:
        guest.context.close()
    for guest in guests:
        assert guest.requests, "nothing was recorded"
        assert guest.strangers() == []
        expected = tuple(expected_complaints)
        assert [text for text in guest.complaints if not text.startswith(expected)] == []


@pytest.fixture
def visitor(new_guest: NewGuest) -> VisitorPage:
    """A visitor on the demo page, who has not opened the chat."""
    return VisitorPage(new_guest()).come()


@pytest.fixture
def chatting(visitor: VisitorPage) -> VisitorPage:
    """A visitor who has opened the chat."""
    return visitor.open_chat()


@pytest.fixture
def quiet(system: RunningSystem) -> str:
    """Where leaving quickly leads to: a page of the desk itself, so that tests ask nobody else."""
    return f"{system.url}/privacy"


@pytest.fixture
def leaving(new_guest: NewGuest, quiet: str) -> VisitorPage:
    """A visitor on a page from which it leads there, who has opened the chat."""
    guest = new_guest()
    make_own(guest.context, f'data-exit="{quiet}"')
    return VisitorPage(guest).come().open_chat()


@pytest.fixture(scope="session")
def sessions() -> dict[str, StorageState]:
    """The cookies of staff who have signed in: a desk does not let anybody do that too often."""
    return {}


@pytest.fixture
def new_inbox(new_guest: NewGuest, sessions: dict[str, StorageState]) -> NewInbox:
    """Opens the queue for a member of staff, in a browser of their own."""

    def make(username: str, **how: object) -> InboxPage:
        inbox = InboxPage(new_guest(state=sessions.get(username), **how))
        if username in sessions:
            inbox.go_to_queue()
        else:
            inbox.sign_in(username)
            sessions[username] = inbox.guest.context.storage_state()
        return inbox

    return make


@pytest.fixture
def kim(new_inbox: NewInbox) -> InboxPage:
    """Kim of the staff, looking at the queue."""
    return new_inbox("kim")


@pytest.fixture
def noor(new_inbox: NewInbox) -> InboxPage:
    """Noor of the staff, who works beside Kim."""
    return new_inbox("noor")
