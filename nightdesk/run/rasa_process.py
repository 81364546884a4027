"""Rasa's own command line: `python -m nightdesk.run.rasa_process run|train …`.

Where it serves visitors (`run`), its logs hold no visitor's words, and it ends where it has no
model. What several replicas share is read from the environment (see `shared_stores`), and a store
that fails, fails the turn: Rasa would go on from memory, and nobody would know. Training keeps
Rasa's own messages whole: they quote training data only, and say what to mend.
"""

import logging
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from nightdesk.run.places import Places
from nightdesk.run.progress import StepFailed
from nightdesk.run.safety_files import check_safety
from nightdesk.run.shared_stores import (
    LOCKS,
    TRACKER,
    SharedStores,
    reading_with,
    shared_stores,
)


def _wordless(configure: Any) -> Any:
    """Give Rasa's log set-up followed by ours."""
    import structlog

    from nightdesk.run.wordless_logs import WordlessErrors, keep_safe_fields

    def configure_wordless(log_level: int | None = None) -> None:
        configure(log_level)
        settings = structlog.get_config()
        kept = [
            processor
            for processor in settings["processors"]
            # It would add every frame's local variables, the message among them.
            if processor is not structlog.processors.dict_tracebacks
        ]
        # After "set_exc_info", which notes the error of `.exception(…)`; before anything that
        # renders, or that sends elsewhere.
        at = kept.index(structlog.dev.set_exc_info) + 1
        structlog.configure(processors=[*kept[:at], keep_safe_fields, *kept[at:]])
        for handler in logging.getLogger().handlers:
            handler.addFilter(WordlessErrors())

    return configure_wordless


def _model_or_end(load: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Give Rasa's loading of a model at its start, with an end where there is none after it.

    Rasa logs the error and would serve on with nothing to answer from. Ended, it is started again
    until it has a model; meanwhile the desk hands every message over.
    """

    async def load_or_end(*arguments: Any, **named: Any) -> Any:
        agent = await load(*arguments, **named)
        if agent is None or not agent.is_ready():
            # Python prints it after every traceback, where it is seen: as the log's last lines.
            sys.exit(f"There is no model to answer with, so this ends. {_why()}")
        return agent

    return load_or_end


def _without_falling_back(store: Any) -> Any:
    """Give the store as it is, where Rasa would put one in memory behind it."""
    return store


def _sharing(
    load: Callable[..., Awaitable[Any]], stores: SharedStores
) -> Callable[..., Awaitable[Any]]:
    """Give Rasa's loading of a model, with an end where it has not got the shared stores.

    Rasa takes its own store in memory where it cannot make ours.
    """
    from rasa.shared.exceptions import ConnectionException

    async def load_and_share(*arguments: Any, **named: Any) -> Any:
        try:
            agent = await load(*arguments, **named)
        except ConnectionException:
            sys.exit("The database at TRACKER_URL (or DATABASE_URL) cannot be used, so this ends.")
        for wanted, path, got in (
            (stores.tracker, TRACKER, agent.tracker_store),
            (stores.redis, LOCKS, agent.lock_store),
        ):
            if wanted and f"{type(got).__module__}.{type(got).__qualname__}" != path:
                sys.exit(f"Rasa has made no {path}, so this ends.")
        if stores.tracker:
            agent.tracker_store.keep_tidy()
        return agent

    return load_and_share


def _share(stores: SharedStores) -> None:
    """Make Rasa use the shared stores. Relies on names that Rasa looks up."""
    import rasa.core.agent
    from rasa.core.utils import AvailableEndpoints

    rasa.core.agent.FailSafeTrackerStore = _without_falling_back
    read = AvailableEndpoints.read_endpoints
    AvailableEndpoints.read_endpoints = staticmethod(reading_with(read, stores))


def _why() -> str:
    try:
        check_safety(Places.from_environment())
    except StepFailed as error:
        return str(error)
    return "The error above says why."


def main() -> None:
    """Run Rasa's command line. Relies on functions that Rasa looks up by name."""
    serves = sys.argv[1:2] == ["run"]
    try:
        stores = shared_stores() if serves else SharedStores()
    except StepFailed as error:
        sys.exit(f"nightdesk: {error}")
    import rasa.__main__ as rasa_cli

    if serves:
        import rasa.core.run as server

        from nightdesk.run.checked_once import check_answers_only
        from nightdesk.run.in_turn import answer_in_turn

        check_answers_only()
        answer_in_turn()
        rasa_cli.configure_structlog = _wordless(rasa_cli.configure_structlog)
        server.load_agent_on_start = _sharing(_model_or_end(server.load_agent_on_start), stores)
        _share(stores)
    rasa_cli.main()


if __name__ == "__main__":
    main()
