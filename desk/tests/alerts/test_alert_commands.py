"""`nightdesk alerts test` and `list`: a drill to each address, and how they stand."""

import json

import pytest
from alerting import SECRET, Receiver, hook, set_alerts

from nightdesk_desk import cli
from nightdesk_desk.settings import Settings


@pytest.fixture(autouse=True)
def _environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIGHTDESK_VAR", str(settings.var))
    monkeypatch.setenv("NIGHTDESK_CLINIC", str(settings.clinic_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("DESK_URL", raising=False)


def rows(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def test_a_drill_to_each_address(
    settings: Settings, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    services = receiver.url.replace("http://", "json://")
    set_alerts(
        settings.clinic_path, [hook("hook", receiver.url), {"name": "chat", "url": services}]
    )
    assert cli.main(["alerts", "test"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "hook  https://127.0.0.1/…  delivered",
        "chat  json://…  delivered",
    ]
    by_hook = [request for request in receiver.received if "webhook-id" in request.headers]
    assert [request.json["data"] for request in by_hook] == [{"drill": True}]
    by_chat = [request for request in receiver.received if "webhook-id" not in request.headers]
    assert by_chat[0].json["title"] == "Drill, Test Clinic"


def test_one_that_fails_is_named_with_its_reason_and_the_status_says_so(
    settings: Settings, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    lacking = hook("lacking", receiver.url) | {"secret": "${NOT_SET_ANYWHERE}"}
    set_alerts(settings.clinic_path, [hook("hook", receiver.url), lacking])
    assert cli.main(["alerts", "test", "--json"]) == 1
    good, bad = rows(capsys)
    assert good == {
        "name": "hook",
        "to": "https://127.0.0.1/…",
        "delivered": True,
        "fault": None,
        "reason": None,
    }
    assert bad["fault"] == "no_variable NOT_SET_ANYWHERE"
    assert "NOT_SET_ANYWHERE is not set" in str(bad["reason"])
    receiver.status = 403
    assert cli.main(["alerts", "test", "hook"]) == 1
    assert "hook  https://127.0.0.1/…  failed: it refused the message (403)" in (
        capsys.readouterr().out
    )


def test_only_those_that_are_named(
    settings: Settings, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    set_alerts(settings.clinic_path, [hook("one", receiver.url), hook("two", receiver.url)])
    assert cli.main(["alerts", "test", "two", "--json"]) == 0
    assert [row["name"] for row in rows(capsys)] == ["two"]
    assert cli.main(["alerts", "test", "three"]) == 2
    assert "no address is called three; there are: one, two" in capsys.readouterr().err
    assert len(receiver.received) == 1


def test_without_addresses_nobody_is_told(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["alerts", "test"]) == 1
    assert "hand-overs wait in the inbox alone" in capsys.readouterr().out
    assert cli.main(["alerts", "list"]) == 0
    assert "hand-overs wait in the inbox alone" in capsys.readouterr().out


def test_settings_that_are_wrong_are_explained(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    set_alerts(settings.clinic_path, [{"name": "a", "url": "hunter2"}])
    for command in ("test", "list"):
        assert cli.main(["alerts", command]) == 1
        said = capsys.readouterr().err
        assert "alerts.0.url" in said
        assert "hunter2" not in said


def test_the_list_shows_no_secret_and_how_each_stands(
    settings: Settings, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    set_alerts(
        settings.clinic_path,
        [hook("hook", receiver.url), {"name": "chat", "url": "slak://hunter2/hunter2/hunter2"}],
    )
    assert cli.main(["alerts", "list", "--json"]) == 1
    hooked, chat = rows(capsys)
    assert (hooked["standing"], hooked["last_sent_at"], hooked["waiting"]) == ("untried", None, 0)
    assert (chat["standing"], chat["fault"], chat["to"]) == (
        "fails",
        "unknown_service slak",
        "slak://…",
    )
    receiver.status = 500
    assert cli.main(["alerts", "test", "hook"]) == 1
    capsys.readouterr()
    assert cli.main(["alerts", "list"]) == 1
    said = capsys.readouterr().out
    assert "fails since" in said.splitlines()[0]
    assert "its server failed (500)" in said.splitlines()[0]
    assert "slak:// is no service that Apprise knows; it knows mailto, slack" in said
    assert "hunter2" not in said
    assert SECRET not in said


def test_a_drill_that_arrives_ends_an_outage(
    settings: Settings, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    set_alerts(settings.clinic_path, [hook("hook", receiver.url)])
    receiver.status = 500
    assert cli.main(["alerts", "test"]) == 1
    receiver.status = 200
    assert cli.main(["alerts", "test"]) == 0
    capsys.readouterr()
    assert cli.main(["alerts", "list", "--json"]) == 0
    [row] = rows(capsys)
    assert (row["standing"], row["failing_since"]) == ("works", None)
    assert row["last_sent_at"]


@pytest.mark.parametrize("arguments", [["alerts", "--help"], ["alerts", "test", "--help"]])
def test_help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 0
    assert "address" in capsys.readouterr().out
