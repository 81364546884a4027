"""The staff's pages, to be put into the desk's application."""

from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.staticfiles import StaticFiles

from nightdesk_desk.staff import (
    account_pages,
    asked_pages,
    audit_pages,
    case_routes,
    draft_pages,
    elsewhere,
    export_pages,
    inbox,
    login,
    numbers_pages,
    queue_pages,
    second_step,
    staff_pages,
    streams,
    totp_pages,
)

STATIC = Path(__file__).parent / "static"

router = APIRouter()
for _part in (
    login,
    second_step,
    queue_pages,
    inbox,
    case_routes,
    asked_pages,
    draft_pages,
    numbers_pages,
    audit_pages,
    export_pages,
    account_pages,
    totp_pages,
    staff_pages,
    elsewhere,
    streams,
):
    router.include_router(_part.router)


def mount(app: FastAPI) -> None:
    """Put the inbox under /inbox. The application's `state.desk` is asked on each request."""
    app.mount("/inbox/static", StaticFiles(directory=STATIC), name="inbox-static")
    app.state.queue_look = streams.queue_look(app)
    app.include_router(router)
