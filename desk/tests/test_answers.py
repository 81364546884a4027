"""Signed answers with real files: mode live serves nothing unsigned, and edits count at once."""

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from desk_in_process import ALWAYS_OPEN, CLINIC, Running, Visitor, started
from fake_rasa import FakeRasa, handover
from nightdesk_contract.clinic import load_clinic
from nightdesk_contract.domain_answers import read_responses
from nightdesk_contract.review import Signature, save_signatures
from nightdesk_contract.signed_items import load_signed_items
from sqlalchemy import select
from standings import standing_of

from nightdesk_desk import answers as answers_on_disk
from nightdesk_desk.app import create_app
from nightdesk_desk.models import Handover
from nightdesk_desk.settings import PROJECT_ROOT, Settings

DAY = date(2026, 11, 26)
LIVE = """crisis_owner: {name: the director, phone: (555) 010-0143}
logistics: {cost: It costs five dollars.}
"""


def live_clinic() -> str:
    text = CLINIC.format(hours=ALWAYS_OPEN).replace("mode: demo", "mode: live")
    text = text.replace("demo_notice: This is demo content.\n", "")
    return text.replace("logistics: {}\n", LIVE)


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """A clinic in mode live, with a data folder and a domain that a test can edit."""
    data, domain = tmp_path / "data", tmp_path / "domain.yml"
    shutil.copytree(PROJECT_ROOT / "data", data, ignore=shutil.ignore_patterns("nlu", "encoder"))
    shutil.copy(PROJECT_ROOT / "domain.yml", domain)
    settings.clinic_path.write_text(live_clinic())
    return replace(settings, data=data, domain=domain)


def sign(settings: Settings, *items: str, on: date = DAY, until: str = "2999-01-01") -> None:
    known = load_signed_items(settings.domain, settings.clinic_path, settings.data)
    path = settings.data / "review.yml"
    before = path.stat().st_mtime_ns
    last = date.fromisoformat(until)
    signatures = [
        Signature(item, known[item].content, "Dr. A. Example", "Director", on, last)
        for item in items
    ]
    save_signatures(path, signatures)
    later(path, before)


def later(path: Path, before: int) -> None:
    """Give the file a time of its own on any file system."""
    os.utime(path, ns=(before + 10**9, before + 10**9))


def edit(path: Path, old: str, new: str) -> None:
    text, before = path.read_text(encoding="utf-8"), path.stat().st_mtime_ns
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    later(path, before)


def saying(name: str, settings: Settings) -> list[dict[str, Any]]:
    """Give a response of the domain as Rasa's REST channel does."""
    [reply] = read_responses(settings.domain)[name]
    return [{"text": reply["text"]}, {"custom": dict(reply["custom"])}]


def cost(text: str = "It costs five dollars.") -> list[dict[str, Any]]:
    return [{"text": text}, {"custom": {"outcome": "logistics:cost", "item": "clinic:cost"}}]


@pytest_asyncio.fixture
async def running(settings: Settings, rasa: FakeRasa) -> AsyncIterator[Running]:
    app = create_app(replace(settings, rasa_url=rasa.url))
    async with started(app) as desk:
        yield desk


async def cases(running: Running) -> list[Handover]:
    async with running.desk.db.read() as session:
        return list(await session.scalars(select(Handover)))


class TestModeLive:
    async def test_staff_take_the_question_of_an_unsigned_answer(
        self, running: Running, visitor: Visitor, rasa: FakeRasa, settings: Settings
    ) -> None:
        rasa.script = lambda *_: saying("utter_faq_safety", settings)
        withheld, told = await visitor.chat("Is it safe?")
        assert withheld["text"] == running.desk.words.say("answer_withheld")
        assert (withheld["outcome"], withheld["source"]) == ("handover:request", None)
        assert told["from"] == "system"
        [case] = await cases(running)
        assert (case.reason, case.level, case.state) == ("request", "P3", "open")

    async def test_a_signed_answer_is_served_with_passage_caution_and_signature(
        self, running: Running, visitor: Visitor, rasa: FakeRasa, settings: Settings
    ) -> None:
        sign(settings, "answer:utter_faq_safety")
        rasa.script = lambda *_: saying("utter_faq_safety", settings)
        [event] = await visitor.chat("Is it safe?")
        source = event["source"]
        assert event["outcome"] == "answer:safety"
        assert [passage["id"] for passage in source["passages"]] == ["safety"]
        assert source["review"] == {
            "on": "2026-11-26",
            "next_review": "2999-01-01",
            "reviewer": "Dr. A. Example",
            "role": "Director",
        }
        assert any("misuse" in caution["text"] for caution in source["cautions"])
        assert all(
            one["url"].startswith("https://")
            for caution in source["cautions"]
            for one in caution["sources"]
        )
        assert event["feedback"] == {"helpful": None}
        assert await cases(running) == []

    async def test_what_changes_after_signing_is_not_served(
        self, visitor: Visitor, rasa: FakeRasa, settings: Settings
    ) -> None:
        sign(settings, "answer:utter_faq_safety")
        rasa.script = lambda *_: saying("utter_faq_safety", settings)
        [event] = await visitor.chat("Is it safe?")
        assert event["outcome"] == "answer:safety"
        edit(settings.data / "cautions.yml", "a known risk of misuse", "some risk of misuse")
        assert (await visitor.chat("Is it safe?"))[0]["outcome"] == "handover:request"

    async def test_a_bot_with_other_words_than_the_signed_ones_is_not_let_through(
        self, visitor: Visitor, rasa: FakeRasa, settings: Settings
    ) -> None:
        sign(settings, "answer:utter_faq_safety")
        said = saying("utter_faq_safety", settings)
        said[0]["text"] += " It is safe for everybody."
        rasa.script = lambda *_: said
        assert (await visitor.chat("Is it safe?"))[0]["outcome"] == "handover:request"

    async def test_the_clinics_own_words_are_signed_too(
        self, visitor: Visitor, rasa: FakeRasa, settings: Settings
    ) -> None:
        rasa.script = lambda *_: cost()
        assert (await visitor.chat("How much?"))[0]["outcome"] == "handover:request"
        sign(settings, "clinic:cost")
        [event] = await visitor.chat("How much?")
        assert event["source"]["kind"] == "clinic"
        assert event["source"]["review"]["reviewer"] == "Dr. A. Example"
        edit(settings.clinic_path, "five dollars", "six dollars")
        rasa.script = lambda *_: cost("It costs six dollars.")
        assert (await visitor.chat("How much?"))[0]["outcome"] == "handover:request"

    async def test_an_answer_that_is_due_is_not_served(
        self, visitor: Visitor, rasa: FakeRasa, settings: Settings
    ) -> None:
        sign(settings, "clinic:cost", on=date(2026, 1, 1), until="2026-02-01")
        rasa.script = lambda *_: cost()
        assert (await visitor.chat("How much?"))[0]["outcome"] == "handover:request"

    async def test_a_day_ends_at_the_clinics_midnight(
        self, running: Running, settings: Settings
    ) -> None:
        sign(settings, "clinic:cost", until="2027-01-15")

        def state(at: datetime) -> str:
            standings = running.desk.answers.review(at).standings
            return next(s.state for s in standings if s.item.id == "clinic:cost")

        # Chicago is six hours behind.
        assert state(datetime(2027, 1, 15, 5, 59, tzinfo=UTC)) == "signed"
        assert state(datetime(2027, 1, 15, 6, 0, tzinfo=UTC)) == "due"

    async def test_the_bot_is_told_that_its_answer_did_not_reach_anybody(
        self, visitor: Visitor, rasa: FakeRasa, settings: Settings
    ) -> None:
        sign(settings, "clinic:cost")
        rasa.script = lambda *_: saying("utter_faq_safety", settings)
        await visitor.chat("Is it safe?")
        rasa.script = lambda *_: cost()
        await visitor.chat("Why?")
        await visitor.chat("How much?")
        assert rasa.metadata == [None, {"not_given": True}, None]

    async def test_help_in_a_crisis_is_never_kept_back(
        self, running: Running, visitor: Visitor, rasa: FakeRasa
    ) -> None:
        rasa.script = lambda *_: handover("crisis", "P0", "Call 911 now.")
        event = (await visitor.chat("I took pills"))[0]
        assert event["text"] == "Call 911 now."
        [case] = await cases(running)
        assert case.level == "P0"

    async def test_help_in_a_crisis_does_not_depend_on_what_is_signed(
        self,
        running: Running,
        visitor: Visitor,
        rasa: FakeRasa,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def fails() -> None:
            raise RuntimeError

        monkeypatch.setattr(running.desk.answers, "review", fails)
        rasa.script = lambda *_: handover("crisis", "P0", "Call 911 now.")
        assert (await visitor.chat("I took pills"))[0]["text"] == "Call 911 now."
        monkeypatch.undo()


class TestModeDemo:
    async def test_all_is_served_and_carries_nobodys_name(
        self, visitor: Visitor, rasa: FakeRasa, settings: Settings
    ) -> None:
        settings.clinic_path.write_text(CLINIC.format(hours=ALWAYS_OPEN))
        rasa.script = lambda *_: saying("utter_faq_safety", settings)
        [event] = await visitor.chat("Is it safe?")
        assert event["outcome"] == "answer:safety"
        assert event["source"]["review"] is None
        assert event["source"]["cautions"]

    async def test_what_stood_beside_an_answer_stays_as_it_was(
        self, visitor: Visitor, rasa: FakeRasa, settings: Settings
    ) -> None:
        settings.clinic_path.write_text(CLINIC.format(hours=ALWAYS_OPEN))
        rasa.script = lambda *_: saying("utter_faq_safety", settings)
        [before] = await visitor.chat("Is it safe?")
        edit(settings.data / "cautions.yml", "a known risk of misuse", "some risk of misuse")
        again = next(e for e in await visitor.events() if e["seq"] == before["seq"])
        assert again["source"]["cautions"] == before["source"]["cautions"]
        [after] = await visitor.chat("Is it safe?")
        assert after["source"]["cautions"] != before["source"]["cautions"]


class TestFiles:
    def counted(self, running: Running) -> dict[str, int]:
        return dict(running.desk.answers.not_served())

    async def test_counts_what_visitors_do_not_get(
        self, running: Running, settings: Settings
    ) -> None:
        before = self.counted(running)
        assert before.keys() == {"unsigned"}
        sign(settings, "clinic:cost", "answer:utter_faq_safety")
        assert self.counted(running) == {"unsigned": before["unsigned"] - 2}
        settings.clinic_path.write_text(CLINIC.format(hours=ALWAYS_OPEN))
        assert self.counted(running) == {}

    async def test_a_broken_edit_keeps_what_was_signed_and_says_so(
        self, running: Running, settings: Settings
    ) -> None:
        sign(settings, "clinic:cost")
        answers = running.desk.answers
        assert standing_of(answers, "clinic:cost") == "signed"
        path = settings.data / "review.yml"
        edit(path, "signatures:", "signature:")
        assert standing_of(answers, "clinic:cost") == "signed"
        assert answers.problem is not None
        assert answers.problem[0] == path
        assert "signatures" in str(answers.problem[1][0])
        edit(path, "signature:", "signatures:")
        assert standing_of(answers, "clinic:cost") == "signed"
        assert answers.problem is None

    async def test_a_broken_edit_is_told_of_in_mode_demo_too(
        self, running: Running, settings: Settings
    ) -> None:
        settings.clinic_path.write_text(CLINIC.format(hours=ALWAYS_OPEN))
        path = settings.data / "cautions.yml"
        edit(path, "cautions:", "caution:")
        assert self.counted(running) == {}
        assert running.desk.answers.problem is not None
        assert running.desk.answers.problem[0] == path

    async def test_a_file_that_changes_while_it_is_read_takes_no_answer_away(
        self, running: Running, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sign(settings, "clinic:cost")
        answers = running.desk.answers
        assert standing_of(answers, "clinic:cost") == "signed"

        def fails(*_: object) -> None:
            raise KeyError("passages")

        monkeypatch.setattr(answers_on_disk, "load_cautions", fails)
        edit(settings.data / "cautions.yml", "a known risk of misuse", "some risk of misuse")
        assert standing_of(answers, "clinic:cost") == "signed"
        assert answers.problem is not None
        assert "KeyError" in str(answers.problem[1][0])

    @pytest.mark.parametrize("mode", ["demo", "live"])
    async def test_with_a_broken_file_at_the_start_staff_take_questions_and_crisis_help_stays(
        self, settings: Settings, rasa: FakeRasa, mode: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        path = settings.data / "cautions.yml"
        edit(path, "https://pmc", "http://pmc")
        if mode == "demo":
            settings.clinic_path.write_text(CLINIC.format(hours=ALWAYS_OPEN))
        async with started(create_app(replace(settings, rasa_url=rasa.url))) as running:
            assert "cautions.yml cannot be used, so no answer is given" in caplog.text
            visitor = await running.visitor()
            rasa.script = lambda *_: saying("utter_faq_safety", settings)
            event = (await visitor.chat("Is it safe?"))[0]
            assert event["text"] == running.desk.words.say("answer_withheld")
            rasa.script = lambda *_: handover("crisis", "P0", "Call 911 now.")
            assert (await visitor.chat("I took pills"))[0]["text"] == "Call 911 now."
            answers = running.desk.answers
            assert (answers.read, answers.problem and answers.problem[0]) == (False, path)
            edit(path, "http://pmc", "https://pmc")
            assert answers.review().standings
            assert answers.passages
            assert (answers.read, answers.problem) == (True, None)

    async def test_a_passage_that_is_edited_is_shown_as_it_stands(
        self, running: Running, visitor: Visitor, rasa: FakeRasa, settings: Settings
    ) -> None:
        path = settings.data / "source" / "passages.yml"
        edit(path, "generally safe and", "mostly safe and")
        sign(settings, "answer:utter_faq_safety")
        rasa.script = lambda *_: saying("utter_faq_safety", settings)
        [event] = await visitor.chat("Is it safe?")
        assert "mostly safe" in event["source"]["passages"][0]["text"]

    async def test_an_unknown_item_is_unsigned(self, running: Running) -> None:
        assert standing_of(running.desk.answers, "answer:utter_nothing") == "unsigned"

    def test_the_clinic_in_these_tests_is_right(self, settings: Settings) -> None:
        assert load_clinic(settings.clinic_path).mode == "live"
