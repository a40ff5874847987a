"""Lawshe's ratio, the content validity index and Aiken's V against what was published."""

from math import sqrt

import numpy as np
import pytest

from assess.psychometrics.content_validity import (
    aiken_v,
    content_validity_ratio,
    critical_count,
    critical_ratio,
    item_content_validity,
    modified_kappa,
    right_tail,
    scale_content_validity_average,
    scale_content_validity_universal,
)
from assess.psychometrics.proportions import proportion
from assess.psychometrics.responses import ResponseError

# Ayre & Scally (2014), Measurement and Evaluation in Counseling and Development 47, 79–86, their exact table: panel, n_critical
EXACT = {5: 5, 6: 6, 7: 7, 8: 7, 9: 8, 10: 9, 11: 9, 12: 10, 13: 10, 14: 11, 15: 12, 16: 12, 17: 13, 18: 13, 19: 14,
         20: 15, 40: 26}  # fmt: skip
# Wilson, Pan & Schumsky (2012), the same journal 45, 197–210, one-tailed 0.05; 13 experts as cited by others
APPROXIMATE = {5: 0.736, 10: 0.520, 13: 0.456, 20: 0.368, 40: 0.260}
# Polit, Beck & Owen (2007), Research in Nursing & Health 30, 459–467, and BMC Health Services Research 17 (2017), article
# 2469, table 10, who follow them: experts, of whom relevant, I-CVI, k*
KAPPAS = [(3, 3, 1.00, 1.00), (3, 2, 0.67, 0.47), (4, 3, 0.75, 0.67), (5, 4, 0.80, 0.76), (6, 5, 0.83, 0.81),
          (6, 4, 0.67, 0.57), (7, 6, 0.86, 0.85), (7, 5, 0.71, 0.65), (9, 8, 0.89, 0.89), (9, 7, 0.78, 0.76),
          (10, 8, 0.80, 0.79), (10, 7, 0.70, 0.66), (9, 6, 0.67, 0.60)]  # fmt: skip
# Aiken (1985), Educational and Psychological Measurement 45, 131–142, table 1: points, raters, V, right tail
TAILS = [(4, 3, 1.00, 0.016), (4, 4, 0.92, 0.020), (4, 5, 0.87, 0.021), (4, 5, 0.93, 0.006), (4, 8, 0.75, 0.040),
         (5, 5, 0.80, 0.040), (5, 5, 0.90, 0.007), (5, 8, 0.75, 0.030), (7, 5, 0.77, 0.047), (2, 5, 1.00, 0.031)]  # fmt: skip


def votes(relevant: int, experts: int) -> list[list[float]]:
    return [[4.0 if row < relevant else 2.0] for row in range(experts)]


def summing_to(total: int, raters: int, points: int) -> list[int]:
    """Ratings from 1 on whose distance from the lowest point is `total`."""
    return [1 + min(points - 1, max(0, total - (points - 1) * place)) for place in range(raters)]


def test_critical_counts_are_those_of_ayre_and_scally() -> None:
    assert {n: critical_count(n) for n in EXACT} == EXACT


def test_fewer_than_five_experts_can_never_beat_chance() -> None:
    assert [critical_ratio(n) for n in range(5)] == [None] * 5


def test_critical_ratio_lies_above_the_normal_approximation_of_wilson_pan_and_schumsky() -> None:
    for experts, published in APPROXIMATE.items():
        assert 1.6449 / sqrt(experts) == pytest.approx(published, abs=0.0006)
        assert (critical_ratio(experts) or 0) >= published


def test_content_validity_ratio_is_twice_the_share_beyond_half() -> None:
    ten = content_validity_ratio([[1]] * 9 + [[0]])[0]
    share = proportion(9, 10, method="", minimum=0)
    assert ten.value == pytest.approx(0.8)
    assert ten.interval == pytest.approx([2 * limit - 1 for limit in share.interval or ()])
    assert ten.sufficient


@pytest.mark.parametrize(("experts", "relevant", "index", "kappa"), KAPPAS)
def test_modified_kappa_as_published(experts: int, relevant: int, index: float, kappa: float) -> None:
    panel = votes(relevant, experts)
    assert item_content_validity(panel)[0].value == pytest.approx(index, abs=0.005)
    assert modified_kappa(panel)[0].value == pytest.approx(
        kappa, abs=0.0101
    )  # theirs are computed from rounded figures


def test_indices_of_a_scale_as_published() -> None:
    """BMC Health Services Research 17 (2017), article 2469, table 10, relevance: ten experts, six elements."""
    relevant = [10, 9, 7, 10, 10, 10]
    panel = np.hstack([votes(count, 10) for count in relevant])
    assert scale_content_validity_average(panel).value == pytest.approx(0.93, abs=0.005)
    universal = scale_content_validity_universal(panel)
    assert universal.value == pytest.approx(0.67, abs=0.005)
    assert not universal.sufficient
    assert universal.reason == "6 elements; at least 10 are needed"


@pytest.mark.parametrize(("points", "raters", "value", "tail"), TAILS)
def test_right_tail_as_tabled_by_aiken(points: int, raters: int, value: float, tail: float) -> None:
    steps = raters * (points - 1)
    ratings = summing_to(round(value * steps), raters, points)
    found = aiken_v([[one] for one in ratings], high=points)[0]
    assert found.value == pytest.approx(value, abs=0.0051)
    assert right_tail(ratings, high=points) == pytest.approx(tail, abs=0.0005)


def test_score_interval_is_wilsons_over_the_steps() -> None:
    """Penfield & Giacobbi (2004) put V, of n·k steps, where Wilson's interval has the share of n cases."""
    ratings = summing_to(25, 10, 4)
    found = aiken_v([[one] for one in ratings])[0]
    expected = proportion(25, 30, method="", minimum=0).interval
    assert found.interval == pytest.approx(expected)


def test_experts_who_agree_on_everything_leave_an_interval_with_a_width() -> None:
    found = scale_content_validity_average(np.full((8, 12), 4.0))
    assert found.value == 1.0
    assert found.standard_error == 0.0
    assert found.interval == pytest.approx(proportion(8, 8, method="", minimum=0).interval)


def test_a_small_panel_is_not_enough_evidence() -> None:
    small = np.full((5, 1), 4.0)
    answers = [content_validity_ratio(small == 4)[0], item_content_validity(small)[0], aiken_v(small)[0]]
    assert {found.reason for found in answers} == {"5 experts; at least 8 are needed"}
    assert aiken_v(np.full((8, 1), np.nan))[0].in_words() == "not enough evidence: no expert rated it"


def test_a_rating_off_the_scale_is_named_with_its_place() -> None:
    with pytest.raises(ResponseError, match="row 1, column 0 is 5; it is a whole number 1 to 4"):
        aiken_v([[4], [5]])
    with pytest.raises(ResponseError, match="essential: row 0, column 1 is 2"):
        content_validity_ratio([[1, 2]])
