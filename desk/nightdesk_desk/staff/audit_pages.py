"""The audit record for leads and admins: a page with filters, and the same as a file."""

import json
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from nightdesk_desk.audit.chain import Entry
from nightdesk_desk.audit.exporting import csv_lines, said
from nightdesk_desk.audit.reading import Wanted, all_entries, kinds, moment_of, read_entries, who
from nightdesk_desk.audit.record import note
from nightdesk_desk.audit.views import note_view
from nightdesk_desk.staff.login import Leading, LeadingReader
from nightdesk_desk.staff.pages import InboxRoute, desk_of, page, zone_of
from nightdesk_desk.staff.recent import prove

ON_A_PAGE = 50
LONGEST_FILTER = 200

router = APIRouter(prefix="/inbox/audit", route_class=InboxRoute, include_in_schema=False)


class Filters(NamedTuple):
    """The filters as they were typed; empty ones do not count."""

    since: str = ""
    until: str = ""
    kind: str = ""
    who: str = ""
    about: str = ""


class ShownEntry(NamedTuple):
    """An entry as its row shows it; `conversation` is whether there is a page about it."""

    number: int
    at: str
    at_iso: str
    who: str
    kind: str
    about: str
    conversation: bool
    address: str
    details: str


@router.get("")
async def audit_page(request: Request, me: LeadingReader, before: str = "") -> Response:
    """Give entries, the newest first, fifty a page; 422 with all of them for a wrong date."""
    desk, zone = desk_of(request), zone_of(request)
    filters = filters_of(request.query_params)
    wanted = wanted_by(filters, zone)
    below = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    # No page without its entry.
    await note_view(desk.db, "audit_viewed", me.staff_id, None)
    async with desk.db.read() as session:
        entries = await read_entries(session, wanted or Wanted(), ON_A_PAGE + 1, below)
        choices = await kinds(session)
    shown, more = entries[:ON_A_PAGE], len(entries) > ON_A_PAGE
    return page(
        request,
        "audit.html",
        200 if wanted else 422,
        me=me,
        entries=[show(entry, zone) for entry in shown],
        filters=filters,
        kinds=[(kind, words_of(kind)) for kind in choices],
        wrong_date=wanted is None,
        query=query_of(filters),
        older=query_of(filters, before=str(shown[-1].number)) if more else "",
        newest=below is None,
    )


@router.post("/entries.csv")
async def audit_table(request: Request, me: Leading) -> Response:
    """Give all entries that fit the filters (form) as CSV, the oldest first. It is itself an entry.

    It holds names and addresses of staff: it asks for the password again after ten minutes.
    """
    desk, filters = desk_of(request), filters_of(await request.form())
    await prove(request, me, file_of=f"/inbox/audit{query_of(filters)}")
    wanted = wanted_by(filters, zone_of(request))
    if wanted is None:
        # The page says which dates are right.
        return RedirectResponse(f"/inbox/audit{query_of(filters)}", 303)
    async with desk.db.write() as session:
        details = await said(session, wanted) | {"to": ".csv"}
        await note(session, "audit_exported", staff_id=me.staff_id, details=details)
    return StreamingResponse(
        csv_lines(all_entries(desk.db, wanted)),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="nightdesk-audit.csv"'},
    )


def filters_of(given: Mapping[str, object]) -> Filters:
    """Give the filters that an address or a form holds."""
    # No entry holds a NUL, and PostgreSQL takes none in a query.
    typed = (str(given.get(name, "")).replace("\0", "") for name in Filters._fields)
    return Filters(*(text.strip()[:LONGEST_FILTER] for text in typed))


def wanted_by(filters: Filters, zone: ZoneInfo) -> Wanted | None:
    """Give what the filters ask for; None when a date is none."""
    try:
        return Wanted(
            moment_of(filters.since, zone) if filters.since else None,
            moment_of(filters.until, zone, ends=True) if filters.until else None,
            filters.kind or None,
            filters.who or None,
            filters.about or None,
        )
    except (ValueError, OverflowError):
        return None


def query_of(filters: Filters, **more: str) -> str:
    """Give the filters that are set as the end of an address."""
    pairs = {name: text for name, text in filters._asdict().items() if text} | more
    return f"?{urlencode(pairs)}" if pairs else ""


def show(entry: Entry, zone: ZoneInfo) -> ShownEntry:
    """Give an entry for the page, its time in the clinic's zone to the second."""
    about = entry.about or ""
    return ShownEntry(
        entry.number,
        local_time(entry.at, zone),
        entry.at,
        who(entry),
        words_of(entry.kind),
        about,
        about.startswith("c_"),
        entry.address or "",
        details_of(entry.details),
    )


def local_time(at: str, zone: ZoneInfo) -> str:
    """Give an entry's moment in the clinic's zone; as it is when somebody has broken it."""
    try:
        return f"{moment_of(at, zone).astimezone(zone):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError):
        return at


def words_of(kind: str) -> str:
    """Give a kind of entry in words."""
    return kind.replace("_", " ").capitalize()


def details_of(text: str) -> str:
    """Give an entry's details on one line; as they are when somebody has broken them."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    if not isinstance(found, dict):
        return text
    return ", ".join(f"{name.replace('_', ' ')}: {_plain(value)}" for name, value in found.items())


def _plain(value: object) -> str:
    named = {True: "yes", False: "no", None: "none"}
    return named[value] if isinstance(value, bool | None) else str(value)
