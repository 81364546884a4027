"""Canned replies: what is read, what is refused, which come first."""

from pathlib import Path

import pytest
import yaml

from nightdesk_contract.canned_replies import (
    FIELDS,
    FILE,
    CannedReply,
    fitting_first,
    load_canned_replies,
)
from nightdesk_contract.checked_yaml import FileError

ROW = {"id": "hello", "title": "Hello", "levels": ["P1", "P3"], "text": "I am {name}.\n"}


def data(folder: Path, *rows: object) -> Path:
    (folder / "texts").mkdir(exist_ok=True)
    (folder / FILE).write_text(yaml.safe_dump({"replies": list(rows)}, sort_keys=False))
    return folder


def test_what_is_read(tmp_path):
    assert load_canned_replies(data(tmp_path, ROW)) == (
        CannedReply("hello", "Hello", ("P1", "P3"), "I am {name}."),
    )
    assert load_canned_replies(data(tmp_path)) == ()


def test_every_field_may_stand_in_a_text(tmp_path):
    text = " ".join(f"{{{name}}}" for name in FIELDS)
    (reply,) = load_canned_replies(data(tmp_path, {**ROW, "text": text}))
    assert reply.text.format(**dict.fromkeys(FIELDS, "x")) == " ".join("x" for _ in FIELDS)
    assert reply.fields == set(FIELDS)


def test_a_text_without_fields_has_none(tmp_path):
    (reply,) = load_canned_replies(data(tmp_path, {**ROW, "text": "One moment {{please}}."}))
    assert reply.fields == set()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"text": "Call {fone}."},
            r"line \d+: replies\.0\.text: found the field \{fone\}; allowed",
        ),
        ({"text": "{}"}, r"replies\.0\.text: found the field \{\}"),
        ({"text": "{phone.x}"}, r"replies\.0\.text: found the field \{phone\.x\}"),
        ({"text": "{phone!r}"}, r"replies\.0\.text: found the field \{phone\}"),
        ({"text": "{phone:>9}"}, r"replies\.0\.text: found the field"),
        ({"text": "Call {phone"}, r"replies\.0\.text: found a brace"),
        ({"text": " "}, r"replies\.0\.text: found ' '"),
        ({"text": "x" * 801}, r"replies\.0\.text: found .*at most 800"),
        ({"levels": ["P4"]}, r"replies\.0\.levels\.0: found 'P4'; allowed: P0 or P1"),
        ({"levels": []}, r"replies\.0\.levels: found \[\]"),
        ({"id": "Hello you"}, r"replies\.0\.id: found 'Hello you'; allowed: small letters"),
        ({"title": "two\nlines"}, r"replies\.0\.title: found"),
        ({"level": "P1"}, r"replies\.0\.level: found an unknown key.*did you mean"),
    ],
)
def test_what_is_refused_with_its_line(tmp_path, change, says):
    with pytest.raises(FileError, match=says) as caught:
        load_canned_replies(data(tmp_path, {**ROW, **change}))
    assert caught.value.path == tmp_path / FILE
    assert caught.value.problems[0].line


@pytest.mark.parametrize("same", ["id", "title"])
def test_an_id_or_a_title_stands_once(tmp_path, same):
    other = {**ROW, "id": "other", "title": "Other", same: ROW[same]}
    with pytest.raises(FileError, match=rf"replies\.1\.{same}: found .* again"):
        load_canned_replies(data(tmp_path, ROW, other))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileError, match=r"canned_replies\.yml"):
        load_canned_replies(tmp_path)


def test_those_for_the_level_come_first_each_in_the_files_order():
    replies = [
        CannedReply(name, name, levels, "x")
        for name, levels in [("a", ("P3",)), ("b", ("P0", "P1")), ("c", ("P2",)), ("d", ("P1",))]
    ]
    assert [reply.id for reply in fitting_first(replies, "P1")] == ["b", "d", "a", "c"]
    assert [reply.id for reply in fitting_first(replies, None)] == ["a", "b", "c", "d"]
