"""What a clinician signs: each text and number that visitors read is in exactly one item."""

import json
import shutil
from dataclasses import replace
from datetime import date
from importlib import resources
from pathlib import Path

import pytest
import yaml

from nightdesk_contract.answers import AddedAnswer
from nightdesk_contract.canned_replies import CannedReply
from nightdesk_contract.cautions import Caution, PublicSource
from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.clinic import SCHEMA as CLINIC_SCHEMA
from nightdesk_contract.clinic import load_clinic
from nightdesk_contract.crisis_lines import load_all_crisis_lines
from nightdesk_contract.passages import Passage
from nightdesk_contract.signed_items import (
    GROUPS,
    added_items,
    answer_items,
    canned_items,
    clinic_items,
    desk_items,
    load_signed_items,
    number_items,
    reply_items,
)

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
PASSAGES = {
    "safety": Passage("safety", "Safety", "It is safe.", "The guide"),
    "what_is": Passage("what_is", "What", "It is a drug.", "The guide"),
}
CAUTION = Caution(
    id="misuse",
    text="It has a risk.",
    sources=(PublicSource("A label", "https://a"), PublicSource("A study", "https://b")),
    beside=("safety", "parking"),
    reason="The guide says less.",
)
SAFETY = {"text": "Our guide says it is safe.", "custom": {"outcome": "answer:safety"}}


def contents(items) -> dict[str, str]:
    return {item.id: item.content for item in items}


class TestAnswers:
    def test_text_buttons_and_the_passage_it_rests_on(self):
        response = [{**SAFETY, "buttons": [{"title": "Why?", "payload": "why"}, {"title": "Bye"}]}]
        (item,) = answer_items({"utter_safety": response}, PASSAGES)
        assert (item.id, item.group) == ("answer:utter_safety", "answer")
        assert item.content.split("\n") == [
            "text: Our guide says it is safe.",
            "button: Why?",
            "button: Bye",
            "document: The guide",
            "passage safety (Safety): It is safe.",
        ]

    def test_the_documents_date_is_signed_where_it_is_known(self):
        dated = {"safety": replace(PASSAGES["safety"], date=date(2026, 3, 1))}
        (item,) = answer_items({"utter_safety": [SAFETY]}, dated)
        assert "\ndated: 2026-03-01\n" in item.content

    def test_named_passages_go_before_the_one_in_the_outcome(self):
        custom = {"outcome": "answer:safety", "passages": ["what_is"]}
        (item,) = answer_items({"utter_x": [{**SAFETY, "custom": custom}]}, PASSAGES)
        assert "It is a drug." in item.content
        assert "It is safe." not in item.content

    def test_every_variation_is_signed_and_each_passage_once(self):
        other = {**SAFETY, "text": "In other words, safe."}
        (item,) = answer_items({"utter_x": [SAFETY, other]}, PASSAGES)
        assert "Our guide says" in item.content
        assert "In other words" in item.content
        assert item.content.count("passage safety") == 1

    @pytest.mark.parametrize("outcome", ["smalltalk", "not_in_source:x", "logistics:x", "unknown"])
    def test_what_answers_nothing_is_not_signed(self, outcome):
        response = [{"text": "Hello", "custom": {"outcome": outcome}}]
        assert answer_items({"utter_x": response, "utter_y": [{"text": "No outcome"}]}, {}) == []

    def test_a_frame_for_added_answers_is_signed_as_soon_as_it_says_something(self):
        custom = {"outcome": "answer:{topic}"}
        frame = {"text": "{answer}", "custom": custom}
        assert answer_items({"utter_x": [frame]}, PASSAGES) == []
        (item,) = answer_items({"utter_x": [{**frame, "text": "We say: {answer}"}]}, PASSAGES)
        assert item.content == "text: We say: {answer}"

    @pytest.mark.parametrize(
        "change",
        [
            {"text": "Our guide says it is quite safe."},
            {"text": None},
            {"buttons": [{"title": "Why?"}]},
            {"custom": {"outcome": "answer:what_is"}},
        ],
    )
    def test_what_a_visitor_would_notice_changes_the_hash(self, change):
        changed = {k: v for k, v in {**SAFETY, **change}.items() if v}
        (before,) = answer_items({"utter_x": [SAFETY]}, PASSAGES)
        (after,) = answer_items({"utter_x": [changed]}, PASSAGES)
        assert before.sha256 != after.sha256

    @pytest.mark.parametrize("change", [{"text": "No."}, {"title": "T"}, {"document": "D"}])
    def test_so_does_the_passage(self, change):
        changed = {"safety": replace(PASSAGES["safety"], **change)}
        (before,) = answer_items({"utter_x": [SAFETY]}, PASSAGES)
        (after,) = answer_items({"utter_x": [SAFETY]}, changed)
        assert before.sha256 != after.sha256

    def test_a_caution_beside_its_passages_is_signed_with_it(self):
        (item,) = answer_items({"utter_x": [SAFETY]}, PASSAGES, cautions=[CAUTION])
        assert item.content.split("\n")[-3:] == [
            "caution: It has a risk.",
            "source: A label (https://a)",
            "source: A study (https://b)",
        ]

    def test_a_caution_beside_other_passages_is_not(self):
        custom = {"outcome": "answer:what_is"}
        response = {"utter_x": [{**SAFETY, "custom": custom}]}
        (item,) = answer_items(response, PASSAGES, cautions=[CAUTION])
        assert "risk" not in item.content

    @pytest.mark.parametrize(
        "change",
        [
            {"text": "It has no risk."},
            {"sources": CAUTION.sources[:1]},
            {"sources": (PublicSource("Label", "https://a"), CAUTION.sources[1])},
            {"sources": (PublicSource("A label", "https://c"), CAUTION.sources[1])},
            {"beside": ("what_is",)},
        ],
    )
    def test_what_a_visitor_would_notice_of_it_changes_the_hash(self, change):
        (before,) = answer_items({"utter_x": [SAFETY]}, PASSAGES, cautions=[CAUTION])
        changed = [replace(CAUTION, **change)]
        (after,) = answer_items({"utter_x": [SAFETY]}, PASSAGES, cautions=changed)
        assert before.sha256 != after.sha256

    @pytest.mark.parametrize("change", [{"reason": "So."}, {"id": "other"}])
    def test_what_is_for_us_alone_does_not(self, change):
        before = answer_items({"utter_x": [SAFETY]}, PASSAGES, cautions=[CAUTION])
        changed = [replace(CAUTION, **change)]
        assert answer_items({"utter_x": [SAFETY]}, PASSAGES, cautions=changed) == before

    def test_what_a_field_can_be_filled_with_is_signed_where_it_stands(self):
        fields = {"named": "anxiety, gout", "other": ""}
        text = {**SAFETY, "text": "It names {named}, not {other}."}
        (item,) = answer_items({"utter_x": [text]}, PASSAGES, fields)
        assert item.content.split("\n")[:2] == [
            "text: It names {named}, not {other}.",
            "{named}: anxiety, gout",
        ]
        (other,) = answer_items({"utter_x": [SAFETY]}, PASSAGES, fields)
        assert "gout" not in other.content

    def test_how_a_text_is_laid_out_in_its_file_does_not(self):
        laid_out = {**SAFETY, "text": SAFETY["text"] + "\n"}
        (before,) = answer_items({"utter_x": [SAFETY]}, PASSAGES)
        (after,) = answer_items({"utter_x": [laid_out]}, PASSAGES)
        assert before.sha256 == after.sha256

    def test_a_text_cannot_pass_for_a_button(self):
        text = {**SAFETY, "text": "Safe.\nbutton: Why?"}
        button = {**SAFETY, "text": "Safe.", "buttons": [{"title": "Why?"}]}
        (one,) = answer_items({"utter_x": [text]}, PASSAGES)
        (other,) = answer_items({"utter_x": [button]}, PASSAGES)
        assert one.content != other.content


def test_an_added_answer_with_its_passage_and_without_its_examples():
    passage = Passage("parking", "Parking", "Cars stand behind.", "Leaflet")
    answer = AddedAnswer("parking", "Parking", "Where?", "Behind it.", passage, ("my car",))
    assert contents(added_items([answer])) == {
        "added:parking": "title: Parking\nquestion: Where?\ntext: Behind it.\n"
        "document: Leaflet\npassage parking (Parking): Cars stand behind."
    }


def test_an_added_answer_with_the_caution_beside_its_passage():
    passages = [Passage(name, "Title", "Words.", "Leaflet") for name in ("parking", "pets")]
    answers = [AddedAnswer(p.id, "Title", "Where?", "So.", p, ("x",)) for p in passages]
    parking, pets = added_items(answers, [CAUTION])
    assert "caution: It has a risk.\nsource: A label (https://a)\n" in parking.content
    assert "caution" not in pets.content


class TestClinic:
    def test_texts_of_both_kinds_of_topics(self):
        clinic = load_clinic(ROOT / "clinic.yml")
        clinic = replace(clinic, logistics={"cost": "It is $5."}, topics={"legality": "It is."})
        assert contents(clinic_items(clinic)) == {
            "clinic:cost": "text: It is $5.",
            "clinic:legality": "text: It is.",
        }

    def test_no_topic_is_of_both_kinds(self):
        # They share their ids.
        text = resources.files("nightdesk_contract").joinpath(CLINIC_SCHEMA).read_text()
        keys = json.loads(text)["properties"]
        assert not set(keys["logistics"]["properties"]) & set(keys["topics"]["properties"])


def test_a_reply_is_signed_with_its_fields_unfilled():
    reply = [{"text": "Call {emergency}.", "custom": {"outcome": "handover:crisis"}}]
    assert contents(reply_items({"utter_crisis": reply})) == {
        "crisis:utter_crisis": "text: Call {emergency}."
    }


def test_what_the_desk_says_around_a_hand_over_or_with_a_crisis_number():
    texts = {
        "crisis_open": "Told.",
        "handover_closed_es": "Nadie.",
        "bot_unavailable_again": "Sorry.",
        "contact_help": "Help.",
        "error_unavailable": "Not saved. Call {emergency}.",
        "new_text": "You can {reach}.",
        "staff_joined": "{name} is here, call {phone}.",
    }
    assert list(contents(desk_items(texts))) == [
        f"crisis:desk.{key}" for key in texts if key != "staff_joined"
    ]


def test_a_canned_reply_with_its_title_and_without_its_levels():
    reply = CannedReply("one_moment", "One moment", ("P1",), "One moment, {name} asks.")
    assert contents(canned_items([reply])) == {
        "canned:one_moment": "title: One moment\ntext: One moment, {name} asks."
    }
    assert canned_items([replace(reply, levels=("P3",))]) == canned_items([reply])


class TestNumbers:
    LINES = load_all_crisis_lines(DATA / "safety" / "crisis_lines.yml")

    def test_a_number_with_the_words_that_say_it(self):
        found = contents(number_items({"NZ": self.LINES["NZ"]}))
        assert "number:NZ.abuse_text" not in found  # there is none
        assert found["number:NZ.emergency"] == "emergency: 111\ncountry: New Zealand"
        assert "reach (en): call or text 1737" in found["number:NZ.crisis_call"]
        assert "write (en): text 1737" in found["number:NZ.crisis_text"]
        assert "poison_help (es): Si tomó" in found["number:NZ.poison"]
        assert "abuse_help (en): The Women's" in found["number:NZ.abuse_call"]

    def test_a_new_check_of_the_same_number_changes_nothing(self):
        lines = self.LINES["US"]
        checked = replace(lines, last_verified=lines.last_verified.replace(year=2030), source="x")
        assert number_items({"US": lines}) == number_items({"US": checked})

    def test_every_text_and_number_that_is_shown_is_in_an_item(self):
        path = DATA / "safety" / "crisis_lines.yml"
        row = yaml.safe_load(path.read_text(encoding="utf-8"))
        unsigned = {"last_verified", "source", "place", "place_es"}
        for country, lines in row["countries"].items():
            signed = "\n".join(contents(number_items({country: self.LINES[country]})).values())
            for key in lines.keys() - unsigned:
                value = lines[key]
                for text in value.values() if isinstance(value, dict) else [value]:
                    assert text in signed, (country, key)


class TestFiles:
    @pytest.fixture
    def copy(self, tmp_path) -> Path:
        for name in ("source", "texts", "answers"):
            shutil.copytree(DATA / name, tmp_path / "data" / name)
        (tmp_path / "data" / "safety").mkdir()
        for name in ("replies.yml", "crisis_lines.yml"):
            shutil.copy(DATA / "safety" / name, tmp_path / "data" / "safety")
        for name in ("domain.yml", "clinic.yml"):
            shutil.copy(ROOT / name, tmp_path)
        for name in ("cautions.yml", "sources.yml"):
            shutil.copy(DATA / name, tmp_path / "data")
        return tmp_path

    def load(self, folder: Path, domain: str = "domain.yml"):
        return load_signed_items(folder / domain, folder / "clinic.yml", folder / "data")

    def test_the_projects_own_in_the_order_of_the_groups(self):
        items = self.load(ROOT)
        groups = [item.group for item in items.values()]
        assert groups == sorted(groups, key=GROUPS.index)
        assert {"answer", "clinic", "crisis", "number", "canned"} <= set(groups)
        assert "does not lead to addiction" in items["answer:utter_faq_safety"].content
        assert "button: What are the side effects?" in items["answer:utter_faq_safety"].content
        assert (
            "caution: Ketamine is a controlled medicine."
            in items["answer:utter_faq_safety"].content
        )
        assert "answer:utter_added_answer" not in items
        assert "answer:utter_greet" not in items

    def test_a_condition_more_that_the_document_is_said_to_name_changes_these_answers(self, copy):
        before = self.load(copy)
        path = copy / "data" / "source" / "conditions.yml"
        text = path.read_text(encoding="utf-8")
        key = "\nnamed_in_document:"
        path.write_text(text.replace(key, f"{key}\n  gout: gout"), encoding="utf-8")
        after = self.load(copy)
        assert before.keys() == after.keys()
        assert [id_ for id_ in after if before[id_] != after[id_]] == [
            "answer:utter_condition_named",
            "answer:utter_condition_partly_named",
        ]

    def test_another_caution_changes_the_answers_that_it_stands_beside(self, copy):
        before = self.load(copy)
        path = copy / "data" / "cautions.yml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("has a known risk", "has a risk"), encoding="utf-8")
        after = self.load(copy)
        assert [id_ for id_ in after if before[id_] != after[id_]] == [
            "answer:utter_faq_benefits",
            "answer:utter_faq_controlled_setting",
            "answer:utter_faq_safety",
        ]

    def test_the_documents_date_is_that_of_the_manifest(self, copy):
        path = copy / "data" / "sources.yml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("  file:", "  date: 2026-03-01\n  file:", 1), encoding="utf-8")
        assert "\ndated: 2026-03-01\n" in self.load(copy)["answer:utter_faq_safety"].content

    def test_every_reply_to_a_crisis_is_there(self):
        replies = yaml.safe_load((DATA / "safety" / "replies.yml").read_text(encoding="utf-8"))
        assert {f"crisis:{name}" for name in replies["responses"]} <= self.load(ROOT).keys()

    def test_every_text_for_when_the_bot_is_unavailable_is_there(self):
        texts = yaml.safe_load((DATA / "texts" / "desk.yml").read_text(encoding="utf-8"))
        keys = [key for key in texts if key.startswith("bot_unavailable")]
        assert len(keys) >= 4
        assert {f"crisis:desk.{key}" for key in keys} <= self.load(ROOT).keys()

    def test_an_added_answer_is_among_them(self, copy):
        row = {
            "title": "Parking",
            "question": "Where?",
            "answer": "Behind.",
            "source": {"document": "Leaflet", "text": "Behind."},
            "examples": [f"where can i park {i}" for i in range(10)],
        }
        (copy / "data" / "answers" / "parking.yml").write_text(yaml.safe_dump(row))
        assert "Leaflet" in self.load(copy)["added:parking"].content

    def test_a_domain_in_several_files(self, copy):
        whole = self.load(copy)
        domain = yaml.safe_load((copy / "domain.yml").read_text(encoding="utf-8"))
        (copy / "domain").mkdir()
        responses = {"responses": domain.pop("responses")}
        (copy / "domain" / "words.yml").write_text(yaml.safe_dump(responses, sort_keys=False))
        (copy / "domain" / "rest.yml").write_text(yaml.safe_dump(domain))
        assert self.load(copy, "domain") == whole

    @pytest.mark.parametrize(
        ("name", "old", "new", "says"),
        [
            ("domain.yml", "responses:", "answers:", "responses: found nothing"),
            ("domain.yml", "passages: [safety]", "passages: [safe]", "line .*found 'safe'"),
            ("domain.yml", '"How fast does it work?"', "5", "title: found 5; allowed: a text"),
            ("domain.yml", "responses:", "responses: [", "broken YAML"),
            ("clinic.yml", "mode: demo", "mode: x", "mode: found 'x'"),
            ("data/safety/replies.yml", "responses:", "replies:", "responses: found nothing"),
            ("data/safety/crisis_lines.yml", '"911"', "911", "emergency: found 911"),
            ("data/cautions.yml", "[safety]", "[safe]", "line .*beside.0: found 'safe'"),
            ("data/texts/desk.yml", "crisis_open:", "crisis_open: {", "not readable as YAML"),
            ("data/texts/desk.yml", "crisis_open:", "a: 2026-02-30\ncrisis_open:", "day is out"),
            pytest.param(
                *("data/texts/desk.yml", "crisis_open:", "a: " + "[" * 9000, "recursion depth"),
                id="deep",
            ),
            ("data/texts/canned_replies.yml", "replies:", "reply:", "replies: found nothing"),
            ("data/source/conditions.yml", "\nnamed_in", "\nnames_in", "named_in_document: found"),
        ],
    )
    def test_a_file_that_cannot_be_used_is_named(self, copy, name, old, new, says):
        path = copy / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(FileError, match=says) as caught:
            self.load(copy)
        assert caught.value.path == path

    @pytest.mark.parametrize("content", ["document: [", "document: D", "- a", None])
    def test_passages_that_cannot_be_used_are_named(self, copy, content):
        path = copy / "data" / "source" / "passages.yml"
        if content is None:
            path.unlink()
        else:
            path.write_text(content)
        with pytest.raises(FileError) as caught:
            self.load(copy)
        assert caught.value.path == path

    @pytest.mark.parametrize(
        "name", ["domain.yml", "clinic.yml", "data/texts/desk.yml", "data/cautions.yml"]
    )
    def test_a_file_that_is_not_there_is_named(self, copy, name):
        (copy / name).unlink()
        with pytest.raises(FileError) as caught:
            self.load(copy)
        assert caught.value.path == copy / name
