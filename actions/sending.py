"""Sends a decided reply through Rasa's dispatcher, with the quick replies that it needs."""

import re
from collections.abc import Mapping, Sequence

from rasa_sdk.executor import CollectingDispatcher

from actions.reply import Reply

CLARIFY = "utter_clarify"
"""The response that asks which of some questions is meant."""

LONGEST_TITLE = 45
"""Characters of a quick reply that fits on a phone: past it, "(PTSD)" stands for the whole name."""

_ABBREVIATION = re.compile(r"\(([A-Z][\w-]+)\)")


def send(dispatcher: CollectingDispatcher, reply: Reply) -> None:
    """Send a reply as the domain words it."""
    dispatcher.utter_message(response=reply.response, **reply.fields)


def send_options(
    dispatcher: CollectingDispatcher,
    response: str,
    options: Sequence[str],
    questions: Mapping[str, str],
    asked: Sequence[str] = (),
    display: Mapping[str, str] | None = None,
) -> None:
    """Send a clarifying question with what `options` (intents) would be asked as.

    The domain's response adds "None of these". `asked` are the conditions that the message named
    (canonical names): the question about conditions is then asked about the first of them, in the
    words of `display`, and a "yes" is taken for it.
    """
    shown = [option for option in options if option in questions]
    titles = [_title(option, questions, asked, display or {}) for option in shown]
    buttons = [{"title": title, "payload": title} for title in dict.fromkeys(titles)]
    dispatcher.utter_message(
        response=response, options=",".join(shown), about=",".join(asked), buttons=buttons
    )


def _title(
    option: str, questions: Mapping[str, str], asked: Sequence[str], display: Mapping[str, str]
) -> str:
    named = questions.get(f"{option}:named")
    if not named or not asked:
        return questions[option]
    condition = display.get(asked[0], asked[0])
    short = _ABBREVIATION.search(condition)
    if short and len(named.format(condition=condition)) > LONGEST_TITLE:
        condition = short.group(1)
    return named.format(condition=condition)
