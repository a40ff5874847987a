"""Recovery of what was simulated, a sample of what `make prove` counts in full (docs/evidence/psychometrics-recovery.md)."""

import pytest

from tests.benchmarks._recovered import recover

SEED = 131


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "persons", "samples"),
    [("Rasch", 30, 60), ("PCM", 100, 20), ("2PL", 1000, 10), ("3PL", 1000, 10), ("GPCM", 1000, 8), ("GRM", 1000, 8)],
)
def test_intervals_hold_the_truth_as_often_as_they_say(model: str, persons: int, samples: int) -> None:
    """95 % within three standard errors over the samples: what a right interval misses once in 400 runs."""
    for found in recover(model, persons, samples, SEED):
        if found.parameter == "spread":
            continue
        assert found.coverage is not None
        assert found.coverage_error is not None
        assert abs(found.coverage - 0.95) < 3 * found.coverage_error + 0.01
        assert found.bias is not None
        assert abs(found.bias) < 0.1


@pytest.mark.slow
@pytest.mark.parametrize("model", ["2PL", "3PL", "GPCM", "GRM"])
def test_too_few_persons_for_free_slopes_are_refused(model: str) -> None:
    assert {row.estimates for row in recover(model, 60, 1, SEED)} == {0}
