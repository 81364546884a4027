"""Whether the desk lives, and whether a visitor who asked now would be answered."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import text

from nightdesk_desk.desk import Desk
from nightdesk_desk.shared_look import SharedLook

KEPT_FOR = 5.0
"""Seconds a verdict is kept, so that many askers make one question."""

router = APIRouter(prefix="/health", tags=["health"])


class Live(BaseModel):
    """The process answers."""

    live: bool


class Ready(BaseModel):
    """Whether a visitor would be answered, and which part would not do its work.

    `bot` is false when a known question does not get its answer from Rasa, `actions` when one that
    needs the action server does not: whoever asks such a question is handed over.
    `settings` is false when `clinic.yml` was broken by an edit: the last good settings are in use,
    so the desk is still ready. `workers` is false while work in the background stands still: a
    visitor is answered all the same, so visitors must not be kept away; see `/health/workers`.
    `redis` is false while one is set (`REDIS_URL`) and away: the desk does without, and is ready.
    """

    ready: bool
    bot: bool
    actions: bool
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
        self._record = SharedLook(self._read_record, within=10.0)

    async def verdict(self) -> Ready:
        """Ask the bot known questions and read the record, unless that was done just now."""
        checked, record = await asyncio.gather(
            self._desk.bot.checked(self._kept_for), self._record.get(self._kept_for)
        )
        self._desk.words.clinic_file.current()
        return Ready(
            ready=checked.bot and checked.actions and record,
            bot=checked.bot,
            actions=checked.actions,
            record=record,
            settings=not self._desk.words.clinic_file.problems,
            workers=not late_workers(self._desk),
            redis=redis_is_well(self._desk),
        )

    async def _read_record(self) -> bool:
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
    """Say whether known questions get their known answers and the record can be read.

    For monitoring. A proxy that stops sending visitors here when it is red keeps them away from
    staff too: let it ask `/health/live`.
    """
    readiness: Readiness = request.app.state.readiness
    verdict = await readiness.verdict()
    return JSONResponse(
        verdict.model_dump(), 200 if verdict.ready else 503, {"Cache-Control": "no-store"}
    )
