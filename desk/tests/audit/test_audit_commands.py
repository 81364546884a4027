"""`nightdesk audit`: check, list and export, and what the command line leaves in the record."""

import asyncio
import csv
import getpass
import io
import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from audit_database import noted, tamper
from shell import Shell, at_a_clinic

from nightdesk_desk.audit import commands
from nightdesk_desk.audit.chain import GENESIS, Entry, entry_hash
from nightdesk_desk.audit.record import NOBODY, note, origin
from nightdesk_desk.db import Database


class AuditShell(Shell):
    """The command line, and what it leaves in the record."""

    def listed(self, *words: str) -> list[dict[str, object]]:
        code, out, err = self("audit", "list", "--json", *words)
        assert code == 0, err
        found: list[dict[str, object]] = json.loads(out)
        # Looking is an entry too: of those, only what is asked for.
        return [row for row in found if row["kind"] != "audit_viewed" or "audit_viewed" in words]

    def note(self, *kinds: str) -> None:
        async def run() -> None:
            database = Database(self.url)
            await noted(database, *kinds)
            await database.close()

        asyncio.run(run())


@pytest.fixture
def shell(
    tmp_path: Path,
    empty_database: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> AuditShell:
    at_a_clinic(tmp_path, empty_database, monkeypatch)
    return AuditShell(tmp_path, capsys)


def test_a_whole_record_is_said_to_be_with_what_to_keep(shell: AuditShell) -> None:
    code, out, _ = shell("audit", "verify")
    assert code == 0
    assert f"0:{GENESIS}" in out
    shell.note("one", "two")
    code, out, err = shell("audit", "verify")
    assert (code, err) == (0, "")
    assert "2 entries are as they were written." in out
    [last] = [line.rpartition(" ")[2] for line in out.splitlines() if "kept outside" in line]
    shell.note("three")
    code, out, _ = shell("audit", "verify", "--kept", last)
    assert code == 0
    assert "Entry 2 is the one that you kept." in out


def test_what_is_wrong_is_said_with_its_number(shell: AuditShell) -> None:
    shell.note("one", "two", "three")
    tamper(shell.url, "UPDATE audit_entries SET about = 'c_2' WHERE number = 2")
    code, out, _ = shell("audit", "verify")
    assert (code, out) == (1, "Entry 2 was changed after it was written.\n")
    code, out, _ = shell("audit", "verify", "--json")
    found = json.loads(out)
    assert (code, found["whole"], found["bad"], found["wrong"]) == (1, False, 2, "changed")


def test_a_record_that_was_written_anew_does_not_fit_what_was_kept(shell: AuditShell) -> None:
    shell.note("one")
    code, out, _ = shell("audit", "verify", "--kept", f"1:{'a' * 64}")
    assert code == 1
    assert "Entry 1 is NOT the one that you kept" in out
    code, out, _ = shell("audit", "verify", "--kept", f"7:{'a' * 64}", "--json")
    assert (code, json.loads(out)["kept"], json.loads(out)["whole"]) == (1, "gone", True)


def test_the_head_is_printed_and_a_log_is_compared(
    shell: AuditShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.note("one")
    code, head, _ = shell("audit", "head")
    assert code == 0
    shell.note("two")
    assert json.loads(shell("audit", "head", "--json")[1])["number"] == 2
    assert shell("audit", "verify", "--head", head.strip())[0] == 0
    log = shell.folder / "desk.log"
    log.write_text(f"02:00 INFO audit: audit head {head}")
    code, out, _ = shell("audit", "verify", "--kept-in", str(log))
    assert code == 0
    assert "Entry 1 is the one that you kept." in out
    monkeypatch.setattr("sys.stdin", io.StringIO(f"x 2:{'a' * 64}\n" + head))
    code, out, _ = shell("audit", "verify", "--kept-in", "-", "--json")
    told = json.loads(out)
    assert (code, told["kept"]) == (1, "differs")
    assert told["compared"] == [{"number": 1, "is": "same"}, {"number": 2, "is": "differs"}]
    log.write_text("nothing")
    for name in (str(log), str(shell.folder / "none.log")):
        code, _, err = shell("audit", "verify", "--kept-in", name)
        assert code == 2
        assert name in err


def test_a_broken_record_can_still_be_looked_at(shell: AuditShell) -> None:
    shell.note("one")
    tamper(shell.url, "DELETE FROM audit_head")
    code, out, err = shell("audit", "list")
    assert code == 0
    assert "one" in out
    assert "could not be noted" in err
    assert shell("audit", "head")[0] == 1


def test_only_a_long_check_says_how_far_it_is(
    shell: AuditShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.note("one", "two")
    monkeypatch.setattr(commands, "_PROGRESS_FROM", 2)
    _, _, err = shell("audit", "verify")
    assert err == "2 of 2 entries checked\n"


@pytest.mark.parametrize("kept", ["x", "1", "1:abc", f"a:{'a' * 64}"])
def test_what_was_kept_must_look_so(shell: AuditShell, kept: str) -> None:
    code, _, err = shell("audit", "verify", "--kept", kept)
    assert code == 2
    assert "allowed" in err


def test_the_list_is_filtered(shell: AuditShell) -> None:
    shell.note("one", "two")
    shell("staff", "disable", "nobody")
    assert [row["kind"] for row in shell.listed()] == ["two", "one"]
    assert [row["kind"] for row in shell.listed("--kind", "one")] == ["one"]
    assert [row["number"] for row in shell.listed("--kind", "two", "--limit", "1")] == [2]
    assert len(shell.listed("--about", "c_1")) == 2
    assert shell.listed("--about", "c_2") == []
    assert shell.listed("--since", "2999-01-01") == shell.listed("--until", "1999-01-01") == []
    assert len(shell.listed("--since", "2020-01-01T10:00", "--until", "2999-01-01")) == 2
    assert len(shell.listed("--who", "the desk")) == 2
    looks = shell.listed("--kind", "audit_viewed")
    assert {row["who"] for row in looks} == {"command line"}
    assert shell.listed("--who", "maria") == []
    [row] = shell.listed("--kind", "two")
    assert row["details"] == {"n": 2}


def test_the_list_for_people(shell: AuditShell) -> None:
    assert shell("audit", "list")[1] == "No entry fits.\n"
    shell.note("signed_in")
    _, out, _ = shell("audit", "list")
    assert "the desk" in out
    assert 'signed_in  c_1  10.0.0.1  {"n":1}' in out


def test_broken_details_are_shown_as_they_are_and_marked(shell: AuditShell) -> None:
    shell.note("one", "two", "three")
    tamper(
        shell.url,
        "UPDATE audit_entries SET details = '{\"n\":' WHERE number = 2",
        "UPDATE audit_entries SET details = '3', at = 'never' WHERE number = 3",
    )
    assert [row["details"] for row in shell.listed()] == [3, {"not_json": '{"n":'}, {"n": 3}]
    code, out, _ = shell("audit", "list")
    assert code == 0
    assert '{"n": (not JSON)' in out
    assert "never (no time)" in out
    for name in ("audit.csv", "audit.jsonl"):
        code, out, err = shell("audit", "export", str(shell.folder / name))
        assert code == 0, err


def test_a_wrong_time_is_wrong_use(shell: AuditShell) -> None:
    for option in ("--since", "--until"):
        code, _, err = shell("audit", "list", option, "yesterday")
        assert code == 2
        assert f"{option}: found 'yesterday'; allowed: a day such as 2026-11-26" in err


def test_accounts_of_the_command_line_are_in_the_record(
    shell: AuditShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def typed(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text + "\n"))

    typed("quiet harbour 42")
    add = ("staff", "add", "maria", "--first-name", "Maria", "--password-stdin")
    assert shell(*add)[0] == 0
    typed("quiet harbour 43")
    assert shell("staff", "password", "maria", "--password-stdin")[0] == 0
    assert shell("staff", "disable", "maria")[0] == 0
    assert shell("staff", "enable", "maria")[0] == 0
    rows = shell.listed()[::-1]
    assert [row["kind"] for row in rows] == [
        "account_made",
        "password_set",
        "account_disabled",
        "account_enabled",
    ]
    for row in rows:
        assert (row["who"], row["about"], row["staff_id"]) == ("command line", "maria", None)
        assert isinstance(row["details"], dict)
        assert row["details"]["os_user"] == getpass.getuser()
    assert "harbour" not in json.dumps(rows)
    assert origin.get() == NOBODY


@pytest.fixture
def formulas(shell: AuditShell) -> Callable[[], None]:
    async def run() -> None:
        database = Database(shell.url)
        async with database.write() as session:
            for about in ("=1+1", "+1", "-1", "@sum", "\t=1", "plain"):
                await note(session, "one", about=about, details={"a": 'b"c,d'})
        await database.close()

    return lambda: asyncio.run(run())


def test_a_csv_file_holds_no_formula(shell: AuditShell, formulas: Callable[[], None]) -> None:
    formulas()
    path = shell.folder / "audit.csv"
    code, out, _ = shell("audit", "export", str(path))
    assert (code, out) == (0, f"Wrote 7 entries to {path}.\n")
    rows = list(csv.DictReader(path.open(newline="", encoding="utf-8")))
    assert [row["about"] for row in rows] == ["'=1+1", "'+1", "'-1", "'@sum", "'\t=1", "plain", ""]
    assert rows[0]["details"] == '{"a":"b\\"c,d"}'
    assert [row["who"] for row in rows] == ["the desk"] * 6 + ["command line"]
    # The export itself is in it.
    assert rows[-1]["kind"] == "audit_exported"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_json_lines_are_enough_to_check_the_hashes(
    shell: AuditShell, formulas: Callable[[], None]
) -> None:
    formulas()
    path = shell.folder / "audit.jsonl"
    assert shell("audit", "export", str(path), "--until", "2999-01-01")[0] == 0
    found = [Entry(**json.loads(line)) for line in path.read_text().splitlines()]
    assert len(found) == 7
    assert all(entry_hash(entry) == entry.hash for entry in found)
    assert [entry.previous for entry in found] == [GENESIS, *(e.hash for e in found[:-1])]


def test_an_export_writes_over_nothing(shell: AuditShell) -> None:
    path = shell.folder / "audit.csv"
    path.write_text("mine")
    code, _, err = shell("audit", "export", str(path))
    assert code == 1
    assert f"{path} is there already" in err
    assert path.read_text() == "mine"
    code, _, err = shell("audit", "export", str(shell.folder / "audit.txt"))
    assert code == 2
    assert "allowed: a name with .csv or .jsonl" in err
