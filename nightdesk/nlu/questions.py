"""Which questions a message asks: one, or several that are answered in their order.

A pure decision over what the model says of the whole message and of its parts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nightdesk.nlu.parts import Span, asks, joined, sentences

Ranking = list[tuple[str, float]]
"""Intents with their confidence (0..1), best first."""

SEVERAL = "several_questions"

TOPICS = ("faq_", "logistics_", "not_in_source_", "answers_")
"""How intents begin that ask about a topic; a greeting beside a question is no question."""

WANTED = ("request_human", "none_of_these")
"""Intents that a question beside them does not outrank: who asks for a person gets one."""

FOLLOW_UP = "followup_"
"""Intents that lean on what was said before: the second half of a message may."""

NO_QUESTIONS = ("followup_why", "followup_more")
"""Follow-ups that add no question of their own to a message ("does it help, really?")."""

MOST_QUESTIONS = 4

LONGEST_CUT = 300
"""Characters of the longest sentence that is cut in two: a longer one is a story."""

MOST_CUTS = 16
"""Cuts looked at in one message: each costs about as much time as a message of its own."""


@dataclass(frozen=True)
class Limits:
    """From which confidence (0..1) on a part counts as a question of its own.

    `sentence`: a sentence or line. `clause`: what "and" or a comma joins, where it begins as a
    question does; `fragment`: where it does not ("how much is it and parking?").
    `one`: a sentence as sure as this is one question, unless what is joined asks ("eat and drink").
    `whole`: below it a single question found in a part speaks for the whole message.
    """

    sentence: float = 0.6
    clause: float = 0.6
    fragment: float = 0.85
    one: float = 0.9
    whole: float = 0.5


@dataclass(frozen=True)
class Question:
    """One question: its intent, and where it stands in the message."""

    intent: str
    confidence: float
    span: Span


@dataclass(frozen=True)
class Reading:
    """What a message asks. `questions` has two or more entries, or none: then `ranking` speaks."""

    ranking: Ranking
    questions: tuple[Question, ...] = ()


Rank = Callable[[Sequence[str]], list[Ranking]]


def read(text: str, rank: Rank, limits: Limits) -> Reading:
    """Read a message; `rank` judges any number of texts at once."""
    # Apart from its parts: texts that are judged together cost as much as the longest of them.
    whole = rank([text])[0]
    spans = sentences(text)
    short = [span for span in spans if span[1] - span[0] <= LONGEST_CUT]
    cuts = [(span, cut) for span in short for cut in joined(text, span)][:MOST_CUTS]
    if len(spans) < 2 and not cuts:
        return Reading(whole)
    parts = list(dict.fromkeys([*spans, *(part for _, cut in cuts for part in cut)]))
    ranked = rank([text[start:end] for start, end in parts])
    known = dict(zip(parts, ranked, strict=True))
    found: list[Question] = []
    for span in spans:
        halves = [cut for owner, cut in cuts if owner == span]
        found += _in_sentence(text, span, halves, known, limits, bool(found))
    return _decided(whole, _without_repeats(found), limits)


def _in_sentence(
    text: str,
    span: Span,
    cuts: Sequence[tuple[Span, Span]],
    known: dict[Span, Ranking],
    limits: Limits,
    earlier: bool,
) -> list[Question]:
    """Give the questions of one sentence: the surest cut that gives two, else the sentence."""
    best: list[Question] = []
    alone = _question(span, known, limits.sentence, follows=earlier)
    for left, right in cuts:
        if alone and alone.confidence >= limits.one and not asks(text[slice(*right)]):
            continue
        first = _question(left, known, _least(text, left, limits), follows=earlier)
        second = _question(right, known, _least(text, right, limits), follows=True)
        if first is None or second is None or first.intent == second.intent:
            continue
        if not best or _surety([first, second]) > _surety(best):
            best = [first, second]
    return best or ([alone] if alone else [])


def _least(text: str, span: Span, limits: Limits) -> float:
    return limits.clause if asks(text[slice(*span)]) else limits.fragment


def _question(
    span: Span, known: dict[Span, Ranking], least: float, *, follows: bool
) -> Question | None:
    intent, confidence = known[span][0]
    leans = follows and intent.startswith(FOLLOW_UP) and intent not in NO_QUESTIONS
    counts = intent.startswith(TOPICS) or leans
    return Question(intent, confidence, span) if counts and confidence >= least else None


def _surety(questions: Sequence[Question]) -> float:
    return min(question.confidence for question in questions)


def _without_repeats(questions: Sequence[Question]) -> list[Question]:
    kept: dict[str, Question] = {}
    for question in questions:
        kept.setdefault(question.intent, question)
    return list(kept.values())[:MOST_QUESTIONS]


def _decided(whole: Ranking, questions: list[Question], limits: Limits) -> Reading:
    intent, confidence = whole[0]
    weak = confidence < limits.whole
    if intent in WANTED and not weak:
        return Reading(whole)
    if len(questions) > 1:
        # No second in the ranking: two answers are no near tie.
        return Reading([(SEVERAL, _surety(questions))], tuple(questions))
    if questions and (weak or not intent.startswith(TOPICS)):
        only = questions[0]
        left = 1 - only.confidence
        rest = [(name, p * left) for name, p in whole if name != only.intent]
        return Reading([(only.intent, only.confidence), *rest])
    return Reading(whole)
