"""The Wilson score interval of a share."""

import math

Z_95 = 1.959964
"""Two-sided 95 % point of the normal distribution."""


def wilson(hits: int, total: int, z: float = Z_95) -> tuple[float, float]:
    """Give the interval (low, high), both in 0..1; (0, 1) when there is nothing to count."""
    if total == 0:
        return (0.0, 1.0)
    p = hits / total
    middle = p + z * z / (2 * total)
    half = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return (max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale))
