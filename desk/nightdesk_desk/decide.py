"""What a turn records: a pure decision from Rasa's answer and the conversation's situation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from nightdesk_contract.outcome import (
    BOT_UNAVAILABLE,
    ENGLISH,
    HANDOVER_LEVEL,
    BotReply,
    Level,
    Safety,
    handover_reason,
    language_of,
    rests_on,
    turn_outcome,
)

from nightdesk_desk.desk_line import Line, line, most_certain
from nightdesk_desk.log import NewEvent

TurnResult = Literal["answered", "handover", "bot_unavailable", "delivered"]


CONTACT_FORM = "contact"
"""What an event's `offers` call the widget's form for a call-back."""

IN_CRISIS: tuple[Level, ...] = ("P0", "P1")
"""Levels of a hand-over during which help stays in view."""


@dataclass(frozen=True)
class AfterReply:
    """What the desk would say now below the bot's reply, in one language.

    `waits` is what it adds to `handover` about how long it takes, by level. `request` stands for
    the bot's reply to a wish for a person; "" where the bot says it itself, in English.
    """

    crisis: str
    handover: str
    crisis_in_view: str
    waits: Mapping[str, str] = field(default_factory=dict)
    request: str = ""


@dataclass(frozen=True)
class InsteadOfBot:
    """What the desk would say now where the bot says nothing, in one language of the chat."""

    unavailable: str
    unavailable_again: str
    answer_withheld: str = ""


@dataclass(frozen=True)
class SystemTexts:
    """What the desk would say now after a hand-over (they depend on the clinic's hours).

    `instead_of_bot` and `after_reply` hold the texts by language, English always. With `call_back`,
    the widget offers its form for a call-back beside them: nobody is reading now. `buttons` are the
    languages of the chat's own button for a person, by its words in small letters.
    """

    instead_of_bot: Mapping[str, InsteadOfBot]
    after_reply: Mapping[str, AfterReply]
    call_back: bool = False
    buttons: Mapping[str, str] = field(default_factory=dict)

    def below(self, language: str) -> AfterReply:
        """Give the texts in `language`, or in English where there are none."""
        return self.after_reply.get(language, self.after_reply[ENGLISH])


@dataclass(frozen=True)
class Situation:
    """The conversation when the turn is recorded.

    `open_level` is that of the unresolved hand-over, None without one; `said` are the system's
    texts since it was opened, `said_since_crisis` those since the last crisis in it, which had its
    reply in `crisis_language`. `person_wrote` is whether staff have written since the message.
    `language` is that of the visitor's chat.
    """

    state: Literal["bot", "staff"] = "bot"
    open_level: Level | None = None
    said: frozenset[str] = frozenset()
    said_since_crisis: frozenset[str] = frozenset()
    crisis_language: str = ENGLISH
    person_wrote: bool = False
    language: str = ENGLISH


@dataclass(frozen=True)
class Call:
    """A call for a person. `raises=False` adds it to the hand-over without raising its level."""

    reason: str
    level: Level
    safety: Safety | None = None
    raises: bool = True


@dataclass(frozen=True)
class Decision:
    """What the turn's one transaction records.

    `held` is a reply that the visitor gets only if the person who has the chat does not answer.
    """

    result: TurnResult
    events: list[NewEvent] = field(default_factory=list)
    call: Call | None = None
    safety: Safety | None = None
    held: NewEvent | None = None


def decide(
    replies: Sequence[BotReply] | None, situation: Situation, texts: SystemTexts, message: str = ""
) -> Decision:
    """Give what to record for one visitor's `message`.

    Takes Rasa's messages, or None when there is no usable answer: that too ends at a person.
    """
    if not replies:
        return _without_bot(situation, texts, None)
    spoken = turn_outcome(replies)
    reason = handover_reason(spoken.outcome)
    safety = spoken.safety or next((r.safety for r in replies if r.safety), None)
    if spoken.outcome == BOT_UNAVAILABLE:
        # The desk's own text stands for the bot's: it knows the phone number and the hours.
        return _without_bot(situation, texts, safety)
    if situation.state == "staff":
        return _beside_staff(spoken, reason, safety)
    events = [_not_withheld_in_english(_bot_event(r), situation, texts) for r in replies]
    if reason is None:
        events += _help_in_view(situation, texts)
        return Decision("answered", events, safety=safety)
    pressed = texts.buttons.get(message.strip().casefold())
    known = language_of(safety.category) if safety else pressed or ENGLISH
    language = most_certain(known, situation.language, among=texts.after_reply)
    call = _call(spoken, reason, safety)
    if reason == "request" and pressed and texts.below(language).request:
        # The bot has no words of its own in the language of the chat.
        events = [
            _in_other_words(e, texts.below(language).request, language)
            if e.outcome == spoken.outcome
            else e
            for e in events
        ]

    def told(spoken_in: str, *, wait: bool) -> str:
        below = texts.below(spoken_in)
        if reason == "crisis":
            return below.crisis
        return f"{below.handover} {below.waits.get(call.level, '') if wait else ''}".strip()

    if not any(text.startswith(told(language, wait=False)) for text in situation.said):
        said = line(lambda spoken_in: told(spoken_in, wait=True), language)
        events.append(_system(said, basis=_offer(texts, call.level)))
    if reason != "crisis":
        events += _help_in_view(situation, texts)
    return Decision("handover", events, call, safety)


def _help_in_view(situation: Situation, texts: SystemTexts) -> list[NewEvent]:
    """Give the text that keeps a crisis reply from being pushed out of sight, if it is due.

    It is due once after each crisis, in that crisis's language.
    """
    language = most_certain(situation.crisis_language, situation.language, among=texts.after_reply)
    said = line(lambda spoken_in: texts.below(spoken_in).crisis_in_view, language)
    due = situation.open_level in IN_CRISIS and said.text not in situation.said_since_crisis
    return [_system(said)] if due else []


def _without_bot(situation: Situation, texts: SystemTexts, safety: Safety | None) -> Decision:
    language = most_certain(
        language_of(safety.category if safety else None),
        situation.crisis_language,
        situation.language,
        among=texts.instead_of_bot,
    )
    first = texts.instead_of_bot[language].unavailable not in situation.said

    def told(spoken_in: str) -> str:
        # Never silence: the message may be a crisis, so even the short text holds the lines.
        instead = texts.instead_of_bot[spoken_in]
        return instead.unavailable if first else instead.unavailable_again

    level = HANDOVER_LEVEL["bot_unavailable"]
    alone = situation.state == "bot"
    offer = _offer(texts, level) if alone and first else None
    event = _system(line(told, language), offer, outcome=BOT_UNAVAILABLE, level=level)
    if alone:
        call = Call("bot_unavailable", level, safety)
        return Decision("bot_unavailable", [event], call, safety)
    # A person reads every message here; the note tells them that no detector judged this one.
    call = Call("bot_unavailable", situation.open_level or level, safety, raises=False)
    # Whoever has written meanwhile had the message before them: there was no silence.
    held = None if situation.person_wrote else event
    return Decision("delivered", call=call, safety=safety, held=held)


def _beside_staff(spoken: BotReply, reason: str | None, safety: Safety | None) -> Decision:
    """A person answers; of the bot only its judgement of safety counts.

    Its crisis reply is held back: a person's words are better, if they come. Staff who wrote since
    the message had no warning yet, so that does not count as their answer.
    """
    if reason not in ("crisis", "medical_advice"):
        return Decision("delivered", safety=safety)
    if safety is not None and safety.detector == "context":
        # Only the talk so far made it a crisis ("yes", "no"), and a person is in that talk.
        return Decision("delivered")
    held = _bot_event(spoken) if reason == "crisis" else None
    return Decision("delivered", call=_call(spoken, reason, safety), safety=safety, held=held)


def _call(spoken: BotReply, reason: str, safety: Safety | None) -> Call:
    return Call(reason, spoken.level or HANDOVER_LEVEL[reason], safety)


def offered(level: str) -> dict[str, Any] | None:
    """Give what is recorded beside a text that offers a call-back; None in an emergency.

    There the crisis reply alone stands: nothing may look like something to wait for.
    """
    return None if level == "P0" else {"offers": [CONTACT_FORM]}


def _offer(texts: SystemTexts, level: str) -> dict[str, Any] | None:
    return offered(level) if texts.call_back else None


def _system(said: Line, basis: Mapping[str, Any] | None = None, **more: Any) -> NewEvent:
    return NewEvent("system", said.text, basis=said.basis(basis), **more)


def _in_other_words(event: NewEvent, text: str, language: str) -> NewEvent:
    """Give the bot's message with the desk's words in `language`; staff see the English ones."""
    return replace(event, text=text, basis=Line(text, language, event.text).basis(event.basis))


def _not_withheld_in_english(event: NewEvent, situation: Situation, texts: SystemTexts) -> NewEvent:
    """Give what stands for an answer that is not given in the language of the visitor's chat."""
    language = most_certain(situation.language, among=texts.instead_of_bot)
    if language == ENGLISH or "withheld" not in (event.basis or {}):
        return event
    return _in_other_words(event, texts.instead_of_bot[language].answer_withheld, language)


def _bot_event(reply: BotReply) -> NewEvent:
    return NewEvent(
        sender="bot",
        text=reply.text,
        outcome=reply.outcome,
        passages=rests_on(reply),
        level=reply.level,
        quick_replies=reply.quick_replies,
        basis=dict(reply.basis) if reply.basis is not None else None,
    )
