"""Canned replies beside the reply box: their words as this visitor would read them.

Picking one only puts its words into the box; a person reads, changes and sends them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from nightdesk_contract.canned_replies import CannedReply, fitting_first
from nightdesk_contract.review import Review
from nightdesk_contract.signed_items import canned_items
from starlette.requests import Request

from nightdesk_desk.staff.pages import desk_of

HELP = frozenset({"P0", "P1"})
"""The levels of an emergency and of a crisis."""


class Choice(NamedTuple):
    """One canned reply as it is shown: whether it `fits` the level, and is marked "not signed"."""

    id: str
    title: str
    text: str
    fits: bool
    unsigned: bool
    may_be_picked: bool


def choices(
    replies: Sequence[CannedReply],
    level: str | None,
    facts: Mapping[str, str],
    signed_only: Review | None,
) -> Iterator[Choice]:
    """Give the replies for a conversation of `level`, those meant for it first.

    `facts` fill the fields; a reply with an empty one, such as for a line that the clinic's country
    does not have, is left out. Where `signed_only` is given, what is not signed there in these very
    words is marked, and may be picked only if it is meant for an emergency or a crisis.
    """
    signed = {}
    if signed_only is not None:
        signed = {s.item.id: s.item for s in signed_only.standings if s.state == "signed"}
    for reply in fitting_first(replies, level):
        if not all(facts[field] for field in reply.fields):
            continue
        (item,) = canned_items([reply])
        unsigned = signed_only is not None and signed.get(item.id) != item
        yield Choice(
            id=reply.id,
            title=reply.title,
            text=reply.text.format(**facts),
            fits=level in reply.levels,
            unsigned=unsigned,
            # Help is never kept back.
            may_be_picked=not unsigned or not HELP.isdisjoint(reply.levels),
        )


def choices_for(request: Request, level: str | None, first_name: str) -> list[Choice]:
    """Give the replies for a conversation of `level`, as a member of staff may pick them."""
    words, answers = desk_of(request).words, desk_of(request).answers
    review = answers.review()
    facts = {**words.facts(), "name": first_name}
    signed_only = review if words.clinic.mode == "live" else None
    return list(choices(answers.canned, level, facts, signed_only))
