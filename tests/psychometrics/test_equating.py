"""Equating against algebra, against its own bootstrap, and where there is too little of everything."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from assess.psychometrics import equating
from assess.psychometrics.equating.circle import arc_through
from assess.psychometrics.equating.irt_scores import abilities_of
from assess.psychometrics.equating.kernel import Continuous, bandwidth
from assess.psychometrics.equating.percentiles import (
    equipercentile_error,
    percentile_ranks,
    scores_at,
    smoothed_error,
)
from assess.psychometrics.equating.smoothing import log_linear, log_linear_joint, unsmoothed
from assess.psychometrics.responses import ResponseError
from tests.effort import examples

Array = npt.NDArray[np.float64]
RNG = np.random.default_rng(101)


def takers(n: int, ability: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Scores on 20 items and on the 8 of them that are the anchor."""
    theta = rng.normal(ability, 1.0, size=n)
    right = rng.random((n, 20)) < 1 / (1 + np.exp(-theta[:, None] - np.linspace(-1.5, 1.5, 20)))
    return right.sum(axis=1).astype(float), right[:, ::3].sum(axis=1).astype(float)


X, XV = takers(600, 0.0, RNG)
Y, YV = takers(500, 0.3, RNG)
FAST: dict[str, Any] = {"resamples": 8}


def neat(method: Callable[..., equating.Equating], **options: Any) -> Callable[..., equating.Equating]:
    return lambda x, xv, y, yv: method(x, xv, y, yv, **options)


# every method, called with form and anchor scores of both groups
METHODS: dict[str, Callable[..., equating.Equating]] = {
    "mean": lambda x, _v, y, _w: equating.mean(x, y),
    "linear": lambda x, _v, y, _w: equating.linear(x, y),
    "equipercentile": lambda x, _v, y, _w: equating.equipercentile(x, y),
    "presmoothed": lambda x, _v, y, _w: equating.equipercentile(x, y, degree=3),
    "kernel": lambda x, _v, y, _w: equating.kernel(x, y, degree=3),
    "circle-arc": lambda x, _v, y, _w: equating.circle_arc(x, y, high=(20, 20), **FAST),
    "circle-arc, anchor": lambda x, v, y, w: equating.circle_arc(
        x, y, high=(20, 20), x_anchor=v, y_anchor=w, arc="symmetric", **FAST
    ),
    "nominal weights": neat(equating.nominal_weights, lengths=(20, 20, 7)),
    "tucker": neat(equating.tucker),
    "levine": neat(equating.levine),
    "levine external": neat(equating.levine, anchor="external", weight=0.5),
    "levine true score": neat(equating.levine_true_score),
    "chained linear": neat(equating.chained_linear),
    "braun-holland": neat(equating.braun_holland, **FAST),
    "frequency estimation": neat(equating.frequency_estimation, **FAST),
    "frequency estimation, smooth": neat(equating.frequency_estimation, degrees=(3, 2), weight=0.5, resamples=3),
    "chained equipercentile": neat(equating.chained_equipercentile, **FAST),
}
LINES = ("mean", "linear", "tucker", "levine", "levine external", "levine true score", "chained linear")
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


@every_method
def test_equating_answers_with_an_error_a_source_and_an_interval(method: Callable[..., equating.Equating]) -> None:
    found = method(X, XV, Y, YV)
    assert found.method
    assert found.source
    assert (found.n_x, found.n_y, found.n) == (600, 500, 1100)
    assert found.standard_error is not None
    assert found.interval is not None
    assert (found.interval[0] <= found.yx).all()
    assert found.at(10.0).value == pytest.approx(found.yx[10])
    # equal forms: the difference in ability is not a difference in difficulty, if the anchor is used
    assert abs(found.yx[10] - 10) < (0.6 if "random" not in found.method else 1.7)


@pytest.mark.slow
@every_method
def test_equating_does_not_depend_on_the_order_of_persons_nor_on_who_has_no_score(
    method: Callable[..., equating.Equating],
) -> None:
    own, theirs = np.random.default_rng(1).permutation(len(X)), np.random.default_rng(2).permutation(len(Y))
    nothing = [np.nan] * 3
    straight = method(X, XV, Y, YV)
    turned = method(
        np.append(X[own], nothing), np.append(XV[own], nothing), np.append(Y[theirs], nothing), np.append(YV[theirs], nothing)
    )  # fmt: skip
    assert turned.yx == pytest.approx(straight.yx, abs=1e-7)
    assert (turned.n, turned.reason) == (straight.n, straight.reason)


@every_method
def test_form_equated_to_itself_is_worth_itself(method: Callable[..., equating.Equating]) -> None:
    found = method(X, XV, X, XV)
    seen = slice(int(X.min()), int(X.max()) + 1)
    assert found.yx[seen] == pytest.approx(found.x[seen], abs=1e-6)


@pytest.mark.parametrize("name", LINES)
def test_line_shifts_and_stretches_with_the_scale_of_y(name: str) -> None:
    straight, moved = METHODS[name](X, XV, Y, YV), METHODS[name](X, XV, Y + 5, YV)
    assert moved.yx == pytest.approx(straight.yx + 5, abs=1e-9)
    if name in ("linear", "chained linear", "tucker"):
        assert METHODS[name](X, XV, 2 * Y, YV).yx == pytest.approx(2 * straight.yx, abs=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["linear", "tucker", "levine", "chained linear"])
def test_delta_error_agrees_with_the_bootstrap(name: str) -> None:
    rng = np.random.default_rng(103)
    drawn = []
    for _ in range(80):
        i, j = rng.integers(len(X), size=len(X)), rng.integers(len(Y), size=len(Y))
        found = METHODS[name](X[i], XV[i], Y[j], YV[j])
        assert found.slope is not None
        assert found.intercept is not None
        drawn.append(found.slope * np.arange(4.0, 18.0) + found.intercept)
    delta = METHODS[name](X, XV, Y, YV).standard_error
    assert delta is not None
    assert np.std(drawn, axis=0) == pytest.approx(delta[4:18], rel=0.3)


def test_presmoothed_and_kernel_errors_agree_with_the_bootstrap() -> None:
    delta = equating.equipercentile(X, Y, degree=3).standard_error
    drawn = equating.equipercentile(X, Y, degree=3, error="bootstrap", resamples=80).standard_error
    kernel = equating.kernel(X, Y, degree=3).standard_error
    assert delta is not None
    assert drawn is not None
    assert drawn[4:18] == pytest.approx(delta[4:18], rel=0.3)
    assert kernel is not None
    # another kernel, so another error, a little
    assert kernel[4:18] == pytest.approx(delta[4:18], rel=0.2)


def test_bootstrap_repeats_exactly() -> None:
    first, again = (equating.chained_equipercentile(X, XV, Y, YV, seed=5, **FAST).standard_error for _ in range(2))
    assert first is not None
    assert again is not None
    assert first.tolist() == again.tolist()


@pytest.mark.parametrize("data", ["nobody", "one person", "two persons", "alike", "anchor alike", "few"])
@every_method
def test_thin_data_are_a_sentence_and_never_an_exception(method: Callable[..., equating.Equating], data: str) -> None:
    groups = {
        "nobody": (X[:0], XV[:0], Y[:0], YV[:0]),
        "one person": (X[:1], XV[:1], Y[:1], YV[:1]),
        "two persons": (X[:2], XV[:2], Y[:2], YV[:2]),
        "alike": (X * 0 + 3, XV * 0 + 2, Y, YV),
        "anchor alike": (X[:9], XV[:9] * 0, Y[:9], YV[:9] * 0),
        "few": (X[:12], XV[:12], Y[:12], YV[:12]),
    }
    found = method(*groups[data])
    assert not found.sufficient
    assert found.reason
    assert np.isfinite(found.yx).all()
    if not len(found.x):
        assert found.at(3).reason == found.reason
        with pytest.raises(ResponseError):
            found.equated(3)


@pytest.mark.parametrize(
    ("n", "method", "instead"),
    [(900, "equipercentile", "presmoothed"), (300, "linear", "circle-arc"), (30, "mean", "circle-arc"), (12, "linear", "identity")],
)  # fmt: skip
def test_small_groups_are_told_how_many_are_needed_and_what_to_use_instead(n: int, method: str, instead: str) -> None:
    rng = np.random.default_rng(104)
    x, y = takers(n, 0.0, rng)[0], takers(n, 0.0, rng)[0]
    found = METHODS[method](x, x, y, y)
    needed = equating.PERSONS_NEEDED[method]  # type: ignore[index]
    assert not found.sufficient
    assert found.reason == (
        f"{n} persons took the smaller form; at least {needed} a form are needed; use {instead} instead"
    )
    assert equating.advised_method(n, n).method == instead


def test_levine_and_tucker_by_hand() -> None:
    """Four persons a form: var(X) = 20/3, cov = 10/3, var(V) = 5/3; Y is twice X, its anchor one point up."""
    x, v = np.array([0.0, 2, 4, 6]), np.array([0.0, 1, 2, 3])
    tucker = equating.tucker(x, v, 2 * x, v + 1)
    # γ₂ = 4, anchor difference −1: mean of Y in the population of X is 6 − 4 = 2, its variance 4·20/3
    assert (tucker.slope, tucker.intercept) == pytest.approx((2.0, 2 - 2 * 3))
    levine = equating.levine(x, v, 2 * x, v + 1)
    assert (levine.slope, levine.intercept) == pytest.approx((2.0, -4.0))
    noisy = np.array([0.0, 2, 1, 3])
    # cov = 8/3: γ = (20/3)/(8/3) = 2.5 internal, (28/3)/(13/3) = 28/13 external
    internal = equating.levine(x, noisy, x, noisy + 1)
    external = equating.levine(x, noisy, x, noisy + 1, anchor="external")
    assert internal.intercept == pytest.approx(-2.5)
    assert external.intercept == pytest.approx(-28 / 13)


def test_true_score_levine_needs_no_population_and_equals_the_observed_one_when_variances_are_alike() -> None:
    observed = equating.levine(X, XV, X + 2, XV, weight=0.3)
    true = equating.levine_true_score(X, XV, X + 2, XV)
    assert (true.slope, true.intercept) == pytest.approx((observed.slope, observed.intercept))


def test_error_of_two_persons_is_a_number() -> None:
    for scores in ([0.0, 1.0], [0.0, 3.0]):
        found = equating.linear(scores, [0.0, 2.0], scale=(0, 12))
        assert found.standard_error is not None
        assert np.isfinite(found.standard_error).all()


def test_presmoothing_that_the_scores_cannot_carry_is_not_enough_evidence() -> None:
    few = [1.0, 2.0, 3.0] * 400
    asked = "presmoothing of degree 6 needs at least 7 different scores; there are 3"
    assert equating.equipercentile(few, few, degree=6).reason == asked
    assert equating.kernel(few, few, degree=6).reason == asked
    joint = equating.frequency_estimation(few, few, few, few, degrees=(2, 5), **FAST)
    assert joint.reason == "presmoothing of degree 5 needs at least 6 different anchor scores; there are 3"


def test_negatively_correlated_anchor_and_groups_that_share_no_anchor_score_are_named() -> None:
    turned = equating.tucker(X, 8 - XV, Y, YV)
    assert turned.reason == "form X and its anchor do not correlate positively; the anchor cannot tie the forms"
    apart = equating.frequency_estimation(X, XV, Y, YV + 20, **FAST)
    assert apart.reason == "no anchor score occurs in both groups; the anchor cannot tie the forms"
    partly = equating.frequency_estimation(X, XV, Y[YV > 2], YV[YV > 2], **FAST)
    assert "has an anchor score that one group lacks; presmooth" in partly.reason


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: equating.tucker(X, XV[:-1], Y, YV), "names_do_not_fit"),
        (lambda: equating.tucker(X, XV, Y, YV, weight=1.5), "not_a_weight"),
        (lambda: equating.levine(X, XV, Y, YV, anchor="inside"), "not_an_anchor"),  # type: ignore[arg-type]
        (lambda: equating.equipercentile(X + 0.5, Y), "not_a_category"),
        (lambda: equating.equipercentile(X, Y, scale_x=(0, 10)), "outside_the_scale"),
        (lambda: equating.mean(X, Y).equated(99), "outside_the_scale"),
        (lambda: equating.equipercentile(X, Y, degree=0), "not_a_degree"),
        (lambda: equating.circle_arc(X, Y, high=(0, 20)), "not_an_arc"),
        (lambda: equating.kernel(X, Y, degree=2, bandwidths=(0.0, 1.0)), "not_a_bandwidth"),
        (lambda: equating.nominal_weights(X, XV, Y, YV, lengths=(20, 20, 0)), "not_a_length"),
        (lambda: equating.item_parameters([1.0, -1.0], [0.0, 0.0]), "not_items"),
        (lambda: equating.anchor_drift([1.0], [1.0, 2.0]), "names_do_not_fit"),
    ],
)
def test_input_that_cannot_be_meant_is_refused(call: Callable[[], Any], code: str) -> None:
    with pytest.raises(ResponseError) as refused:
        call()
    assert refused.value.code == code


COUNTS = hnp.arrays(np.int64, st.integers(4, 12), elements=st.integers(0, 40)).filter(lambda c: np.count_nonzero(c) > 3)


@settings(max_examples=examples(100))
@given(COUNTS)
def test_scores_at_undoes_percentile_ranks_wherever_somebody_has_the_score(counts: npt.NDArray[np.int64]) -> None:
    shares = counts / counts.sum()
    back = scores_at(percentile_ranks(shares), shares, 0)
    assert back[counts > 0] == pytest.approx(np.flatnonzero(counts), abs=1e-6)
    assert (np.diff(back) >= -1e-9).all()


@settings(max_examples=examples(60))
@given(COUNTS, st.integers(1, 3))
def test_presmoothing_keeps_the_moments(counts: npt.NDArray[np.int64], degree: int) -> None:
    smooth = log_linear(counts.astype(float), degree)
    scores = np.arange(len(counts)) / len(counts)
    assert smooth.converged
    assert smooth.shares.sum() == pytest.approx(1)
    for power in range(1, degree + 1):
        assert smooth.shares @ scores**power == pytest.approx(counts @ scores**power / counts.sum(), abs=1e-8)


def test_joint_presmoothing_keeps_both_margins_and_the_covariance() -> None:
    table = np.zeros((21, 8))
    np.add.at(table, (X.astype(int), XV.astype(int)), 1.0)
    smooth = log_linear_joint(table, (3, 2)).shares
    form, anchor = np.arange(21), np.arange(8)
    for power in (1, 2, 3):
        assert smooth.sum(axis=1) @ form**power == pytest.approx((X**power).mean())
    assert form @ smooth @ anchor == pytest.approx((X * XV).mean())
    apart = log_linear_joint(table, (3, 2), cross=0).shares
    assert apart == pytest.approx(np.outer(apart.sum(axis=1), apart.sum(axis=0)))


def test_root_of_the_smoothed_covariance_is_that_of_the_multinomial_when_nothing_is_smoothed() -> None:
    counts = np.array([5.0, 9, 4, 2])
    smooth = log_linear(counts, 3)
    p = counts / counts.sum()
    assert smooth.root @ smooth.root.T == pytest.approx((np.diag(p) - np.outer(p, p)) / counts.sum(), abs=1e-9)
    assert (smooth.degrees_of_freedom, round(smooth.likelihood_ratio, 9)) == (0, 0.0)


def test_delta_error_of_unsmoothed_shares_is_lord_s_formula() -> None:
    """Lord takes the rank of a score as a share of persons, P(1 − P); half of one's own score varies less, by f/4."""
    own, theirs = (np.bincount(scores.astype(int), minlength=21).astype(float) for scores in (X, Y))
    f, g = unsmoothed(own), unsmoothed(theirs)
    inside = slice(3, 19)
    lord = equipercentile_error(f.shares, g.shares, len(X), len(Y))[inside]
    ours = smoothed_error(f.shares, g.shares, f.root, g.root)[inside]
    cell = np.searchsorted(np.cumsum(g.shares), percentile_ranks(f.shares), side="right")[inside]
    less = f.shares[inside] / (4 * len(X) * g.shares[cell] ** 2)
    assert ours**2 == pytest.approx(lord**2 - less, rel=1e-6)


def test_kernel_keeps_mean_and_variance_and_a_wide_one_equates_linearly() -> None:
    scores = np.arange(21.0)
    shares = np.bincount(X.astype(int), minlength=21) / len(X)
    smooth = Continuous(scores, shares, bandwidth(scores, shares))
    fine = np.linspace(-20, 40, 6001)
    density = smooth.density(fine) * 0.01
    assert density.sum() == pytest.approx(1, abs=1e-6)
    assert density @ fine == pytest.approx(smooth.mean, abs=1e-6)
    assert density @ (fine - smooth.mean) ** 2 == pytest.approx(smooth.variance, abs=1e-5)
    wide = equating.kernel(X, Y, degree=4, bandwidths=(2e4, 2e4))
    line = Y.mean() + Y.std() / X.std() * (wide.x - X.mean())
    assert wide.yx == pytest.approx(line, abs=1e-4)


def test_arc_goes_through_its_points_and_meets_the_line_when_they_lie_on_one() -> None:
    at = np.array([0.0, 8.0, 20.0])
    for arc in ("simplified", "symmetric"):
        assert arc_through(at, (0, 0), (8, 9.5), (20, 20), arc).tolist() == pytest.approx([0, 9.5, 20])
        assert arc_through(at, (0, 0), (8, 8), (20, 20), arc).tolist() == [0, 8, 20]
    there = arc_through(np.arange(21.0), (0, 0), (8, 9.5), (20, 20), "symmetric")
    # symmetric: Y onto X is the inverse
    back = arc_through(there, (0, 0), (9.5, 8), (20, 20), "symmetric")
    assert back == pytest.approx(np.arange(21.0), abs=1e-9)


ITEMS_2PL = equating.item_parameters([0.8, 1.2, 1.0, 1.5, 0.9, 1.1], [-1.2, -0.4, 0.0, 0.5, 1.0, 1.7])
ITEMS_3PL = equating.item_parameters(ITEMS_2PL.discrimination, ITEMS_2PL.difficulty[:, 0], [0.2] * 6, scaling=1.7)
STEPS = [[-1.0, 0.2], [-0.5, np.nan], [0.0, 1.0], [0.4, 0.6], [-0.3, np.nan]]
ITEMS_GRM = equating.item_parameters([0.8, 1.2, 1.0, 1.5, 1.1], STEPS, model="GRM")
ITEMS_GPCM = equating.item_parameters([0.8, 1.2, 1.0, 1.5, 1.1], STEPS, model="GPCM")
any_items = pytest.mark.parametrize(
    "items", [ITEMS_2PL, ITEMS_3PL, ITEMS_GRM, ITEMS_GPCM], ids=["2PL", "3PL", "GRM", "GPCM"]
)


@pytest.mark.slow
@any_items
def test_every_link_recovers_a_known_change_of_scale_and_turns_back(items: equating.ItemParameters) -> None:
    moved = items.transformed(1.3, -0.4)
    for link in (equating.mean_mean, equating.mean_sigma, equating.haebara, equating.stocking_lord):
        there = link(items, moved)
        assert (there.slope, there.intercept) == pytest.approx((1.3, -0.4), abs=1e-6)
        assert there.applied(items).difficulty == pytest.approx(moved.difficulty, abs=1e-6, nan_ok=True)
        assert there.estimates()[0].sufficient
    back = equating.stocking_lord(moved, items)
    assert (back.slope, back.intercept) == pytest.approx((1 / 1.3, 0.4 / 1.3), abs=1e-6)


@pytest.mark.slow
def test_link_error_by_the_delta_method_agrees_with_simulation() -> None:
    rng = np.random.default_rng(105)
    moved = ITEMS_2PL.transformed(1.2, 0.3)
    spread = 0.05
    covariance = np.eye(12) * spread**2
    link = equating.mean_mean(ITEMS_2PL, moved, covariance=(covariance, covariance))
    drawn = []
    for _ in range(150):
        noise = rng.normal(0, spread, size=(4, 6))
        pair = [
            equating.item_parameters(items.discrimination + a, items.difficulty[:, 0] + b)
            for items, a, b in ((ITEMS_2PL, *noise[:2]), (moved, *noise[2:]))
        ]
        found = equating.mean_mean(*pair)
        assert found.slope is not None
        assert found.intercept is not None
        drawn.append((found.slope, found.intercept))
    assert link.covariance is not None
    assert np.sqrt(np.diag(link.covariance)) == pytest.approx(np.std(drawn, axis=0), rel=0.2)


def test_links_of_few_or_of_unlike_items_say_so() -> None:
    two = ITEMS_2PL.chosen([0, 1])
    few = equating.stocking_lord(two, two.transformed(1.1, 0.0))
    assert (few.sufficient, few.reason) == (False, "2 shared items; at least 5 are needed")
    assert few.estimates()[0].reason == "2 shared items; at least 5 are needed"
    one = ITEMS_2PL.chosen([0])
    assert equating.mean_sigma(one, one).reason == "the 1 shared item(s) do not determine a line of positive slope"
    with pytest.raises(ResponseError, match="shared item 2 has 1 points on X and 2 on Y"):
        equating.mean_mean(ITEMS_GRM.chosen([0, 1]), ITEMS_GRM.chosen([0, 2]))


@any_items
def test_score_distribution_has_the_expected_score_as_its_mean(items: equating.ItemParameters) -> None:
    theta = np.array([-2.0, 0.0, 1.5])
    found = equating.lord_wingersky(items, theta)
    assert found.sum(axis=1) == pytest.approx(np.ones(3))
    assert found @ np.arange(found.shape[1]) == pytest.approx(items.expected_scores(theta).sum(axis=1))


@any_items
def test_irt_equating_of_a_form_to_itself_changes_nothing(items: equating.ItemParameters) -> None:
    most = int(items.maxima.sum())
    for found in (equating.true_score(items, items), equating.observed_score(items, items)):
        assert found.yx == pytest.approx(np.arange(most + 1.0), abs=1e-8)
        assert found.reason == "the error of the item parameters is not known here; give `draws`"
    with_draws = equating.true_score(items, items, draws=[(items, items.transformed(1, s)) for s in (-0.1, 0.0, 0.1)])
    assert with_draws.sufficient
    assert with_draws.standard_error is not None
    assert with_draws.standard_error[most // 2] > 0


def test_abilities_are_missing_where_no_ability_has_the_score() -> None:
    found = abilities_of(ITEMS_3PL, [0.0, 1.2, 3.0, 6.0])
    assert np.isnan(found).tolist() == [True, True, False, True]
    assert ITEMS_3PL.expected_scores(found[2]).sum() == pytest.approx(3.0)


def test_drift_does_not_depend_on_the_scale_s_origin_nor_on_order() -> None:
    rng = np.random.default_rng(106)
    x = rng.normal(size=20)
    y = x + rng.normal(0, 0.1, size=20)
    y[[3, 7]] += 1.2
    found, moved = equating.anchor_drift(x, y), equating.anchor_drift(x, y + 4)
    assert {"item 4", "item 8"} <= {item.name for item in found.items if item.drifted}
    assert [item.drifted for item in found.items] == [item.drifted for item in moved.items]
    assert moved.shift == pytest.approx((found.shift or 0) + 4)
    turned = equating.anchor_drift(x[::-1], y[::-1])
    assert [item.drifted for item in turned.items][::-1] == [item.drifted for item in found.items]


def test_anchor_of_which_too_much_drifted_is_not_to_be_used() -> None:
    x = np.linspace(-2, 2, 10)
    y = x + np.tile([0.05, -0.05], 5)
    y[:3] += 1.5
    found = equating.anchor_drift(x, y)
    assert not found.equate
    assert found.reason.startswith("do not equate: 3 of 10 anchor items drifted, more than 20%")
    assert len(found.kept) == 7
    assert equating.anchor_drift(x[:4], y[:4]).reason == (
        "do not equate: 4 anchor items calibrated on both forms; at least 5 are needed"
    )


def test_anchor_without_spread_is_stable_and_names_the_one_that_moved() -> None:
    x = np.arange(6.0)
    assert equating.anchor_drift(x, x + 0.3).reason == "none of 6 anchor items drifted"
    moved = equating.anchor_drift(x, x + np.array([0, 0, 0, 0, 0, 0.8]))
    assert (moved.equate, [item.drifted for item in moved.items].index(True), moved.items[5].z) == (True, 5, None)
    assert all(math.isfinite(item.difference) for item in moved.items)
