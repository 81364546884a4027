"""The actions as the action server runs them, on the project's own data."""

import os
from typing import Any

import pytest
import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from actions import files
from actions.action_affirm import ActionAffirm
from actions.action_deny import ActionDeny
from actions.action_followup import ActionFollowup, nothing_more
from actions.action_several import ActionSeveral
from actions.action_topic import ActionTopic
from actions.action_unclear import ActionUnclear
from actions.doubt import RESPONSES
from actions.reply import Reply
from nightdesk_contract.outcome import LOGISTICS_TOPICS
from tests.actions.values import bot, talk, turn
from tests.data.reading import read, rules, topic_names

RELIEF = turn("faq_rapid_relief", bot("answer:rapid_relief", passages=["rapid_relief"]))
UNKNOWN = turn("nlu_fallback", bot("unknown", offers="staff"))


def sent_by(
    action,
    intent: str,
    *conditions: str,
    before: tuple[list[dict], ...] = (),
    ranking: tuple[tuple[str, float], ...] = (),
    **message: Any,
) -> list[dict]:
    """Give the responses that an action sends for a message, after the turns `before`."""
    found = {"name": intent, "confidence": 0.9}
    parsed = {
        "intent": found,
        "intent_ranking": [found, *({"name": n, "confidence": p} for n, p in ranking)],
        "entities": [{"entity": "condition", "value": name} for name in conditions],
        "text": "x",
        **message,
    }
    events = talk(*before, now=intent)
    tracker = Tracker("visitor", {}, parsed, events, False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    assert action.run(dispatcher, tracker, {}) == []
    return dispatcher.messages


def run(action, intent: str, *conditions: str, **more: Any) -> dict:
    """Give the one response that an action sends."""
    (sent,) = sent_by(action, intent, *conditions, **more)
    return sent


def titles(sent: dict) -> list[str]:
    return [button["title"] for button in sent["buttons"]]


class TestTopic:
    @pytest.mark.parametrize("topic", LOGISTICS_TOPICS)
    def test_every_topic_is_answered_in_the_example_clinics_words(self, topic):
        sent = run(ActionTopic(), f"logistics_{topic}")
        assert sent["response"] == "utter_logistics"
        assert sent["topic"] == topic
        assert sent["answer"] == read("clinic.yml")["logistics"][topic].strip()

    def test_an_edit_of_the_clinics_file_shows_at_once(self, tmp_path, monkeypatch, root):
        path = tmp_path / "clinic.yml"
        row = yaml.safe_load((root / "clinic.yml").read_text(encoding="utf-8"))
        row["closed_days"] = []
        path.write_text(yaml.safe_dump(row))
        monkeypatch.setenv("NIGHTDESK_CLINIC", str(path))
        files.forget()
        assert run(ActionTopic(), "logistics_cost")["response"] == "utter_logistics"

        del row["logistics"]["cost"]
        row["topics"] = {"legality": "It is legal here."}
        path.write_text(yaml.safe_dump(row))
        os.utime(path, ns=(1, 1))

        sent = run(ActionTopic(), "logistics_cost")
        assert sent["response"] == "utter_logistics_unset"
        assert sent["phrase"] == "the cost of treatment"
        sent = run(ActionTopic(), "not_in_source_legality")
        assert (sent["response"], sent["answer"]) == ("utter_logistics", "It is legal here.")

    def test_a_topic_outside_the_document_is_named(self):
        sent = run(ActionTopic(), "not_in_source_drug_testing")
        assert sent["response"] == "utter_not_in_source"
        assert (sent["topic"], sent["phrase"]) == ("drug_testing", "drug tests")

    @pytest.mark.parametrize("topic", topic_names("not_in_source"))
    def test_every_topic_outside_the_document_has_words(self, topic):
        sent = run(ActionTopic(), f"not_in_source_{topic}")
        said = {"other_conditions": "utter_condition_not_named"}.get(topic, "utter_not_in_source")
        assert sent["response"] == said
        assert sent.get("phrase") or sent.get("other")

    @pytest.mark.parametrize(
        ("conditions", "response"),
        [
            (["depression"], "utter_condition_named"),
            (["bipolar disorder"], "utter_condition_not_named"),
            (["ocd", "bipolar disorder"], "utter_condition_partly_named"),
            ([], "utter_faq_conditions"),
        ],
    )
    def test_conditions_by_the_document(self, conditions, response):
        assert run(ActionTopic(), "faq_conditions", *conditions)["response"] == response

    def test_only_what_the_document_names_is_said_to_be_named(self, root):
        row = yaml.safe_load((root / "data/source/conditions.yml").read_text(encoding="utf-8"))
        source = (root / "data/source/benefits-of-ketamine-therapy.txt").read_text(encoding="utf-8")
        for name, shown in row["named_in_document"].items():
            assert shown.casefold() in source.casefold()
            assert run(ActionTopic(), "faq_conditions", name)["named"] == shown
        for name, shown in row["display"].items():
            sent = run(ActionTopic(), "faq_conditions", name)
            assert sent["response"] == "utter_condition_not_named", name
            assert sent["other"] == shown
            *first, last = row["named_in_document"].values()
            assert sent["named"] == f"{', '.join(first)} and {last}"

    def test_a_foreign_intent_fails_rather_than_guesses(self):
        with pytest.raises(ValueError, match="intent"):
            run(ActionTopic(), "greet")


class TestFollowUp:
    @pytest.mark.parametrize(
        ("intent", "outcome", "response", "topic"),
        [
            ("how_long", "answer:rapid_relief", "utter_faq_lasting_effects", None),
            ("how_long", "logistics:session_length", "utter_logistics", "session_length"),
            ("how_long", "logistics:driving_home", "utter_logistics", "driving_home"),
            ("is_that_safe", "answer:rapid_relief", "utter_faq_safety", None),
            ("how_much", "answer:rapid_relief", "utter_logistics", "cost"),
        ],
    )
    def test_leans_on_the_reply_before(self, intent, outcome, response, topic):
        sent = run(ActionFollowup(), f"followup_{intent}", before=(turn("x", bot(outcome)),))
        assert (sent["response"], sent.get("topic")) == (response, topic)

    @pytest.mark.parametrize(
        ("condition", "response"),
        [("anxiety", "utter_condition_named"), ("adhd", "utter_condition_not_named")],
    )
    def test_and_for_another_condition(self, condition, response):
        before = (turn("faq_conditions", bot("answer:treatment_resistant")),)
        sent = run(ActionFollowup(), "followup_condition", condition, before=before)
        assert sent["response"] == response

    @pytest.mark.parametrize("kind", read("data/followups.yml"))
    def test_without_context_it_asks_with_questions_to_tap(self, kind):
        sent = run(ActionFollowup(), f"followup_{kind}")
        assert sent["response"] == "utter_clarify"
        shown = [files.questions()[intent] for intent in read("data/followups.yml")[kind]["ask"]]
        assert titles(sent) == shown

    def test_without_context_it_asks_about_the_condition_that_was_named(self):
        sent = run(ActionFollowup(), "followup_condition", "ptsd", "adhd")
        assert titles(sent) == ["Does it help with PTSD?"]

    def test_after_a_hand_over_it_asks(self):
        handed = turn("request_human", bot("handover:request", level="P3"))
        sent = run(ActionFollowup(), "followup_how_long", before=(RELIEF, handed))
        assert sent["response"] == "utter_clarify"

    def test_it_does_not_ask_the_same_again_and_again(self):
        asked = turn("followup_how_long", bot("unknown", options="faq_lasting_effects"))
        offered = turn("followup_how_long", bot("unknown", offers="staff"))
        again = run(ActionFollowup(), "followup_how_long", before=(asked,))
        assert (again["response"], again["nearest"]) == ("utter_offer_staff", "")
        third = run(ActionFollowup(), "followup_how_long", before=(asked, offered))
        assert (third["response"], third["nearest"]) == ("utter_hand_over_unclear", "")

    def test_a_miss_before_does_not_matter_where_it_is_clear_what_is_meant(self):
        sent = run(ActionFollowup(), "followup_how_long", before=(RELIEF, UNKNOWN))
        assert sent["response"] == "utter_faq_lasting_effects"

    @pytest.mark.parametrize("intent", ["followup_why", "followup_more"])
    @pytest.mark.parametrize(
        ("outcome", "response", "phrase"),
        [
            ("answer:rapid_relief", "utter_nothing_more", "how fast ketamine therapy works"),
            # Passages that no question is called by.
            ("answer:fewer_side_effects", "utter_nothing_more", "side effects"),
            (
                "answer:treatment_resistant",
                "utter_nothing_more",
                "what ketamine therapy is used for",
            ),
            # What comes from no document has no source to open.
            ("logistics:cost", "utter_nothing_more_here", "the cost of treatment"),
            ("not_in_source:drug_testing", "utter_nothing_more_here", "drug tests"),
        ],
    )
    def test_more_than_all_there_is_to_say(self, intent, outcome, response, phrase):
        sent = run(ActionFollowup(), intent, before=(turn("x", bot(outcome)),))
        assert (sent["response"], sent["phrase"]) == (response, phrase)

    def test_how_long_still_leans_on_it_after_why(self):
        more = turn("followup_why", bot("smalltalk", offers="staff"))
        sent = run(ActionFollowup(), "followup_how_long", before=(RELIEF, more))
        assert sent["response"] == "utter_faq_lasting_effects"

    def test_after_an_added_answer_and_why_how_much_is_still_not_guessed(self):
        added = turn("answers_childcare", bot("answer:childcare"))
        more = turn("followup_why", bot("smalltalk", offers="staff"))
        sent = run(ActionFollowup(), "followup_how_much", before=(added, more))
        assert sent["response"] == "utter_clarify"

    def test_nothing_more_about_what_has_no_words(self):
        assert nothing_more("answer:free_parking", {}) == Reply(
            "utter_nothing_more", {"phrase": "free parking"}
        )


class TestSeveral:
    TEXT = "does it help with PTSD and how long is a session? what about adhd"
    PARTS = (
        ("faq_conditions", "does it help with PTSD"),
        ("logistics_session_length", "how long is a session"),
        ("not_in_source_other_conditions", "what about adhd"),
    )

    def sent(self, parts=PARTS) -> list[dict]:
        entities = [
            {
                "entity": "condition",
                "value": name.lower(),
                "start": self.TEXT.index(name),
                "end": self.TEXT.index(name) + len(name),
                "extractor": "RegexEntityExtractor",
            }
            for name in ("PTSD", "adhd")
        ]
        entities.append({"entity": "other", "value": "x", "start": 0, "end": 4})
        asked = [{"intent": i, "confidence": 0.8, "text": text} for i, text in parts]
        return sent_by(
            ActionSeveral(),
            "several_questions",
            text=self.TEXT,
            entities=entities,
            questions=asked,
        )

    def test_each_is_answered_in_its_order_with_its_own_conditions(self):
        first, second, third = self.sent()
        assert (first["response"], first["named"]) == (
            "utter_condition_named",
            "post-traumatic stress disorder (PTSD)",
        )
        assert (second["response"], second["topic"]) == ("utter_logistics", "session_length")
        assert (third["response"], third["other"]) == ("utter_condition_not_named", "ADHD")

    def test_what_cannot_be_answered_fails_rather_than_stays_silent(self):
        with pytest.raises(ValueError, match="no question"):
            self.sent(parts=(("followup_why", "why"),))
        with pytest.raises(KeyError):
            sent_by(ActionSeveral(), "several_questions")


class TestUnclear:
    def test_a_near_tie_is_asked_about_in_peoples_words(self):
        sent = run(
            ActionUnclear(),
            "nlu_fallback",
            ranking=(("logistics_cost", 0.35), ("logistics_insurance", 0.3), ("greet", 0.2)),
        )
        assert sent["response"] == "utter_clarify"
        assert titles(sent) == ["How much does it cost?", "Do you take insurance?"]
        assert sent["options"] == "logistics_cost,logistics_insurance"

    def test_it_asks_about_the_condition_that_was_named(self):
        ranking = (("faq_conditions", 0.3), ("faq_safety", 0.2))
        sent = run(ActionUnclear(), "nlu_fallback", "ocd", ranking=ranking)
        assert titles(sent) == [
            "Does it help with OCD?",
            "Is ketamine therapy safe?",
        ]

    def test_an_intent_that_nobody_can_be_asked_about_is_not_offered(self):
        # An added answer whose file is gone is known to the model until the next training.
        sent = run(ActionUnclear(), "nlu_fallback", ranking=(("answers_gone", 0.38),))
        assert (sent["response"], sent["nearest"]) == ("utter_unknown", "answers_gone")

    def test_nothing_likely(self):
        sent = run(ActionUnclear(), "nonsense", ranking=(("greet", 0.2), ("faq_safety", 0.1)))
        assert (sent["response"], sent["nearest"]) == ("utter_unknown", "faq_safety")
        sent = run(ActionUnclear(), "nonsense", intent_ranking=[])
        assert (sent["response"], sent["nearest"]) == ("utter_unknown", "")

    def test_at_the_second_miss_staff_are_offered_and_the_third_hands_over(self):
        tie = (("logistics_cost", 0.35), ("logistics_insurance", 0.3))
        second = run(ActionUnclear(), "nlu_fallback", before=(RELIEF, UNKNOWN), ranking=tie)
        assert (second["response"], second["nearest"]) == ("utter_offer_staff", "logistics_cost")
        third = run(ActionUnclear(), "nlu_fallback", before=(UNKNOWN, UNKNOWN), ranking=tie)
        assert (third["response"], third["nearest"]) == (
            "utter_hand_over_unclear",
            "logistics_cost",
        )

    def test_what_is_understood_and_not_ours_is_no_miss(self):
        weather = turn("out_of_scope", bot("unknown"))
        foreign = turn("other_language", bot("unknown"))
        sent = run(ActionUnclear(), "nonsense", before=(weather, foreign, weather))
        assert sent["response"] == "utter_unknown"
        sent = run(ActionUnclear(), "nonsense", before=(UNKNOWN, weather))
        assert sent["response"] == "utter_offer_staff"

    def test_a_question_left_open_beside_an_answer_is_no_miss(self):
        half = turn("several_questions", bot("answer:what_is"), bot("unknown"))
        sent = run(ActionUnclear(), "nonsense", before=(half,))
        assert sent["response"] == "utter_unknown"

    def test_an_answer_between_begins_anew(self):
        sent = run(ActionUnclear(), "nonsense", before=(UNKNOWN, UNKNOWN, RELIEF))
        assert sent["response"] == "utter_unknown"


class TestAffirmAndDeny:
    STAFF = turn("not_in_source_legality", bot("not_in_source:legality", offers="staff"))
    ASKED = turn("nlu_fallback", bot("unknown", options="logistics_cost,faq_safety"))
    ONE = turn("followup_how_much", bot("unknown", options="logistics_cost"))

    def test_yes_to_several_questions_offers_them_once_more(self):
        sent = run(ActionAffirm(), "affirm", before=(self.ASKED,))
        assert sent["options"] == "logistics_cost,faq_safety"
        assert len(sent["buttons"]) == 2

    @pytest.mark.parametrize(
        ("before", "response"),
        [
            ((STAFF,), "utter_request_human"),
            ((ASKED,), "utter_which"),
            ((ONE,), "utter_logistics"),
            ((RELIEF,), "utter_affirm"),
            ((), "utter_affirm"),
            ((STAFF, RELIEF), "utter_affirm"),
        ],
    )
    def test_yes(self, before, response):
        assert run(ActionAffirm(), "affirm", before=before)["response"] == response

    @pytest.mark.parametrize(
        ("intent", "before", "response"),
        [
            ("deny", (STAFF,), "utter_deny"),
            ("deny", (ASKED,), "utter_offer_staff"),
            ("deny", (), "utter_deny"),
            ("none_of_these", (ASKED,), "utter_none_of_these"),
            ("none_of_these", (), "utter_offer_staff"),
        ],
    )
    def test_no_and_none_of_these(self, intent, before, response):
        sent = run(ActionDeny(), intent, before=before)
        assert sent["response"] == response
        assert sent.get("nearest") == ("" if response == "utter_offer_staff" else None)


class TestWithTheDomain:
    def test_names_are_those_of_the_domain(self):
        executor = ActionExecutor()
        executor.register_package("actions")
        assert sorted(executor.actions) == sorted(read("domain.yml")["actions"])

    def test_offers_are_those_that_history_reads(self):
        customs = [v[0]["custom"] for v in read("domain.yml")["responses"].values()]
        assert {custom["offers"] for custom in customs if "offers" in custom} == {"staff"}
        assert {custom["options"] for custom in customs if "options" in custom} == {"{options}"}

    def test_what_says_how_near_a_miss_was_is_sent_by_actions_that_know(self):
        near = {
            name
            for name, variations in read("domain.yml")["responses"].items()
            if "nearest" in variations[0]["custom"]
        }
        assert near == set(RESPONSES.values())
        steps = [step for rule in rules() for step in rule["steps"]]
        assert not near & {step.get("action") for step in steps}

    def test_each_question_to_tap_is_one_of_the_topics(self):
        topics = read("data/topics.yml").values()
        rows = [row for group in topics for row in group.values()]
        known = {row["question"] for row in rows}
        for kind, entry in read("data/followups.yml").items():
            sent = run(ActionFollowup(), f"followup_{kind}")
            assert set(titles(sent)) <= known
            assert len(titles(sent)) == len(entry["ask"])
        for intent, question in files.questions().items():
            assert question in known | {row["named"] for row in rows if "named" in row}, intent
