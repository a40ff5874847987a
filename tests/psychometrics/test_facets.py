"""Many-facet Rasch against the definition, against the models it contains, against itself, and at the edges."""

import math
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from assess.psychometrics import facets, irt, simulate
from assess.psychometrics.facets import cells, equations, joint, marginal, uncertainty
from assess.psychometrics.responses import ResponseError

Array = npt.NDArray[np.float64]
TASKS, RATERS, STEPS = np.array([-0.8, 0.1, 0.7]), np.array([-0.6, -0.1, 0.2, 0.5]), [-1.0, 0.2, 0.8]


@cache
def design(persons: int) -> dict[str, npt.NDArray[np.int64]]:
    rows = simulate.rotating_assignments(persons=persons, tasks=3, assessors=4)
    return {"person": rows[:, 0], "task": rows[:, 1], "rater": rows[:, 2]}


def marks(persons: int = 60, *, seed: int = 5, steps: Any = STEPS, own: str | None = None, sd: float = 1.2) -> Array:
    rows = design(persons)
    ability = np.random.default_rng(seed).normal(0.3, sd, persons)
    return simulate.many_facet_ratings(
        ability,
        {"task": TASKS, "rater": RATERS},
        steps,
        person=rows["person"],
        facets={"task": rows["task"], "rater": rows["rater"]},
        steps=own,
        seed=seed + 1,
    )


def calibrated(ratings: Array, persons: int = 60, **options: Any) -> facets.FacetCalibration:
    rows = design(persons)
    return facets.calibrate(
        ratings, person=rows["person"], facets={"task": rows["task"], "rater": rows["rater"]}, **options
    )


MARKS = marks()
FITTED = calibrated(MARKS)
JOINT = calibrated(MARKS, method="JML")


def log_likelihood(
    ratings: Array, rows: dict[str, Any], tasks: Array, raters: Array, tau: Array, mean: float, sd: float
) -> float:
    """From the definition, on 161 nodes; `tau` holds the thresholds."""
    theta = mean + sd * np.linspace(-7, 7, 161)
    weight = stats.norm.pdf(theta, mean, sd)
    weight /= weight.sum()
    category, cumulated = np.arange(len(tau) + 1), np.concatenate([[0.0], np.cumsum(tau)])
    distance = theta - (tasks[:, None] + raters)[:, :, None]
    logits = category * distance[..., None] - cumulated
    log_probability = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    chosen = log_probability[rows["task"], rows["rater"], :, ratings.astype(int)]
    total = np.zeros((rows["person"].max() + 1, len(theta)))
    np.add.at(total, rows["person"], chosen)
    return float(np.log(np.exp(total) @ weight).sum())


def test_likelihood_is_that_of_the_definition_and_no_neighbour_is_better() -> None:
    rows, tau = design(60), FITTED.thresholds[0]
    assert FITTED.mean is not None
    assert FITTED.sd is not None
    tasks, raters = FITTED.difficulty["task"], FITTED.difficulty["rater"]
    best = log_likelihood(MARKS, rows, tasks, raters, tau, FITTED.mean, FITTED.sd)
    assert FITTED.log_likelihood == pytest.approx(best, abs=1e-7)
    assert (FITTED.converged, FITTED.steepness < 1e-6, FITTED.n_parameters) == (True, True, 2 + 3 + 2 + 2)
    rng = np.random.default_rng(3)
    for _ in range(4):
        moved = [part + 0.02 * rng.normal(size=len(part)) for part in (tasks, raters, tau)]
        assert log_likelihood(MARKS, rows, moved[0], moved[1], moved[2], FITTED.mean, FITTED.sd) < best


@pytest.mark.slow
def test_standard_errors_are_the_curvature_of_that_likelihood() -> None:
    """Second differences of the definition in the free parameters: two tasks, three raters, two thresholds, mean, log sd."""
    rows = design(60)
    assert FITTED.mean is not None
    assert FITTED.sd is not None

    def value(v: Array) -> float:
        tasks, raters, tau = (np.append(part, -part.sum()) for part in (v[:2], v[2:5], v[5:7]))
        return log_likelihood(MARKS, rows, tasks, raters, tau, v[7], math.exp(v[8]))

    at = np.concatenate(
        [
            FITTED.difficulty["task"][:2],
            FITTED.difficulty["rater"][:3],
            FITTED.thresholds[0][:2],
            [FITTED.mean, math.log(FITTED.sd)],
        ]
    )
    step = 1e-3
    shifts = np.eye(9) * step
    curvature = np.empty((9, 9))
    for i in range(9):
        for j in range(i + 1):
            corners = [value(at + a * shifts[i] + b * shifts[j]) for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
            curvature[i, j] = curvature[j, i] = (corners[0] - corners[1] - corners[2] + corners[3]) / (4 * step**2)
    errors = np.sqrt(np.diag(np.linalg.inv(-curvature)))
    found = FITTED.standard_errors
    assert found["task"][:2] == pytest.approx(errors[:2], rel=1e-4)
    assert found["rater"][:3] == pytest.approx(errors[2:5], rel=1e-4)
    assert found["thresholds"][0][:2] == pytest.approx(errors[5:7], rel=1e-4)
    assert [float(found["mean"]), float(found["log sd"])] == pytest.approx(errors[7:], rel=1e-4)


@pytest.mark.parametrize(("model", "steps"), [("RSM", ()), ("PCM", "item")])
def test_one_facet_is_the_rating_scale_or_the_partial_credit_model(model: str, steps: Any) -> None:
    answers = simulate.partial_credit_responses(
        np.random.default_rng(8).normal(size=120), [[-1.0, 0.5], [0.0, 0.4], [-0.6, 1.2]], seed=9
    )
    persons, items = answers.shape
    found = facets.calibrate(
        answers.ravel(),
        person=np.repeat(np.arange(persons), items),
        facets={"item": np.tile(np.arange(items), persons)},
        steps=steps,
        noncentred="item",
    )
    known = irt.calibrate(answers, model)
    thresholds = np.broadcast_to(found.thresholds, (items, 2))
    assert found.log_likelihood == pytest.approx(known.log_likelihood, abs=1e-6)
    assert found.difficulty["item"][:, None] + thresholds == pytest.approx(known.difficulty, abs=1e-5)
    assert found.sd == pytest.approx(known.population_sd, abs=1e-5)
    assert float(found.standard_errors["log sd"]) * found.sd == pytest.approx(  # type: ignore[operator]
        float(known.standard_errors["population_sd"]), abs=1e-5
    )


def test_joint_estimates_make_every_observed_score_the_expected_one() -> None:
    assert JOINT.fitted is not None
    expected = JOINT.fitted.moments[0]
    for code, size, ends in zip(JOINT.data.codes, JOINT.data.sizes, JOINT.extreme.values(), strict=True):
        gap = np.bincount(code, weights=JOINT.fitted.active * (JOINT.data.value - expected), minlength=size)
        assert gap[[e for e in range(size) if e not in ends]] == pytest.approx(0.0, abs=1e-5)
    assert JOINT.difficulty["task"].sum() == pytest.approx(0.0, abs=1e-9)
    assert JOINT.converged
    with pytest.raises(ResponseError, match="no posterior"):
        JOINT.fit("rater", "posterior")


@pytest.mark.parametrize("floating", ["person", "task"])
def test_joint_standard_errors_come_from_the_inverse_of_the_whole_information(floating: str) -> None:
    """Against the pseudo-inverse of the full matrix, moved to the same origin."""
    found = calibrated(MARKS, method="JML", noncentred=floating)
    fitted = found.fitted
    assert fitted is not None
    rows = np.flatnonzero(fitted.active)
    sizes = [*found.data.sizes, found.thresholds.shape[1]]
    starts = np.cumsum([0, *sizes])
    scale = fitted.scale(rows, fitted.distance(rows))
    matrix = np.zeros((starts[-1], starts[-1]))
    one = np.zeros((len(rows), starts[-1], 4))
    for f, sign in enumerate((1, -1, -1)):
        one[np.arange(len(rows)), starts[f] + fitted.codes[f][rows], :] = sign * np.arange(4)
    for k in (1, 2):
        one[:, starts[3] + k, k] = 1.0
    probability = scale.probability.T
    centred = one - np.einsum("njk,nk->nj", one, probability)[:, :, None]
    matrix = np.einsum("nik,nk,njk->ij", centred, probability, centred)
    used = np.flatnonzero(np.diag(matrix) > 0)
    to_origin = np.eye(starts[-1])
    blocks = [used[(used >= starts[f]) & (used < starts[f + 1])] for f in range(3)]
    for f in (1, 2):  # facets sum to zero, persons take the difference
        to_origin[np.ix_(blocks[f], blocks[f])] -= 1 / len(blocks[f])
        to_origin[np.ix_(blocks[0], blocks[f])] -= 1 / len(blocks[f])
    if floating == "task":
        moved = np.eye(starts[-1])
        moved[np.ix_(blocks[0], blocks[0])] -= 1 / len(blocks[0])
        moved[np.ix_(blocks[1], blocks[0])] -= 1 / len(blocks[0])
        to_origin = moved @ to_origin
    covariance = to_origin @ np.linalg.pinv(matrix, hermitian=True) @ to_origin.T
    errors = np.sqrt(np.diag(covariance))
    for f, name in enumerate(("person", "task", "rater")):
        assert found.standard_errors[name][blocks[f] - starts[f]] == pytest.approx(errors[blocks[f]], rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["MML", "JML"])
def test_large_tables_take_another_way_to_the_same_place(
    monkeypatch: pytest.MonkeyPatch, method: facets.Method
) -> None:
    """The linearised missing information, sparse crossings, and work in blocks."""
    straight = [calibrated(MARKS, method=method, steps=steps) for steps in ((), "rater")]
    monkeypatch.setattr(marginal, "SMALL", 0)
    monkeypatch.setattr(equations, "SPARSE_FROM", 0)
    monkeypatch.setattr(equations, "DENSE_UP_TO", 0)
    monkeypatch.setattr(cells, "BLOCK", 5)
    monkeypatch.setattr(joint, "BLOCK", 100)
    for known in straight:
        found = calibrated(MARKS, method=method, steps=known.steps)
        assert found.converged
        assert found.log_likelihood == pytest.approx(known.log_likelihood, abs=1e-7)
        assert found.difficulty["rater"] == pytest.approx(known.difficulty["rater"], abs=1e-5)
        assert found.thresholds == pytest.approx(known.thresholds, abs=1e-5)
        assert found.standard_errors["task"] == pytest.approx(known.standard_errors["task"], abs=1e-5)


def test_cheaper_standard_errors_say_so_and_are_near(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = FITTED.standard_errors["rater"]
    alone = calibrated(MARKS, errors="conditional")
    assert "the others as known" in alone.measures["rater"][0].measure.method
    assert alone.standard_errors["rater"] == pytest.approx(exact, rel=0.35)  # four raters who sum to zero
    monkeypatch.setattr(uncertainty, "AFFORDABLE", 0)
    near = calibrated(MARKS)
    assert "linearised" in near.measures["rater"][0].measure.method
    assert near.standard_errors["rater"] == pytest.approx(exact, rel=0.03)


def test_another_facet_may_float_instead_of_the_persons() -> None:
    moved = calibrated(MARKS, noncentred="task")
    assert FITTED.mean is not None
    assert moved.log_likelihood == pytest.approx(FITTED.log_likelihood, abs=1e-9)
    assert moved.difficulty["task"] == pytest.approx(FITTED.difficulty["task"] - FITTED.mean, abs=1e-6)
    assert moved.ability == pytest.approx(FITTED.ability - FITTED.mean, abs=1e-6)
    assert (moved.mean, float(moved.standard_errors["mean"])) == (0.0, 0.0)
    joint_moved = calibrated(MARKS, method="JML", noncentred="task")
    own = [p for p in range(60) if p not in joint_moved.extreme["person"]]
    assert joint_moved.ability[own].mean() == pytest.approx(0.0, abs=1e-9)


def test_bias_correction_shrinks_facets_by_the_ratings_of_a_person() -> None:
    corrected = calibrated(MARKS, method="JML", bias_correction=True)
    assert corrected.difficulty["rater"] == pytest.approx(JOINT.difficulty["rater"] * 5 / 6)
    assert corrected.thresholds == pytest.approx(JOINT.thresholds * 5 / 6)
    assert "times 0.8333" in corrected.remarks[-1]
    assert abs(corrected.ability).max() < abs(JOINT.ability).max()


def test_anchors_keep_their_values_and_say_how_far_ratings_would_move_them() -> None:
    table = facets.read_anchors(FITTED.anchor_table("rater"))
    again = calibrated(MARKS, anchors=table)
    assert again.difficulty["rater"].tolist() == FITTED.difficulty["rater"].tolist()
    assert again.log_likelihood == pytest.approx(FITTED.log_likelihood, abs=1e-6)
    assert again.difficulty["task"] == pytest.approx(FITTED.difficulty["task"], abs=1e-6)
    first = again.measures["rater"][0]
    assert first.measure.method == "measure of rater 0: anchored"
    assert first.displacement is not None
    assert first.displacement.value == pytest.approx(0.0, abs=0.1)
    moved = calibrated(MARKS, anchors={"rater": {"0": table["rater"]["0"] + 1.0, "gone": 0.0}})
    assert "anchors that do not occur: element rater gone" in moved.remarks
    # one anchor fixes the origin and nothing else
    assert moved.log_likelihood == pytest.approx(FITTED.log_likelihood, abs=1e-6)
    assert moved.difficulty["rater"] == pytest.approx(FITTED.difficulty["rater"] + 1.0, abs=1e-5)


def test_anchored_persons_let_another_facet_float() -> None:
    given = {"person": {str(p): float(JOINT.ability[p]) for p in range(30) if p not in JOINT.extreme["person"]}}
    found = calibrated(MARKS, method="JML", noncentred="task", anchors=given)
    assert found.converged
    assert found.difficulty["rater"] == pytest.approx(JOINT.difficulty["rater"], abs=1e-6)
    assert found.difficulty["task"] == pytest.approx(JOINT.difficulty["task"], abs=1e-6)
    assert found.standard_errors["person"][1] == 0.0


def test_anchor_tables_are_plain_columns() -> None:
    text = facets.write_anchors({"rater": {"R 1": 0.1 + 0.2}})
    assert text == "facet,element,measure\nrater,R 1,0.30000000000000004\n"
    assert facets.read_anchors(text) == {"rater": {"R 1": 0.1 + 0.2}}
    assert facets.read_anchors(["element;facet;measure", "A;task;1"]) == {"task": {"A": 1.0}}
    for wrong, sentence in {
        "facet,element\n": "measure is missing",
        "facet,element,measure\nrater,R1,severe\n": "line 2: 'severe'",
        "facet,element,measure\nr,1,0\nr,1,0\n": "line 3: r 1 stands there twice",
    }.items():
        with pytest.raises(ResponseError, match=sentence) as refusal:
            facets.read_anchors(wrong)
        assert refusal.value.code == "not_anchors"


def test_extreme_elements_are_kept_out_named_and_placed_a_little_inside() -> None:
    rows, ratings = design(60), MARKS.copy()
    ratings[rows["rater"] == 3] = 3.0
    ratings[rows["person"] == 7] = 0.0
    found = calibrated(ratings, method="JML")
    assert found.converged
    rater, person = found.measures["rater"][3], found.measures["person"][7]
    assert (rater.extreme, person.extreme) == ("highest", "lowest")
    assert not rater.measure.sufficient
    assert "0.3 points inside" in rater.measure.reason
    assert any(remark.startswith("rater 3: every rating that is left is in the highest") for remark in found.remarks)
    # rater 3's expected score is 0.3 below the maximum over ratings by persons with a measure of their own
    assert found.fitted is not None
    where = np.flatnonzero((rows["rater"] == 3) & np.isfinite(found.fitted.moments[0]))
    own = [r for r in where if rows["person"][r] not in found.extreme["person"]]
    assert found.fitted.moments[0][own].sum() == pytest.approx(3 * len(own) - 0.3, abs=1e-6)
    bounded = calibrated(ratings)
    assert not bounded.extreme["person"]
    assert np.isfinite(bounded.ability).all()


def test_unused_categories_keep_the_scores_and_are_named() -> None:
    rows = design(60)
    ratings = np.where(MARKS == 1, 2.0, MARKS)
    found = calibrated(ratings)
    assert found.converged
    assert np.isnan(found.thresholds[0]).tolist() == [True, True, False]
    assert "the rating scale never used category 1" in found.remarks[0]
    # the limit of a category that becomes ever rarer: its threshold runs away, the others stay
    rare = ratings.copy()
    rare[np.flatnonzero(ratings == 2)[:1]] = 1.0
    assert calibrated(rare).difficulty["rater"] == pytest.approx(found.difficulty["rater"], abs=0.05)
    own = calibrated(np.where((rows["rater"] == 2) & (MARKS < 3), 0.0, MARKS), steps="rater")
    assert any(remark.startswith("rater 2 never used categories 1, 2") for remark in own.remarks)
    alike = calibrated(np.where(rows["task"] == 1, 2.0, MARKS), steps="task")
    assert "task 1: every rating is 2, so it tells nobody apart; left out" in alike.remarks
    assert math.isnan(alike.difficulty["task"][1])
    assert alike.measures["task"][1].measure.reason == "all its ratings are with elements that have no measure"


def test_disconnected_raters_are_named_before_anything_is_fitted() -> None:
    rows = design(60)
    nested = rows["person"] % 2  # each person has a rater alone
    common: dict[str, Any] = {"person": rows["person"], "facets": {"task": rows["task"], "rater": nested}}
    refused = facets.calibrate(MARKS, method="JML", **common)
    assert not refused.converged
    assert refused.reason.startswith(
        "2 subsets that cannot be compared with each other; 1 extra marking would connect them"
    )
    assert refused.measures["rater"][0].measure.value is None
    assert len(refused.connectivity.extra_markings) == 1
    doubtful = facets.calibrate(MARKS, **common)
    assert doubtful.converged
    assert not doubtful.measures["rater"][0].measure.sufficient
    assert "assigned at random" in doubtful.measures["rater"][0].measure.reason
    linked = facets.calibrate(MARKS, method="JML", anchors={"rater": {"0": 0.0, "1": 0.2}}, **common)
    assert linked.converged
    marking = refused.connectivity.extra_markings[0]
    joined = facets.calibrate(
        np.append(MARKS, 2.0),
        method="JML",
        person=np.append(rows["person"], int(marking.person)),
        facets={
            "task": np.append(rows["task"], int(marking.criteria[0])),
            "rater": np.append(nested, int(marking.rater)),
        },
    )
    assert joined.converged


def test_facets_that_move_together_are_named() -> None:
    rows = design(60)
    for method in ("MML", "JML"):
        found = facets.calibrate(
            MARKS, person=rows["person"], facets={"rater": rows["rater"], "site": rows["rater"] // 2}, method=method
        )
        assert not found.converged
        assert found.reason.startswith("2 elements of rater (0, 1) and 2 elements of rater (2, 3) cannot be compared")


def test_planted_interaction_is_found() -> None:
    rows = design(300)
    ability = np.random.default_rng(21).normal(size=300)
    pair = np.where((rows["rater"] == 1) & (rows["task"] == 2), 1, 0)
    ratings = simulate.many_facet_ratings(
        ability,
        {"task": TASKS, "rater": RATERS, "together": [0.0, 1.0]},
        STEPS,
        person=rows["person"],
        facets={"task": rows["task"], "rater": rows["rater"], "together": pair},
        seed=22,
    )
    found = facets.interactions(calibrated(ratings, 300, method="JML"), "rater", "task")
    biased = next(pair for pair in found.pairs if pair.elements == ("1", "2"))
    assert biased.size.value is not None
    # the main effects take up a part: in a 4 × 3 table (1 − 1/4)(1 − 1/3) = half of it stays; joint estimates are stretched
    assert -1.0 < biased.size.value < -0.4
    assert biased.t is not None
    assert biased.t < -3
    assert biased.gap < 0
    assert found.p_value is not None
    assert found.p_value < 0.001
    assert (len(found.pairs), found.df) == (12, 12)


def test_bias_is_nothing_where_main_effects_say_all() -> None:
    found = facets.interactions(JOINT, "task", "rater")
    assert JOINT.fitted is not None
    expected = JOINT.fitted.moments[0]
    for pair in found.pairs:
        rows = np.flatnonzero(
            JOINT.fitted.active
            & (JOINT.data.codes[1] == int(pair.elements[0]))
            & (JOINT.data.codes[2] == int(pair.elements[1]))
        )
        assert pair.gap == pytest.approx((JOINT.data.value[rows] - expected[rows]).mean())
        assert pair.size.value is not None
        moved = JOINT.fitted.scale(rows, JOINT.fitted.distance(rows) + pair.size.value)
        assert moved.expected.sum() == pytest.approx(JOINT.data.value[rows].sum(), abs=1e-6)
    with pytest.raises(ResponseError, match="two facets"):
        facets.interactions(JOINT, "task", "task")


def test_mean_squares_are_the_definition_at_the_measures() -> None:
    fit, fitted = JOINT.fit("rater"), JOINT.fitted
    assert fitted is not None
    rows = np.flatnonzero(fitted.active & (JOINT.data.codes[2] == 1))
    scale = fitted.scale(rows, fitted.distance(rows))
    residual = JOINT.data.value[rows] - scale.expected
    assert fit.infit[1] == pytest.approx((residual**2).sum() / scale.variance.sum())
    assert fit.outfit[1] == pytest.approx((residual**2 / scale.variance).mean())
    fourth = sum(scale.probability[k] * (k - scale.expected) ** 4 for k in range(4))
    q = math.sqrt((fourth / scale.variance**2).sum() / len(rows) ** 2 - 1 / len(rows))
    assert fit.outfit_z[1] == pytest.approx((fit.outfit[1] ** (1 / 3) - 1) * 3 / q + q / 3)
    assert fit.n[1] == len(rows)


def test_mean_squares_over_the_posterior_have_the_expectation_one() -> None:
    assert FITTED.fit("rater").infit.mean() == pytest.approx(1.0, abs=0.06)
    assert FITTED.fit("rater", "measure").infit.mean() < 0.93
    assert "averaged over persons' posteriors" in FITTED.fit("rater").method


def test_separation_tells_whether_raters_differ() -> None:
    found = FITTED.separation("rater")
    assert found.p_value is not None
    assert found.reliability is not None
    assert found.p_value < 0.001
    assert 0.5 < found.reliability < 1.0
    alike = facets.separation("rater", np.array([0.1, 0.1, 0.1]), np.array([0.2, 0.2, 0.2]))
    assert (alike.separation, alike.reliability, alike.p_value) == (0.0, 0.0, 1.0)
    assert alike.strata == pytest.approx(1 / 3)
    assert facets.separation("rater", np.array([0.1]), np.array([0.2])).reason.startswith("1 element(s) of rater")


def test_fair_average_is_the_expected_rating_among_average_others() -> None:
    fair, severity = FITTED.fair_average["rater"], FITTED.difficulty["rater"]
    distance = FITTED.ability.mean() - severity[2]
    odds = np.exp(np.arange(4) * distance - np.concatenate([[0.0], np.cumsum(FITTED.thresholds[0])]))
    assert fair[2] == pytest.approx(odds @ np.arange(4) / odds.sum())
    assert (np.argsort(-fair) == np.argsort(severity)).all()
    own = calibrated(MARKS, steps="task")
    assert own.fair_average["task"][0] > own.fair_average["task"][2]
    assert own.fair_average["rater"] == pytest.approx(fair, abs=0.05)


def test_unexpected_ratings_come_farthest_first_with_their_row() -> None:
    ratings = MARKS.copy()
    able = int(np.argmax(FITTED.ability))
    row = int(np.flatnonzero(design(60)["person"] == able)[0])
    ratings[row] = 0.0
    padded = np.concatenate([[np.nan] * 2, ratings])
    rows = {name: np.concatenate([[0, 0], code]) for name, code in design(60).items()}
    found = facets.calibrate(padded, person=rows["person"], facets={"task": rows["task"], "rater": rows["rater"]})
    first = found.unexpected(beyond=2.0)[0]
    assert (first.row, first.rating, dict(first.elements)["person"]) == (row + 2, 0, str(able))
    assert first.standardised < -3
    assert found.missing == 2
    assert len(found.unexpected(beyond=0.5, most=7)) == 7


def test_thin_data_are_not_enough_evidence() -> None:
    rows = design(60)
    few = facets.calibrate(MARKS[:24], person=rows["person"][:24], facets={"rater": rows["rater"][:24]})
    assert (few.converged, few.reason) == (False, "4 persons were rated; at least 30 are needed")
    once = facets.calibrate(MARKS[::6], person=rows["person"][::6], facets={"rater": rows["rater"][::6]})
    assert once.reason.startswith("nobody has two ratings")
    empty = facets.calibrate([], person=[], facets={"rater": []})
    assert empty.reason.startswith("there are no ratings")
    assert empty.connectivity.sentence == "There are no marks to compare anyone by."
    with pytest.raises(ResponseError, match="no calibration to compare with"):
        empty.fit("rater")
    small = calibrated(MARKS, minimum=200)
    assert small.measures["rater"][0].measure.reason.endswith("ratings; at least 200 are needed")


def test_persons_who_do_not_differ_leave_the_spread_unknown() -> None:
    ratings = np.random.default_rng(31).permutation(MARKS)
    found = calibrated(ratings)
    assert found.converged
    assert found.population_sd is not None
    if found.sd is not None and found.sd < 0.05:
        assert "spread is not known" in found.remarks[-1]


def test_ratings_without_an_exception_have_no_maximum_and_say_so() -> None:
    """Half of the persons only get 0 and 1, the others only 2 and 3: the threshold between may be as high as it likes."""
    rows = design(60)
    ratings = (MARKS > 1).astype(float) + np.where(rows["person"] % 2, 2.0, 0.0)
    found = calibrated(ratings, method="JML")
    assert not found.converged
    assert "the data do not bound" in found.reason
    assert "thresholds (beyond 15 logits)" in found.reason
    assert not any(element.measure.sufficient for element in found.measures["rater"])


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"ratings": [[1.0, 2.0]]}, "not_a_list"),
    ({"ratings": [1.0, math.inf]}, "not_finite"),
    ({"ratings": [1.0, 0.5]}, "not_a_category"),
    ({"ratings": [1.0, 250.0]}, "not_a_category"),
    ({"person": ["a"]}, "names_do_not_fit"),
    ({"facets": {"person": ["x", "y"]}}, "names_do_not_fit"),
    ({"facets": {}}, "no_facets"),
    ({"facets": {"rater": ["x", None]}}, "no_element"),
    ({"facets": {"rater": [1.0, math.nan]}}, "no_element"),
    ({"method": "CML"}, "unknown_method"),
    ({"steps": "task"}, "unknown_facet"),
    ({"steps": "person"}, "unknown_facet"),
    ({"noncentred": "task"}, "unknown_facet"),
    ({"anchors": {"task": {}}}, "unknown_facet"),
    ({"anchors": {"rater": {"x": math.nan}}}, "not_anchors"),
    ({"anchors": {"rater": {"x": 0.0}}, "noncentred": "rater"}, "not_anchors"),
    ({"anchors": {"person": {"a": 0.0}}}, "anchored_persons"),
    ({"anchors": {"person": {"a": 0.0}}, "method": "JML"}, "anchored_persons"),
]


@pytest.mark.parametrize(("change", "code"), WRONG)
def test_malformed_input_is_refused_with_its_place(change: dict[str, Any], code: str) -> None:
    given: dict[str, Any] = {"ratings": [1.0, 2.0], "person": ["a", "b"], "facets": {"rater": ["x", "y"]}} | change
    with pytest.raises(ResponseError) as refusal:
        facets.calibrate(given.pop("ratings"), **given)
    assert refusal.value.code == code


def test_labels_of_any_kind_name_the_same_elements() -> None:
    rows = design(60)
    words = facets.calibrate(
        MARKS,
        person=[f"P{p:02}" for p in rows["person"]],
        facets={
            "task": [float(t) for t in rows["task"]],
            "rater": np.array([f"R{r}" for r in rows["rater"]], dtype=object),
        },
    )
    assert words.elements["task"] == ("0", "1", "2")
    assert words.elements["rater"] == ("R0", "R1", "R2", "R3")
    assert words.difficulty["rater"] == pytest.approx(FITTED.difficulty["rater"], abs=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("own", [None, "rater"])
def test_parameters_are_recovered_and_intervals_cover(own: str | None) -> None:
    """25 samples of 300 persons: bias within four standard errors of the mean; 95 % intervals cover in 175 cases, of which
    three binomial standard errors are 5 %; with thresholds of their own as well."""
    steps: Any = STEPS if own is None else np.array([STEPS, [-0.6, -0.1, 0.7], [-1.4, 0.1, 1.3], [-0.2, 0.0, 0.2]])
    rows = design(300)
    errors, inside = [], []
    true = np.concatenate([TASKS - TASKS.mean(), RATERS])
    for sample in range(25):
        found = calibrated(marks(300, seed=100 + 2 * sample, steps=steps, own=own), 300, steps=own or ())
        estimate = np.concatenate([found.difficulty["task"], found.difficulty["rater"]])
        reach = 1.96 * np.concatenate([found.standard_errors["task"], found.standard_errors["rater"]])
        errors.append(estimate - true)
        inside.append(np.abs(estimate - true) < reach)
        assert found.converged
    assert len(rows["person"]) == 300 * 6
    scatter = np.array(errors)
    assert (np.abs(scatter.mean(axis=0)) < 4 * scatter.std(axis=0) / math.sqrt(25)).all()
    assert 0.90 < np.mean(inside) < 0.995


@pytest.mark.slow
def test_thousands_of_raters_are_calibrated_by_either_method() -> None:
    """3,000 persons, 900 raters, 5 criteria, 30,000 ratings: severities are recovered as far as their errors allow."""
    rng = np.random.default_rng(51)
    person = np.repeat(np.arange(3000), 10)
    rater = np.repeat(rng.integers(0, 900, 6000), 5)
    criterion = np.tile(np.arange(5), 6000)
    severity = rng.normal(scale=0.5, size=900)
    ratings = simulate.many_facet_ratings(
        rng.normal(size=3000),
        {"criterion": np.linspace(-1, 1, 5), "rater": severity},
        STEPS,
        person=person,
        facets={"criterion": criterion, "rater": rater},
        seed=52,
    )
    for method in ("MML", "JML"):
        found = facets.calibrate(ratings, person=person, facets={"criterion": criterion, "rater": rater}, method=method)
        assert found.converged
        true = severity[[int(name) for name in found.elements["rater"]]]
        z = (found.difficulty["rater"] - true + true.mean()) / found.standard_errors["rater"]
        # joint estimates are stretched, which they do not know
        assert np.nanstd(z) == pytest.approx(1.0, abs=0.07) if method == "MML" else np.nanstd(z) < 1.4
