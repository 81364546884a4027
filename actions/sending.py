"""Sends a decided reply through Rasa's dispatcher, with the quick replies that it needs."""

from collections.abc import Mapping, Sequence

from rasa_sdk.executor import CollectingDispatcher

from actions.reply import Reply


def send(dispatcher: CollectingDispatcher, reply: Reply) -> None:
    """Send a reply as the domain words it."""
    dispatcher.utter_message(response=reply.response, **reply.fields)


def send_options(
    dispatcher: CollectingDispatcher,
    response: str,
    options: Sequence[str],
    questions: Mapping[str, str],
    that_condition: str | None = None,
) -> None:
    """Send a clarifying question with what `options` (intents) would be asked as.

    The domain's response adds "None of these". `that_condition` is the condition that the message
    named: the question about conditions is then asked about it.
    """
    shown = [option for option in options if option in questions]
    titles = [
        questions[f"{option}:named"].format(condition=that_condition)
        if that_condition and f"{option}:named" in questions
        else questions[option]
        for option in shown
    ]
    buttons = [{"title": title, "payload": title} for title in dict.fromkeys(titles)]
    dispatcher.utter_message(response=response, options=",".join(shown), buttons=buttons)
