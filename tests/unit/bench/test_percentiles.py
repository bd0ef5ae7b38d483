"""Percentiles are of the measured values themselves, by nearest rank, in milliseconds."""

import pytest

from deploy.mash.bench.percentiles import Latency, latency


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        pytest.param([0.25], Latency(1, 250, 250, 250), id="one value is every percentile"),
        pytest.param([0.004, 0.001, 0.002, 0.003], Latency(4, 2, 4, 4), id="order does not matter"),
        pytest.param([n / 1000 for n in range(1, 101)], Latency(100, 50, 99, 100), id="a hundred values"),
        pytest.param([n / 1000 for n in range(1, 1001)], Latency(1000, 500, 990, 1000), id="a thousand values"),
    ],
)
def test_percentiles_are_values_that_were_measured(seconds: list[float], expected: Latency) -> None:
    found = latency(seconds)

    assert (found.count, found.p50, found.p99, found.longest) == pytest.approx(
        (expected.count, expected.p50, expected.p99, expected.longest)
    )


def test_no_durations_are_no_latency_of_zero() -> None:
    with pytest.raises(ValueError, match="no durations"):
        latency([])
