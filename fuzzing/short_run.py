"""How the tests run a little of the fuzzing: the same inputs each time, in both environments."""

from hypothesis import HealthCheck, settings

SEED = 20261126

MANY = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
"""For inputs that Hypothesis chooses, and makes smaller where something breaks."""
