"""What became of every alert is in the audit record, by the address's name and without its URL."""

import json
from datetime import timedelta

import pytest
from alerting import Receiver, hand_over, make_due, rows, set_alerts, work
from sqlalchemy import select, update

from nightdesk_desk import cli
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.desk import Desk
from nightdesk_desk.models import Alert, now
from nightdesk_desk.settings import Settings


async def noted(desk: Desk) -> list[tuple[str, str | None, object, object]]:
    query = select(AuditEntry).where(AuditEntry.kind.like("alert%")).order_by(AuditEntry.number)
    async with desk.db.read() as session:
        entries = list(await session.scalars(query))
    assert all(entry.username is None for entry in entries)
    said = [json.loads(entry.details) for entry in entries]
    return [(e.kind, e.about, d["tries"], d["fault"]) for e, d in zip(entries, said, strict=True)]


async def test_each_try_is_noted_with_what_became_of_it(desk: Desk, receiver: Receiver) -> None:
    receiver.status = 503
    _, handover_id = await hand_over(desk)
    await work(desk)
    receiver.status = 200
    await make_due(desk)
    await work(desk)
    assert await noted(desk) == [
        ("alert_failed", "hook", 1, "server 503"),
        ("alert_sent", "hook", 2, None),
    ]
    async with desk.db.read() as session:
        texts = list(await session.scalars(select(AuditEntry.details)))
    assert receiver.url not in "".join(texts)
    assert f'"handover":{handover_id},"level":"P1"' in "".join(texts)


async def test_giving_up_is_noted(desk: Desk, receiver: Receiver) -> None:
    receiver.status = 500
    await hand_over(desk)
    async with desk.db.write() as session:
        await session.execute(update(Alert).values(created_at=now() - timedelta(hours=24)))
    await work(desk)
    assert await noted(desk) == [("alert_given_up", "hook", 1, "server 500")]


async def test_one_whose_address_is_gone_is_given_up(
    desk: Desk, settings: Settings, receiver: Receiver
) -> None:
    await hand_over(desk)
    set_alerts(settings.clinic_path, [])
    await work(desk)
    assert [row.state for row in await rows(desk)] == ["given_up"]
    assert [kind for kind, *_ in await noted(desk)] == ["alert_given_up"]


def test_a_drill_is_an_act_of_the_command_line(
    settings: Settings,
    receiver: Receiver,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("NIGHTDESK_VAR", str(settings.var))
    monkeypatch.setenv("NIGHTDESK_CLINIC", str(settings.clinic_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert cli.main(["alerts", "test"]) == 0
    capsys.readouterr()
    assert cli.main(["audit", "list", "--kind", "alert_drill", "--json"]) == 0
    [row] = json.loads(capsys.readouterr().out)
    assert (row["who"], row["about"]) == ("command line", "hook")
    assert row["details"]["delivered"] is True
