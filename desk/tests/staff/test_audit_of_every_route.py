"""Every route of the inbox leaves its entry in the audit record, or says here why it need not.

The routes are read from the application's own: a new one fails here until it stands in a list.
"""

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from staff_people import PASSWORD, Calls, Case, Person, SignIn, log_in
from totp_people import enrolled, give_code, give_password

from nightdesk_desk import log
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.desk import Desk
from nightdesk_desk.staff.routes import router

WORDS = "zebra-marmalade-seventeen"
TOTP = "/inbox/account/totp"
STAFF = "/inbox/staff/{staff_id}"
CASE = "/inbox/conversations/{conversation_id}"
TOPIC = "/inbox/asked/{topic}"


@dataclass
class World:
    """An admin and a colleague, a case that waits, and a browser of nobody."""

    desk: Desk
    calls: Calls
    ada: Person
    noor: Person
    case: Case
    stranger: httpx.AsyncClient

    async def act(self, act: str, **fields: str) -> httpx.Response:
        return await self.ada.post(f"{self.case.url}/{act}", **fields)

    async def resolved(self) -> None:
        await self.act("take")
        await self.act("resolve", note="n", outcome_code="answered")

    async def drafted(self) -> httpx.Response:
        examples = "\n".join(f"where do I park, way {i}" for i in range(10))
        fields = {"title": "Parking", "question": "Where can I park?", "answer": "Behind us."}
        fields |= {"document": "Guide", "passage": "Behind.", "examples": examples}
        return await self.ada.post("/inbox/asked/parking/draft", **fields)

    async def asked(self) -> None:
        async with self.desk.db.write() as session:
            conversation_id, _ = await log.start_conversation(session)
            said = log.NewEvent("bot", "x", "not_in_source:mechanism")
            await log.append(session, conversation_id, [log.NewEvent("visitor", WORDS), said])


Steps = Callable[[World], Awaitable[object]]


def get(path: str) -> Steps:
    return lambda w: w.ada.http.get(path)


def acts(act: str, *before: str, **fields: str) -> Steps:
    async def steps(w: World) -> None:
        for earlier in before:
            await w.act(earlier)
        await w.act(act, **fields)

    return steps


def on_noor(act: str, *before: str, **fields: str) -> Steps:
    async def steps(w: World) -> None:
        for each in (*before, act):
            await w.ada.post(f"/inbox/staff/{w.noor.id}/{each}", **fields)

    return steps


async def passes(w: World) -> None:
    await w.act("take")
    await w.act("pass", to=str(w.noor.id))


async def notices(w: World) -> None:
    await passes(w)
    await w.noor.post(f"{w.case.url}/notice")


async def reopens(w: World) -> None:
    await w.resolved()
    await w.act("reopen", why="They wrote again")


async def sees_a_topic(w: World) -> None:
    await w.asked()
    await w.ada.http.get("/inbox/asked/mechanism")


async def throws_a_draft_away(w: World) -> None:
    await w.drafted()
    await w.ada.post("/inbox/asked/parking/draft/delete")


async def ends_a_session(w: World) -> None:
    await log_in(w.stranger, "ada", PASSWORD)
    page = (await w.ada.http.get("/inbox/account")).text
    item = next(p for p in page.split("<li>") if 'name="session"' in p and "(this one)" not in p)
    found = re.search(r'name="session" value="(\w+)"', item)
    assert found
    await w.ada.post("/inbox/account/sessions/end", session=found[1])


async def takes_the_second_step(w: World) -> None:
    phone = await enrolled(w.desk, w.ada, "ada")
    await give_password(w.stranger, "ada")
    await give_code(w.stranger, code="000000")
    await give_code(w.stranger, code=phone.code())


async def confirms(w: World) -> None:
    await enrolled(w.desk, w.ada, "ada", later=False)


async def makes_new_codes(w: World) -> None:
    await confirms(w)
    await w.ada.post(f"{TOTP}/recovery-codes")


async def turns_codes_off(w: World) -> None:
    phone = await enrolled(w.desk, w.ada, "ada")
    await w.ada.post(f"{TOTP}/off", password=PASSWORD, code="000000")
    await w.ada.post(f"{TOTP}/off", password=PASSWORD, code=phone.code())


async def resets_codes(w: World) -> None:
    await enrolled(w.desk, w.noor, "noor")
    await on_noor("reset-totp")(w)


async def signs_in(w: World) -> None:
    await log_in(w.stranger, "noor", "not it")
    await log_in(w.stranger, "noor", PASSWORD)


NEW = "another quiet harbour 43"
NOTED: dict[tuple[str, str], tuple[tuple[str, ...], Steps]] = {
    ("POST", "/inbox/login"): (("sign_in_failed", "signed_in"), signs_in),
    ("POST", "/inbox/login/code"): (("sign_in_failed", "signed_in"), takes_the_second_step),
    ("POST", "/inbox/logout"): (("signed_out",), lambda w: w.ada.post("/inbox/logout")),
    ("GET", "/inbox"): (("queue_viewed",), get("/inbox")),
    ("GET", "/inbox/queue"): (("queue_viewed",), get("/inbox/queue")),
    ("POST", "/inbox/queue"): (
        ("conversations_searched",),
        lambda w: w.ada.post("/inbox/queue", q="zebra"),
    ),
    ("POST", "/inbox/search"): (
        ("conversations_searched",),
        lambda w: w.ada.post("/inbox/search", q="zebra"),
    ),
    ("GET", CASE): (("conversation_viewed",), lambda w: w.ada.http.get(w.case.url)),
    ("GET", f"{CASE}/live"): (
        ("conversation_viewed",),
        lambda w: w.ada.http.get(f"{w.case.url}/live"),
    ),
    ("POST", f"{CASE}/acknowledge"): (("handover_acknowledged",), acts("acknowledge")),
    ("POST", f"{CASE}/take"): (("handover_taken",), acts("take")),
    ("POST", f"{CASE}/release"): (("handover_released",), acts("release", "take")),
    ("POST", f"{CASE}/reply"): (("reply_sent",), acts("reply", "take", text="Hello")),
    ("POST", f"{CASE}/resolve"): (("handover_resolved",), World.resolved),
    ("POST", f"{CASE}/pass"): (("handover_passed",), passes),
    ("POST", f"{CASE}/notice"): (("handover_noticed",), notices),
    ("POST", f"{CASE}/level"): (("handover_raised",), acts("level", level="P0", why="x")),
    ("POST", f"{CASE}/note"): (("note_added",), acts("note", text="x")),
    ("POST", f"{CASE}/reopen"): (("handover_reopened",), reopens),
    ("POST", f"{CASE}/export"): (("conversation_exported",), acts("export")),
    ("GET", TOPIC): (("topic_viewed",), sees_a_topic),
    ("POST", f"{TOPIC}/draft"): (("draft_saved",), World.drafted),
    ("POST", f"{TOPIC}/draft/delete"): (("draft_deleted",), throws_a_draft_away),
    ("GET", "/inbox/numbers/table.csv"): (
        ("numbers_exported",),
        get("/inbox/numbers/table.csv"),
    ),
    ("GET", "/inbox/audit"): (("audit_viewed",), get("/inbox/audit")),
    ("POST", "/inbox/audit/entries.csv"): (
        ("audit_exported",),
        lambda w: w.ada.post("/inbox/audit/entries.csv"),
    ),
    ("POST", "/inbox/account/title"): (
        ("title_changed",),
        lambda w: w.ada.post("/inbox/account/title", title="Lead nurse"),
    ),
    ("POST", "/inbox/account/password"): (
        ("password_refused", "password_set"),
        lambda w: _both(
            w.ada.post("/inbox/account/password", password="x", new_password=NEW, again=NEW),
            w.ada.post("/inbox/account/password", password=PASSWORD, new_password=NEW, again=NEW),
        ),
    ),
    ("POST", "/inbox/account/sessions/end"): (("session_closed",), ends_a_session),
    ("POST", "/inbox/account/sessions/end-all"): (
        ("sessions_ended",),
        lambda w: w.ada.post("/inbox/account/sessions/end-all"),
    ),
    ("POST", f"{TOTP}/confirm"): (("totp_enrolled",), confirms),
    ("POST", f"{TOTP}/recovery-codes"): (("recovery_codes_made",), makes_new_codes),
    ("POST", f"{TOTP}/off"): (("code_refused", "totp_turned_off"), turns_codes_off),
    ("POST", f"{STAFF}/disable"): (("account_disabled",), on_noor("disable")),
    ("POST", f"{STAFF}/enable"): (("account_enabled",), on_noor("enable", "disable")),
    ("POST", f"{STAFF}/role"): (("role_changed",), on_noor("role", role="lead")),
    ("POST", f"{STAFF}/title"): (("title_changed",), on_noor("title", title="Nurse")),
    ("POST", f"{STAFF}/end-sessions"): (("sessions_ended",), on_noor("end-sessions")),
    ("POST", f"{STAFF}/reset-totp"): (("totp_reset",), resets_codes),
}
"""What each route leaves in the record, and the steps that lead to it."""

NOT_NOTED: dict[tuple[str, str], str] = {
    ("GET", "/inbox/login"): "a form without anything about anybody",
    ("GET", "/inbox/login/code"): "a form without anything about anybody",
    ("POST", "/inbox/active"): "says only that somebody is at the page",
    ("GET", "/inbox/search"): "leads to the queue",
    ("POST", f"{CASE}/typing"): "lasts for seconds and is kept nowhere",
    ("GET", f"{CASE}/stream"): "carries no words: the page asks for its parts, which is noted",
    ("GET", "/inbox/stream"): "carries no words: the page asks for its parts, which is noted",
    ("GET", "/inbox/calls"): "says that somebody waits, not what they wrote",
    ("GET", "/inbox/asked"): "counts, and questions of our own",
    ("GET", f"{TOPIC}/draft.yml"): "words of the clinic, for visitors",
    ("GET", "/inbox/numbers"): "counts",
    ("GET", "/inbox/account"): "one's own account",
    ("GET", TOTP): "one's own account",
    ("POST", f"{TOTP}/start"): "changes nothing before it is confirmed",
    ("POST", f"{TOTP}/recovery-codes.txt"): "gives back what was sent, if it is one's own",
    ("GET", "/inbox/staff"): "accounts, nothing of visitors; each change is noted",
    ("GET", STAFF): "an account, nothing of visitors; each change is noted",
}
"""Why a route leaves nothing."""


async def _both(*each: Awaitable[Any]) -> None:
    for one in each:
        await one


def routes(of: Any) -> Iterator[tuple[str, str]]:
    """Give method and path of all routes, also of those that stand in parts."""
    for route in of.routes:
        if hasattr(route, "path"):
            yield from ((method, route.path) for method in route.methods - {"HEAD"})
        else:
            yield from routes(route.original_router)


def test_every_route_is_in_one_of_the_lists() -> None:
    found = set(routes(router))
    assert len(found) > 50
    assert found == NOTED.keys() | NOT_NOTED.keys()
    assert not NOTED.keys() & NOT_NOTED.keys()
    assert all(NOT_NOTED.values())


@pytest.mark.parametrize("route", NOTED, ids=" ".join)
async def test_it_is_noted_with_who_and_from_where(
    route: tuple[str, str],
    sign_in: SignIn,
    calls: Calls,
    desk: Desk,
    browser: Callable[..., httpx.AsyncClient],
) -> None:
    ada, noor = await sign_in("ada", "Ada", "admin"), await sign_in("noor", "Noor")
    w = World(desk, calls, ada, noor, await calls(WORDS), browser("203.0.113.7"))
    before = await read(desk)
    kinds, steps = NOTED[route]
    await steps(w)
    new = (await read(desk))[len(before) :]
    for kind in kinds:
        entry = next((each for each in new if each.kind == kind), None)
        assert entry is not None, f"{kind} not in {[each.kind for each in new]}"
        assert entry.address in ("127.0.0.1", "203.0.113.7")
        assert entry.username in ("ada", "noor") or entry.kind == "sign_in_failed"
    everything = json.dumps([[each.about, each.details] for each in new])
    assert WORDS not in everything
    assert PASSWORD not in everything


async def read(desk: Desk) -> list[AuditEntry]:
    async with desk.db.read() as session:
        return list(await session.scalars(select(AuditEntry).order_by(AuditEntry.number)))


async def test_the_queue_is_noted_once_a_shift_and_only_with_words(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria = await sign_in()
    await maria.http.get("/inbox")
    assert "queue_viewed" not in [entry.kind for entry in await read(desk)]
    await calls(WORDS)
    for path in ("/inbox", "/inbox/queue", "/inbox"):
        await maria.http.get(path)
    assert [entry.kind for entry in await read(desk)].count("queue_viewed") == 1
