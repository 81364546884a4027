"""Which questions a message asks, over a model that a test makes up."""

from collections.abc import Sequence

import pytest

from nightdesk.nlu.parts import MOST_PARTS
from nightdesk.nlu.questions import (
    MOST_CUTS,
    MOST_QUESTIONS,
    SEVERAL,
    Limits,
    Ranking,
    read,
)

LIMITS = Limits(sentence=0.6, clause=0.6, fragment=0.75, whole=0.5)
REST = ("nonsense", 0.05)


class Model:
    """Knows the texts that it is told of; anything else is nonsense. Counts what it is asked."""

    def __init__(self, **known: tuple[str, float]) -> None:
        self.known = {text.replace("_", " "): found for text, found in known.items()}
        self.calls: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> list[Ranking]:
        self.calls.append(list(texts))
        return [self._ranking(text.strip(" ?!.;\n").lower()) for text in texts]

    def _ranking(self, text: str) -> Ranking:
        found = self.known.get(text, ("nonsense", 0.3))
        return [found, REST]


LENGTH = ("logistics_session_length", 0.9)
COST = ("logistics_cost", 0.8)
SAFE = ("faq_safety", 0.7)


def asked(text: str, model: Model) -> list[tuple[str, str]]:
    """Give intent and words of each question, or none where the message is one."""
    return [(q.intent, text[slice(*q.span)]) for q in read(text, model, LIMITS).questions]


class TestTwoQuestions:
    def test_in_one_sentence(self):
        text = "how long is it and how much is it?"
        model = Model(how_long_is_it=LENGTH, how_much_is_it=COST)
        assert asked(text, model) == [
            ("logistics_session_length", "how long is it"),
            ("logistics_cost", "how much is it?"),
        ]

    def test_in_their_order(self):
        model = Model(how_long_is_it=LENGTH, how_much_is_it=COST)
        found = asked("How much is it? How long is it?", model)
        assert [intent for intent, _ in found] == ["logistics_cost", "logistics_session_length"]

    @pytest.mark.parametrize("between", ["? ", ". ", "\n", "; ", ", ", " and ", " & ", " plus "])
    def test_however_they_are_joined(self, between):
        model = Model(how_long_is_it=LENGTH, is_it_safe=SAFE)
        found = asked(f"how long is it{between}is it safe", model)
        assert [intent for intent, _ in found] == ["logistics_session_length", "faq_safety"]

    def test_with_small_talk_around_them(self):
        model = Model(
            hi=("greet", 0.99),
            how_long_is_it=LENGTH,
            is_it_safe=SAFE,
            thanks=("thanks", 0.99),
        )
        found = asked("Hi! How long is it? Is it safe? Thanks.", model)
        assert [words for _, words in found] == ["How long is it?", "Is it safe?"]

    def test_say_so_as_surely_as_the_less_sure_one(self):
        text = "how long is it and is it safe"
        model = Model(how_long_is_it=LENGTH, is_it_safe=SAFE)
        model.known[text] = ("logistics_session_length", 0.65)
        reading = read(text, model, LIMITS)
        assert reading.ranking[0] == (SEVERAL, 0.7)
        assert reading.ranking[1:] == []
        assert [q.confidence for q in reading.questions] == [0.9, 0.7]

    def test_what_the_whole_was_surer_of_does_not_outrank_them(self):
        text = "how long is it and is it safe"
        model = Model(how_long_is_it=LENGTH, is_it_safe=SAFE)
        model.known[text] = ("logistics_session_length", 0.95)
        ranking = read(text, model, LIMITS).ranking
        assert ranking[0][0] == SEVERAL
        assert max(p for _, p in ranking) == ranking[0][1]

    def test_the_surest_cut_counts(self):
        model = Model(
            how_long_is_it=LENGTH,
            price_and_hours=("logistics_cost", 0.76),
            how_long_is_it_and_price=("logistics_session_length", 0.61),
            hours=("logistics_hours", 0.9),
        )
        found = asked("how long is it and price and hours", model)
        assert [words for _, words in found] == ["how long is it", "price and hours"]

    def test_one_that_leans_on_the_other(self):
        model = Model(is_it_safe=SAFE, how_long=("followup_how_long", 0.9))
        assert [i for i, _ in asked("is it safe and how long", model)] == [
            "faq_safety",
            "followup_how_long",
        ]
        assert len(asked("Is it safe? How long?", model)) == 2

    def test_no_more_than_four_are_answered(self):
        known = {f"q{i}": (f"logistics_{i}", 0.9) for i in range(6)}
        found = asked("? ".join(known), Model(**known))
        assert [words.strip("?") for _, words in found] == [f"q{i}" for i in range(MOST_QUESTIONS)]


class TestOneQuestion:
    def test_is_asked_of_the_model_once(self):
        model = Model(how_much_is_it=COST)
        reading = read("how much is it?", model, LIMITS)
        assert (reading.ranking[0], reading.questions) == (COST, ())
        assert model.calls == [["how much is it?"]]

    def test_the_same_intent_twice_is_one_question(self):
        text = "how much is it and what does it cost"
        model = Model(how_much_is_it=COST, what_does_it_cost=COST)
        model.known[text] = COST
        assert asked(text, model) == []
        assert asked("How much is it? What does it cost?", model) == []
        assert read(text, model, LIMITS).ranking[0] == COST

    def test_speaks_for_a_message_that_begins_with_a_greeting(self):
        text = "hello! how much is it?"
        model = Model(hello=("greet", 0.99), how_much_is_it=COST)
        model.known["hello! how much is it"] = ("greet", 0.6)
        reading = read(text, model, LIMITS)
        assert (reading.ranking[0], reading.questions) == (COST, ())
        assert [name for name, _ in reading.ranking][:2] == [COST[0], "greet"]
        # What is left of the confidence: the greeting is no near tie.
        assert reading.ranking[1][1] == pytest.approx(0.6 * (1 - COST[1]))

    def test_speaks_for_a_message_that_as_a_whole_is_unclear(self):
        text = "my cat is ill. how much is it?"
        model = Model(how_much_is_it=COST)
        assert read(text, model, LIMITS).ranking[0] == COST

    def test_does_not_speak_for_a_message_that_is_clear_as_a_whole(self):
        text = "i am new here. how much is it?"
        model = Model(how_much_is_it=COST)
        model.known["i am new here. how much is it"] = ("logistics_eligibility_process", 0.5)
        reading = read(text, model, LIMITS)
        assert reading.ranking[0] == ("logistics_eligibility_process", 0.5)
        assert reading.questions == ()

    def test_the_same_intent_stands_once_in_the_ranking(self):
        text = "my cat is ill. how much is it?"
        model = Model(how_much_is_it=COST)
        model.known["my cat is ill. how much is it"] = ("logistics_cost", 0.4)
        assert [name for name, _ in read(text, model, LIMITS).ranking].count("logistics_cost") == 1


class TestNotSureEnough:
    @pytest.mark.parametrize(
        ("first", "second", "questions"),
        [
            (0.6, 0.6, 2),
            (0.59, 0.9, 0),
            (0.9, 0.59, 0),
        ],
    )
    def test_a_clause_that_is_unsure_leaves_the_sentence_whole(self, first, second, questions):
        text = "how long is it and is it safe"
        model = Model(
            how_long_is_it=("logistics_session_length", first), is_it_safe=("faq_safety", second)
        )
        model.known[text] = ("logistics_session_length", 0.8)
        assert len(asked(text, model)) == questions

    @pytest.mark.parametrize(("sure", "questions"), [(0.75, 2), (0.74, 0)])
    def test_what_does_not_begin_as_a_question_must_be_surer(self, sure, questions):
        text = "how much is it and parking"
        model = Model(how_much_is_it=COST, parking=("logistics_location", sure))
        model.known[text] = ("logistics_cost", 0.8)
        assert len(asked(text, model)) == questions

    @pytest.mark.parametrize(("sure", "questions"), [(0.6, 2), (0.59, 0)])
    def test_a_sentence_that_is_unsure_is_no_question(self, sure, questions):
        text = "Is it safe? Something else."
        model = Model(is_it_safe=SAFE, something_else=("faq_benefits", sure))
        assert len(asked(text, model)) == questions

    @pytest.mark.parametrize(
        "second", ["greet", "request_human", "nonsense", "out_of_scope", "affirm", SEVERAL]
    )
    def test_what_is_about_no_topic_is_no_question(self, second):
        model = Model(is_it_safe=SAFE, and_more=(second, 0.99))
        assert asked("Is it safe? And more.", model) == []

    def test_what_leans_on_a_question_is_none_without_one(self):
        model = Model(how_long=("followup_how_long", 0.9), hi=("greet", 0.9), is_it_safe=SAFE)
        assert asked("Hi! How long?", model) == []
        assert asked("How long? Is it safe?", model) == []


class TestAnyMessage:
    @pytest.mark.parametrize(
        "text", ["", " ", "?", "?!?!", "\n\n", "...", "\U0001f642", ",", "and"]
    )
    def test_of_no_words_is_judged_whole(self, text):
        model = Model()
        assert read(text, model, LIMITS).ranking == [("nonsense", 0.3), REST]
        assert model.calls == [[text]]

    @pytest.mark.parametrize(
        "text",
        [
            "a" * 2000,
            "a" + " " * 1998 + "b",
            "," * 2000,
            "a," * 1000,
            "and " * 500,
            "a?" * 1000,
            "i was sad, and tired, and my dog and cat went out. " * 39,
            "how much? " * 200,
        ],
        ids=["word", "spaces", "commas", "list", "ands", "marks", "story", "repeats"],
    )
    def test_of_two_thousand_characters_stays_quick(self, text):
        model = Model()
        read(text, model, LIMITS)
        assert len(model.calls) <= 2
        whole, parts = model.calls[0], model.calls[1] if len(model.calls) == 2 else []
        assert whole == [text]
        assert len(parts) <= MOST_PARTS + 2 * MOST_CUTS
        # All of it together is not much more than the message a few times over.
        assert sum(map(len, parts)) <= 4 * 2000

    def test_a_question_after_a_long_story_is_found(self):
        story = "we moved here in spring and found a house by the lake. " * 8
        model = Model(how_much_is_it=COST)
        assert read(f"{story}How much is it?", model, LIMITS).ranking[0] == COST


@pytest.mark.parametrize("intent", ["request_human", "none_of_these"])
def test_who_wants_a_person_and_asks_a_question_gets_the_person(intent):
    known = {"how much is it": COST, "how long is it": LENGTH}
    for text in ("a person please. how much is it?", "a person. how much is it? how long is it?"):
        reading = read(text, Model(**known, **{text.strip("?"): (intent, 0.95)}), LIMITS)
        assert reading.ranking[0][0] == intent
        assert reading.questions == ()


def test_a_greeting_beside_a_question_does_not_outrank_it():
    text = "hello there. how much is it?"
    known = {text.strip("?"): ("greet", 0.95), "how much is it": COST}
    assert read(text, Model(**known), LIMITS).ranking[0][0] == "logistics_cost"
