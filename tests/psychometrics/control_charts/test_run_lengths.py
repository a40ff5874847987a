"""Average run lengths against the published tables, and charts against what they are defined as."""

import numpy as np
import pytest

from assess.psychometrics.control_charts import (
    cusum,
    cusum_limit,
    cusum_run_length,
    ewma,
    ewma_limit,
    ewma_run_length,
    shewhart,
    shewhart_limit,
    shewhart_run_length,
)
from assess.psychometrics.responses import ResponseError
from tests.effort import examples

SHIFTS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0)

# Lucas & Saccucci (1990), Technometrics 32, table 3 (as in Montgomery, Introduction to statistical quality control, table 9.11)
EWMA = {
    (0.40, 3.054): (500, 224, 71.2, 28.4, 14.3, 5.9, 3.5, 2.5, 2.0, 1.4),
    (0.25, 2.998): (500, 170, 48.2, 20.1, 11.1, 5.5, 3.6, 2.7, 2.3, 1.7),
    (0.20, 2.962): (500, 150, 41.8, 18.2, 10.5, 5.5, 3.7, 2.9, 2.4, 1.9),
    (0.10, 2.814): (500, 106, 31.3, 15.9, 10.3, 6.1, 4.4, 3.4, 2.9, 2.2),
    (0.05, 2.615): (500, 84.1, 28.8, 16.4, 11.4, 7.1, 5.2, 4.2, 3.5, 2.7),
}
# Lucas (1976), Journal of Quality Technology 8 (as in Montgomery, table 9.3): k = 1/2
CUSUM = {
    4.0: (168, 74.2, 26.6, 13.3, 8.38, 4.75, 3.34, 2.62, 2.19, 1.71),
    5.0: (465, 139, 38.0, 17.0, 10.4, 5.75, 4.01, 3.11, 2.57, 2.01),
}
# Montgomery, ch. 5: three-sigma limits
SHEWHART = {0.0: 370.4, 1.0: 43.9, 2.0: 6.3, 3.0: 2.0}


@pytest.mark.parametrize(("weight", "limit"), EWMA)
def test_ewma_runs_as_long_as_lucas_and_saccucci_print(weight: float, limit: float) -> None:
    found = [ewma_run_length(weight, limit, shift) for shift in SHIFTS]
    assert found == pytest.approx(EWMA[weight, limit], rel=0.004, abs=0.051)


@pytest.mark.parametrize("decision", CUSUM)
def test_cusum_runs_as_long_as_lucas_prints(decision: float) -> None:
    found = [cusum_run_length(0.5, decision, shift) for shift in SHIFTS]
    assert found == pytest.approx(CUSUM[decision], rel=0.004, abs=0.006)


def test_shewhart_runs_as_long_as_montgomery_prints() -> None:
    found = [shewhart_run_length(3.0, shift) for shift in SHEWHART]
    assert found == pytest.approx(list(SHEWHART.values()), abs=0.05)


@pytest.mark.parametrize("wanted", [50.0, 370.0, 5_000.0, 200_000.0])
def test_limits_give_the_run_that_was_wanted(wanted: float) -> None:
    assert shewhart_run_length(shewhart_limit(wanted)) == pytest.approx(wanted, rel=1e-6)
    assert ewma_run_length(0.2, ewma_limit(0.2, wanted)) == pytest.approx(wanted, rel=1e-6)
    assert cusum_run_length(0.5, cusum_limit(0.5, wanted)) == pytest.approx(wanted, rel=1e-6)


def test_an_ewma_that_forgets_at_once_is_a_shewhart_chart() -> None:
    z = np.random.default_rng(3).normal(size=60) * 1.6
    assert ewma(z, weight=1.0, limit=3.0).signals == shewhart(z, limit=3.0).signals
    assert ewma_run_length(1.0, 3.0) == shewhart_run_length(3.0)


def test_charts_run_as_long_on_drawn_points_as_the_equations_say() -> None:
    """Drawn runs: a check of the equations against the charts themselves."""
    runs, length = examples(400), 1_200
    z = np.random.default_rng(20261126).normal(size=(runs, length))
    for draw, want in (
        (lambda row: ewma(row, weight=0.2, limit=2.0), ewma_run_length(0.2, 2.0)),
        (lambda row: cusum(row, reference=0.5, decision=2.5), cusum_run_length(0.5, 2.5)),
    ):
        first = [next(iter(draw(row).signals), length) + 1 for row in z[: runs // 4]]
        error = np.std(first) / np.sqrt(len(first))
        assert abs(np.mean(first) - want) < 4 * error


def test_a_shift_that_lasts_is_found_by_ewma_and_cusum_and_not_by_single_points() -> None:
    z = np.r_[np.zeros(5), np.full(12, 1.4)]
    assert shewhart(z).signals == ()
    assert ewma(z, weight=0.2, limit=2.962).signals[0] == 10
    assert cusum(z, reference=0.5, decision=4.77).signals[0] == 10


def test_a_missing_point_leaves_every_chart_where_it_was() -> None:
    whole, gap = np.array([1.0, 2.0, -1.0]), np.array([1.0, np.nan, 2.0, np.nan, -1.0])
    for chart in (shewhart, ewma, cusum):
        assert chart(gap).statistic[[0, 2, 4]].tolist() == chart(whole).statistic.tolist()
        assert np.isnan(chart(gap).statistic[[1, 3]]).all()


def test_charts_answer_both_sides_alike() -> None:
    z = np.random.default_rng(8).normal(0.4, 1, size=40)
    for chart in (shewhart, ewma, cusum):
        assert chart(-z).statistic.tolist() == (-chart(z).statistic + 0.0).tolist()


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: shewhart_run_length(0.0), "not_a_limit"),
        (lambda: ewma_run_length(0.001, 3.0), "not_a_weight"),
        (lambda: cusum_run_length(-0.5, 5.0), "not_a_limit"),
        (lambda: ewma_limit(0.2, 1.0), "not_a_run_length"),
        (lambda: shewhart_limit(1e12), "not_a_run_length"),
    ],
)
def test_what_is_no_chart_is_refused(call: object, code: str) -> None:
    with pytest.raises(ResponseError) as refused:
        call()  # type: ignore[operator]
    assert refused.value.code == code
