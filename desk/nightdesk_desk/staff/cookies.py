"""The inbox's cookies: bound to this host, out of reach of scripts, never sent across sites."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response


def cookie(request: Request, name: str) -> str:
    """Give what the browser sent in the cookie `name`; empty when there is none."""
    return request.cookies.get(_full(request, name), "")


def set_cookie(
    request: Request, response: Response, name: str, value: str, lasts: timedelta | None = None
) -> None:
    """Let the browser keep a cookie until it is closed, or for as long as it `lasts`."""
    response.set_cookie(
        _full(request, name),
        value,
        max_age=int(lasts.total_seconds()) if lasts else None,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def drop_cookie(request: Request, response: Response, name: str) -> None:
    """Let the browser forget a cookie."""
    # A __Host- cookie is only taken, and so only dropped, with Secure.
    response.delete_cookie(
        _full(request, name),
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def _full(request: Request, name: str) -> str:
    # With TLS the name itself binds the cookie to this host and to TLS.
    return f"__Host-nightdesk-{name}" if request.url.scheme == "https" else f"nightdesk-{name}"
