"""The desk's application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from nightdesk_desk import (
    feedback_api,
    health,
    metrics,
    pages,
    starting_api,
    typing_api,
    visitor_api,
)
from nightdesk_desk.desk import Desk
from nightdesk_desk.errors import add_error_handlers
from nightdesk_desk.middleware import Door
from nightdesk_desk.privacy import visitor_routes as privacy
from nightdesk_desk.settings import Settings
from nightdesk_desk.staff import routes as staff

DESCRIPTION = (
    "The visitor's API of a clinic's chat. Begin a conversation, keep its token, send messages, "
    "and read the conversation's events by sequence number, as a list or as a stream. "
    "Every error answer holds `error` (a code) and `message` (words for the visitor)."
)


def create_app(settings: Settings) -> FastAPI:
    """Give the application for `settings`. The database must have been migrated.

    Raises what Desk.build raises when a file is missing or wrong.
    """
    desk = Desk.build(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await desk.start()
        try:
            yield
        finally:
            await desk.stop()

    app = FastAPI(
        title="Nightdesk",
        version="1.0.0",
        description=DESCRIPTION,
        lifespan=lifespan,
        # Their pages load scripts from elsewhere; /openapi.json is there.
        docs_url=None,
        redoc_url=None,
    )
    app.state.desk = desk
    app.state.readiness = health.Readiness(desk)
    add_error_handlers(app)
    for part in (starting_api, visitor_api, feedback_api, typing_api, privacy, health, metrics):
        app.include_router(part.router)
    pages.mount(app)
    staff.mount(app)
    app.add_middleware(Door, desk_app=app)
    return app
