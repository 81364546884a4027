"""Two models in processes of their own, asked in turns."""

import os
from collections import Counter

import pytest

from bench import serving
from bench.outcomes import Parsed
from bench.serving import Answered, ModelProcess, ask_in_turns, turns, warm_up
from nightdesk.run.progress import StepFailed

SERVES = """
import json, sys
print(json.dumps({"load_s": 1.5}), flush=True)
for line in sys.stdin:
    texts = json.loads(line)
    if "end" in texts:
        sys.exit(1)
    rows = [{"text": t, "intent": {"name": t[:4]}, "ms": 2.0} for t in texts]
    print(json.dumps({"parsed": rows, "resident_mib": 10.5 + len(texts)}), flush=True)
"""


class FakeModel:
    """Answers with its name, and keeps who was asked when."""

    def __init__(self, name, asked):
        self.name, self.asked = name, asked

    def ask(self, texts):
        self.asked.append((self.name, list(texts)))
        return [Answered(Parsed(f"{self.name} {text}"), 1.0) for text in texts]


@pytest.mark.parametrize("messages", [0, 1, 24, 25, 26, 100, 101])
def test_turns_cover_every_message_once(messages):
    places = [i for part, _ in turns(messages) for i in range(part.start, part.stop)]
    assert places == list(range(messages))


def test_each_goes_first_as_often():
    assert Counter(swapped for _, swapped in turns(1000)) == {False: 20, True: 20}


def test_answers_come_in_the_order_of_the_texts():
    asked: list = []
    pair = (FakeModel("a", asked), FakeModel("b", asked))
    texts = [str(i) for i in range(60)]
    told: list[int] = []
    first, second = ask_in_turns(pair, texts, told.append)
    assert [row.parsed.intent for row in first] == [f"a {text}" for text in texts]
    assert [row.parsed.intent for row in second] == [f"b {text}" for text in texts]
    assert [name for name, _ in asked] == ["a", "b", "b", "a", "a", "b"]
    assert told == [25, 50, 60]


def test_warm_up_parses_few_texts_over_and_over():
    asked: list = []
    warm_up(FakeModel("a", asked), ["x", "y"])
    assert len(asked[0][1]) == serving.WARM_UP


@pytest.fixture
def folder(tmp_path):
    """A folder whose `bench.serve` needs no Rasa."""
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "__init__.py").write_text("")
    (tmp_path / "bench" / "serve.py").write_text(SERVES)
    return tmp_path


def process(folder):
    return ModelProcess(
        "a", folder / "m.tar.gz", folder / "a.log", folder, {"PATH": os.environ["PATH"]}
    )


def test_a_process_is_asked_and_ended(folder):
    with process(folder) as model:
        assert model.load_s == 1.5
        assert model.ready_s > 0
        (row,) = model.ask(["cost?"])
        assert (row.parsed.intent, row.ms) == ("cost", 2.0)
        assert model.resident_mib == 11.5
        child = model._child
    assert child.returncode is not None


def test_a_process_that_ends_is_one_sentence(folder):
    with process(folder) as model, pytest.raises(StepFailed, match=r"a\.log"):
        model.ask(["end"])


def test_a_model_that_cannot_be_loaded_is_one_sentence(folder):
    (folder / "bench" / "serve.py").write_text("raise SystemExit('no such model')")
    with pytest.raises(StepFailed, match="The model of a has ended"):
        process(folder)
    assert "no such model" in (folder / "a.log").read_text()
