"""The staff's pages, to be put into the desk's application."""

from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.staticfiles import StaticFiles

from nightdesk_desk.staff import asked_pages, draft_pages, inbox, login, streams
from nightdesk_desk.staff.login import LoginLimits

STATIC = Path(__file__).parent / "static"

router = APIRouter()
for _part in (login, inbox, asked_pages, draft_pages, streams):
    router.include_router(_part.router)


def mount(app: FastAPI) -> None:
    """Put the inbox under /inbox. The application's `state.desk` is asked on each request."""
    app.state.login_limits = LoginLimits()
    app.mount("/inbox/static", StaticFiles(directory=STATIC), name="inbox-static")
    app.include_router(router)
