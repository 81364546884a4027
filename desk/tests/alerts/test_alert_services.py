"""What arrives at the services that a clinic uses: level, waiting time and link, and no more.

Mail goes to a real mail server. Slack, Teams, Twilio and PagerDuty have one host each, which no
address of Apprise's can change: here that host alone is put in place.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
from alerting import Receiver
from apprise.manager_plugins import NotificationManager
from apprise.plugins import pagerduty
from mail_server import MailServer
from nightdesk_contract.clinic_alerts import AlertAddress

from nightdesk_desk.alerts import content, faults
from nightdesk_desk.alerts.faults import Fault
from nightdesk_desk.alerts.sending import Sender
from nightdesk_desk.models import now

LINK = "https://desk.example/inbox/conversations/c_aB-1_x*y_z"


def alert() -> content.Message:
    at = now()
    opened_at = at - timedelta(minutes=3)
    conversation = LINK.rpartition("/")[2]
    desk = "https://desk.example"
    return content.of_handover("Ana & Zoé", "P0", "crisis", opened_at, at, 2, conversation, desk)


async def sent(url: str) -> Fault | None:
    sender = Sender({})
    try:
        return await sender.send(AlertAddress("a", url=url), alert(), "msg_1")
    finally:
        await sender.close()


@pytest.fixture
def mail() -> Iterator[MailServer]:
    made = MailServer()
    yield made
    made.close()


def mailto(mail: MailServer) -> str:
    return f"mailto://127.0.0.1:{mail.port}?from=desk@clinic.example&to=ann@clinic.example"


async def test_a_mail(mail: MailServer) -> None:
    assert await sent(mailto(mail)) is None
    [found] = mail.mails
    assert mail.recipients == ["ann@clinic.example"]
    assert found["subject"] == "P0 Emergency, Ana & Zoé"
    body = found.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines()[:3] == [
        "May be in crisis or unsafe.",
        "Waiting 3 min. To be seen within 2 min.",
        LINK,
    ]


async def test_a_mail_that_is_refused(mail: MailServer) -> None:
    mail.refuses = True
    assert await sent(mailto(mail)) == Fault("failed")
    assert not mail.mails


def service(name: str) -> Any:
    return NotificationManager()[name]


async def test_slack(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver.status, receiver.answer = 200, b"ok"
    monkeypatch.setattr(service("slack"), "webhook_url", receiver.url)
    url = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7/#front-desk"
    assert await sent(url) is None
    told(receiver.received[0].json)


async def test_teams(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver.status = 202
    post = requests.post
    # It speaks TLS alone.
    monkeypatch.setattr(
        requests, "post", lambda url, **how: post(url.replace("https", "http", 1), **how)
    )
    url = receiver.url.replace("http://", "workflows://").replace("/in", "/flow/signature")
    assert await sent(url) is None
    told(receiver.received[0].json)
    # Such a card shows Markdown: the link is one, whatever stands in it.
    assert f"[Open the inbox.]({LINK})" in "".join(_texts(receiver.received[0].json))


async def test_a_text_message(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver.status = 201
    monkeypatch.setattr(service("twilio"), "notify_sms_url", receiver.url)
    assert await sent(f"twilio://AC{'a' * 32}:{'b' * 32}@15555550100/15555550101") is None
    told(dict(parse_qsl(receiver.received[0].body.decode())))


async def test_a_pager(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver.status = 202
    monkeypatch.setitem(pagerduty.PAGERDUTY_API_LOOKUP, pagerduty.PagerDutyRegion.US, receiver.url)
    assert await sent(f"pagerduty://{'a' * 32}@{'b' * 20}") is None
    told(receiver.received[0].json)


def test_each_service_that_a_fault_names_is_one() -> None:
    named = faults.SERVICES.partition(" and others")[0].split(", ")
    assert len(named) > 3
    for one in named:
        assert one.split()[0] in NotificationManager()


def told(request: object) -> None:
    """Check that whoever reads it reads what matters, as it was written."""
    texts = "\n".join(_texts(request))
    for words in ("P0 Emergency", "Waiting 3 min. To be seen within 2 min.", LINK):
        assert words in texts


def _texts(found: object) -> Iterator[str]:
    if isinstance(found, dict):
        found = list(found.values())
    if isinstance(found, list):
        for one in found:
            yield from _texts(one)
    elif isinstance(found, str):
        yield found
