"""Exact shares: counts that add up, tables that keep both margins, and draws that end on the counts.

A count is never left to chance where the workload states a figure: largest remainder rounds it, and an urn draws
without putting back, so that the whole run ends exactly on it while any part of it looks random.
"""

from collections.abc import Mapping, Sequence
from random import Random


def largest_remainder(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in the proportions of `weights` that add up to `total`; ties go to the earlier entry."""
    whole = sum(weights)
    if whole <= 0:
        return [0] * len(weights)
    exact = [total * weight / whole for weight in weights]
    counts = [int(value) for value in exact]
    order = sorted(range(len(weights)), key=lambda i: (counts[i] - exact[i], i))
    for i in order[: total - sum(counts)]:
        counts[i] += 1
    return counts


def split(total: int, weights: Mapping[str, float]) -> dict[str, int]:
    """`largest_remainder` by name."""
    return dict(zip(weights, largest_remainder(total, list(weights.values())), strict=True))


def fitted(rows: Sequence[int], columns: Sequence[int], leaning: Sequence[Sequence[float]]) -> list[list[int]]:
    """A whole-numbered table with exactly these row and column totals, as near to `leaning` as they allow.

    Iterative proportional fitting first, then rounding row by row within what is left of each column.
    """
    table = [[max(weight, 0.0) * row for weight in line] for row, line in zip(rows, leaning, strict=True)]
    for _ in range(200):
        for line, row in zip(table, rows, strict=True):
            _scale(line, row)
        for j, column in enumerate(columns):
            present = sum(line[j] for line in table)
            for line in table:
                line[j] *= column / present if present else 0.0
    return _rounded(table, rows, columns)


def _scale(line: list[float], total: int) -> None:
    present = sum(line)
    for j in range(len(line)):
        line[j] *= total / present if present else 0.0


def _rounded(table: Sequence[Sequence[float]], rows: Sequence[int], columns: Sequence[int]) -> list[list[int]]:
    """Round running column sums, so that no column drifts; what one row cannot take, the next ones do."""
    left = list(columns)
    result: list[list[int]] = []
    for i, row in enumerate(rows):
        below = [sum(line[j] for line in table[i:]) for j in range(len(columns))]
        wanted = [table[i][j] * left[j] / below[j] if below[j] > 0 else 0.0 for j in range(len(columns))]
        counts = _within(row, wanted, left)
        left = [have - count for have, count in zip(left, counts, strict=True)]
        result.append(counts)
    return result


def _within(total: int, wanted: Sequence[float], limits: Sequence[int]) -> list[int]:
    counts = [min(count, limit) for count, limit in zip(largest_remainder(total, wanted), limits, strict=True)]
    for j in sorted(range(len(limits)), key=lambda j: counts[j] - limits[j]):
        counts[j] += min(total - sum(counts), limits[j] - counts[j])
    return counts


class Urn:
    """Named counts drawn at random without putting back."""

    __slots__ = ("left", "names", "remaining")

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.names = list(counts)
        self.left = list(counts.values())
        self.remaining = sum(self.left)

    def peek(self, random: Random) -> int:
        """The index of one name, in proportion to what is left of each. Raises ValueError from an empty urn."""
        if self.remaining <= 0:
            raise ValueError
        at = random.random() * self.remaining
        for index, count in enumerate(self.left):
            at -= count
            if at < 0:
                return index
        return max(i for i, count in enumerate(self.left) if count)

    def peek_weighted(self, weights: Sequence[float], random: Random) -> int:
        """As `peek`, with the chance of each name multiplied by its weight."""
        chances = [count * weight for count, weight in zip(self.left, weights, strict=True)]
        whole = sum(chances)
        if whole <= 0:
            return self.peek(random)
        at = random.random() * whole
        for index, chance in enumerate(chances):
            at -= chance
            if at < 0:
                return index
        return self.peek(random)

    def take(self, index: int, count: int = 1) -> None:
        """Remove `count` of one name."""
        self.left[index] -= count
        self.remaining -= count

    def draw(self, random: Random) -> str:
        """One name, removed from the urn."""
        index = self.peek(random)
        self.take(index)
        return self.names[index]
