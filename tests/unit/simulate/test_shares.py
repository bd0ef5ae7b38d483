"""Exact shares."""

from random import Random

import pytest

from deploy.mash.simulate.shares import Urn, fitted, largest_remainder


@pytest.mark.parametrize(
    ("total", "weights", "counts"),
    [
        (9971, [48, 24, 7, 21], [4786, 2393, 698, 2094]),
        (10, [1, 1, 1], [4, 3, 3]),
        (0, [1, 2], [0, 0]),
        (3, [0, 1], [0, 3]),
    ],
)
def test_counts_add_up_to_the_total(total: int, weights: list[float], counts: list[int]) -> None:
    assert largest_remainder(total, weights) == counts


def test_a_fitted_table_keeps_both_totals_and_an_empty_cell() -> None:
    table = fitted([30, 70], [50, 25, 25], [[1, 0, 1], [1, 1, 1]])
    assert [sum(row) for row in table] == [30, 70]
    assert [sum(column) for column in zip(*table, strict=True)] == [50, 25, 25]
    assert table[0][1] == 0


def test_an_urn_ends_empty_on_its_counts() -> None:
    urn, random = Urn({"a": 3, "b": 1}), Random(1)
    assert sorted(urn.draw(random) for _ in range(4)) == ["a", "a", "a", "b"]
    assert urn.remaining == 0
