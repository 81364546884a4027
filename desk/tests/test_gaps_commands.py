"""`nightdesk gaps`: the list, the drafts, and placing one."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from nightdesk_contract.answers import load_answer
from shell import Shell
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import log
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.drafts import Fields, checked, save_draft
from nightdesk_desk.feedback_api import store_feedback
from nightdesk_desk.log import NewEvent
from nightdesk_desk.models import Draft, Staff
from nightdesk_desk.settings import PROJECT_ROOT

LINES = "\n".join(f"where do I park, way {i}" for i in range(10))
PARKING = Fields("Parking", "Where can I park?", "Behind us.", "Guide", "Behind.", LINES)


class GapsShell(Shell):
    """`nightdesk gaps` with a data folder of its own."""

    @property
    def answers(self) -> Path:
        return self.folder / "data" / "answers"


@pytest.fixture
def shell(
    tmp_path: Path,
    empty_database: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> GapsShell:
    shutil.copy(empty_database, tmp_path / "desk.sqlite3")
    data = tmp_path / "data"
    (data / "safety").mkdir(parents=True)
    for name in ("topics.yml", "not_introduced.yml", "safety/not_names.yml"):
        shutil.copy(PROJECT_ROOT / "data" / name, data / name)
    monkeypatch.setenv("NIGHTDESK_VAR", str(tmp_path))
    monkeypatch.setenv("NIGHTDESK_DATA", str(data))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return GapsShell(tmp_path, capsys, ("gaps",))


async def questions(session: AsyncSession) -> None:
    """Two conversations with gaps."""
    for text, outcome, basis in (
        ("how does it work? call 555-010-0142", "not_in_source:mechanism", None),
        ("blorp", "unknown", None),
    ):
        conversation_id, _ = await log.start_conversation(session)
        said = [NewEvent("visitor", text), NewEvent("bot", "Hm.", outcome, basis=basis)]
        await log.append(session, conversation_id, said)
    told = [NewEvent("visitor", "safe?"), NewEvent("bot", "So.", "answer:safety")]
    _, seq = await log.append(session, conversation_id, told)
    await store_feedback(session, conversation_id, seq, helpful=False)


async def a_draft(session: AsyncSession) -> None:
    staff = Staff(username="dana", first_name="Dana", password_hash="x")
    session.add(staff)
    await session.flush()
    await save_draft(session, "parking", checked("parking", PARKING), staff.id)


def test_before_anybody_asked(shell: GapsShell) -> None:
    assert shell() == (0, "In the last 30 days nobody was left without a good answer.\n", "")
    code, out, _ = shell("drafts")
    assert (code, out.split(".")[0]) == (0, "There are no drafts")
    assert json.loads(shell("drafts", "--json")[1]) == []


def test_the_list_names_topics_with_examples(shell: GapsShell) -> None:
    shell.record(questions)
    code, out, _ = shell()
    assert code == 0
    assert out == shell("list")[1]
    assert "mechanism: How does it work in the brain?" in out
    assert "- how does it work? call [phone]" in out
    assert "No topic recognised" in out
    assert "faq_safety: Is ketamine therapy safe?" in out
    assert "0142" not in out
    assert "- " not in shell("list", "--examples", "0")[1]


def rows(out: str) -> dict[str | None, dict[str, Any]]:
    return {row["topic"]: row for row in json.loads(out)["topics"]}


@pytest.mark.parametrize("words", [["--json"], ["list", "--json"], ["--json", "list"]])
def test_the_list_for_programs(shell: GapsShell, words: list[str]) -> None:
    shell.record(questions)
    code, out, _ = shell(*words)
    assert (code, json.loads(out)["days"]) == (0, 30)
    found = rows(out)
    assert set(found) == {"mechanism", None, "faq_safety"}
    assert found["mechanism"] == {
        "topic": "mechanism",
        "question": "How does it work in the brain?",
        "conversations": 1,
        "not_covered": 1,
        "not_understood": 0,
        "withheld": 0,
        "not_helpful": 0,
        "helpful": 0,
        "examples": ["how does it work? call [phone]"],
    }
    assert found[None]["not_understood"] == 1
    assert found["faq_safety"]["not_helpful"] == 1


def test_options_before_the_word_list_count_too(shell: GapsShell) -> None:
    assert json.loads(shell("--days", "7", "list", "--json")[1])["days"] == 7


@pytest.mark.parametrize(
    "words", [["--days", "0"], ["list", "--days", "x"], ["list", "--examples", "-1"], ["plaice"]]
)
def test_wrong_use_is_said(shell: GapsShell, words: list[str]) -> None:
    code, out, err = shell(*words)
    assert (code, out) == (2, "")
    assert words[-1] in err


def test_drafts_are_listed(shell: GapsShell) -> None:
    shell.record(a_draft)
    _, out, _ = shell("drafts")
    assert out.startswith("parking ")
    assert "Dana" in out
    assert "not placed" in out
    [row] = json.loads(shell("drafts", "--json")[1])
    assert (row["topic"], row["written_by"], row["placed_at"]) == ("parking", "Dana", None)
    assert row["source"] == {"document": "Guide", "text": "Behind."}


def test_a_draft_is_placed_and_what_comes_next_is_said(shell: GapsShell) -> None:
    shell.record(a_draft)
    code, out, _ = shell("place", "parking")
    path = shell.answers / "parking.yml"
    assert code == 0
    assert str(path) in out
    for said in ("nightdesk answers check", "make train", "nightdesk review sign added:parking"):
        assert said in out
    assert load_answer(path).answer == "Behind us."

    async def kinds(session: AsyncSession) -> list[str]:
        return list(await session.scalars(select(AuditEntry.kind)))

    assert "draft_placed" in shell.record(kinds)
    assert json.loads(shell("drafts", "--json")[1])[0]["placed_at"]


@pytest.mark.parametrize("ending", ["yml", "yaml"])
def test_a_file_that_is_there_stays_unless_forced(shell: GapsShell, ending: str) -> None:
    shell.record(a_draft)
    shell.answers.mkdir()
    path = shell.answers / f"parking.{ending}"
    path.write_text("title: mine\n")
    code, _, err = shell("place", "parking")
    assert code == 1
    assert "--force" in err
    assert path.read_text() == "title: mine\n"
    assert json.loads(shell("drafts", "--json")[1])[0]["placed_at"] is None
    assert shell("place", "parking", "--force")[0] == 0
    assert load_answer(path).title == "Parking"
    assert [found.name for found in shell.answers.iterdir()] == [path.name]


def test_without_a_draft_nothing_is_placed(shell: GapsShell) -> None:
    code, _, err = shell("place", "parking")
    assert code == 1
    assert "no draft for parking" in err
    assert not shell.answers.exists()


@pytest.mark.parametrize("topic", ["../x", "Parking", "a b", "a/b", "", "no-topic", ".."])
def test_what_is_no_file_name_is_refused(shell: GapsShell, topic: str) -> None:
    code, _, err = shell("place", topic)
    assert code == 2
    assert "small letters" in err


def test_a_draft_of_older_rules_is_refused_with_what_is_wrong(shell: GapsShell) -> None:
    shell.record(a_draft)

    async def spoil(session: AsyncSession) -> None:
        await session.execute(update(Draft).values(examples=["one"]))

    shell.record(spoil)
    code, _, err = shell("place", "parking")
    assert code == 1
    assert "examples" in err
    assert not shell.answers.exists()


def test_a_data_folder_that_is_not_there_is_named(
    shell: GapsShell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NIGHTDESK_DATA", str(tmp_path / "nowhere"))
    code, _, err = shell("list")
    assert code == 1
    assert "topics.yml" in err
