"""Answers in a domain: where it lies, which responses answer, what they rest on and hold."""

import pytest

from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.domain_answers import (
    domain_at,
    domain_files,
    is_answer,
    load_fields,
    passages_of,
    read_responses,
)


def test_a_folder_goes_before_a_file(tmp_path):
    assert domain_at(tmp_path) == tmp_path / "domain.yml"
    assert domain_files(domain_at(tmp_path)) == [tmp_path / "domain.yml"]
    more = tmp_path / "domain" / "more"
    more.mkdir(parents=True)
    for path in (more / "b.yaml", more.parent / "a.yml", more / "note.txt"):
        path.write_text("")
    assert domain_files(domain_at(tmp_path)) == [more.parent / "a.yml", more / "b.yaml"]


def test_a_file_may_have_no_responses(tmp_path):
    path = tmp_path / "domain.yml"
    path.write_text("intents: [greet]")
    assert read_responses(path) == {}


@pytest.mark.parametrize(
    ("text", "custom", "answers", "passages"),
    [
        ("So.", {"outcome": "answer:safety"}, True, ["safety"]),
        ("So.", {"outcome": "answer:safety", "passages": ["what_is"]}, True, ["what_is"]),
        ("So.", {"outcome": "answer:safety", "passages": []}, True, ["safety"]),
        ("So.", {"outcome": "answer:"}, True, []),
        ("So: {answer}", {"outcome": "answer:{topic}"}, True, []),
        (" {answer}\n", {"outcome": "answer:{topic}"}, False, []),
        ("So.", {"outcome": "smalltalk"}, False, []),
        ("So.", {}, False, []),
    ],
)
def test_what_answers_and_what_it_is_shown_with(text, custom, answers, passages):
    variation = {"text": text, "custom": custom}
    assert is_answer(variation) is answers
    assert passages_of(variation) == passages


def test_fields_hold_every_condition_that_the_document_names(tmp_path):
    path = tmp_path / "source" / "conditions.yml"
    path.parent.mkdir()
    path.write_text("named_in_document: {ptsd: stress (PTSD), ocd: OCD}\ndisplay: {gout: gout}")
    assert load_fields(tmp_path) == {"named": "stress (PTSD), OCD", "other": ""}
    path.write_text("named_in_document: [ptsd]")
    with pytest.raises(FileError, match="named_in_document: found a list; allowed: a mapping"):
        load_fields(tmp_path)
