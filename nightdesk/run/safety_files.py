"""Whether the files that safety is judged and answered by can be used, before anything starts."""

from collections.abc import Callable

from nightdesk.run.places import Places
from nightdesk.run.progress import StepFailed


def check_safety(places: Places) -> None:
    """Try every safety file that a running system reads.

    Raises StepFailed, naming for each file that cannot be used what is wrong, in which line, and
    what is allowed. Of `clinic.yml` only the country counts here, where it can be read.
    """
    told = [told for load in _loads(places) if (told := _refusal(load))]
    if told:
        # A fault in one file may be met by the loaders of two.
        raise StepFailed("\n".join(dict.fromkeys(told)))


def _loads(places: Places) -> list[Callable[[], object]]:
    # Imported late, so that `nightdesk --help` need not wait for them.
    from nightdesk.evaluation.crisis_grader import load_criteria
    from nightdesk.policies.take_backs import TakeBacks
    from nightdesk.safety.detector import load_thresholds
    from nightdesk.safety.kinds import read_kinds
    from nightdesk.safety.known_words import load_crisis_words
    from nightdesk.safety.patterns import load_patterns
    from nightdesk.safety.themes import load_kinds

    safety = places.safety
    return [
        lambda: load_crisis_words(safety / "hidden_words.yml"),
        lambda: load_patterns(safety / "patterns"),
        lambda: load_thresholds(safety / "thresholds.yml"),
        lambda: load_kinds(safety / "themes.yml"),
        lambda: read_kinds(safety / "groups.yml"),
        lambda: TakeBacks.load(safety / "take_backs.yml"),
        lambda: load_criteria(safety / "criteria.yml"),
        lambda: _load_lines(places),
    ]


def _load_lines(places: Places) -> None:
    from nightdesk_contract.clinic import ClinicError, load_clinic
    from nightdesk_contract.crisis_lines import lines_of, load_all_crisis_lines

    path = places.safety / "crisis_lines.yml"
    lines = load_all_crisis_lines(path)
    try:
        country = load_clinic(places.clinic).country
    except ClinicError:
        return  # Told by whoever needs the rest of it.
    lines_of(lines, country, path)


def _refusal(load: Callable[[], object]) -> str:
    """Give why a file cannot be used, "" where it can."""
    from nightdesk_contract.checked_yaml import FileError

    try:
        load()
    except FileError as error:
        problems = "".join(f"\n  {problem}" for problem in error.problems)
        return f"{error.path} cannot be used:{problems}"
    except Exception as error:
        # Whatever a loader raises, the screen shows a sentence and nothing starts.
        return f"A safety file cannot be used ({type(error).__name__}): {error}"
    return ""
