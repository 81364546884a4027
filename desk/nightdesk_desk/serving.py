"""How the desk's application is served: uvicorn with httptools and the desk's own rules."""

import logging
import resource

import uvicorn
from fastapi import FastAPI

from nightdesk_desk.connections import Held, Patience, Refusal, guarded
from nightdesk_desk.desk import Desk
from nightdesk_desk.settings import Settings

OWN_FILES = 256
"""Files that the desk needs beside its connections: database, Rasa, mail, logs."""

logger = logging.getLogger(__name__)


def server_config(
    app: FastAPI, settings: Settings, stop_within: int, patience: Patience | None = None
) -> uvicorn.Config:
    """Give uvicorn's settings for `app`; open requests get `stop_within` seconds at the end."""
    desk: Desk = app.state.desk
    held = Held(
        settings.address_connections,
        min(settings.connections, _files_allowed() - OWN_FILES),
        settings.proxies,
    )
    return uvicorn.Config(
        app,
        http=guarded(_refusal(desk), held, patience),
        ws="none",
        loop="uvloop",
        log_config=None,
        # Paths hold conversation ids; /metrics has the counts.
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.proxies,
        timeout_graceful_shutdown=stop_within,
    )


def _refusal(desk: Desk) -> Refusal:
    def words(code: str, language: str) -> str:
        desk.metrics.refused.labels(code).inc()
        return desk.words.error(code, language)

    return words


def _files_allowed() -> int:
    """Raise how many files this process may have open as far as it may. Gives how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Some systems allow a billion, and a table of that size.
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if wanted > soft:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (ValueError, OSError) as error:
            logger.warning("only %d files can be open at once: %s", soft, type(error).__name__)
            return soft
    return max(wanted, soft)
