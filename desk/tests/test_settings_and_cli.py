"""Settings from the environment, and the command line."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from running_system import free_ports

from nightdesk_desk.cli import main
from nightdesk_desk.settings import PROJECT_ROOT, Settings, SettingsError, database_url


def test_the_defaults() -> None:
    found = Settings.from_environment({})
    assert (found.host, found.port, found.rasa_url) == (
        "127.0.0.1",
        8000,
        "http://127.0.0.1:5005",
    )
    assert found.rasa_deadline == 6.0
    assert found.burst_quiet == 1.2
    assert found.database_url == f"sqlite+aiosqlite:///{PROJECT_ROOT / 'var' / 'desk.sqlite3'}"


def test_the_environment_wins(tmp_path: Path) -> None:
    found = Settings.from_environment(
        {
            "DESK_PORT": "9000",
            "RASA_PORT": "6000",
            "NIGHTDESK_VAR": str(tmp_path),
            "DESK_RASA_DEADLINE": "2.5",
            "DESK_BURST_QUIET": "0",
            "DESK_REQUIRE_TOTP": "leads",
        }
    )
    assert found.burst_quiet == 0
    assert found.require_totp == "leads"
    assert (found.port, found.rasa_url, found.rasa_deadline) == (9000, "http://127.0.0.1:6000", 2.5)
    assert str(tmp_path / "desk.sqlite3") in found.database_url


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DESK_PORT", "0"),
        ("DESK_PORT", "http"),
        ("DESK_PORT", "70000"),
        ("DESK_PORT", "٣"),
        ("RASA_PORT", "-1"),
        ("DESK_RASA_DEADLINE", "soon"),
        ("DESK_RASA_DEADLINE", "0"),
        ("DESK_RASA_DEADLINE", "nan"),
        ("DESK_BURST_QUIET", "-1"),
        ("DESK_BURST_QUIET", "6"),
        ("DESK_BURST_QUIET", "nan"),
        ("DESK_BURST_QUIET", "soon"),
        ("DESK_BOT_CHECK_SECONDS", "-1"),
        ("DESK_BOT_CHECK_SECONDS", "61"),
        ("DESK_MESSAGES_PER_MINUTE", "0"),
        ("DESK_REQUIRE_TOTP", "some"),
        ("FORWARDED_ALLOW_IPS", "*"),
        ("FORWARDED_ALLOW_IPS", "127.0.0.1,0.0.0.0/0"),
        ("FORWARDED_ALLOW_IPS", "::/0"),
        ("FORWARDED_ALLOW_IPS", "proxy.example"),
        ("FORWARDED_ALLOW_IPS", "10.0.0.5,"),
        ("DATABASE_URL", "mysql://x/y"),
        ("DATABASE_URL", "nonsense"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({name: value})


def test_database_addresses_get_the_desks_drivers() -> None:
    assert database_url("sqlite:////a/b") == "sqlite+aiosqlite:////a/b"
    assert database_url("postgres://u:p@h/d") == "postgresql+psycopg://u:p@h/d"
    assert database_url("postgresql+asyncpg://h/d") == "postgresql+psycopg://h/d"


@pytest.mark.parametrize(
    "arguments", [["--help"], ["serve", "--help"], ["migrate", "--help"], ["staff", "--help"]]
)
def test_help_everywhere(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    assert "usage: nightdesk-desk" in capsys.readouterr().out


def test_wrong_usage_is_two() -> None:
    for arguments in ([], ["unknown"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2


def test_a_taken_port_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NIGHTDESK_VAR", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("DESK_PORT", str(port))
        assert main(["serve"]) == 1
    said = capsys.readouterr().err
    assert f"Port {port}" in said
    assert "DESK_PORT" in said


def test_a_wrong_setting_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DESK_PORT", "x")
    assert main(["serve"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_broken_clinic_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic = tmp_path / "clinic.yml"
    clinic.write_text("name: Only a name\n")
    monkeypatch.setenv("NIGHTDESK_VAR", str(tmp_path))
    monkeypatch.setenv("NIGHTDESK_CLINIC", str(clinic))
    (port,) = free_ports(1)
    monkeypatch.setenv("DESK_PORT", str(port))
    assert main(["serve"]) == 1
    assert "clinic.yml" in capsys.readouterr().err


BROKEN_LINES = [
    (
        '    emergency: "911"\n',
        "    emergency: 911\n",
        "countries.US.emergency: found 911",
    ),
    ("  US:\n", "  IE:\n", "countries.US: found nothing; allowed: its lines"),
    ("countries:\n", "countries: [\n", "found broken YAML"),
    ('    crisis_call: "988"\n', "", "countries.US.crisis_call: found nothing"),
    ("      en: call or text 988\n", "      en: call 989\n", "countries.US.reach.en: found"),
    ("  CA:\n", "  US:\n", "countries.US: found the same key again"),
]
"""What somebody may do to the crisis lines, and what the desk says of it."""


@pytest.mark.parametrize(("old", "new", "says"), BROKEN_LINES, ids=[r[2] for r in BROKEN_LINES])
def test_broken_crisis_lines_are_named_with_their_line(
    old: str,
    new: str,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = tmp_path / "data"
    shutil.copytree(PROJECT_ROOT / "data" / "texts", data / "texts")
    (data / "safety").mkdir()
    good = (PROJECT_ROOT / "data" / "safety" / "crisis_lines.yml").read_text(encoding="utf-8")
    assert old in good
    path = data / "safety" / "crisis_lines.yml"
    path.write_text(good.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setenv("NIGHTDESK_VAR", str(tmp_path))
    monkeypatch.setenv("NIGHTDESK_DATA", str(data))
    (port,) = free_ports(1)
    monkeypatch.setenv("DESK_PORT", str(port))

    assert main(["serve"]) == 1

    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith(f"nightdesk-desk: {path}: line ")
    assert says in said
    assert "; allowed: " in said


def test_serve_migrates_serves_and_ends_on_a_signal(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    environment = os.environ | {
        "NIGHTDESK_VAR": str(tmp_path),
        "DESK_PORT": str(port),
        "RASA_PORT": "1",
        "DATABASE_URL": "",
    }
    command = [sys.executable, "-m", "nightdesk_desk.cli", "serve"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        for _ in range(200):
            try:
                live = httpx.get(f"http://127.0.0.1:{port}/health/live")
                break
            except httpx.TransportError:
                assert process.poll() is None
                time.sleep(0.1)
        assert live.json() == {"live": True}
        started = httpx.post(f"http://127.0.0.1:{port}/api/conversations")
        assert started.status_code == 201
        assert "server" not in live.headers
    finally:
        process.terminate()
        _, said = process.communicate(timeout=15)
    assert (tmp_path / "desk.sqlite3").exists()
    assert process.returncode in (0, -15)
    assert "Traceback" not in said
