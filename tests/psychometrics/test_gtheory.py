"""Variance components against algebra, against the ANOVA they must equal when nothing is missing, and at the edges."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assess.psychometrics import gtheory, reliability
from assess.psychometrics.gtheory import precision, reml
from assess.psychometrics.gtheory.anova import Layout, analogous, table
from assess.psychometrics.gtheory.design import Design, Records
from assess.psychometrics.responses import ResponseError
from tests.effort import examples

RNG = np.random.default_rng(91)


def marks(persons: int = 40, judges: int = 6, tasks: int = 5, seed: int = 92) -> np.ndarray:
    """persons × judges × tasks with variances p 1, j .3, t .5, pt .4, residual .6."""
    rng = np.random.default_rng(seed)
    return np.asarray(
        5
        + rng.normal(0, 1, (persons, 1, 1))
        + rng.normal(0, 0.3**0.5, (1, judges, 1))
        + rng.normal(0, 0.5**0.5, (1, 1, tasks))
        + rng.normal(0, 0.4**0.5, (persons, 1, tasks))
        + rng.normal(0, 0.6**0.5, (persons, judges, tasks))
    )


def long(array: np.ndarray, names: str = "pjt") -> tuple[np.ndarray, dict[str, np.ndarray]]:
    places = np.indices(array.shape).reshape(array.ndim, -1)
    return array.ravel(), dict(zip(names, places, strict=True))


MARKS = marks()
METHODS: tuple[gtheory.Method, ...] = ("anova", "reml")


def test_generalizability_of_persons_by_items_is_alpha() -> None:
    answers = MARKS[:, :, 0]
    result = gtheory.decide(gtheory.crossed(answers, ["i"]), {"i": answers.shape[1]})
    assert result.g.value == pytest.approx(reliability.alpha(answers).value, abs=1e-12)


def test_components_of_one_facet_follow_from_three_mean_squares() -> None:
    answers = MARKS[:, 0, :]
    n, k = answers.shape
    by_person, by_item, grand = answers.mean(axis=1, keepdims=True), answers.mean(axis=0), answers.mean()
    persons, items = k * by_person.var(ddof=1), n * by_item.var(ddof=1)
    residual = ((answers - by_person - by_item + grand) ** 2).sum() / ((n - 1) * (k - 1))
    expected = {"p": (persons - residual) / k, "i": (items - residual) / n, "p:i": residual}
    study = gtheory.crossed(answers, ["i"])
    assert dict(study.components) == pytest.approx(expected, abs=1e-12)
    # Brennan (2001), 6.1.1: Var(MS) = 2MS²/(df + 2)
    variance = 2 * (persons**2 / (n + 1) + residual**2 / ((n - 1) * (k - 1) + 2)) / k**2
    assert study.sources[0].estimate.standard_error == pytest.approx(variance**0.5, rel=1e-12)


def test_names_of_components_may_be_asked_for_in_any_order() -> None:
    components = gtheory.crossed(MARKS, ["j", "t"]).components
    assert list(components) == ["p", "j", "t", "p:j", "p:t", "j:t", "p:j:t"]
    assert components["t:p"] == components["p×t"] == components["p:t"]
    assert all(type(value) is float for value in components.values())
    with pytest.raises(KeyError, match="'p:q' has no estimate here; estimated: p, j, t"):
        components["p:q"]


def test_henderson_and_reml_agree_with_the_analysis_of_variance_when_nothing_is_missing() -> None:
    scores, facets = long(MARKS)
    design = Design.of("pjt")
    layout = Layout.of(Records.of(scores, facets), design, design.effects)
    anova = np.linalg.solve(table(layout).expected, table(layout).mean_squares)
    forms, coefficients = analogous(layout)
    assert np.linalg.solve(coefficients, forms) == pytest.approx(anova, abs=1e-10)
    # one judge: no component is negative, so the maximum lies inside and is the analysis of variance
    plain, restricted = (gtheory.crossed(MARKS[:, 0], ["t"], method=method) for method in METHODS)
    assert (restricted.components, restricted.iterations) == (plain.components, 0)
    alone = Layout.of(Records.of_array(MARKS[:, 0], "pt"), Design.of("pt"), Design.of("pt").effects)
    searched = reml.fit(alone, np.ones(3))
    assert searched.converged
    assert searched.components == pytest.approx(list(plain.components.values()), rel=1e-6)
    assert searched.log_likelihood == pytest.approx(restricted.log_likelihood, abs=1e-9)
    assert np.diag(searched.covariance) ** 0.5 == pytest.approx(
        [s.estimate.standard_error for s in restricted.sources], rel=1e-5
    )
    # several: the one that would be negative is 0, with the certificate of a maximum
    bounded = gtheory.crossed(MARKS, ["j", "t"], method="reml")
    assert (bounded.converged, bounded.components["p:j"]) == (True, 0.0)
    assert not bounded.sources[3].estimate.sufficient


@settings(max_examples=examples(40))
@given(st.integers(0, 10_000), st.floats(-50, 50), st.floats(0.1, 9))
def test_a_shift_changes_nothing_and_a_stretch_squares(seed: int, shift: float, stretch: float) -> None:
    scores = marks(12, 3, 3, seed)
    scores[0, 1, 2] = np.nan
    plain = np.array(list(gtheory.crossed(scores, ["j", "t"]).components.values()))
    moved = np.array(list(gtheory.crossed(scores * stretch + shift, ["j", "t"]).components.values()))
    assert moved == pytest.approx(plain * stretch**2, abs=1e-8 * stretch**2 * (1 + abs(shift)))


@pytest.mark.parametrize("method", METHODS)
def test_order_of_rows_and_labels_change_nothing(method: gtheory.Method) -> None:
    scores, facets = long(marks(15, 3, 4))
    scores[[3, 40, 77]] = np.nan
    order = RNG.permutation(len(scores))
    plain = gtheory.study(scores, facets, method=method)
    named = {name: np.array([f"{name}{9 - code}" for code in codes])[order] for name, codes in facets.items()}
    other = gtheory.study(scores[order], named, method=method)
    assert dict(other.components) == pytest.approx(dict(plain.components), abs=1e-7)
    assert [s.estimate.standard_error for s in other.sources] == pytest.approx(
        [s.estimate.standard_error for s in plain.sources], abs=1e-6
    )


def test_restricted_likelihood_is_the_one_written_out_and_has_its_maximum_there() -> None:
    scores, facets = long(marks(10, 3, 3)[:, :, 0], "pj")
    scores[[2, 11]] = np.nan
    found = gtheory.study(scores, facets, method="reml")
    seen = np.isfinite(scores)
    y, p, j = scores[seen], facets["p"][seen], facets["j"][seen]

    def likelihood(person: float, judge: float, residual: float) -> float:
        spread = person * (p[:, None] == p) + judge * (j[:, None] == j) + residual * np.eye(len(y))
        inverse = np.linalg.inv(spread)
        information = inverse.sum()
        error = y - (inverse.sum(axis=0) @ y) / information
        parts = np.linalg.slogdet(spread)[1] + np.log(information) + error @ inverse @ error
        return float(-0.5 * (parts + (len(y) - 1) * np.log(2 * np.pi)))

    best = list(found.components.values())
    assert found.log_likelihood == pytest.approx(likelihood(*best), abs=1e-8)
    for step in itertools.product((0.98, 1, 1.02), repeat=3):
        near = likelihood(*(value * factor for value, factor in zip(best, step, strict=True)))
        assert near <= likelihood(*best) + 1e-9


def test_standard_errors_of_an_unbalanced_design_match_simulation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exact and simulated covariances of the same quadratic forms: 400 draws know a standard error to 4 %."""
    scores, facets = long(marks(20, 4, 3)[:, :, 0], "pj")
    scores[::7] = np.nan
    exact = gtheory.study(scores, facets)
    monkeypatch.setattr(precision, "LARGEST", 0)
    simulated = gtheory.study(scores, facets)
    assert [s.estimate.standard_error for s in simulated.sources] == pytest.approx(
        [s.estimate.standard_error for s in exact.sources], rel=0.15
    )


def test_negative_component_is_reported_as_it_is_and_explained() -> None:
    answers = np.array([[0.0, 1], [1, 0], [0, 1], [1, 0]] * 10)
    study = gtheory.crossed(answers, ["i"])
    assert study.components["p"] < 0
    person = study.sources[0].estimate
    assert not person.sufficient
    assert person.reason.startswith("the component of p is negative (-0.2564): a variance cannot be")
    assert study.findings[0] in person.reason
    result = gtheory.decide(study, {"i": 2})
    assert (result.g.value, result.g.sufficient) == (None, False)
    assert result.g.reason == "persons' universe scores do not vary here, so nothing can be dependable"
    assert "p is negative and counts as 0" in result.findings
    assert gtheory.crossed(answers, ["i"], method="reml").components["p"] == 0


def test_nested_raters_are_counted_by_task_whatever_they_are_called() -> None:
    array = marks(30, 3, 5)
    scores, facets = long(array, "prt")
    unique = dict(facets, r=facets["r"] + 10 * facets["t"])
    first = gtheory.study(scores, facets, nested={"r": "t"})
    assert list(first.components) == ["p", "t", "p:t", "r:t", "p:r:t"]
    assert first.components == gtheory.study(scores, unique, nested={"r": "t"}).components
    crossed = gtheory.crossed(array, ["r", "t"]).components
    # nesting confounds: σ²(r:t) holds σ²(r) and σ²(rt)
    assert first.components["r:t"] == pytest.approx(crossed["r"] + crossed["r:t"], abs=1e-10)
    assert first.components["p:r:t"] == pytest.approx(crossed["p:r"] + crossed["p:r:t"], abs=1e-10)
    assert (first.balanced, first.design.in_words, first.sizes) == (True, "p × (r:t)", (("r", 3.0), ("t", 5.0)))


def test_raters_of_each_persons_own_are_the_one_way_analysis() -> None:
    scores, facets = long(MARKS[:, :, 0], "pr")
    study = gtheory.study(scores, facets, nested={"r": "p"})
    within = MARKS[:, :, 0].var(axis=1, ddof=1).mean()
    between = MARKS.shape[1] * MARKS[:, :, 0].mean(axis=1).var(ddof=1)
    assert dict(study.components) == pytest.approx({"p": (between - within) / MARKS.shape[1], "r:p": within}, abs=1e-12)
    result = gtheory.decide(study, {"r": 2})
    assert result.g.value == result.phi.value


def test_cells_scored_twice_have_a_residual_of_their_own() -> None:
    scores, facets = long(marks(20, 2, 6), "pjt")
    study = gtheory.study(scores, {"p": facets["p"], "t": facets["t"]})
    assert list(study.components) == ["p", "t", "p:t", "residual"]
    assert study.balanced


def test_d_study_divides_each_component_by_its_conditions() -> None:
    study = gtheory.crossed(MARKS, ["j", "t"])
    c = study.components
    result = gtheory.decide(study, {"j": 2, "t": 3})
    relative = max(c["p:j"], 0) / 2 + c["p:t"] / 3 + c["p:j:t"] / 6
    absolute = relative + c["j"] / 2 + c["t"] / 3 + max(c["j:t"], 0) / 6
    assert result.relative_error.value == pytest.approx(relative, abs=1e-12)
    assert result.absolute_error.value == pytest.approx(absolute, abs=1e-12)
    assert result.phi.value == pytest.approx(c["p"] / (c["p"] + absolute), abs=1e-12)
    fixed = gtheory.decide(study, {"j": 2, "t": 3}, fixed=["t"])
    assert fixed.universe.value == pytest.approx(c["p"] + c["p:t"] / 3, abs=1e-12)
    assert (fixed.g.value or 0) > (result.g.value or 1)
    nested = gtheory.decide(study, {"j": 2, "t": 3}, nested={"j": "t"})
    assert nested.absolute_error.value == pytest.approx(
        (c["j"] + max(c["j:t"], 0)) / 6 + c["t"] / 3 + max(c["p:j"], 0) / 6 + c["p:t"] / 3 + c["p:j:t"] / 6, abs=1e-12
    )


def test_how_many_finds_what_a_search_by_hand_finds() -> None:
    study = gtheory.crossed(MARKS, ["j", "t"])
    plan = gtheory.how_many(study, 0.7, largest=12)
    values = {
        (j, t): gtheory.decide(study, {"j": j, "t": t}).phi.value or 0 for j in range(1, 13) for t in range(1, 13)
    }
    fewest = min(j * t for (j, t), value in values.items() if value >= 0.7)
    best = dict(plan.best)
    assert plan.scores_per_person == best["j"] * best["t"] == fewest
    assert values[best["j"], best["t"]] == pytest.approx(plan.value, abs=1e-12)
    assert plan.sufficient
    for choice in plan.choices:
        numbers = dict(choice)
        assert values[numbers["j"], numbers["t"]] >= 0.7
        assert values.get((numbers["j"] - 1, numbers["t"]), 0) < 0.7
        assert values.get((numbers["j"], numbers["t"] - 1), 0) < 0.7


def test_how_many_says_when_a_wish_cannot_be_reached() -> None:
    plan = gtheory.how_many(gtheory.crossed(MARKS, ["j", "t"]), 0.999, largest={"j": 3, "t": 4})
    assert (plan.best, plan.sufficient) == ((), False)
    assert plan.sentence.startswith("Φ = 0.999 is out of reach: 3 j, 4 t give 0.")


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        (np.full((5, 4), np.nan), "there are no scores"),
        (np.ones((5, 1)), "facet 'j' has one level only, so nothing shows how its levels differ; leave it out"),
        (np.ones((1, 5)), "all scores belong to one person; at least 2 persons are needed"),
        (np.ones((5, 4)), "the scores do not vary"),
        (np.array([[1.0, 2], [2, 3], [3, 4]]), "the effects explain every score exactly, so p:j does not vary"),
        (np.where(np.eye(4) > 0, 1.0, np.nan) * np.arange(4), "j and p divide the scores alike"),
    ],
)
def test_what_cannot_be_estimated_is_said_in_a_sentence(scores: np.ndarray, reason: str) -> None:
    study = gtheory.crossed(scores, ["j"])
    assert dict(study.components) == {}
    assert all(source.estimate.reason.startswith(reason) for source in study.sources)
    assert not gtheory.decide(study, {"j": 3}).phi.sufficient
    assert reason in gtheory.how_many(study, 0.8).sentence


def test_scores_that_the_effects_explain_without_a_remainder_are_not_called_converged() -> None:
    """Five scores that persons and judges explain exactly: the residual runs to 0, where the likelihood has no top."""
    nan = np.nan
    study = gtheory.crossed([[0, 2, nan], [nan, 4, 6], [nan, nan, 8]], ["j"], method="reml")
    assert not study.converged
    said = "not converged: 5 scores are few for 3 effects; drop some"
    assert all(said in source.estimate.reason for source in study.sources)
    assert "the components did not converge" in gtheory.decide(study, {"j": 3}).phi.reason


def test_designs_that_mean_nothing_are_refused() -> None:
    scores, facets = long(MARKS)
    with pytest.raises(ResponseError, match="3 axes; persons and 1 facet"):
        gtheory.crossed(MARKS, ["j"])
    with pytest.raises(ResponseError, match="names must differ"):
        gtheory.crossed(MARKS, ["p", "t"])
    with pytest.raises(ResponseError, match="is infinite; use NaN"):
        gtheory.crossed([[1.0, np.inf]], ["j"])
    with pytest.raises(ResponseError, match="names 'x', which is not one of"):
        gtheory.study(scores, facets, nested={"j": "x"})
    with pytest.raises(ResponseError, match="would be nested in itself"):
        gtheory.study(scores, facets, nested={"j": "t", "t": "j"})
    with pytest.raises(ResponseError, match="has no effect 'j'; it has p, t"):
        gtheory.study(scores, facets, nested={"j": "t"}, effects=["p", "j"])
    study = gtheory.crossed(MARKS, ["j", "t"])
    with pytest.raises(ResponseError, match="a number of conditions is 1, 2, 3"):
        gtheory.decide(study, {"j": 0, "t": 2})
    with pytest.raises(ResponseError, match="leave one random"):
        gtheory.decide(study, {"j": 1, "t": 2}, fixed=["j", "t"])
