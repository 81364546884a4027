"""Rasa's own command line: `python -m nightdesk.run.rasa_process run|train …`.

Where it serves visitors (`run`), its logs hold no visitor's words, and it ends where it has no
model. Training keeps Rasa's own messages whole: they quote training data only, and say what to
mend.
"""

import logging
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from nightdesk.run.places import Places
from nightdesk.run.progress import StepFailed
from nightdesk.run.safety_files import check_safety


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


def _why() -> str:
    try:
        check_safety(Places.from_environment())
    except StepFailed as error:
        return str(error)
    return "The error above says why."


def main() -> None:
    """Run Rasa's command line. Relies on functions that Rasa looks up by name."""
    import rasa.__main__ as rasa_cli

    if sys.argv[1:2] == ["run"]:
        import rasa.core.run as server

        from nightdesk.run.checked_once import check_answers_only

        check_answers_only()
        rasa_cli.configure_structlog = _wordless(rasa_cli.configure_structlog)
        server.load_agent_on_start = _model_or_end(server.load_agent_on_start)
    rasa_cli.main()


if __name__ == "__main__":
    main()
