"""What may be said of the bot's answers, and what is recorded beside them."""

from datetime import date

import pytest
from nightdesk_contract.cautions import Caution, PublicSource
from nightdesk_contract.outcome import BotReply
from nightdesk_contract.review import Signature, Standing, State
from nightdesk_contract.signed_items import SignedItem

from nightdesk_desk.basis import Signing, served, topic_of

FAST = BotReply("It can work fast.", "answer:speed", ["speed"], item="answer:utter_speed")
COST = BotReply("It costs $5.", "logistics:cost", item="clinic:cost")
HELLO = BotReply("Hello!", "smalltalk")
CRISIS = BotReply("Call 911 now.", "handover:crisis", level="P1")
WITHHELD = "A person will answer."
RISK = Caution(
    "risk", "There is a risk.", (PublicSource("A study", "https://x.example"),), ("speed",)
)


def standing(item: str, text: str, state: State = "signed") -> Standing:
    content = f"text: {text}\ndocument: Our guide"
    day, later = date(2026, 11, 3), date(2027, 11, 3)
    signature = Signature(item, content, "Dr. A. Example", "Director", day, later)
    return Standing(SignedItem(item, content), state, None if state == "unsigned" else signature)


def signing(*standings: Standing, live: bool = True, cautions: tuple[Caution, ...] = ()) -> Signing:
    return Signing({one.item.id: one for one in standings}, cautions, signed_only=live)


SIGNED = (standing("answer:utter_speed", FAST.text), standing("clinic:cost", COST.text))


class TestInModeLive:
    def test_a_signed_answer_is_served_with_its_signature(self) -> None:
        [said] = served([FAST], signing(*SIGNED), WITHHELD)
        assert (said.text, said.outcome) == (FAST.text, FAST.outcome)
        assert said.basis == {
            "item": "answer:utter_speed",
            "review": {
                "state": "signed",
                "reviewer": "Dr. A. Example",
                "role": "Director",
                "on": "2026-11-03",
                "next_review": "2027-11-03",
            },
        }

    @pytest.mark.parametrize("state", ["unsigned", "changed", "due"])
    @pytest.mark.parametrize("reply", [FAST, COST])
    def test_staff_take_the_question_of_any_other(self, state: State, reply: BotReply) -> None:
        item = reply.item or ""
        [said] = served([reply], signing(standing(item, reply.text, state)), WITHHELD)
        assert (said.text, said.outcome, said.level) == (WITHHELD, "handover:request", "P3")
        assert said.basis == {"withheld": [item]}
        assert said.passages == []

    def test_an_answer_without_a_name_or_with_an_unknown_one_is_not_served(self) -> None:
        for item in (None, "answer:utter_other"):
            nameless = BotReply(FAST.text, FAST.outcome, FAST.passages, item=item)
            [said] = served([nameless], signing(*SIGNED), WITHHELD)
            assert said.basis == {"withheld": [item or FAST.outcome]}

    def test_a_bot_that_says_other_words_than_were_signed_is_not_let_through(self) -> None:
        old = BotReply("It works in a minute.", FAST.outcome, FAST.passages, item=FAST.item)
        [said] = served([old], signing(*SIGNED), WITHHELD)
        assert said.text == WITHHELD

    def test_of_several_questions_the_signed_ones_are_answered(self) -> None:
        replies = [COST, FAST, COST, HELLO]
        found = served(replies, signing(SIGNED[0]), WITHHELD)
        assert [one.text for one in found] == [WITHHELD, FAST.text, HELLO.text]
        assert found[0].basis == {"withheld": ["clinic:cost"]}
        found = served([FAST, COST], signing(SIGNED[0]), WITHHELD)
        assert [one.text for one in found] == [FAST.text, WITHHELD]

    def test_what_is_no_answer_needs_no_signature(self) -> None:
        others = [
            HELLO,
            CRISIS,
            BotReply("What?", "unknown"),
            BotReply("Nothing on that.", "not_in_source:legality"),
            BotReply("A person will.", "handover:medical_advice", level="P2"),
        ]
        assert served(others, signing(), WITHHELD) == others


class TestInModeDemo:
    def test_all_is_served_and_says_how_it_stands(self) -> None:
        signed = signing(standing("clinic:cost", COST.text, "due"), live=False)
        fast, cost = served([FAST, COST], signed, WITHHELD)
        assert fast.basis == {"item": "answer:utter_speed", "review": {"state": "unsigned"}}
        assert cost.basis == {"item": "clinic:cost", "review": {"state": "due"}}

    def test_other_words_than_were_signed_carry_nobodys_name(self) -> None:
        old = BotReply("It works in a minute.", FAST.outcome, FAST.passages, item=FAST.item)
        [said] = served([old], signing(*SIGNED, live=False), WITHHELD)
        assert said.text == old.text
        assert said.basis == {"item": FAST.item, "review": {"state": "changed"}}


class TestCautions:
    @pytest.mark.parametrize("live", [True, False])
    def test_an_answer_carries_those_of_its_passages(self, live: bool) -> None:
        found = served([FAST, COST], signing(*SIGNED, live=live, cautions=(RISK,)), WITHHELD)
        assert found[0].basis is not None
        assert found[0].basis["cautions"] == [
            {"text": RISK.text, "sources": [{"name": "A study", "url": "https://x.example"}]}
        ]
        assert "cautions" not in (found[1].basis or {})

    def test_a_bot_that_names_fewer_passages_than_the_files_leaves_none_out(self) -> None:
        of_files = "text: It can work fast.\npassage speed (Speed): It is fast."
        one = Standing(SignedItem("answer:utter_speed", of_files), "unsigned")
        old = BotReply(FAST.text, "answer:mood", ["mood"], item=FAST.item)
        [said] = served([old], signing(one, live=False, cautions=(RISK,)), WITHHELD)
        assert [caution["text"] for caution in (said.basis or {})["cautions"]] == [RISK.text]

    def test_the_passage_in_the_outcome_counts_where_none_is_named(self) -> None:
        bare = BotReply(FAST.text, FAST.outcome, item=FAST.item)
        [said] = served([bare], signing(*SIGNED, cautions=(RISK,)), WITHHELD)
        assert "cautions" in (said.basis or {})


class TestNearest:
    def test_what_was_not_understood_is_noted_by_topic(self) -> None:
        nearest = ["faq_safety", "logistics_cost", "not_in_source_legality", "answers_parking"]
        [said] = served([BotReply("What?", "unknown", nearest=nearest)], signing(), WITHHELD)
        assert said.basis == {"nearest": ["faq_safety", "cost", "legality", "parking"]}

    def test_without_any_nothing_is_noted(self) -> None:
        assert served([BotReply("What?", "unknown")], signing(), WITHHELD)[0].basis is None

    def test_a_topic_keeps_what_is_no_group(self) -> None:
        assert topic_of("faq_safety") == "faq_safety"
        assert topic_of("logistics_") == ""
