"""Classes of the model: a crisis of some kinds is learnt as a class of its own, and counts as one.

One plane has to part everything harmless from a wish to die, a threat to somebody else and a
question about one's own risk. With a class for each of those that are unlike the rest, several
planes do so: more is found with no more false alarms (measured: docs/understanding.md).
"""

from collections.abc import Mapping, Sequence

import numpy as np

from nightdesk.safety.examples import Example
from nightdesk.safety.verdict import CRISIS, EMERGENCY, MEDICAL

_BETWEEN = "/"

COUNTED = (EMERGENCY, CRISIS, MEDICAL)
"""The labels that probabilities are asked of, in this order."""


def class_of(example: Example, groups: Mapping[str, str]) -> str:
    """Give the class that an example teaches; `groups` gives the group of a kind, where it has one.

    Emergencies stay together: there are too few of them to part.
    """
    group = groups.get(example.kind) if example.label == CRISIS else None
    return f"{example.label}{_BETWEEN}{group}" if group else example.label


def by_label(probabilities: np.ndarray, classes: Sequence[str]) -> np.ndarray:
    """Add up the probabilities (texts, classes) of each label: (texts, 3), see COUNTED."""
    labels = [name.partition(_BETWEEN)[0] for name in classes]
    belongs = np.array([[label == counted for counted in COUNTED] for label in labels])
    return np.asarray(probabilities @ belongs.astype(probabilities.dtype))
