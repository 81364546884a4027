"""What visitors say is found in a log, however it is written; every sentence is usable."""

import json
from random import Random

import pytest
import yaml
from running_system import ROOT

from chaos.running import ADDRESSES, clinic_text, words_in
from chaos.said import WEIGHTS, Sentences

SENTENCE = 'I "really" want to die.'


@pytest.mark.parametrize(
    "line",
    [
        f"INFO got {SENTENCE}",
        f"got {SENTENCE.upper()}",
        json.dumps({"text": SENTENCE}),
    ],
)
def test_words_in_a_log_are_found(line: str) -> None:
    [found] = words_in({"desk.log": f"…\n{line}\n…"}, {SENTENCE})
    assert found.kind == "words in a log"
    assert "die" not in found.about


def test_a_log_without_them_is_fine() -> None:
    assert words_in({"desk.log": "a turn failed: TimeoutError"}, {SENTENCE}) == []


def test_every_part_of_the_file_can_be_said() -> None:
    sentences = Sentences.load()
    assert {part for part, _, _ in WEIGHTS} | {"staff"} == set(sentences.parts)
    assert len(sentences.crises()) >= 20
    random = Random(1)
    kinds = {sentences.next_turn(random).kind for _ in range(500)}
    assert kinds == {"crisis", "question", "person", "medical", "small"}


def test_the_clinic_gets_our_addresses() -> None:
    clinic = yaml.safe_load(clinic_text((ROOT / "clinic.yml").read_text(), 4711))
    assert {row["name"]: tuple(row["levels"]) for row in clinic["alerts"]} == ADDRESSES
    assert all("127.0.0.1:4711" in row["webhook"] for row in clinic["alerts"])
