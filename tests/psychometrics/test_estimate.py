"""No number leaves the engine without its standard error, its interval and a verdict."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.psychometrics.proportions import correlation, proportion
from assess.psychometrics.responses import ResponseError, as_categories, as_matrix, as_vector
from assess.psychometrics.results import Estimate, doubted, estimated, not_enough

WHOLE: dict[str, Any] = {"n": 40, "method": "m", "source": "s"}


def test_estimate_refuses_a_bare_number() -> None:
    with pytest.raises(ValueError, match="needs its standard error and its interval"):
        Estimate(value=0.5, standard_error=None, interval=None, sufficient=True, **WHOLE)


def test_estimate_refuses_a_positive_verdict_without_a_value() -> None:
    with pytest.raises(ValueError, match="without a value cannot be sufficient"):
        Estimate(value=None, standard_error=None, interval=None, sufficient=True, **WHOLE)


def test_estimate_refuses_a_negative_verdict_without_a_reason() -> None:
    with pytest.raises(ValueError, match="must say why"):
        Estimate(value=0.5, standard_error=0.1, interval=(0.3, 0.7), sufficient=False, **WHOLE)


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_estimate_refuses_a_number_that_is_not_finite(number: float) -> None:
    with pytest.raises(ValueError, match="not all finite"):
        Estimate(value=number, standard_error=0.1, interval=(0.3, 0.7), sufficient=True, **WHOLE)


def test_estimated_below_the_minimum_keeps_its_interval_and_says_why() -> None:
    found = estimated(value=0.5, standard_error=0.1, interval=(0.3, 0.7), n=12, method="m", source="s", minimum=30)
    assert (found.sufficient, found.reason) == (False, "12 persons; at least 30 are needed")
    assert found.in_words() == (
        "not enough evidence: 12 persons; at least 30 are needed (indication only: 95 % interval 0.30 to 0.70, n = 12)"
    )


def test_estimated_turns_nan_into_not_enough_evidence() -> None:
    found = estimated(value=math.nan, standard_error=0.1, interval=(0.3, 0.7), n=50, method="m", source="s", minimum=30)
    assert found == not_enough(
        n=50, method="m", source="s", reason="the data do not vary enough for the estimate to exist"
    )


def test_doubted_keeps_the_earlier_reason_in_front() -> None:
    thin = estimated(value=0.5, standard_error=0.1, interval=(0.3, 0.7), n=12, method="m", source="s", minimum=30)
    assert doubted(thin, "odd").reason == "12 persons; at least 30 are needed; odd"


def test_wilson_interval_of_81_in_263() -> None:
    """Newcombe (1998), Statistics in Medicine 17, 857–872, Table I: 81/263 gives .2553 to .3662 (method 3)."""
    assert proportion(81, 263, method="m").interval == pytest.approx((0.2553, 0.3662), abs=5e-5)


@given(st.integers(0, 60), st.integers(1, 60))
def test_wilson_interval_stays_within_zero_and_one_and_holds_the_share(successes: int, extra: int) -> None:
    found = proportion(successes, successes + extra, method="m")
    assert found.interval is not None
    assert found.value is not None
    low, high = found.interval
    assert 0 <= low <= found.value <= high <= 1


def test_perfect_correlation_has_no_interval() -> None:
    assert correlation(1.0, 50, method="m").reason == "the correlation is perfect, so it has no standard error"


def test_malformed_responses_are_refused_with_place_and_code() -> None:
    with pytest.raises(ResponseError, match="this has 1 dimension") as refusal:
        as_matrix([1, 2, 3])
    assert refusal.value.code == "not_a_table"
    with pytest.raises(ResponseError, match="row 1, column 0 is infinite") as refusal:
        as_matrix([[1.0], [np.inf]])
    assert refusal.value.code == "not_finite"
    with pytest.raises(ResponseError, match=r"row 0, column 1 is 0\.5") as refusal:
        as_categories([[1, 0.5]])
    assert refusal.value.code == "not_a_category"
    with pytest.raises(ResponseError, match="scores must be a list") as refusal:
        as_vector([[1.0]], name="scores")
    assert refusal.value.code == "not_a_list"
