"""What answers are checked with: where the words come from, and files that cannot be used."""

from pathlib import Path

import pytest
import yaml

from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.grounding_files import load_domain, load_vocabulary

GROUNDING = {
    "numbers": {"two": 2},
    "multipliers": {"hundred": 100},
    "vague": ["few"],
    "no_amounts": ["how many"],
    "times": {"hour": ["hour", "hours"]},
    "measures": {"percent": ["%"]},
    "words": {"duration": {"long-term": ["long-term"]}, "drug": {"ketamine": ["ketamine"]}},
}
LOOKUP = """
nlu:
- lookup: condition
  examples: |
    - trauma
    - grief
- synonym: ptsd
  examples: |
    - trauma
- intent: other
  examples: |
    - not a condition
"""
CONDITIONS = {"named_in_document": {"ptsd": "stress (PTSD)"}, "display": {"gout": "the gout"}}


@pytest.fixture
def data(tmp_path) -> Path:
    for name in ("nlu", "source", "safety"):
        (tmp_path / name).mkdir()
    write(tmp_path, "grounding.yml", GROUNDING)
    (tmp_path / "nlu" / "conditions_lookup.yml").write_text(LOOKUP)
    write(tmp_path, "source/conditions.yml", CONDITIONS)
    write(tmp_path, "safety/protected_words.yml", {"medicines": ["zoloft"], "crisis": ["gun"]})
    return tmp_path


def write(data: Path, name: str, row: object) -> None:
    (data / name).write_text(yaml.safe_dump(row))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("trauma", ['condition "ptsd"']),
        ("stress (PTSD) now", ['condition "ptsd"']),
        ("grief", ['condition "grief"']),
        ("the gout", ['condition "gout"']),
        ("not a condition", []),
        ("Zoloft", ['drug "zoloft"']),
        ("ketamine", ['drug "ketamine"']),
        ("gun", []),
        ("two hours", ['duration "2 hour"']),
        ("2 %", ['number "2 percent"']),
        ("a few, how many", ['number "few"']),
        ("long-term", ['duration "long-term"']),
    ],
)
def test_words_come_from_every_list(data, text, found):
    vocabulary = load_vocabulary(data)
    assert [str(claim) for claim in sorted(vocabulary.claims(text))] == found


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"numbers": {"two": "2"}}, "numbers.two"),
        ({"vague": []}, "vague"),
        ({"words": {"drug": {"a": ["a"]}}}, "words.duration"),
        ({"extra": 1}, "extra"),
        ({"allowed": []}, "allowed"),
    ],
)
def test_a_wrong_key_is_named(data, changed, key):
    write(data, "grounding.yml", {**GROUNDING, **changed})
    with pytest.raises(FileError) as caught:
        load_vocabulary(data)
    assert [problem.key for problem in caught.value.problems] == [key]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("safety/protected_words.yml", "medicines"),
        ("nlu/conditions_lookup.yml", "nlu"),
        ("source/conditions.yml", "named_in_document"),
    ],
)
def test_a_list_of_words_that_is_not_there(data, name, key):
    write(data, name, {"other": 1})
    with pytest.raises(FileError) as caught:
        load_vocabulary(data)
    assert caught.value.path == data / name
    assert caught.value.problems[0].key == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("nlu: [trauma]", "nlu.0"),
        ("nlu: [{lookup: condition}]", "nlu.0"),
        ("nlu: [{lookup: condition, examples: [trauma]}]", "nlu.0.examples"),
        ("nlu: [{synonym: 5, examples: '- trauma'}]", "nlu.0.synonym"),
        ("nlu: {lookup: condition}", "nlu"),
    ],
)
def test_a_list_of_conditions_of_another_kind_is_refused(data, text, key):
    path = data / "nlu" / "conditions_lookup.yml"
    path.write_text(text)
    with pytest.raises(FileError) as caught:
        load_vocabulary(data)
    assert caught.value.path == path
    assert [problem.key for problem in caught.value.problems] == [key]


def test_a_name_that_is_no_text_to_yaml_is_one_here(data):
    words = {**GROUNDING["words"], "drug": {False: ["nitric oxide"], "ketamine": ["ketamine"]}}
    write(data, "grounding.yml", {**GROUNDING, "words": words})
    vocabulary = load_vocabulary(data)
    found = sorted(vocabulary.claims("ketamine, nitric oxide"))
    assert [claim.value for claim in found] == ["False", "ketamine"]


RESPONSES = {"utter_it": [{"text": "So.", "custom": {"outcome": "answer:a"}}]}


class TestDomain:
    def test_a_file(self, tmp_path):
        write(tmp_path, "domain.yml", {"responses": RESPONSES})
        assert load_domain(tmp_path) == [("domain.yml", RESPONSES)]

    def test_a_folder(self, tmp_path):
        (tmp_path / "domain" / "more").mkdir(parents=True)
        write(tmp_path, "domain/more/a.yml", {"responses": RESPONSES})
        write(tmp_path, "domain/intents.yml", {"intents": []})
        assert load_domain(tmp_path) == [
            ("domain/intents.yml", {}),
            ("domain/more/a.yml", RESPONSES),
        ]

    def test_a_response_twice_is_refused(self, tmp_path):
        (tmp_path / "domain.yml").write_text("responses:\n  a: []\n  a: []\n")
        with pytest.raises(FileError, match="the same key again"):
            load_domain(tmp_path)

    @pytest.mark.parametrize(
        ("responses", "key"),
        [
            (["text"], "responses"),
            ({"utter_it": "text"}, "responses.utter_it"),
            ({"utter_it": ["text"]}, "responses.utter_it.0"),
            ({"utter_it": {"text": "So."}}, "responses.utter_it"),
            ({"utter_it": [{"text": 5}]}, "responses.utter_it.0.text"),
            ({"utter_it": [{"text": "So.", "custom": "a"}]}, "responses.utter_it.0.custom"),
            ({"utter_it": [{"buttons": ["a"]}]}, "responses.utter_it.0.buttons.0"),
            ({"utter_it": [{"custom": {"passages": 5}}]}, "responses.utter_it.0.custom.passages"),
        ],
    )
    def test_responses_of_another_kind_are_refused(self, tmp_path, responses, key):
        write(tmp_path, "domain.yml", {"responses": responses})
        with pytest.raises(FileError) as caught:
            load_domain(tmp_path)
        assert [problem.key for problem in caught.value.problems] == [key]
