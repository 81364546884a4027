"""Canned replies beside the reply box: which come first, in which words, and who may pick them."""

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from nightdesk_contract.canned_replies import FIELDS, FILE, CannedReply
from nightdesk_contract.clinic import ClinicFile
from nightdesk_contract.outcome import Level
from nightdesk_contract.review import Review, Signature, review, save_signatures
from nightdesk_contract.signed_items import canned_items, load_signed_items
from staff_people import Calls, SignIn
from standings import standing_of

from nightdesk_desk.answers import Answers
from nightdesk_desk.desk import Desk
from nightdesk_desk.settings import PROJECT_ROOT, Settings
from nightdesk_desk.staff.canned import Choice, choices
from nightdesk_desk.words import Words

A_DAY, NEVER = date(2026, 11, 26), date(2999, 1, 1)
HELLO = CannedReply("hello", "Hello", ("P2", "P3"), "I am {name}.")
CALL = CannedReply("call", "Call now", ("P0",), "Call {emergency}.")


FACTS = {"name": "Maria", "emergency": "911", "abuse_help": ""}


def signature(item: str, content: str, until: date = NEVER) -> Signature:
    return Signature(item, content, "Dr. A. Example", "Director", A_DAY, until)


def chosen(
    replies: Sequence[CannedReply], level: str | None, signed_only: Review | None = None
) -> list[Choice]:
    return list(choices(replies, level, FACTS, signed_only))


class TestChoices:
    def test_those_for_the_level_first_filled_in(self) -> None:
        found = chosen([HELLO, CALL], "P0")
        assert [(c.id, c.text, c.fits) for c in found] == [
            ("call", "Call 911.", True),
            ("hello", "I am Maria.", False),
        ]
        assert all(choice.may_be_picked and not choice.unsigned for choice in found)

    def test_one_for_a_line_that_the_country_does_not_have_is_left_out(self) -> None:
        line = CannedReply("line", "The line", ("P0",), "Call {emergency}. {abuse_help}")
        assert [choice.id for choice in chosen([line, CALL], "P0")] == ["call"]

    @pytest.mark.parametrize(
        ("signed", "until", "unsigned"),
        [
            ([HELLO], NEVER, ["call"]),
            ([HELLO, CALL], NEVER, []),
            ([HELLO, CALL], A_DAY, ["hello", "call"]),
            ([replace(HELLO, text="I was {name}."), CALL], NEVER, ["hello"]),
            ([], NEVER, ["hello", "call"]),
        ],
    )
    def test_what_is_not_signed_or_changed_or_due_is_marked_and_help_is_never_kept_back(
        self, signed: Sequence[CannedReply], until: date, unsigned: list[str]
    ) -> None:
        items = {item.id: item for item in canned_items([HELLO, CALL])}
        signatures = {i.id: signature(i.id, i.content, until) for i in canned_items(signed)}
        found = chosen([HELLO, CALL], None, review(items, signatures, A_DAY))
        assert [choice.id for choice in found if choice.unsigned] == unsigned
        kept_back = [choice.id for choice in found if not choice.may_be_picked]
        assert kept_back == [id_ for id_ in unsigned if id_ != "call"]

    @pytest.mark.parametrize(
        ("levels", "may_be_picked"),
        [(("P0",), True), (("P2", "P1"), True), (("P2", "P3"), False)],
    )
    def test_help_is_what_is_meant_for_an_emergency_or_a_crisis(
        self, levels: tuple[Level, ...], may_be_picked: bool
    ) -> None:
        (choice,) = chosen([replace(HELLO, levels=levels)], None, review({}, {}, A_DAY))
        assert choice.unsigned
        assert choice.may_be_picked == may_be_picked

    def test_words_that_the_reading_of_what_is_signed_does_not_have_are_not_signed(self) -> None:
        # After an edit of other files that could not be used.
        (item,) = canned_items([HELLO])
        signed = review({item.id: item}, {item.id: signature(item.id, item.content)}, A_DAY)
        (choice,) = chosen([replace(HELLO, text="Newer words.")], None, signed)
        assert choice.unsigned

    def test_there_is_something_for_every_field(self, desk: Desk) -> None:
        assert {*desk.words.facts(), "name"} >= set(FIELDS)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    shutil.copytree(PROJECT_ROOT / "data", folder, ignore=shutil.ignore_patterns("nlu", "encoder"))
    return folder


BROKEN: list[tuple[str | None, str]] = [
    ("replies: [", "broken YAML"),
    (
        "replies: [{id: a, title: A, levels: [P1], text: 'Hi {x}'}]",
        "Line 1: replies.0.text \u2013 found the field {x}. Allowed:",
    ),
    (None, "no readable file"),
]


def written(path: Path, content: str | None) -> None:
    path.unlink()
    if content is not None:
        path.write_text(content)


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


class TestFile:
    @pytest.fixture
    def settings(self, settings: Settings, data: Path) -> Settings:
        return replace(settings, data=data)

    def test_an_edit_counts_at_once_and_a_broken_one_leaves_the_last(
        self, desk: Desk, data: Path
    ) -> None:
        def titles() -> set[str]:
            desk.answers.review()
            return {reply.title for reply in desk.answers.canned}

        before, path = titles(), data / FILE
        path.write_text(path.read_text("utf-8").replace("title: Goodbye\n", "title: Bye\n"))
        os.utime(path, ns=(1, 1))
        after = titles()
        assert after - before == {"Bye"}
        path.write_text("replies: [")
        os.utime(path, ns=(2, 2))
        assert titles() == after

    async def test_a_broken_edit_is_named_and_no_answer_depends_on_it(
        self, desk: Desk, data: Path, sign_in: SignIn
    ) -> None:
        maria, items = await sign_in(), desk.answers.review().standings
        written(data / FILE, "replies: [")
        shown = plain((await maria.http.get("/inbox")).text)
        assert "There is a mistake in canned_replies.yml. The ready-made replies that" in shown
        assert desk.answers.problem is None
        # Signatures of other words count from here on all the same.
        cost = next(s.item for s in items if s.item.id == "clinic:cost")
        save_signatures(data / "review.yml", [signature(cost.id, cost.content)])
        assert standing_of(desk.answers, "clinic:cost") == "signed"

    def test_other_broken_files_take_no_ready_made_replies_away(
        self, settings: Settings, data: Path
    ) -> None:
        (data / "cautions.yml").write_text("cautions: [")
        words = Words(ClinicFile(settings.clinic_path), data)
        answers = Answers(words, settings.domain, data)
        assert not answers.read
        assert len(answers.canned) >= 20


class TestBrokenAtTheStart:
    @pytest.fixture(params=BROKEN, ids=["no-yaml", "unknown-field", "not-there"])
    def broken(self, request: pytest.FixtureRequest) -> tuple[str | None, str]:
        found: tuple[str | None, str] = request.param
        return found

    @pytest.fixture
    def settings(self, settings: Settings, data: Path, broken: tuple[str | None, str]) -> Settings:
        written(data / FILE, broken[0])
        return replace(settings, data=data)

    async def test_an_emergency_has_its_page_and_the_inbox_says_why_there_are_none(
        self, sign_in: SignIn, calls: Calls, desk: Desk, broken: tuple[str | None, str]
    ) -> None:
        maria = await sign_in()
        page = (await maria.http.get((await calls("took pills", "P0")).url)).text
        assert shown(page) == {}
        assert '<form id="reply"' in page
        said = plain(page)
        assert "There is a mistake in canned_replies.yml. So there are no ready-made repl" in said
        assert broken[1] in said
        # And visitors get their answers.
        assert desk.answers.read
        assert desk.answers.problem is None


def shown(page: str) -> dict[str, str]:
    """Give the words of each canned reply on a page, by id, in their order."""
    found = re.findall(r'<p class="canned-text" id="canned-text-([^"]+)">([^<]*)</p>', page)
    return {id_: unescape(text) for id_, text in found}


def buttons(page: str) -> list[str]:
    return re.findall(r'<button type="button" [^>]*data-canned="canned-text-([^"]+)"', page)


async def test_a_conversations_page_has_them_all_those_for_its_level_first(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria = await sign_in()
    page = (await maria.http.get((await calls("took pills", "P0")).url)).text
    words = shown(page)
    assert list(words) == buttons(page)
    assert len(words) >= 20
    assert "hello" not in list(words)[: list(words).index("crisis_line")]
    assert words["hello"].startswith("Hello, my name is Maria.")
    assert desk.words.clinic.name in words["hello"]
    assert f"call {desk.words.lines.emergency} now" in words["call_emergency"]
    assert not [text for text in words.values() if "{" in text]
    assert "not signed" not in page
    other = (await maria.http.get((await calls("a person please", "P3", "request")).url)).text
    assert list(shown(other)) != list(words)
    assert next(iter(shown(other))) == "hello"


async def test_they_stand_outside_the_form_that_sends_and_outside_live_updates(
    sign_in: SignIn, calls: Calls
) -> None:
    maria, case = await sign_in(), await calls()
    page = (await maria.http.get(case.url)).text
    (form,) = re.findall(r'<form id="reply".*?</form>', page, re.DOTALL)
    assert "data-canned" not in form
    assert "canned" not in (await maria.http.get(f"{case.url}/live")).text
    assert '<script defer src="/inbox/static/canned.js"></script>' in page
    assert (await maria.http.get("/inbox/static/canned.js")).status_code == 200


class TestModeLive:
    @pytest.fixture
    def settings(self, settings: Settings, data: Path) -> Settings:
        """A clinic in mode live with one canned reply that is signed."""
        clinic = settings.var / "clinic.yml"
        text = (PROJECT_ROOT / "clinic.yml").read_text("utf-8")
        clinic.write_text(re.sub(r"\nmode: demo\b", "\nmode: live", text))
        found = replace(settings, data=data, clinic_path=clinic)
        items = load_signed_items(found.domain, clinic, data)
        save_signatures(
            data / "review.yml", [signature("canned:hello", items["canned:hello"].content)]
        )
        return found

    async def test_what_is_not_signed_is_marked_and_kept_back_unless_it_is_help(
        self, sign_in: SignIn, calls: Calls, desk: Desk
    ) -> None:
        maria = await sign_in()
        page = (await maria.http.get((await calls()).url)).text
        words = shown(page)
        assert len(words) >= 20
        help_ = {r.id for r in desk.answers.canned if {"P0", "P1"} & set(r.levels)}
        assert set(buttons(page)) == help_ | {"hello"}
        assert {"call_emergency", "crisis_line"} <= set(buttons(page)) < set(words)
        assert page.count('<span class="unsigned">not signed</span>') == len(words) - 1
        assert "You can always write your own words." in page
