"""The user stories in tests/stories through the trained model: `python -m nightdesk.run.stories`.

A wrong turn fails it. Custom actions are not executed here; the live tests do that.
"""

import os
import re
import shutil
import sys
from pathlib import Path

from nightdesk.run.places import Places
from nightdesk.run.progress import Step, StepFailed, run_logged
from nightdesk.run.training import ensure_model, quiet_environment, rasa_command

STORIES = Path("tests") / "stories"
_PLAYED = re.compile(r"Evaluating (\d+) stories")
_WRONG = re.compile(r"WrongPredictionException: (.*)", re.DOTALL)
_COLOUR = re.compile(r"\x1b\[\d*m")


def test_command(model: Path, results: Path) -> list[str]:
    """Give the command line that plays the stories; it exits non-zero on a wrong turn."""
    return [
        *(*rasa_command(), "test", "core", "--e2e", "--fail-on-prediction-errors", "--no-plot"),
        *("--model", str(model), "--stories", str(STORIES), "--out", str(results)),
    ]


def played(log: str) -> int:
    """Give how many stories Rasa says it played: it is content with none."""
    return sum(int(number) for number in _PLAYED.findall(log))


def wrong_turn(log: str) -> str:
    """Give what Rasa says of the turn that went wrong, or ''."""
    found = _WRONG.search(_COLOUR.sub("", log))
    return found.group(1).strip() if found else ""


def main() -> int:
    """Play the stories. Gives the exit status."""
    places = Places.from_environment()
    places.make()
    results = places.var / "results" / "stories"
    shutil.rmtree(results, ignore_errors=True)
    log = places.logs / "stories.log"
    log.unlink(missing_ok=True)
    try:
        model = ensure_model(places)
        with Step("Playing the user stories"):
            run_logged(
                test_command(model, results),
                log,
                "A user story went wrong.",
                cwd=places.root,
                env=quiet_environment(places, os.environ),
            )
        number = played(log.read_text(errors="replace"))
        if not number:
            raise StepFailed(f"No user story was found in {STORIES}/test_*.yml")
    except StepFailed as error:
        wrong = wrong_turn(log.read_text(errors="replace")) if log.is_file() else ""
        if wrong:
            print(wrong)
        print(f"nightdesk: {error}", file=sys.stderr)
        return 1
    print(f"{number} user stories went as written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
