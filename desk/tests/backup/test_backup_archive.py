"""The file of a backup: whole or not there, for its owner alone, and any change to it is seen."""

import errno
import json
import shutil
import stat
import zipfile
from pathlib import Path

import pytest

from nightdesk_desk.backup import archive
from nightdesk_desk.backup.archive import (
    MANIFEST,
    BackupError,
    KeyUse,
    Manifest,
    place,
    read_manifest,
    saying_what_failed,
    unpack,
    working_folder,
    write_archive,
)
from nightdesk_desk.backup.making import outdated

ABOUT = Manifest(
    made_at="2026-11-26T12:00:00+00:00",
    database="sqlite",
    server="3",
    schema="0013",
    counts={"events": 2},
    audit_number=7,
    audit_hash="a" * 64,
    keys=KeyUse({"0123abcd": 2}),
)
WORDS = b"what a visitor wrote " * 5000


@pytest.fixture
def made(tmp_path: Path) -> Path:
    part = tmp_path / "part"
    part.write_bytes(WORDS)
    path = tmp_path / "a.backup"
    write_archive(path, ABOUT, {"desk.sqlite3": part, "files/clinic.yml": part})
    return path


def changed(path: Path, members: dict[str, bytes]) -> Path:
    """Write an archive anew with other members, or more of them."""
    with zipfile.ZipFile(path) as old:
        kept = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in (kept | members).items():
            new.writestr(name, data)
    return path


def test_it_gives_back_what_it_was_given(made: Path, tmp_path: Path) -> None:
    manifest = unpack(made, tmp_path / "out")
    assert (tmp_path / "out" / "desk.sqlite3").read_bytes() == WORDS
    assert (tmp_path / "out" / "files" / "clinic.yml").read_bytes() == WORDS
    assert manifest.keys == ABOUT.keys
    assert [part.name for part in manifest.parts] == ["desk.sqlite3", "files/clinic.yml"]
    assert read_manifest(made) == manifest


def test_only_its_owner_can_read_it(made: Path) -> None:
    assert stat.S_IMODE(made.stat().st_mode) == 0o600


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_one_that_is_cut_off_is_refused(made: Path, tmp_path: Path, kept: float) -> None:
    whole = made.read_bytes()
    made.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(BackupError, match="cut off"):
        unpack(made, tmp_path / "out")


def test_whatever_byte_was_changed_it_is_refused_or_gives_back_the_same(tmp_path: Path) -> None:
    part, path, out = tmp_path / "part", tmp_path / "a.backup", tmp_path / "out"
    part.write_bytes(b"words, words, other words")
    write_archive(path, ABOUT, {"desk.sqlite3": part})
    whole, refused = path.read_bytes(), 0
    manifest = read_manifest(path)
    for at in range(len(whole)):
        data = bytearray(whole)
        data[at] ^= 0xFF
        path.write_bytes(data)
        shutil.rmtree(out, ignore_errors=True)
        try:
            # A few bytes say when a file was written, and the like.
            assert unpack(path, out) == manifest
            assert (out / "desk.sqlite3").read_bytes() == part.read_bytes()
        except BackupError:
            refused += 1
    # In so small a file, half is what a zip says twice over.
    assert refused > len(whole) / 2


@pytest.mark.parametrize(
    "members",
    [
        {"desk.sqlite3": WORDS + b"!"},
        {"desk.sqlite3": WORDS[:-1]},
        {"desk.sqlite3": WORDS[:-1] + b"!"},
        {"more": b"x"},
    ],
    ids=["longer", "shorter", "other", "added"],
)
def test_a_part_that_was_put_in_by_hand_is_refused(
    made: Path, tmp_path: Path, members: dict[str, bytes]
) -> None:
    with pytest.raises(BackupError, match="changed"):
        unpack(changed(made, members), tmp_path / "out")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"", "manifest"),
        (b"[]", "manifest"),
        (b'{"format": 1}', "manifest"),
        (b'{"format": 99}', "format 99"),
    ],
    ids=["empty", "list", "bare", "newer"],
)
def test_a_manifest_that_is_none_is_refused(made: Path, said: bytes, why: str) -> None:
    with pytest.raises(BackupError, match=why):
        read_manifest(changed(made, {MANIFEST: said}))


@pytest.mark.parametrize("change", [{"database": "other"}, {"database": []}, {"parts": []}])
def test_a_manifest_without_a_record_is_refused(made: Path, change: dict[str, object]) -> None:
    with zipfile.ZipFile(made) as old:
        said = json.loads(old.read(MANIFEST)) | change
    with pytest.raises(BackupError):
        read_manifest(changed(made, {MANIFEST: json.dumps(said).encode()}))


def test_no_part_leads_out_of_its_folder(made: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(made) as old:
        said = json.loads(old.read(MANIFEST))
    said["parts"][1]["name"] = "../out.sqlite3"
    with pytest.raises(BackupError):
        unpack(changed(made, {MANIFEST: json.dumps(said).encode()}), tmp_path / "out" / "in")
    assert not (tmp_path / "out" / "out.sqlite3").exists()


@pytest.mark.parametrize("what", ["nothing", "folder", "text"])
def test_what_is_no_backup_is_named(tmp_path: Path, what: str) -> None:
    path = tmp_path / "it"
    if what == "folder":
        path.mkdir()
    elif what == "text":
        path.write_text("hello")
    with pytest.raises(BackupError, match=str(path)):
        read_manifest(path)


def test_nothing_is_written_over(made: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"kept")
    with pytest.raises(FileExistsError):
        place(made, other)
    assert other.read_bytes() == b"kept"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    part = tmp_path / "part"
    part.write_bytes(WORDS)

    def full(*_: object) -> None:
        raise OSError(number, "full")

    monkeypatch.setattr(archive, "_write", full)
    with (
        pytest.raises(BackupError, match="no space left"),
        saying_what_failed(tmp_path),
        working_folder(tmp_path) as folder,
    ):
        write_archive(folder / "a", ABOUT, {"desk.sqlite3": part})
    assert list(tmp_path.iterdir()) == [part]


def test_of_the_backups_of_a_folder_the_oldest_go_and_nothing_else() -> None:
    names = [f"nightdesk-2026112{day}T030000Z.backup" for day in range(5)]
    others = ["nightdesk-old.backup", "notes.txt", "nightdesk-20261120T030000Z.backup.txt"]
    assert outdated([*others, *reversed(names)], 2) == names[:3]
    assert outdated(names, 5) == outdated([], 1) == []
