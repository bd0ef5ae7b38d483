"""Intervals for shares, so that a small group is not read as more certain than it is."""

from math import sqrt

_Z = 1.959964  # 95%


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Lowest and highest share that `hits` of `of` are compatible with, at 95%; (0, 1) where there is nothing to go by.

    Source: Wilson 1927; chosen because it stays within 0 and 1 and holds for small groups.
    """
    if of <= 0:
        return 0.0, 1.0
    share, z2 = hits / of, _Z * _Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z * sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return max(middle - half, 0.0), min(middle + half, 1.0)
