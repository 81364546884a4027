"""Refusals and faults: every error answer is JSON with `error` (a code) and `message` (words)."""

import logging
import traceback
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from nightdesk_contract.outcome import ENGLISH
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from nightdesk_desk.log import UnknownConversation
from nightdesk_desk.visitor_language import language_of

logger = logging.getLogger(__name__)

_CODE_OF_STATUS = {
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    429: "rate_limited",
    503: "unavailable",
}


class Refused(Exception):
    """A request that is answered with an error; `code` names its words in the data files.

    `below` is a text to be read below those words.
    """

    def __init__(
        self,
        status: int,
        code: str,
        headers: Mapping[str, str] | None = None,
        below: str | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})
        self.below = below


def error_response(
    app: FastAPI,
    status: int,
    code: str,
    headers: Mapping[str, str] | None = None,
    below: str | None = None,
    language: str = ENGLISH,
) -> JSONResponse:
    """Give the JSON answer for a refusal, with the words for `code`."""
    desk = app.state.desk
    desk.metrics.refused.labels(code).inc()
    message = desk.words.error(code, language)
    body = {"error": code, "message": f"{message} {below}" if below else message}
    return JSONResponse(body, status, {"Cache-Control": "no-store", **(headers or {})})


def add_error_handlers(app: FastAPI) -> None:
    """Make `app` answer every refusal and fault in the agreed form."""

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> JSONResponse:
        return error_response(
            app, error.status, error.code, error.headers, error.below, language_of(request)
        )

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        # The details quote what was sent; the code is enough.
        return error_response(app, 422, "bad_request", language=language_of(request))

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        # A body that is no text, or nested beyond measure, is one more that cannot be read.
        status = 422 if error.status_code == 400 else error.status_code
        code = _CODE_OF_STATUS.get(status, "bad_request")
        return error_response(app, status, code, error.headers, language=language_of(request))

    @app.exception_handler(UnknownConversation)
    async def gone(request: Request, error: UnknownConversation) -> JSONResponse:
        # It was deleted between two steps of the request.
        return error_response(app, 404, "not_found", language=language_of(request))

    @app.exception_handler(SQLAlchemyError)
    async def record_away(request: Request, error: SQLAlchemyError) -> JSONResponse:
        logger.error("the record could not be reached: %s", type(error).__name__)
        return error_response(
            app, 503, "unavailable", {"Retry-After": "2"}, language=language_of(request)
        )


def where(error: BaseException) -> str:
    """Give an exception's kind and place, without its text: that may quote a visitor."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
    return "\n".join([type(error).__name__, *lines])


class WordlessFormatter(logging.Formatter):
    """Writes exceptions as kind and place only, so that no log line can quote a visitor."""

    def formatException(self, ei: object) -> str:
        """Give an exception's kind and place."""
        error = ei[1] if isinstance(ei, tuple) and len(ei) == 3 else None
        return where(error) if isinstance(error, BaseException) else ""


def set_up_logging(level: str = "INFO") -> None:
    """Send all logs of this process to standard error, without any exception's text."""
    handler = logging.StreamHandler()
    handler.setFormatter(WordlessFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    # These tell addresses and statements at INFO or DEBUG.
    for name in ("httpx", "httpcore", "aiosqlite", "sse_starlette", "alembic", "urllib3", "redis"):
        logging.getLogger(name).setLevel(logging.WARNING)
