"""Accounts and passwords, in the database and from the command line."""

import argparse
import getpass
import io
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from staff_people import PASSWORD

from nightdesk_desk.staff import commands
from nightdesk_desk.staff.passwords import (
    hash_password,
    is_password,
    needs_new_hash,
    password_problem,
)


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        (PASSWORD, None),
        ("elevenchars", "at least 12"),
        ("", "at least 12"),
        ("x" * 201, "at most 200"),
        ("aaaaaaaaaaaaaaaa", "too few characters"),
        ("mariamaria12", "little more than a name"),
        ("Maria-the-nurse", None),
        ("Password1234", "first that are guessed"),
        ("passwordpassword", "first that are guessed"),
        ("Nightdesk2026!", "first that are guessed"),
        ("123456789012", "first that are guessed"),
        ("0987654321abcd", "first that are guessed"),
        ("qwertyuiop12", "first that are guessed"),
        ("abcdefghijkl", "first that are guessed"),
        ("welcome to the harbour", None),
        ("kV3qzLw8-Tr1", None),
        ("contest of the winter gulls", None),
    ],
)
def test_password_rules(password: str, problem: str | None) -> None:
    found = password_problem(password, "maria", "Maria")
    assert found is None if problem is None else problem in str(found)


def test_hashes_are_argon2id_and_salted() -> None:
    stored = hash_password(PASSWORD)
    assert stored.startswith("$argon2id$")
    assert stored != hash_password(PASSWORD)
    assert is_password(stored, PASSWORD)
    assert not is_password(stored, PASSWORD + " ")
    assert not is_password(None, PASSWORD)
    assert not is_password("not a hash", PASSWORD)


def test_the_same_characters_typed_differently_are_the_same_password() -> None:
    assert is_password(hash_password("caf\u00e9 by the sea"), "cafe\u0301 by the sea")


def test_an_old_hash_is_known_for_one() -> None:
    assert needs_new_hash("$argon2id$v=19$m=32,t=1,p=1$c29tZXNhbHRzb21l$" + "A" * 43)
    assert not needs_new_hash(hash_password(PASSWORD))


class Shell:
    """The `staff` command with a database of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, var: Path) -> None:
        self._monkeypatch = monkeypatch
        monkeypatch.setenv("NIGHTDESK_VAR", str(var))
        monkeypatch.delenv("DATABASE_URL", raising=False)
        self.database = var / "desk.sqlite3"
        self.parser = argparse.ArgumentParser()
        commands.register(self.parser.add_subparsers(required=True))

    def __call__(self, *arguments: str, stdin: str = "") -> int:
        self._monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        parsed = self.parser.parse_args(["staff", *arguments])
        code: int = parsed.run(parsed)
        return code


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    return Shell(monkeypatch, tmp_path / "new")


ADD = ("add", "Maria", "--first-name", "Maria", "--password-stdin")


def test_what_is_no_text_is_refused(
    monkeypatch: pytest.MonkeyPatch, shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    for given in (b"quiet harbour \xff 42\n", b"\n", b""):
        stdin = io.TextIOWrapper(io.BytesIO(given), encoding="utf-8")
        monkeypatch.setattr("sys.stdin", stdin)
        arguments = shell.parser.parse_args(["staff", *ADD])
        assert arguments.run(arguments) == 1
    said = capsys.readouterr().err
    assert said.count("no text in UTF-8") == 1
    assert said.count("at least 12 characters") == 2


def test_the_first_account_needs_no_running_desk(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shell(*ADD, "--role", "lead", stdin=PASSWORD + "\n") == 0
    assert shell("list") == 0
    shown = capsys.readouterr().out
    assert "maria" in shown
    assert "lead" in shown
    assert "active" in shown
    assert PASSWORD not in shown
    kept = sqlite3.connect(shell.database).execute("SELECT password_hash FROM staff").fetchall()
    assert len(kept) == 1
    assert kept[0][0].startswith("$argon2id$")


def test_no_accounts_says_how_to_make_one(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    assert shell("list") == 0
    assert "staff add" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (ADD, "short\n", "at least 12"),
        (ADD, "", "at least 12"),
        (("add", "m!", "--first-name", "M", "--password-stdin"), PASSWORD, "user name"),
        (("add", "maria", "--first-name", " ", "--password-stdin"), PASSWORD, "first name"),
        (("add", "maria", "--first-name", "Maria"), "", "--password-stdin"),
        (("disable", "nobody"), "", "no account named nobody"),
        (("enable", "nobody"), "", "no account named nobody"),
        (("password", "nobody", "--password-stdin"), PASSWORD, "no account named nobody"),
        (("role", "nobody", "lead"), "", "no account named nobody"),
        (("reset-totp", "nobody"), "", "no account named nobody"),
        (("sessions", "nobody"), "", "no account named nobody"),
        (("sessions", "nobody", "--end"), "", "no account named nobody"),
        ((*ADD, "--title", "x" * 41), PASSWORD, "at most 40"),
    ],
)
def test_refusals_are_one_sentence(
    shell: Shell,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    stdin: str,
    words: str,
) -> None:
    assert shell(*arguments, stdin=stdin) == 1
    shown = capsys.readouterr()
    assert words in shown.err
    assert len(shown.err.strip().splitlines()) == 1
    assert shown.out == ""


def test_a_name_is_given_once(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    assert shell(*ADD, stdin=PASSWORD) == 0
    assert shell(*ADD, stdin=PASSWORD) == 1
    assert "already an account named maria" in capsys.readouterr().err


def test_disable_and_enable(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell(*ADD, stdin=PASSWORD)
    assert shell("enable", "maria") == 1
    assert shell("disable", "MARIA") == 0
    # Repeated, it does no harm, and says so.
    capsys.readouterr()
    assert shell("disable", "maria") == 0
    assert "was disabled already" in capsys.readouterr().out
    assert shell("disable", "nobody") == 1
    shell("list")
    assert "disabled" in capsys.readouterr().out
    assert shell("enable", "maria") == 0


def test_a_new_password_replaces_the_old(shell: Shell) -> None:
    shell(*ADD, stdin=PASSWORD)
    assert shell("password", "maria", "--password-stdin", stdin="another harbour 43") == 0
    (stored,) = (
        sqlite3.connect(shell.database).execute("SELECT password_hash FROM staff").fetchone()
    )
    assert is_password(stored, "another harbour 43")
    assert not is_password(stored, PASSWORD)


def test_a_terminal_is_asked_twice(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    answers = iter([PASSWORD, PASSWORD, PASSWORD, "something else 1"])
    monkeypatch.setattr(getpass, "getpass", lambda prompt: next(answers))
    for name, code in (("maria", 0), ("noor", 1)):
        parsed = shell.parser.parse_args(["staff", "add", name, "--first-name", "X"])
        monkeypatch.setattr("sys.stdin", Terminal())
        assert parsed.run(parsed) == code
    assert "differ" in capsys.readouterr().err


def test_a_broken_setting_is_one_sentence(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://somewhere")
    assert shell("list") == 1
    assert "DATABASE_URL" in capsys.readouterr().err


def test_an_unknown_role_is_wrong_usage(shell: Shell) -> None:
    with pytest.raises(SystemExit) as exit_:
        shell(*ADD, "--role", "boss", stdin=PASSWORD)
    assert exit_.value.code == 2


def test_what_a_disabled_person_had_taken_waits_again(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    shell(*ADD, stdin=PASSWORD)
    with sqlite3.connect(shell.database) as database:
        take_a_chat(database)
    database.close()
    assert shell("disable", "maria") == 0
    assert "1 of their conversations now wait" in capsys.readouterr().out
    database = sqlite3.connect(shell.database)
    assert database.execute("SELECT state, taken_by FROM handovers").fetchall() == [("open", None)]
    assert database.execute("SELECT state FROM conversations").fetchall() == [("bot",)]
    database.close()


def test_a_mistake_in_the_settings_does_not_leave_an_account_open(
    shell: Shell,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    shell(*ADD, stdin=PASSWORD)
    with sqlite3.connect(shell.database) as database:
        signed_in(database)
        take_a_chat(database)
    database.close()
    broken = tmp_path / "clinic.yml"
    broken.write_text("name: [")
    with monkeypatch.context() as patch:
        patch.setenv("NIGHTDESK_CLINIC", str(broken))
        assert shell("disable", "maria") == 1
    assert "repeat this command" in capsys.readouterr().err
    assert shell("sessions", "maria") == 0
    assert "Signed in nowhere." in capsys.readouterr().out
    assert shell("disable", "maria") == 0
    out = capsys.readouterr().out
    assert "was disabled already" in out
    assert "1 of their conversations now wait" in out


def test_what_visitors_see_beside_the_name(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shell(*ADD, "--title", " front  desk ", stdin=PASSWORD) == 0
    assert shell("list") == 0
    assert "Maria, front desk" in capsys.readouterr().out


def test_another_role(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell(*ADD, stdin=PASSWORD)
    assert shell("role", "maria", "staff") == 1
    assert "is staff already" in capsys.readouterr().err
    assert shell("role", "MARIA", "admin") == 0
    assert shell("list") == 0
    assert "admin" in capsys.readouterr().out
    with pytest.raises(SystemExit) as exit_:
        shell("role", "maria", "boss")
    assert exit_.value.code == 2


def test_a_lost_telephone(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell(*ADD, stdin=PASSWORD)
    assert shell("reset-totp", "maria") == 1
    assert "has no one-time passwords" in capsys.readouterr().err
    with sqlite3.connect(shell.database) as database:
        database.execute("UPDATE staff SET totp_secret = 'S', totp_since = '2026-11-22 10:00:00'")
        database.execute("INSERT INTO staff_recovery_codes (staff_id, code_hash) VALUES (1, 'h')")
        signed_in(database)
    database.close()
    shell("list")
    assert "totp on" in capsys.readouterr().out
    assert shell("reset-totp", "maria") == 0
    shell("list")
    assert "totp off" in capsys.readouterr().out
    with sqlite3.connect(shell.database) as database:
        for table in ("staff_recovery_codes", "staff_sessions"):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    database.close()


def test_where_somebody_is_signed_in(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell(*ADD, stdin=PASSWORD)
    assert shell("sessions", "maria") == 0
    assert "Signed in nowhere." in capsys.readouterr().out
    with sqlite3.connect(shell.database) as database:
        signed_in(database)
    database.close()
    assert shell("sessions", "maria") == 0
    shown = capsys.readouterr().out
    assert "10.0.0.2  Firefox on Windows" in shown
    assert "token" not in shown
    assert shell("sessions", "maria", "--end") == 0
    assert "Sessions ended: 1." in capsys.readouterr().out
    assert shell("sessions", "maria") == 0
    assert "Signed in nowhere." in capsys.readouterr().out


def take_a_chat(database: sqlite3.Connection) -> None:
    """Put a conversation that the first account has taken into a database."""
    database.execute(
        "INSERT INTO conversations (id, token_hash, created_at, last_seq, state)"
        " VALUES ('c_1', 'x', '2026-11-22 10:00:00', 1, 'staff')"
    )
    database.execute(
        "INSERT INTO handovers (conversation_id, trigger_seq, reason, level, state, opened_at,"
        " taken_at, taken_by, false_alarm) VALUES ('c_1', 1, 'crisis', 'P1', 'taken',"
        " '2026-11-22 10:00:00', '2026-11-22 10:01:00', 1, 0)"
    )


def signed_in(database: sqlite3.Connection) -> None:
    """Put an open session of the first account into a database."""
    at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    database.execute(
        "INSERT INTO staff_sessions (token_hash, staff_id, created_at, last_seen_at, csrf_token,"
        " address, browser) VALUES ('token', 1, ?, ?, 'c', '10.0.0.2', 'Firefox on Windows')",
        (at, at),
    )
