"""The pages on what visitors ask: the counts, and one topic with examples and its draft."""

from datetime import timedelta
from functools import partial

from fastapi import APIRouter
from nightdesk_contract.outcome import is_name
from nightdesk_contract.problems import Problem
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nightdesk_desk.audit.views import note_view
from nightdesk_desk.drafts import (
    Fields,
    KeptDraft,
    answer_in_use,
    can_be_drafted,
    fields_of_answer,
    fields_of_draft,
    problems_by_field,
    read_draft,
    read_drafts,
)
from nightdesk_desk.gap_examples import read_examples
from nightdesk_desk.gaps import NO_TOPIC, gap_of, read_gap_turns
from nightdesk_desk.models import now
from nightdesk_desk.staff.asked import (
    PERIODS,
    Material,
    own_answer,
    period,
    read_asked,
    topic_name,
    unanswered,
)
from nightdesk_desk.staff.login import LEADING_ROLES, Present
from nightdesk_desk.staff.pages import InboxRoute, desk_of, page, zone_of
from nightdesk_desk.staff.sessions import SignedIn
from nightdesk_desk.staff.times import moment
from nightdesk_desk.without_contact import without_contact

EXAMPLES = 10
"""Most examples on a topic's page."""

router = APIRouter(prefix="/inbox/asked", route_class=InboxRoute, include_in_schema=False)


@router.get("")
async def asked_page(request: Request, me: Present, days: str = "") -> Response:
    """Give what visitors asked in the last `days` days (a choice of periods)."""
    desk, at, chosen = desk_of(request), now(), period(days)
    material = _material(request)
    async with desk.db.read() as session:
        asked = await read_asked(session, chosen, material, at)
        turns = await read_gap_turns(session, at - timedelta(days=chosen), desk.topics)
        drafts = await read_drafts(session)
    return page(
        request,
        "asked.html",
        me=me,
        asked=asked,
        unanswered=unanswered(turns, desk.topics),
        drafts=[(kept, moment(kept.draft.written_at, zone_of(request), at)) for kept in drafts],
        periods=PERIODS,
    )


@router.get("/{topic}")
async def topic_page(
    request: Request, topic: str, me: Present, days: str = "", name: str = ""
) -> Response:
    """Give a topic's page; 404 for what can be no topic.

    With `name`, the page of messages without a topic leads to a new topic of that name.
    """
    if topic == NO_TOPIC and name:
        wanted = "_".join(name.lower().replace("-", " ").split())
        if is_name(wanted) and can_be_drafted(wanted):
            return RedirectResponse(f"/inbox/asked/{wanted}?days={period(days)}#draft", 303)
        return await show_topic(request, me, topic, days, status=422, bad_name=name)
    return await show_topic(request, me, topic, days)


async def show_topic(
    request: Request,
    me: SignedIn,
    topic: str,
    days: str,
    *,
    status: int = 200,
    typed: Fields | None = None,
    problems: list[Problem] | None = None,
    bad_name: str = "",
) -> Response:
    """Give a topic's page. `typed` and `problems` are those of a draft that was not stored."""
    if topic != NO_TOPIC and not is_name(topic):
        raise HTTPException(404)
    desk, at, chosen = desk_of(request), now(), period(days)
    without = partial(without_contact, no_names=desk.no_names)
    async with desk.db.read() as session:
        found = await read_gap_turns(session, at - timedelta(days=chosen), desk.topics)
        turns = [turn for turn in found if turn.topic == topic]
        examples = await read_examples(session, turns, EXAMPLES, without)
        kept = await read_draft(session, topic)
    if examples:
        await note_view(desk.db, "topic_viewed", me.staff_id, topic)
    return page(
        request,
        "topic.html",
        status,
        me=me,
        topic=topic,
        no_topic=topic == NO_TOPIC,
        name=topic_name(topic, desk.topics),
        gap=gap_of(topic, turns),
        examples=examples,
        days=chosen,
        periods=PERIODS,
        own=own_answer(topic, _material(request)),
        can_be_drafted=topic != NO_TOPIC and can_be_drafted(topic),
        may_write=me.role in LEADING_ROLES,
        kept=kept,
        written=moment(kept.draft.written_at, zone_of(request), at) if kept else None,
        fields=typed or _fields(request, topic, kept),
        problems=problems_by_field(problems or []),
        bad_name=bad_name,
    )


def _material(request: Request) -> Material:
    desk = desk_of(request)
    return Material(desk.topics, desk.passages, desk.words.clinic)


def _fields(request: Request, topic: str, kept: KeptDraft | None) -> Fields:
    """Give what a topic's form begins with: its draft, its answer in use, or its question."""
    desk = desk_of(request)
    if kept is not None:
        return fields_of_draft(kept.draft)
    if topic == NO_TOPIC:
        return Fields()
    in_use = answer_in_use(desk.settings.data, topic)
    if in_use is not None:
        return fields_of_answer(in_use)
    known = desk.topics.get(topic)
    title = topic.replace("_", " ").capitalize()
    return Fields(title=title, question=known.question if known else "")
