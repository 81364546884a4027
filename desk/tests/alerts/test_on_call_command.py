"""`nightdesk alerts on-call`: who is on call now, and in the next weeks."""

import json
from typing import Any

import pytest
from alerting import hook, set_alerts

from nightdesk_desk import cli
from nightdesk_desk.settings import Settings

PEOPLE = [
    {"name": "Ann", "addresses": ["ann phone"]},
    {"name": "Bo", "addresses": ["bo phone", "gone"]},
    {"name": "Cy", "addresses": []},
]
ROTA = {"from": "2026-11-23", "first": ["ann", "bo", "cy"]}


@pytest.fixture(autouse=True)
def _environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIGHTDESK_CLINIC", str(settings.clinic_path))
    monkeypatch.setenv("NIGHTDESK_VAR", str(settings.var))


def set_people(settings: Settings, **on_call: Any) -> None:
    addresses = [hook("ann phone", "https://a.example/"), hook("bo phone", "https://b.example/")]
    set_alerts(settings.clinic_path, addresses, on_call={"people": PEOPLE, **on_call})


def test_who_is_on_call_then_and_how_they_are_reached(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    set_people(settings, rota=ROTA, lead="bo")
    assert cli.main(["alerts", "on-call", "--at", "2026-11-24T21:30", "--weeks", "3"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "On call at Tue 2026-11-24 21:30:",
        "  first    Ann  (ann phone)",
        "  backup   Bo  (bo phone)",
        "  lead     Bo  (bo phone)",
        "",
        "Weeks:",
        "  Mon 2026-11-23 09:00 to Mon 2026-11-30 09:00  Ann, backup Bo",
        "  Mon 2026-11-30 09:00 to Mon 2026-12-07 09:00  Bo, backup Cy",
        "  Mon 2026-12-07 09:00 to Mon 2026-12-14 09:00  Cy, backup Ann",
    ]


def test_json_and_a_day_means_from_the_hour_of_change_on(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    set_people(settings, rota=ROTA, change_hour=7)
    words = ["alerts", "on-call", "--at", "2026-11-30", "--weeks", "1", "--json"]
    assert cli.main(words) == 0
    assert json.loads(capsys.readouterr().out) == {
        "at": "2026-11-30T07:00:00-06:00",
        "on_call": [
            {"role": "first", "name": "Bo", "addresses": ["bo phone"]},
            {"role": "backup", "name": "Cy", "addresses": []},
        ],
        "weeks": [
            {
                "from": "2026-11-30T07:00:00-06:00",
                "until": "2026-12-07T07:00:00-06:00",
                "first": "Bo",
                "backup": "Cy",
            }
        ],
    }


def test_nobody_or_nobody_in_reach_is_said_by_the_status(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    set_people(settings, rota=ROTA)
    assert cli.main(["alerts", "on-call", "--at", "2026-11-20"]) == 1
    out = capsys.readouterr().out
    assert "  nobody\n" in out
    assert "to Mon 2026-11-23 09:00  NOBODY, no backup" in out
    set_people(settings, rota={"from": "2026-11-23", "first": "cy"})
    assert cli.main(["alerts", "on-call", "--at", "2026-11-24"]) == 1
    assert "first    Cy  (NO ADDRESS REACHES THEM)" in capsys.readouterr().out


def test_without_a_rota(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["alerts", "on-call"]) == 1
    assert "No `on_call`" in capsys.readouterr().out
    assert cli.main(["alerts", "on-call", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) is None


@pytest.mark.parametrize(
    "words", [["--at", "soon"], ["--at", "2026-02-30"], ["--weeks", "0"], ["--weeks", "x"]]
)
def test_wrong_use(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["alerts", "on-call", *words])
    assert caught.value.code == 2
    assert repr(words[1]) in capsys.readouterr().err


def test_the_list_of_addresses_says_whose_they_are(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    set_people(settings, rota=ROTA)
    assert cli.main(["alerts", "list"]) == 0
    assert "ann phone  https://a.example/…  Ann, when on call  none yet" in capsys.readouterr().out
