"""Outcomes, and reading Rasa's replies."""

import json

import pytest

from nightdesk_contract import outcome
from nightdesk_contract.outcome import (
    BadReply,
    BotReply,
    Safety,
    handover_reason,
    is_name,
    is_outcome,
    language_of,
    more_serious,
    read_replies,
    rests_on,
    turn_outcome,
)

ANSWER = {"custom": {"outcome": "answer:safety", "passages": ["safety"]}}
CRISIS = {"custom": {"outcome": "handover:crisis", "level": "P0"}}


@pytest.mark.parametrize(
    "value",
    [
        "unknown",
        "smalltalk",
        "answer:what_is",
        "answer:parking",  # an answer that the clinic added
        "logistics:cost",
        "logistics:mechanism",  # the clinic answers it in its settings
        "not_in_source:mechanism",
        "not_in_source:parking",
        "handover:bot_unavailable",
    ],
)
def test_vocabulary(value):
    assert is_outcome(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "answer",
        "answer:",
        "answer:Cost",
        "answer:what_is ",
        "answer:what_is\n",
        "answer:what is",
        "answer:{topic}",
        "answer:1st",
        "answer:_",
        "answer:" + "a" * 61,
        "logistics:",
        "logistics:../cost",
        "handover:",
        "handover:nobody",
        "not_in_source:",
        "not_in_source",
        "Unknown",
        "smalltalk:greet",
        "rm:answer:what_is",
        None,
        5,
        ["unknown"],
    ],
)
def test_nothing_else_is_an_outcome(value):
    assert not is_outcome(value)


@pytest.mark.parametrize(
    ("category", "language"),
    [
        ("crisis", "en"),
        ("crisis_es", "es"),
        ("crisis_emergency_fr", "fr"),
        ("crisis_emergency_pt", "pt"),
        ("crisis_de", "de"),
        ("medical_advice", "en"),
        ("medical_advice_es", "es"),
        ("crisis_others", "en"),
        ("self_harm_xx", "en"),
        ("es", "en"),
        ("_es", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_language_of_a_reply_stands_at_the_categorys_end(category, language):
    assert language_of(category) == language


def test_text_and_custom_are_one_message():
    assert read_replies([{"recipient_id": "x", "text": " Safe. "}, ANSWER]) == [
        BotReply("Safe.", "answer:safety", ["safety"])
    ]


def test_text_and_custom_may_come_in_one_entry():
    assert read_replies([{"text": "Safe.", **ANSWER}])[0].text == "Safe."


def test_split_texts_are_joined_and_buttons_collected_without_repeats():
    replies = [
        {"text": "One.", "buttons": [{"title": "Cost?", "payload": "Cost?"}]},
        {"text": "Two.", "buttons": [{"title": "Cost?"}, {"title": "Hours?"}, {"payload": "x"}]},
        ANSWER,
    ]

    (message,) = read_replies(replies)

    assert message.text == "One.\n\nTwo."
    assert message.quick_replies == ["Cost?", "Hours?"]


def test_several_messages_keep_their_order_and_their_own_buttons():
    replies = [
        {"text": "A", "buttons": [{"title": "a"}]},
        ANSWER,
        {"text": "B"},
        {"custom": {"outcome": "smalltalk"}},
    ]

    first, second = read_replies(replies)

    assert (first.text, first.outcome, first.quick_replies) == ("A", "answer:safety", ["a"])
    assert (second.text, second.outcome, second.quick_replies) == ("B", "smalltalk", [])


@pytest.mark.parametrize(
    ("item", "read"),
    [
        ("answer:utter_faq_safety", "answer:utter_faq_safety"),
        ("clinic:cost", "clinic:cost"),
        ("added:parking", "added:parking"),
        ("crisis:utter_crisis", None),
        ("answer:", None),
        ("answer:utter_FAQ_x", "answer:utter_FAQ_x"),
        ("answer:utter_ä", None),
        ("answer:a b", None),
        (7, None),
        (None, None),
    ],
)
def test_what_an_answer_is_called_where_it_is_signed(item, read):
    (reply,) = read_replies([{"text": "A", "custom": {"outcome": "answer:safety", "item": item}}])
    assert reply.item == read


@pytest.mark.parametrize(
    ("custom", "nearest"),
    [
        ({"nearest": "faq_safety"}, ["faq_safety"]),
        ({"nearest": ""}, []),
        ({"nearest": "{nearest}"}, []),
        ({"options": "faq_safety,logistics_cost"}, ["faq_safety", "logistics_cost"]),
        ({"options": ["faq_safety"]}, []),
        ({}, []),
    ],
)
def test_what_a_message_that_was_not_understood_came_nearest_to(custom, nearest):
    (reply,) = read_replies([{"text": "A", "custom": {"outcome": "unknown", **custom}}])
    assert reply.nearest == nearest


@pytest.mark.parametrize(
    ("name", "level"),
    [("crisis", "P1"), ("medical_advice", "P2"), ("request", "P3"), ("bot_unavailable", "P1")],
)
def test_hand_over_has_a_level_also_when_none_is_given(name, level):
    (message,) = read_replies([{"text": "x", "custom": {"outcome": f"handover:{name}"}}])
    assert message.level == level


def test_level_that_is_given_stands():
    assert read_replies([{"text": "x"}, CRISIS])[0].level == "P0"


def test_an_answer_has_no_level():
    assert read_replies([{"text": "x"}, ANSWER])[0].level is None


def custom(**fields):
    return [{"text": "x", "custom": {"outcome": "unknown", **fields}}]


@pytest.mark.parametrize(
    "replies",
    [
        [],
        None,
        "hello",
        {"text": "x", **ANSWER},
        5,
        [None],
        ["text"],
        [[]],
        [{}],
        [{"text": "no outcome"}],
        [{"text": ""}, ANSWER],
        [{"text": "  \n"}, ANSWER],
        [{"text": ["list"]}, ANSWER],
        [ANSWER],
        [{"text": "x"}, ANSWER, {"text": "a text after it"}],
        [{"text": "x"}, ANSWER, ANSWER],
        [{"text": "x", "custom": "unknown"}],
        [{"text": "x", "custom": []}],
        [{"text": "x", "custom": {}}],
        [{"text": "x", "custom": {"outcome": None}}],
        [{"text": "x", "custom": {"outcome": {"outcome": "unknown"}}}],
        custom(outcome="not_in_source:"),
        custom(outcome="answer:Everything"),
        custom(outcome="answer:{topic}"),
        custom(level="P4"),
        custom(level=1),
        custom(level=["P1"]),
        custom(passages=["what_is", "page 12"]),
        custom(passages=["what_is", None]),
        custom(passages="what_is"),
        custom(passages=[["what_is"]]),
        custom(passages={"what_is": 1}),
    ],
    ids=repr,
)
def test_whatever_cannot_be_shown_is_a_bad_reply(replies):
    with pytest.raises(BadReply):
        read_replies(replies)


@pytest.mark.parametrize("buttons", ["x", 5, [None], [{"title": 5}], [["title"]], {"title": "x"}])
def test_buttons_that_are_none_are_left_out(buttons):
    (message,) = read_replies([{"text": "x", "buttons": buttons, **ANSWER}])
    assert message.quick_replies == []


def test_the_hand_over_speaks_for_the_turn_whatever_comes_before():
    replies = read_replies(
        [
            {"text": "a", **ANSWER},
            {"text": "b", "custom": {"outcome": "handover:request"}},
            {"text": "c", **CRISIS},
            {"text": "d", "custom": {"outcome": "handover:medical_advice"}},
        ]
    )
    assert turn_outcome(replies).text == "c"


def test_without_a_hand_over_the_first_reply_speaks():
    replies = read_replies([{"text": "a", **ANSWER}, {"text": "b", **ANSWER}])
    assert turn_outcome(replies).text == "a"


@pytest.mark.parametrize(
    ("a", "b", "worse"), [("P0", "P1", "P0"), ("P3", "P2", "P2"), ("P1", "P1", "P1")]
)
def test_more_serious(a, b, worse):
    assert more_serious(a, b) == more_serious(b, a) == worse


@pytest.mark.parametrize("name", ["a", "what_is", "page_12", "a" * 60])
def test_names(name):
    assert is_name(name)


@pytest.mark.parametrize("name", ["", "A", "a-b", "é", "a.b", "a" * 61, None, 5, ["a"]], ids=repr)
def test_what_cannot_be_a_name(name):
    assert not is_name(name)


@pytest.mark.parametrize(
    ("reply", "passages"),
    [
        (BotReply("x", "answer:safety", ["safety", "what_is"]), ["safety", "what_is"]),
        (BotReply("x", "answer:parking"), ["parking"]),
        (BotReply("x", "logistics:cost"), []),
        (BotReply("x", "not_in_source:mechanism"), []),
        (BotReply("x", "handover:request"), []),
        (BotReply("x", "unknown"), []),
    ],
    ids=lambda value: getattr(value, "outcome", None),
)
def test_what_a_reply_rests_on(reply, passages):
    assert rests_on(reply) == passages


def test_handover_reason():
    assert handover_reason("handover:crisis") == "crisis"
    assert handover_reason("answer:safety") is None
    assert handover_reason("unknown") is None


def test_every_hand_over_reason_has_a_level():
    assert set(outcome.HANDOVER_LEVEL) == set(outcome.HANDOVER_REASONS)


class TestSafety:
    FOUND = Safety("crisis", "pattern", "wish_to_die", 0.98765, ((0, 4), (10, 21)))

    def test_comes_back_as_it_went(self):
        back = Safety.from_json(self.FOUND.to_json())
        assert back == Safety("crisis", "pattern", "wish_to_die", 0.9877, ((0, 4), (10, 21)))

    def test_travels_in_a_reply(self):
        reply = {"text": "x", "custom": {**CRISIS["custom"], "safety": self.FOUND.to_json()}}
        safety = read_replies([reply])[0].safety
        assert safety is not None
        assert safety.spans == self.FOUND.spans

    @pytest.mark.parametrize("score", ["NaN", "Infinity", "-Infinity"])
    def test_a_score_that_is_no_number_counts_as_certain(self, score):
        text = self.FOUND.to_json().replace("0.9877", score)
        back = Safety.from_json(text)
        assert back is not None
        assert back.score == 1.0

    @pytest.mark.parametrize(
        "text",
        [
            None,
            5,
            {"category": "crisis"},
            "",
            "None",
            "null",
            "[]",
            "{}",
            '"text"',
            "{broken",
            "[" * 100_000,
            '{"category":"c","detector":"d","rule":"r","score":"high","spans":[]}',
            '{"category":"c","detector":"d","rule":"r","score":1' + "0" * 400 + ',"spans":[]}',
            '{"category":"c","detector":"d","rule":"r","score":1,"spans":5}',
            '{"category":"c","detector":"d","rule":"r","score":1,"spans":[[1]]}',
            '{"category":"c","detector":"d","rule":"r","score":1,"spans":[["a","b"]]}',
            '{"category":"c","detector":"d","rule":"r","score":1,"spans":[[0,1e999]]}',
            '{"detector":"d","rule":"r","score":1,"spans":[]}',
        ],
        ids=lambda text: repr(text)[:70],
    )
    def test_anything_else_is_nothing_and_the_hand_over_stands(self, text):
        assert Safety.from_json(text) is None
        reply = {"text": "x", "custom": {**CRISIS["custom"], "safety": text}}
        assert read_replies([reply])[0].outcome == "handover:crisis"

    def test_is_json_of_one_line(self):
        text = self.FOUND.to_json()
        assert "\n" not in text
        assert json.loads(text)["spans"] == [[0, 4], [10, 21]]
