"""The user stories in tests/stories through the trained model: `python -m nightdesk.run.stories`.

A wrong turn fails it. Custom actions are not executed here; the live tests do that.
"""

import os
import shutil
import sys
from pathlib import Path

from nightdesk.run.places import Places
from nightdesk.run.progress import Step, StepFailed, run_logged
from nightdesk.run.training import ensure_model, quiet_environment, rasa_command

STORIES = Path("tests") / "stories"


def test_command(model: Path, results: Path) -> list[str]:
    """Give the command line that plays the stories; it exits non-zero on a wrong turn."""
    return [
        *(*rasa_command(), "test", "core", "--e2e", "--fail-on-prediction-errors"),
        *("--model", str(model), "--stories", str(STORIES), "--out", str(results)),
    ]


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
    except StepFailed as error:
        wrong = results / "failed_test_stories.yml"
        if wrong.is_file():
            print(wrong.read_text())
        print(f"nightdesk: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
