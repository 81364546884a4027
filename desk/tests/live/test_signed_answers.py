"""Mode live, with the real processes: what a clinician has not signed goes to staff."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from running_system import BIN, ROOT, RunningSystem, running_system
from visitor import Visitor, outcomes, words

QUESTION = "Is ketamine therapy safe?"
ITEM = "answer:utter_faq_safety"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """A system in mode live whose data folder is a copy, free to be signed."""
    var = tmp_path_factory.mktemp("live")
    shutil.copytree(ROOT / "data", var / "data")
    with running_system(var, {"NIGHTDESK_DATA": str(var / "data")}) as system:
        text = system.clinic.read_text(encoding="utf-8")
        system.clinic.write_text(re.sub("(?m)^mode: demo", "mode: live", text), encoding="utf-8")
        yield system


def nightdesk(system: RunningSystem, *words: str) -> str:
    done = subprocess.run(
        [BIN / "nightdesk", *words],
        cwd=ROOT,
        env=dict(system.environment),
        text=True,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_visitors_question_waits_for_staff_until_its_answer_is_signed(
    live: RunningSystem,
) -> None:
    with Visitor(live.url) as visitor:
        withheld = visitor.ask(QUESTION)
        assert outcomes(withheld) == ["handover:request"]
        assert "A clinician needs to check my answer" in words(withheld)
        assert live.handovers(visitor.conversation_id) == [("request", "P3", "open")]

        leaning = words(visitor.ask("why?"))
        assert "You can open the source" not in leaning
        assert "That is all I have" not in leaning

        signed = ("--reviewer", "Dr. A. Example", "--role", "Director", "--yes")
        nightdesk(live, "review", "sign", ITEM, *signed)
        (answer,) = [e for e in visitor.ask(QUESTION) if e["from"] == "bot"]
        assert answer["outcome"] == "answer:safety"
        assert answer["source"]["review"]["reviewer"] == "Dr. A. Example"
        assert "misuse" in " ".join(c["text"] for c in answer["source"]["cautions"])

        path = f"{visitor.path}/events/{answer['seq']}/feedback"
        said = visitor.http.post(path, json={"helpful": False}, headers=visitor.headers)
        assert said.status_code == 200, said.text

    gaps = {row["topic"]: row for row in json.loads(nightdesk(live, "gaps", "--json"))["topics"]}
    assert (gaps["faq_safety"]["withheld"], gaps["faq_safety"]["not_helpful"]) == (1, 1)


def test_help_in_a_crisis_needs_no_signature(live: RunningSystem) -> None:
    with Visitor(live.url) as visitor:
        events = visitor.ask("I want to kill myself")
        assert outcomes(events) == ["handover:crisis"]
        assert "988" in words(events)


def test_a_mistake_in_what_is_signed_leaves_crisis_help_as_it_is(live: RunningSystem) -> None:
    path = live.var / "data" / "review.yml"
    good = path.read_text(encoding="utf-8")
    path.write_text("signed: {}\n", encoding="utf-8")
    try:
        live.kill("desk")
        live.wait_until_live()
        with Visitor(live.url) as visitor:
            assert outcomes(visitor.ask(QUESTION)) == ["handover:request"]
            assert outcomes(visitor.ask("I want to kill myself")) == ["handover:crisis"]
    finally:
        path.write_text(good, encoding="utf-8")
    with Visitor(live.url) as visitor:
        assert outcomes(visitor.ask(QUESTION)) == ["answer:safety"]
