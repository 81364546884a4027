"""Shorthand of phones and chats, written out for the model to read."""

import pytest
import yaml

from nightdesk.nlu.shorthand import load_shorthand, written_out
from nightdesk.nlu.words import words_of
from tests.data.reading import ROOT

TABLE = {"b4": "before", "b/c": "because", "u": "you", "2nite": "tonight", "w/": "with"}


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("can u eat b4", "can you eat before"),
        ("U there? B4!", "you there? before!"),
        ("b/c of that", "because of that"),
        ("w/ food", "with food"),
        ("before/after", "before/after"),
        ("but b4b", "but b4b"),
        ("u@mail.example", "u@mail.example"),
        ("mail.u", "mail.u"),
        ("u're", "u're"),
        ("and/or", "and/or"),
        ("", ""),
        ("x" * 2000, "x" * 2000),
    ],
    ids=lambda text: text[:20],
)
def test_whole_words_only(text, full):
    assert written_out(text, TABLE) == full


def test_without_a_table_nothing_changes():
    assert written_out("can u eat b4", {}) == "can u eat b4"


class TestTable:
    TABLE = load_shorthand(ROOT / "data")

    def test_is_read_as_text(self):
        # YAML would read some words as true, false or nothing.
        assert len(self.TABLE) > 50
        assert all(isinstance(full, str) and full for full in self.TABLE.values())
        assert all(short == short.lower() for short in self.TABLE)

    @pytest.mark.parametrize("short", TABLE)
    def test_each_is_found_in_a_line(self, short):
        assert written_out(f"so {short} then", self.TABLE) == f"so {self.TABLE[short]} then"

    def test_none_is_written_out_to_another(self):
        again = {s: f for s, f in self.TABLE.items() if written_out(f, self.TABLE) != f}
        assert again == {}

    def test_no_word_that_spelling_protects_is_changed(self):
        protected = yaml.safe_load(
            (ROOT / "data/safety/protected_words.yml").read_text(encoding="utf-8")
        )
        # "IM" is a way to give ketamine, however often it stands for "I am".
        words = {word for line in _texts(protected) for word in words_of(line)}
        assert len(words) > 100
        assert words & set(self.TABLE) == set()


def _texts(row) -> list[str]:
    if isinstance(row, str):
        return [row]
    parts = row.values() if isinstance(row, dict) else row if isinstance(row, list) else []
    return [text for part in parts for text in _texts(part)]


def test_a_table_that_cannot_be_read(tmp_path):
    with pytest.raises(OSError, match="none"):
        load_shorthand(tmp_path / "none")
    (tmp_path / "shorthand.yml").write_text("a: [")
    with pytest.raises(yaml.YAMLError):
        load_shorthand(tmp_path)
