"""What the bot says to a question about one topic: a pure decision over the clinic's material."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nightdesk_contract.answers import AddedAnswer
from nightdesk_contract.clinic import Clinic

CONDITIONS = ("faq_conditions", "not_in_source_other_conditions")
"""Intents whose answer depends on which conditions were asked about."""

OTHER_CONDITIONS = "other_conditions"

GROUPS = ("faq", "logistics", "not_in_source", "answers")
"""Groups of topics: an intent is called `<group>_<topic>`."""

PASSAGE_OF = {
    "benefits": "what_is",
    "conditions": "treatment_resistant",
    "side_effects": "fewer_side_effects",
    "controlled_setting": "fewer_side_effects",
}
"""The passage that an FAQ topic is answered from, where it has another name."""


@dataclass(frozen=True)
class Reply:
    """The name of a response in the domain, and its fields."""

    response: str
    fields: dict[str, str]


@dataclass(frozen=True)
class Conditions:
    """The conditions that the document names, in order, and what a visitor calls any of them."""

    named: tuple[str, ...]
    display: Mapping[str, str]


@dataclass(frozen=True)
class Material:
    """What there is to answer from.

    `phrases` say what a visitor calls a topic, by topic: "how long a visit takes".
    """

    clinic: Clinic
    answers: Mapping[str, AddedAnswer]
    phrases: Mapping[str, str]
    conditions: Conditions


def group_and_topic(intent: str) -> tuple[str, str] | None:
    """Give group and topic of an intent that asks about a topic, or None for any other."""
    for group in GROUPS:
        if intent.startswith(f"{group}_"):
            return group, intent[len(group) + 1 :]
    return None


def reply_about(intent: str, asked: Sequence[str], material: Material) -> Reply:
    """Give the reply to a question about the intent's topic.

    `asked` are the canonical names of the conditions in the question. An answer that the clinic
    added comes first, then what it set in clinic.yml; what nobody has answered is said to be so.
    Raises ValueError for an intent that is not about a topic.
    """
    found = group_and_topic(intent)
    if found is None:
        raise ValueError("not an intent about a topic")
    group, topic = found
    if intent in CONDITIONS:
        return _about_conditions(intent, asked, material)
    if given := _given(topic, material):
        return given
    if group == "faq":
        return Reply(f"utter_{intent}", {})
    return _unanswered(group, topic, material)


def _about_conditions(intent: str, asked: Sequence[str], material: Material) -> Reply:
    """A condition that the document does not name is never answered as if it did."""
    known = material.conditions
    asked = list(dict.fromkeys(name.lower() for name in asked))
    named = [_shown(name, known) for name in asked if name in known.named]
    other = [_shown(name, known) for name in asked if name not in known.named]
    if named and other:
        fields = {"named": _listed(named), "other": _listed(other)}
        return Reply("utter_condition_partly_named", fields)
    if named:
        return Reply("utter_condition_named", {"named": _listed(named)})
    if not other and intent == "faq_conditions":
        return Reply("utter_faq_conditions", {})
    phrase = _listed(other) if other else material.phrases[OTHER_CONDITIONS]
    only = _listed([_shown(name, known) for name in known.named])
    not_named = Reply("utter_condition_not_named", {"other": phrase, "named": only})
    return _given(OTHER_CONDITIONS, material) or not_named


def _given(topic: str, material: Material) -> Reply | None:
    """Give what the clinic says of a topic: the answer it added, or else what clinic.yml holds."""
    if added := material.answers.get(topic):
        return Reply("utter_added_answer", {"topic": topic, "answer": added.answer})
    clinic = material.clinic
    answer = clinic.logistics.get(topic) or clinic.topics.get(topic)
    return Reply("utter_logistics", {"topic": topic, "answer": answer}) if answer else None


def _unanswered(group: str, topic: str, material: Material) -> Reply:
    # An added answer whose file is gone is still known to the model until the next training.
    phrase = material.phrases.get(topic, topic.replace("_", " "))
    response = "utter_logistics_unset" if group == "logistics" else "utter_not_in_source"
    return Reply(response, {"topic": topic, "phrase": phrase})


def _shown(name: str, known: Conditions) -> str:
    return known.display.get(name, name)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
