"""Simulated faults on the whole path: the laws hold at the end of every run (see tests/simulation)."""

import pytest

from tests.simulation.seeds import simulate

SEEDS = 500
"""More in ``make simulate``."""
CHUNK = 125


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_no_seed_breaks_a_law(first):
    broken = {seed: found for seed in range(first, first + CHUNK) if (found := simulate(seed))}
    assert not broken, f"{broken}; again with simulate(seed)"
