"""DIF by item response models: what was built in is found, closed forms hold, and what cannot be told is said."""

import numpy as np
import pytest
from scipy import stats

from assess.psychometrics import dif, irt, simulate
from assess.psychometrics.responses import ResponseError

FOCAL = np.arange(1500) % 3 == 0
THETA = np.random.default_rng(111).normal(size=1500) - 0.5 * FOCAL
SLOPES, PLACES = np.array([0.8, 1.2, 1.0, 1.5, 0.9, 1.1]), np.array([-1.0, -0.4, 0.0, 0.3, 0.8, 0.1])


def two(shift: float, slope: float = 1.0) -> np.ndarray:
    """2PL answers; the first item is harder by `shift` and `slope` times as steep for the focal group."""
    items = [irt.KnownItem(difficulty=b, discrimination=a) for a, b in zip(SLOPES, PLACES, strict=True)]
    other = [irt.KnownItem(difficulty=PLACES[0] + shift, discrimination=SLOPES[0] * slope), *items[1:]]
    drawn = [simulate.responses(THETA, chosen, model="2PL", seed=112) for chosen in (items, other)]
    return np.where(FOCAL[:, None], drawn[1], drawn[0])


@pytest.mark.slow
@pytest.mark.parametrize("shift", [0.0, 0.9])
def test_an_item_that_differs_is_found_and_only_that(shift: float) -> None:
    data = two(shift)
    for found in (dif.lord(data, FOCAL, "2PL"), dif.likelihood_ratio(data, FOCAL, "2PL")):
        assert (found.p_value[0] < 0.01) == (shift > 0)
        assert [item.df for item in found.items] == [2] * 6
    difference = dif.lord(data, FOCAL, "2PL", purify=True).items[0].difference
    assert difference.value is not None
    assert difference.sufficient
    assert difference.interval is not None
    assert difference.interval[0] < shift < difference.interval[1]


def test_lord_of_one_parameter_is_the_squared_difference_over_its_variance() -> None:
    data = two(0.5)
    found = dif.lord(data, FOCAL)
    parts = [irt.calibrate(data[members], "Rasch") for members in (~FOCAL, FOCAL)]
    apart = parts[1].difficulty - parts[0].difficulty
    apart -= apart.mean()
    variance = sum(part.standard_errors["difficulty"] ** 2 for part in parts)
    assert found.chi_square == pytest.approx(apart**2 / variance)
    assert found.p_value == pytest.approx(stats.chi2.sf(found.chi_square, 1))
    assert found.slope == 1.0


def test_another_scale_of_the_focal_group_changes_nothing() -> None:
    """Lord's χ² does not depend on which group is the reference, once the scale is taken into account."""
    data = two(0.5)
    one, other = dif.lord(data, FOCAL, "2PL"), dif.lord(data, ~FOCAL, "2PL")
    assert one.chi_square == pytest.approx(other.chi_square, rel=1e-6)
    assert other.slope == pytest.approx(1 / (one.slope or 0.0))


@pytest.mark.slow
def test_likelihood_ratio_is_the_gain_of_two_parameters_of_its_own() -> None:
    data = two(0.5)
    found = dif.likelihood_ratio(data, FOCAL, "2PL")
    labels = np.where(FOCAL, "f", "r")
    equal = irt.calibrate(data, "2PL", groups=labels, reference="r")
    parts = irt.split_items(data, labels, ["item 3"])
    apart = irt.calibrate(parts.responses, "2PL", groups=labels, reference="r", names=parts.names)
    assert found.chi_square[2] == pytest.approx(2 * (apart.log_likelihood - equal.log_likelihood), abs=1e-4)
    assert found.items[2].focal is not None
    assert found.items[2].focal.name == "item 3 (focal)"


@pytest.mark.slow
def test_an_anchor_leaves_all_other_items_free() -> None:
    data = two(0.9)
    found = dif.likelihood_ratio(data, FOCAL, "2PL", anchor=["item 2", "item 3", "item 4"])
    assert found.p_value[0] < 0.001
    assert found.equal is not None
    assert len(found.equal.names) == 6 + 3
    purified = dif.likelihood_ratio(data, FOCAL, "2PL", purify=True).purification
    assert purified is not None
    assert purified.anchor.tolist()[0] is False
    with pytest.raises(ResponseError, match="there is no item 'x' to be an anchor"):
        dif.likelihood_ratio(data, FOCAL, anchor=["x"])


@pytest.mark.slow
def test_several_categories_are_compared_by_all_their_thresholds() -> None:
    items = [
        irt.KnownItem(difficulty=(b - 0.7, b + 0.7), discrimination=a) for a, b in zip(SLOPES, PLACES, strict=True)
    ]
    other = [irt.KnownItem(difficulty=(PLACES[0] + 0.2, PLACES[0] + 1.6), discrimination=SLOPES[0]), *items[1:]]
    drawn = [simulate.responses(THETA, chosen, model="GRM", seed=113) for chosen in (items, other)]
    data = np.where(FOCAL[:, None], drawn[1], drawn[0])
    for found in (dif.lord(data, FOCAL, "GRM"), dif.likelihood_ratio(data, FOCAL, "GRM")):
        assert found.p_value[0] < 0.001
        assert [item.df for item in found.items] == [3] * 6


@pytest.mark.slow
def test_items_that_cannot_be_compared_say_why() -> None:
    data = two(0.0)
    data[FOCAL, 1] = 1.0
    data[FOCAL, 2] = np.nan
    for found in (dif.lord(data, FOCAL), dif.likelihood_ratio(data, FOCAL, "Rasch")):
        reasons = [item.reason for item in found.items[1:3]]
        assert reasons[0] == (
            "item 2, focal group: everybody who answered it is in category 1, which tells nobody apart; it is left out"
        )
        assert reasons[1] == "item 3, focal group: nobody answered it; it is left out"
        assert np.isnan(found.chi_square[1:3]).all()
        assert np.isfinite(found.chi_square[3:]).all()


@pytest.mark.slow
def test_few_persons_are_an_indication_and_hardly_any_nothing() -> None:
    data = two(0.5)
    few = dif.lord(data[:150], FOCAL[:150]).items[0]
    assert few.difference.reason.endswith("50 persons in the smaller group; at least 200 are needed")
    doubt = dif.likelihood_ratio(data[:150], FOCAL[:150], "Rasch").items[0].doubt
    assert doubt == "50 persons in the smaller group; at least 200 are needed"
    nothing = dif.lord(data[:20], FOCAL[:20])
    assert {item.reason for item in nothing.items} == {"focal group: 7 persons answered; at least 30 are needed"}
    assert np.isnan(dif.likelihood_ratio(data[:6], FOCAL[:6], "Rasch").chi_square).all()
    alone = dif.likelihood_ratio(data, np.zeros(1500, dtype=bool), "Rasch")
    assert alone.items[0].reason == "nobody of the focal group answered"
    with pytest.raises(ResponseError, match="there is no 'RSM' here"):
        dif.lord(data, FOCAL, "RSM")  # type: ignore[arg-type]
