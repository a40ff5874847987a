"""Points of a chart: worked by hand, honest with few cases, and right in distribution when nothing changed."""

import math

import numpy as np
import pytest
from scipy import stats

from assess.psychometrics.control_charts import (
    Base,
    adjusted_point,
    base_of_means,
    correlation_point,
    mean_point,
    robust_points,
    share_point,
)
from assess.psychometrics.responses import ResponseError
from tests.effort import examples

USUAL = Base(centre=70.0, spread=10.0, between=0.0, n=100, points=4)


def deviate(t: float, free: float) -> float:
    return float(stats.norm.ppf(stats.t.cdf(t, free)))


def test_a_mean_is_measured_in_the_error_of_point_and_base() -> None:
    found = mean_point(64.0, 25, USUAL)
    assert found.z == pytest.approx(deviate(-6 / math.sqrt(100 / 25 + 100 / 100), 96))
    wider = mean_point(64.0, 25, Base(centre=70.0, spread=10.0, between=3.0, n=100, points=4))
    free = 16.25**2 / (5**2 / 96 + 11.25**2 / 3)
    assert wider.z == pytest.approx(deviate(-6 / math.sqrt(16.25), free))
    assert mean_point(70.0, 25, USUAL).z == 0


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (mean_point(64.0, 9, USUAL), "9 cases; at least 10 are needed"),
        (mean_point(64.0, 25, None), "0 cases in the base period; at least 30 are needed"),
        (
            mean_point(64.0, 25, Base(centre=70.0, spread=10.0, between=0.0, n=29, points=2)),
            "29 cases in the base period; at least 30 are needed",
        ),
        (
            mean_point(64.0, 25, Base(centre=70.0, spread=0.0, between=0.0, n=90, points=2)),
            "the base period does not vary",
        ),
        (mean_point(float("nan"), 0, USUAL), "0 cases; at least 10 are needed"),
        (share_point(0, 40, 0, 200), "too few cases of one kind are expected for a share to be compared"),
        (share_point(3, 5, 100, 200), "5 cases; at least 10 are needed"),
        (correlation_point(0.4, 20, 0.5, 100), "20 cases; at least 30 are needed"),
        (
            correlation_point(0.4, 40, 1.0, 100),
            "one of the correlations is perfect or unknown, so they can't be compared",
        ),
        (correlation_point(float("nan"), 40, 0.5, 100), "one of the two does not vary"),
    ],
)
def test_few_cases_give_no_point_and_say_why(found: object, reason: str) -> None:
    assert (found.z, found.reason) == (None, reason)  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.parametrize("most", [11, 60])
def test_points_that_did_not_change_are_standard_normal(most: int) -> None:
    """What the run lengths stand on: with base and points of any size the distance has variance one."""
    rng = np.random.default_rng(20261126)
    z = []
    for _ in range(examples(3_000)):
        sizes = rng.integers(10, most, size=4)
        blocks = [rng.normal(50, 8, size=size) for size in sizes]
        base = base_of_means([b.mean() for b in blocks], [b.var(ddof=1) for b in blocks], sizes)
        now = rng.normal(50, 8, size=int(rng.integers(15, 50)))
        point = mean_point(float(now.mean()), len(now), base)
        assert point.z is not None
        z.append(point.z)
    assert np.mean(z) == pytest.approx(0, abs=4 / np.sqrt(len(z)))
    assert np.std(z) == pytest.approx(1, abs=3 / np.sqrt(len(z)))


def test_variance_between_points_is_found_where_there_is_some() -> None:
    rng = np.random.default_rng(5)
    means = rng.normal(50, 4, size=200)
    blocks = [rng.normal(mean, 8, size=20) for mean in means]
    found = base_of_means([b.mean() for b in blocks], [b.var(ddof=1) for b in blocks], [20] * 200)
    assert found is not None
    assert found.between == pytest.approx(4, abs=0.6)
    assert found.spread == pytest.approx(8, abs=0.3)
    few = base_of_means([b.mean() for b in blocks[:3]], [b.var(ddof=1) for b in blocks[:3]], [20] * 3)
    assert few is not None
    assert few.between == 0.0
    assert base_of_means([4.0], [0.0], [1]) is None


def test_a_share_does_not_care_which_of_both_kinds_is_counted() -> None:
    one, other = share_point(30, 60, 150, 200), share_point(30, 60, 50, 200)
    assert one.z == pytest.approx(-(other.z or 0))


def test_a_common_shift_of_all_items_is_no_drift_of_any() -> None:
    base = np.linspace(-2, 2, 12)
    jitter = np.array([0.05, -0.04, 0.02, -0.06, 0.07, -0.01, 0.03, -0.05, 0.04, -0.02, 0.06, 0.9])
    here, moved = (robust_points(base + jitter + by, base, [0.1] * 12, [80] * 12, [200] * 12) for by in (0.0, 1.5))
    assert [point.z for point in here] == pytest.approx([point.z for point in moved])
    assert here[11].z == pytest.approx((0.9 - np.median(jitter)) / 0.1)


def test_a_spread_wider_than_sampling_is_the_measure() -> None:
    away = np.array([0.5, -0.5, 0.8, -0.8, 0.1, -0.1, 0.4, -0.4, 2.0])
    found = robust_points(away, np.zeros(9), [0.05] * 9, [80] * 9, [200] * 9)
    low, high = np.percentile(away, [25, 75])
    assert found[8].z == pytest.approx((2.0 - np.median(away)) / (0.74 * (high - low)))


def test_items_with_few_answers_or_no_variation_are_left_out() -> None:
    base = [*np.linspace(-1, 1, 7), float("nan")]
    found = robust_points([0.1] * 8, base, [0.2] * 8, [80, 12, *[80] * 6], [200] * 8)
    assert found[1].reason == "12 cases; at least 30 are needed"
    assert found[7].reason == "everybody earned the same"
    few = robust_points([0.1, 0.2], [0.0, 0.1], [0.2] * 2, [80, 80], [80, 80])
    assert few[0].reason == "too few items have answers to compare it with"


def sums(y, x):
    return (len(y), y.sum(), (y**2).sum(), x.sum(), (x**2).sum(), (x * y).sum())


def test_a_group_is_held_against_what_its_other_work_lets_expect() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(60, 15, size=200)
    y = 20 + 0.7 * x + rng.normal(0, 5, size=200)
    line = stats.linregress(x, y)
    weak = rng.normal(40, 15, size=25)
    as_usual = adjusted_point(sums(20 + 0.7 * weak + rng.normal(0, 5, size=25), weak), sums(y, x))
    assert as_usual.z is not None
    assert abs(as_usual.z) < 2
    off = 20 + 0.7 * weak - 6
    found = adjusted_point(sums(off, weak), sums(y, x))
    assert found.value == pytest.approx(off.mean() - line.intercept - line.slope * weak.mean())
    residual = np.sqrt(((y - line.intercept - line.slope * x) ** 2).sum() / 198)
    error = residual * np.sqrt(1 / 25 + 1 / 200 + (weak.mean() - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum())
    assert found.z == pytest.approx(deviate(found.value / error, 198))


def test_adjusted_points_that_did_not_change_are_standard_normal() -> None:
    rng = np.random.default_rng(20261126)
    z = []
    for _ in range(examples(2_000)):
        x, now = rng.normal(60, 15, size=25), rng.normal(50, 15, size=15)
        y, later = 20 + 0.7 * x + rng.normal(0, 5, size=25), 20 + 0.7 * now + rng.normal(0, 5, size=15)
        z.append(adjusted_point(sums(later, now), sums(y, x)).z)
    assert np.mean(z) == pytest.approx(0, abs=4 / np.sqrt(len(z)))
    assert np.std(z) == pytest.approx(1, abs=3 / np.sqrt(len(z)))


def test_a_line_needs_cases_that_vary() -> None:
    assert (
        adjusted_point((12, 24.0, 60.0, 12.0, 12.0, 24.0), (0,) * 6).reason
        == "0 cases in the base period; at least 20 are needed"
    )
    flat = (30, 30.0, 30.0, 30.0, 30.0, 30.0)
    assert adjusted_point((12, 24.0, 60.0, 12.0, 12.0, 24.0), flat).reason == "the base period does not vary"


def test_lists_of_different_length_are_refused() -> None:
    with pytest.raises(ResponseError, match="differ in number"):
        base_of_means([1.0], [1.0, 2.0], [3])
