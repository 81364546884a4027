"""Files that are written anew: what people wrote at the top stays; half a file is never seen."""

from pathlib import Path

import pytest

from nightdesk_contract.rewriting import comments_above, write_whole


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("# a\n\n#b\nkey: 1\n# lost\n", "# a\n\n#b\n"),
        ("key: 1\n# lost\n", ""),
        ("# only this", "# only this"),
        ("  # indented\n", ""),
        ("", ""),
    ],
)
def test_the_comments_at_the_top(text, head):
    assert comments_above(text) == head


@pytest.fixture
def path(tmp_path) -> Path:
    path = tmp_path / "a.yml"
    path.write_text("old")
    return path


def test_nothing_else_is_left_in_the_folder_and_the_mode_stays(path):
    path.chmod(0o640)
    write_whole(path, "né\n")
    assert path.read_text(encoding="utf-8") == "né\n"
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_link_stays_one(path):
    link = path.with_name("link.yml")
    link.symlink_to(path)
    write_whole(link, "new")
    assert link.is_symlink()
    assert path.read_text() == "new"


def test_a_write_that_fails_leaves_the_old_file(path, monkeypatch):
    def full(*arguments, **keywords):
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space"):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]
