"""What became of the turns: of what visitors sent, what the record holds, and what Rasa was asked.

Pure: plain rows in, a verdict out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

UNAVAILABLE = "handover:bot_unavailable"


class Sent(NamedTuple):
    """A message that was accepted. Of one conversation: what was sent at once has one `order`."""

    conversation: str
    seq: int
    text: str
    order: int
    at: float
    done: float
    """When its round was over: all of it answered, or given up."""


class Kept(NamedTuple):
    """An event of the record."""

    conversation: str
    seq: int
    sender: str
    text: str
    outcome: str | None
    answered: bool
    turn: str
    """The transaction that wrote it: a turn marks its message and records its answer in one."""


@dataclass(frozen=True)
class Verdict:
    """Counts; `faults` says in words what must not be."""

    turns: int
    outcomes: Mapping[str, int]
    handed_over: int
    """Turns that ended at a person because Rasa gave no usable answer in time."""
    asked_again: int
    """Turns that Rasa has twice, because a process was killed while they were under way."""
    faults: tuple[str, ...] = field(default=())


def judge(
    sent: Sequence[Sent],
    kept: Sequence[Kept],
    asked: Mapping[tuple[str, str], int],
    killed: Sequence[tuple[float, float]],
) -> Verdict:
    """Give the verdict.

    `asked` says how often Rasa's store has a conversation's text. `killed` are the times in which
    a process had been killed and was not whole again: only turns that lay in one of them may have
    been asked twice.
    """
    faults: list[str] = []
    said: dict[str, list[Kept]] = defaultdict(list)
    replied: dict[str, list[Kept]] = defaultdict(list)
    for event in kept:
        (said if event.sender == "visitor" else replied)[event.conversation].append(event)
    by_conversation: dict[str, list[Sent]] = defaultdict(list)
    for message in sent:
        by_conversation[message.conversation].append(message)
    again = unavailable = 0
    for name, messages in by_conversation.items():
        faults += _of_log(messages, sorted(said[name], key=lambda event: event.seq))
        faults += _of_answers(name, said[name], replied[name])
        missing = [m for m in messages if not asked.get((name, m.text))]
        not_given = sum(event.outcome == UNAVAILABLE for event in replied[name])
        unavailable += not_given
        if len(missing) > not_given:
            faults.append(f"{name}: {len(missing)} turns answered that Rasa does not know of")
        for message in messages:
            more = asked.get((name, message.text), 0) - 1
            if more > 0 and _lay_in(message, killed):
                again += more
            elif more > 0:
                faults.append(f"{name}: a turn was asked {more + 1} times, and nothing was killed")
    outcomes = Counter(e.outcome.partition(":")[0] for e in kept if e.outcome)
    return Verdict(len(sent), dict(outcomes), unavailable, again, tuple(faults))


def _of_log(sent: Sequence[Sent], said: Sequence[Kept]) -> Iterable[str]:
    """Give what is wrong with one conversation's messages in the record, in order of number."""
    at = {event.seq: event for event in said}
    name = sent[0].conversation
    for message in sent:
        if message.seq not in at or at[message.seq].text != message.text:
            yield f"{name}: message {message.seq} was accepted and is lost"
    texts = Counter(event.text for event in said)
    for text, times in texts.items():
        wanted = sum(message.text == text for message in sent)
        if times != wanted:
            yield f"{name}: a message is in the log {times} times, not {wanted}"
    orders = [m.order for m in sorted(sent, key=lambda message: message.seq)]
    if orders != sorted(orders):
        yield f"{name}: messages are out of order"
    for event in said:
        if not event.answered:
            yield f"{name}: message {event.seq} has no answer"


def _of_answers(name: str, said: Sequence[Kept], replied: Sequence[Kept]) -> Iterable[str]:
    """Give what is wrong with the answers: each message has one turn's, and no answer is over.

    An answer to two questions in one message has two outcomes, in one turn.
    """
    of_messages = Counter(event.turn for event in said if event.answered)
    of_answers = {event.turn for event in replied if event.outcome is not None}
    for turn, messages in of_messages.items():
        if messages > 1:
            yield f"{name}: {messages} messages have one answer"
        if turn not in of_answers:
            yield f"{name}: a message is marked as answered and is not"
    for _ in of_answers - set(of_messages):
        yield f"{name}: an answer too many"


def _lay_in(message: Sent, times: Sequence[tuple[float, float]]) -> bool:
    return any(message.at <= end and message.done >= begin for begin, end in times)
