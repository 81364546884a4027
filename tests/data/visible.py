"""Every text that a visitor can see, by where it stands; for the checks that must miss none.

Where they stand is said once, in contract/nightdesk_contract/visible_texts.py; here stand the files
beside them that no visitor reads, each with its reason. A file in neither list fails a test.
"""

from functools import cache
from pathlib import Path

from nightdesk_contract.visible_texts import PLACES, Roots, VisibleText
from nightdesk_contract.visible_texts import visible_texts as texts_of_all
from tests.data.reading import ROOT

GROUPS = tuple(place.pattern for place in PLACES)

NOT_THERE = {"data/answers/*.y*ml", "domain/**/*.yml"}
"""Places that a fresh checkout has no file in: the clinic's own answers, a domain in parts."""

SEARCHED = (
    "*.yml",
    "domain/**/*",
    "data/**/*",
    "desk/widget/strings/**/*",
    "desk/nightdesk_desk/templates/**/*",
)
"""Where a file with words for visitors could come to lie; of docs/ the desk shows one page."""

NO_VISITOR_READS = {
    "config.yml": "Rasa's pipeline",
    "credentials.yml": "Rasa's channels",
    "endpoints.yml": "Rasa's servers",
    "data/encoder/*": "numbers",
    "data/nlu/**/*": "what visitors write",
    "data/rules/*": "which answer follows which intent",
    "data/followups.yml": "names of topics",
    "data/grounding.yml": "words that a check looks for",
    "data/not_introduced.yml": "what visitors write",
    "data/review.yml": "who signed what",
    "data/shorthand.yml": "what visitors write",
    "data/sources.yml": "hashes; the titles stand beside the passages",
    "data/answers/README.md": "for the clinic",
    "data/safety/examples/**/*": "what visitors write",
    "data/safety/patterns/**/*": "what visitors write",
    "data/safety/criteria.yml": "what crisis texts are graded by",
    "data/safety/groups.yml": "names of groups of examples",
    "data/safety/hidden_words.yml": "what visitors write",
    "data/safety/not_names.yml": "what visitors write",
    "data/safety/protected_words.yml": "what visitors write",
    "data/safety/take_backs.yml": "what visitors write",
    "data/safety/themes.yml": "what visitors write",
    "data/safety/thresholds.yml": "numbers",
}
"""Files that lie where visitors' texts do, and hold none: by pattern, with the reason."""


def files(group: str) -> list[Path]:
    """Give the files of one of GROUPS."""
    return Roots.of(ROOT).files(group)


@cache
def all_texts() -> tuple[VisibleText, ...]:
    """Give every text with all that is known of it."""
    return tuple(texts_of_all(Roots.of(ROOT)))


def name_of(text: VisibleText) -> str:
    """Give the name that says where a text stands."""
    return f"{text.path.relative_to(ROOT)}: {text.key}"


def visible_texts() -> dict[str, str]:
    """Give every text under a name that says where it stands."""
    return {name_of(text): text.text for text in all_texts()}


def in_no_list(root: Path) -> list[str]:
    """Give the files that could hold words for visitors and are in neither list."""
    seen = {path for pattern in GROUPS for path in Roots.of(root).files(pattern)}
    known = seen.union(*(root.glob(pattern) for pattern in NO_VISITOR_READS))
    candidates = {path for pattern in SEARCHED for path in root.glob(pattern) if path.is_file()}
    return sorted(str(path.relative_to(root)) for path in candidates - known)
