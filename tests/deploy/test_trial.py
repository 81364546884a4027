"""The trial's command line, and what its visitors say."""

import pytest

from deploy.trial import __main__ as trial
from deploy.trial.talking import PER_VISITOR, Talk


def test_it_says_what_it_does_and_refuses_what_it_does_not_know(capsys):
    for words, status, said in ((["--help"], 0, "DESK_BURST_QUIET"), (["--turns", "0"], 2, "")):
        with pytest.raises(SystemExit) as ended:
            trial.main(words)
        assert ended.value.code == status
        assert said in capsys.readouterr().out


def test_a_visitor_says_nothing_twice():
    talk = Talk(trial.questions(), 1000, 1)
    assert talk.turns >= 1000
    for _ in range(100):
        texts = talk._chance_of_texts()
        assert len(set(texts)) == len(texts) == PER_VISITOR


def test_the_verdict_is_told_in_words():
    assert trial.as_text({"turns": 3, "faults": []}).endswith("All as promised.")
    said = trial.as_text({"turns": 3, "faults": [f"c_{n}: lost" for n in range(30)]})
    assert "FAULT c_19: lost" in said
    assert "and 10 more" in said
    assert said.endswith("NOT as promised.")
