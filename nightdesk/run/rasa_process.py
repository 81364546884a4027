"""Rasa's own command line: `python -m nightdesk.run.rasa_process run|train …`.

Where it serves visitors (`run`), its logs hold no visitor's words. Training keeps Rasa's own
messages whole: they quote training data only, and say what to mend.
"""

import logging
import sys
from typing import Any


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


def main() -> None:
    """Run Rasa's command line. Relies on `rasa.__main__` looking its log set-up up by name."""
    import rasa.__main__ as rasa_cli

    if sys.argv[1:2] == ["run"]:
        rasa_cli.configure_structlog = _wordless(rasa_cli.configure_structlog)
    rasa_cli.main()


if __name__ == "__main__":
    main()
