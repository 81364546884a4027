"""Signatures: what a file of them must hold, how items stand by them, and how they are kept."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.review import (
    Signature,
    a_year_after,
    changes,
    load_signatures,
    review,
    save_signatures,
    written,
)
from nightdesk_contract.signed_items import SignedItem

TODAY = date(2026, 11, 25)
ITEM = SignedItem("answer:utter_x", "text: It is safe.\nbutton: Why?")
SIGNATURE = Signature(
    ITEM.id, ITEM.content, "A. Person", "Tester", TODAY - timedelta(1), TODAY + timedelta(1)
)
HEAD = "# What this is.\n#   more of it\n\n"


def signed(**changed) -> Signature:
    return Signature(**{**vars(SIGNATURE), **changed})


class TestReview:
    def state(self, signature: Signature | None, today: date = TODAY) -> str:
        signatures = {signature.item: signature} if signature else {}
        (standing,) = review({ITEM.id: ITEM}, signatures, today).standings
        assert standing.signature == signature
        return standing.state

    def test_signed(self):
        assert self.state(SIGNATURE) == "signed"

    def test_unsigned(self):
        assert self.state(None) == "unsigned"

    def test_changed_since(self):
        assert self.state(signed(content="text: It is safe.")) == "changed"

    @pytest.mark.parametrize(("days", "state"), [(-1, "due"), (0, "due"), (1, "signed")])
    def test_due_from_the_day_of_the_next_review_on(self, days, state):
        assert self.state(signed(next_review=TODAY + timedelta(days))) == state

    def test_what_has_changed_and_is_due_counts_as_changed(self):
        assert self.state(signed(content="text: No.", next_review=TODAY)) == "changed"

    def test_a_signature_of_what_no_longer_exists(self):
        other = signed(item="answer:utter_gone")
        found = review({ITEM.id: ITEM}, {ITEM.id: SIGNATURE, other.item: other}, TODAY)
        assert found.gone == [other]
        assert found.complete

    def test_complete_only_when_every_item_is_signed(self):
        other = SignedItem("answer:utter_y", "text: Y.")
        items = {ITEM.id: ITEM, other.id: other}
        assert not review(items, {ITEM.id: SIGNATURE}, TODAY).complete
        found = review(items, {ITEM.id: SIGNATURE}, TODAY)
        assert [s.item.id for s in found.standings] == [ITEM.id, other.id]


class TestLoad:
    def write(self, tmp_path: Path, *rows: dict) -> Path:
        path = tmp_path / "review.yml"
        path.write_text(yaml.safe_dump({"signatures": list(rows)}), encoding="utf-8")
        return path

    def test_by_item(self, tmp_path):
        path = self.write(tmp_path, SIGNATURE.to_row())
        assert load_signatures(path) == {ITEM.id: SIGNATURE}

    def test_nothing_signed(self, tmp_path):
        assert load_signatures(self.write(tmp_path)) == {}

    def test_the_projects_own_can_be_read(self):
        load_signatures(Path(__file__).parents[2] / "data" / "review.yml")

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"item": "answers:utter_x"}, "0.item: found 'answers:utter_x'; allowed: the id of"),
            ({"item": 5}, "0.item: found 5"),
            ({"sha256": "abc"}, "0.sha256: found 'abc'; allowed: 64 digits"),
            ({"content": " "}, "0.content: found ' '"),
            ({"content": "text: It is."}, "0.sha256: found the hash of other words"),
            ({"reviewer": ""}, "0.reviewer: found ''; allowed: a text of 1 to 120"),
            ({"reviewer": "A\nB"}, "0.reviewer: found"),
            ({"reviewer": None}, "0.reviewer: found None"),
            ({"role": " x"}, "0.role: found ' x'"),
            ({"role": "x" * 121}, "0.role: found"),
            ({"date": "2026-11-24"}, "0.date: found '2026-11-24'; allowed: a day as YYYY-MM-DD"),
            ({"next_review": 2027}, "0.next_review: found 2027"),
            ({"next_review": SIGNATURE.signed_on}, "allowed: a day after that of signing"),
            ({"reviwer": "A"}, "0.reviwer: found an unknown key"),
        ],
    )
    def test_a_wrong_entry_is_named_with_its_line(self, tmp_path, change, says):
        path = self.write(tmp_path, {**SIGNATURE.to_row(), **change})
        with pytest.raises(FileError) as caught:
            load_signatures(path)
        assert says in str(caught.value)
        assert all(problem.line for problem in caught.value.problems)

    @pytest.mark.parametrize("key", list(SIGNATURE.to_row()))
    def test_every_key_is_needed(self, tmp_path, key):
        row = SIGNATURE.to_row()
        del row[key]
        with pytest.raises(FileError, match=rf"signatures\.0\.{key}"):
            load_signatures(self.write(tmp_path, row))

    def test_two_entries_of_one_item(self, tmp_path):
        path = self.write(tmp_path, SIGNATURE.to_row(), signed(reviewer="B").to_row())
        with pytest.raises(FileError, match=r"signatures\.1\.item.*one entry for each item"):
            load_signatures(path)

    @pytest.mark.parametrize(
        "text", ["", "# only this\n", "signatures:\n", "[]", "signatures: [", "signed: []"]
    )
    def test_a_file_of_another_kind(self, tmp_path, text):
        path = tmp_path / "review.yml"
        path.write_text(text)
        with pytest.raises(FileError):
            load_signatures(path)

    def test_a_day_that_is_none(self, tmp_path):
        path = self.write(tmp_path, SIGNATURE.to_row())
        path.write_text(path.read_text().replace("2026-11-24", "2026-02-30"))
        with pytest.raises(FileError, match="broken YAML"):
            load_signatures(path)

    def test_no_file(self, tmp_path):
        with pytest.raises(FileError, match="no readable file"):
            load_signatures(tmp_path / "review.yml")


class TestSave:
    def test_the_comments_at_the_top_stay(self):
        text = written(f"{HEAD}signatures: []\n# lost\n", [SIGNATURE])
        assert text.startswith(f"{HEAD}signatures:\n- item: answer:utter_x\n")
        assert "lost" not in text
        assert written(text, []) == f"{HEAD}signatures: []\n"

    def test_the_order_is_that_of_the_names_whoever_signs_first(self):
        others = [signed(item=f"answer:utter_{letter}") for letter in "cab"]
        text = written(HEAD, others)
        assert text == written(HEAD, reversed(others))
        rows = yaml.safe_load(text)["signatures"]
        assert [row["item"] for row in rows] == [f"answer:utter_{letter}" for letter in "abc"]

    def test_words_stand_line_by_line_and_days_where_they_belong(self):
        text = written(HEAD, [SIGNATURE, signed(item="answer:utter_y")])
        assert "  content: |-\n    text: It is safe.\n    button: Why?\n" in text
        assert text.count("  date: 2026-11-24\n  next_review: 2026-11-26\n") == 2

    @pytest.mark.parametrize(
        "content",
        [
            "text: Sí, señor – “ja”: #1 {x} 'y' \"z\"",
            "text: a\n  b \n\n  c",
            "text: tab\t, no-break\u00a0space, line\u2028end, return\r, \U0001f642",
            "text: " + "long " * 60 + "end",
            "- a: [b",
        ],
    )
    def test_what_was_written_is_read_back_to_the_letter(self, tmp_path, content):
        path = tmp_path / "review.yml"
        path.write_text(f"{HEAD}signatures: []\n")
        one = signed(content=content, reviewer="Zoë: O'Neil #2", role="yes")
        save_signatures(path, [one])
        assert load_signatures(path) == {one.item: one}
        assert path.read_text(encoding="utf-8").startswith(HEAD)


class TestChanges:
    def test_only_the_sentence_that_changed(self):
        one = signed(content="text: It is safe. Ask us! Bye.\nbutton: Why?")
        now = SignedItem(ITEM.id, "text: It is safe. Call us! Bye.\nbutton: Why?")
        lines = changes(one, now)
        assert [line for line in lines[2:] if line[0] in "+-"] == ["-Ask us!", "+Call us!"]
        assert "signed by A. Person on 2026-11-24" in lines[0]

    def test_a_space_is_a_change(self):
        one = signed(content="text: It is. So.")
        assert changes(one, SignedItem(ITEM.id, "text: It is.  So."))

    def test_nothing_changed(self):
        assert changes(SIGNATURE, ITEM) == []

    def test_what_is_no_longer_there_has_lost_every_line(self):
        lines = changes(SIGNATURE, None)
        assert lines[1] == "+++ no longer there"
        assert lines[3:] == ["-text: It is safe.", "-button: Why?"]


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2026, 11, 25), date(2027, 11, 25)),
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2027, 2, 28), date(2028, 2, 28)),
    ],
)
def test_a_year_after(day, later):
    assert a_year_after(day) == later
