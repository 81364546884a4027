"""Whether the desk lives, and whether a visitor who asked now would be answered."""

import asyncio
import time

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from nightdesk_contract.senders import for_readiness
from pydantic import BaseModel
from sqlalchemy import text

from nightdesk_desk.asking import leave_nothing
from nightdesk_desk.desk import Desk
from nightdesk_desk.rasa import RasaFailed

KNOWN_QUESTION = "How fast does ketamine therapy work?"
KNOWN_OUTCOME = "answer:rapid_relief"
KEPT_FOR = 5.0
"""Seconds a verdict is kept, so that many askers make one question."""

router = APIRouter(prefix="/health", tags=["health"])


class Live(BaseModel):
    """The process answers."""

    live: bool


class Ready(BaseModel):
    """Whether a visitor would be answered, and which part would not do its work.

    `settings` is false when `clinic.yml` was broken by an edit: the last good settings are in use,
    so the desk is still ready. `workers` is false while work in the background stands still: a
    visitor is answered all the same, so visitors must not be kept away; see `/health/workers`.
    `redis` is false while one is set (`REDIS_URL`) and away: the desk does without, and is ready.
    """

    ready: bool
    bot: bool
    record: bool
    settings: bool
    workers: bool
    redis: bool


class Workers(BaseModel):
    """Whether the work in the background goes on, and which part stands still.

    `redis` is false while one is set and away; the work goes on without it.
    """

    workers: bool
    late: list[str]
    redis: bool


class Readiness:
    """The verdict, kept for a few seconds."""

    def __init__(self, desk: Desk, kept_for: float = KEPT_FOR) -> None:
        self._desk = desk
        self._kept_for = kept_for
        self._lock = asyncio.Lock()
        self._verdict: Ready | None = None
        self._until = 0.0

    async def verdict(self) -> Ready:
        """Ask the bot a known question and read the record, unless that was done just now."""
        async with self._lock:
            if self._verdict is None or time.monotonic() >= self._until:
                bot, record = await asyncio.gather(self._bot(), self._record())
                self._desk.words.clinic_file.current()
                settings = not self._desk.words.clinic_file.problems
                self._verdict = Ready(
                    ready=bot and record,
                    bot=bot,
                    record=record,
                    settings=settings,
                    workers=not late_workers(self._desk),
                    redis=redis_is_well(self._desk),
                )
                self._until = time.monotonic() + self._kept_for
            return self._verdict

    async def _bot(self) -> bool:
        try:
            # A throw-away conversation: what was asked before must not decide the answer.
            sender = for_readiness()
            replies = await self._desk.rasa.ask(sender, KNOWN_QUESTION)
        except RasaFailed:
            return False
        await leave_nothing(self._desk.rasa, sender)
        return any(reply.outcome == KNOWN_OUTCOME for reply in replies)

    async def _record(self) -> bool:
        try:
            async with asyncio.timeout(5), self._desk.db.read() as session:
                await session.execute(text("SELECT 1 FROM conversations LIMIT 1"))
        except Exception:
            return False
        return True


def late_workers(desk: Desk) -> list[str]:
    """Name the work in the background that stands still: alerts, steps of escalation and others."""
    return [looking.name for looking in desk.lookings if looking.late()]


def redis_is_well(desk: Desk) -> bool:
    """Say whether Redis does what this desk needs of it, or none is set."""
    return desk.redis is None or desk.redis.there


@router.get("/workers", responses={503: {"model": Workers}})
async def workers(request: Request) -> JSONResponse:
    """Say whether staff are told: red when alerts or other background work stand still.

    For a monitoring system, which reaches people when the desk itself cannot.
    """
    desk = request.app.state.desk
    late = late_workers(desk)
    verdict = Workers(workers=not late, late=late, redis=redis_is_well(desk))
    return JSONResponse(verdict.model_dump(), 503 if late else 200, {"Cache-Control": "no-store"})


@router.get("/live")
async def live() -> Live:
    """Say that the process answers."""
    return Live(live=True)


@router.get("/ready", responses={503: {"model": Ready}})
async def ready(request: Request) -> JSONResponse:
    """Say whether a known question gets its known answer and the record can be read."""
    readiness: Readiness = request.app.state.readiness
    verdict = await readiness.verdict()
    return JSONResponse(
        verdict.model_dump(), 200 if verdict.ready else 503, {"Cache-Control": "no-store"}
    )
