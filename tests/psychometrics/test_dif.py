"""DIF against published figures, against formulas written out one table at a time, and at the edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from assess.psychometrics import dif, simulate
from assess.psychometrics.dif.purification import purified
from assess.psychometrics.responses import ResponseError
from tests.effort import examples

RNG = np.random.default_rng(101)
SHIFT = 0.7  # logits by which the first item is harder for the focal group


def answers(persons: int = 1200, items: int = 12, seed: int = 102) -> tuple[np.ndarray, np.ndarray]:
    """Rasch data; a third of the persons are the focal group, less able by .4; the first item differs."""
    rng = np.random.default_rng(seed)
    focal = rng.random(persons) < 1 / 3
    ability = rng.normal(size=persons) - 0.4 * focal
    difficulty = np.linspace(-1.5, 1.5, items)[rng.permutation(items)]
    reference = simulate.rasch_responses(ability, difficulty, seed=seed)
    harder = simulate.rasch_responses(ability, difficulty + SHIFT * (np.arange(items) == 0), seed=seed + 1)
    return np.where(focal[:, None], harder, reference), focal


ANSWERS, FOCAL = answers()
RATINGS = simulate.partial_credit_responses(RNG.normal(size=600), [[-1.0, 0.0, 1.0]] * 8, seed=103)
HALF = RNG.random(600) < 0.5


def admissions() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bickel, Hammel & O'Connell (1975), Science 187, 398–404: department, men and women admitted and rejected."""
    counts = [
        (512, 313, 89, 19),
        (353, 207, 17, 8),
        (120, 205, 202, 391),
        (138, 279, 131, 244),
        (53, 138, 94, 299),
        (22, 351, 24, 317),
    ]
    rows = [
        (answer, woman, department)
        for department, cells in enumerate(counts)
        for (answer, woman), number in zip([(1, False), (0, False), (1, True), (0, True)], cells, strict=True)
        for _ in range(number)
    ]
    answered, women, departments = (np.array(column) for column in zip(*rows, strict=True))
    return answered[:, None].astype(float), women, departments


def test_berkeley_admissions_have_the_known_common_odds_ratio() -> None:
    """R's mantelhaen.test: χ² 1.4269, p .2323, odds ratio .9046968 (.7719074 to 1.0603298)."""
    answered, women, departments = admissions()
    item = dif.mantel_haenszel(answered, women, matching=departments).items[0]
    assert item.chi_square == pytest.approx(1.4269, abs=5e-5)
    assert item.p_value == pytest.approx(0.2323, abs=5e-5)
    assert item.odds_ratio.value == pytest.approx(0.9046968, abs=5e-8)
    assert item.odds_ratio.interval == pytest.approx((0.7719074, 1.0603298), abs=5e-8)
    assert (item.ets_class, item.delta.sufficient, item.delta.n) == ("A", True, 4526)


def test_an_item_that_differs_is_found_with_its_size_and_direction() -> None:
    found = dif.mantel_haenszel(ANSWERS, FOCAL)
    first = found.items[0]
    assert (first.p_value or 1) < 0.001
    assert first.delta.value == pytest.approx(-2.35 * SHIFT, abs=2 * (first.delta.standard_error or 0))
    assert first.ets_class in ("B", "C")
    # the others are matched on a score that holds the first item: a little off, never large
    assert all(item.ets_class != "C" for item in found.items[1:])
    assert dif.standardisation(ANSWERS, FOCAL).items[0].p_difference.value < -0.05  # type: ignore[operator]
    regression = dif.logistic(ANSWERS, FOCAL, "uniform").items[0]
    assert regression.group.value == pytest.approx(-SHIFT, abs=2 * (regression.group.standard_error or 0))


def test_without_differences_few_items_are_flagged() -> None:
    """One in twenty by chance: of 60 items more than nine in 1 of 1000 samples."""
    data = simulate.rasch_responses(RNG.normal(size=1500), np.linspace(-2, 2, 60), seed=104)
    group = RNG.random(1500) < 0.4
    for found in (dif.mantel_haenszel(data, group, False), dif.logistic(data, group), dif.mantel(data, group)):
        assert (found.p_value < 0.05).sum() <= 9


@pytest.mark.slow
@settings(max_examples=examples(40))
@given(st.integers(0, 10_000))
def test_exchanging_the_groups_turns_every_sign(seed: int) -> None:
    data, group = answers(150, 5, seed)
    one, other = dif.mantel_haenszel(data, group), dif.mantel_haenszel(data, ~group)
    assert one.chi_square == pytest.approx(other.chi_square, nan_ok=True)
    for mine, theirs in zip(one.items, other.items, strict=True):
        assert (mine.delta.value is None) == (theirs.delta.value is None)
        assert mine.delta.value is None or mine.delta.value == pytest.approx(-(theirs.delta.value or 0), abs=1e-9)
    one_fit, other_fit = dif.logistic(data, group, "uniform"), dif.logistic(data, ~group, "uniform")
    assert one_fit.chi_square == pytest.approx(other_fit.chi_square, abs=1e-6, nan_ok=True)


def test_for_two_categories_mantel_and_generalised_test_are_mantel_haenszel_without_correction() -> None:
    plain = dif.mantel_haenszel(ANSWERS, FOCAL, continuity=False)
    found = dif.mantel(ANSWERS, FOCAL)
    assert found.chi_square == pytest.approx(plain.chi_square, abs=1e-9)
    assert [item.generalised for item in found.items] == pytest.approx(plain.chi_square, abs=1e-9)
    assert {item.df for item in found.items} == {1}
    differences = [item.mean_difference.value for item in found.items]
    assert differences == pytest.approx(dif.standardisation(ANSWERS, FOCAL).p_difference, abs=1e-12)


def test_mantel_and_generalised_statistics_one_table_at_a_time() -> None:
    item, total = RATINGS[:, 2], RATINGS.sum(axis=1)
    difference, variance, vector, matrix = 0.0, 0.0, np.zeros(3), np.zeros((3, 3))
    for score in np.unique(total):
        here, focal = item[total == score], HALF[total == score]
        size, n_f = len(here), int(focal.sum())
        if size < 2 or n_f in (0, size):
            continue
        factor = n_f * (size - n_f) / (size**2 * (size - 1))
        difference += here[focal].sum() - n_f * here.mean()
        variance += factor * (size * (here**2).sum() - here.sum() ** 2)
        counts = np.array([(here == category).sum() for category in (0, 1, 2)])
        vector += [(here[focal] == category).sum() for category in (0, 1, 2)] - n_f * counts / size
        matrix += factor * (size * np.diag(counts) - np.outer(counts, counts))
    found = dif.mantel(RATINGS, HALF).items[2]
    assert found.mantel == pytest.approx(difference**2 / variance, abs=1e-9)
    assert found.generalised == pytest.approx(vector @ np.linalg.solve(matrix, vector), abs=1e-9)
    assert found.df == 3


@pytest.mark.parametrize("kind", ["both", "uniform", "nonuniform"])
def test_likelihood_ratio_is_that_of_the_likelihood_maximised_by_hand(kind: dif.Kind) -> None:
    score, answer = ANSWERS.sum(axis=1), ANSWERS[:, 3]
    design = np.column_stack([np.ones(len(score)), score / 6 - 1, FOCAL, (score / 6 - 1) * FOCAL])

    def highest(columns: int) -> float:
        def loss(beta: np.ndarray) -> float:
            logit = design[:, :columns] @ beta
            return float((np.logaddexp(0, logit) - answer * logit).sum())

        return -float(optimize.minimize(loss, np.zeros(columns), method="BFGS", options={"gtol": 1e-7}).fun)

    low, high = {"both": (2, 4), "uniform": (2, 3), "nonuniform": (3, 4)}[kind]
    found = dif.logistic(ANSWERS, FOCAL, kind).items[3]
    assert found.chi_square == pytest.approx(2 * (highest(high) - highest(low)), abs=1e-5)
    assert found.df == high - low


def test_uniform_and_nonuniform_add_up_to_both() -> None:
    both, uniform, step = (dif.logistic(ANSWERS, FOCAL, kind).chi_square for kind in ("both", "uniform", "nonuniform"))
    assert uniform + step == pytest.approx(both, abs=1e-9)


def test_breslow_day_expects_counts_with_the_margins_and_the_common_odds_ratio() -> None:
    total, item = ANSWERS.sum(axis=1), ANSWERS[:, 4]
    alpha = dif.mantel_haenszel(ANSWERS, FOCAL).items[4].odds_ratio.value or 0
    statistic, levels = 0.0, 0
    for score in np.unique(total):
        here, focal = item[total == score], FOCAL[total == score]
        right, n_r, n_f = here.sum(), (~focal).sum(), focal.sum()
        if not (0 < right < len(here) and n_r and n_f):
            continue
        low, high = max(0, right - n_f), min(n_r, right)
        expected = optimize.brentq(
            lambda a, n_r=n_r, n_f=n_f, m=right: a * (n_f - m + a) - alpha * (n_r - a) * (m - a), low, high
        )
        cells = [expected, n_r - expected, right - expected, n_f - right + expected]
        statistic += (here[~focal].sum() - expected) ** 2 * sum(1 / cell for cell in cells)
        levels += 1
    found = dif.breslow_day(ANSWERS, FOCAL).items[4]
    assert found.chi_square == pytest.approx(statistic, rel=1e-6)
    assert found.df == levels - 1
    assert (found.tarone or 0) <= statistic


def test_breslow_day_sees_what_mantel_haenszel_overlooks() -> None:
    """An item that favours one group among the weak and the other among the strong."""
    ability, group = RNG.normal(size=2000), np.arange(2000) % 2 == 0
    data = simulate.rasch_responses(ability, np.linspace(-1, 1, 15), seed=105)
    slope = np.where(group, 2.5, 0.4)
    data[:, 0] = RNG.random(2000) < 1 / (1 + np.exp(-slope * ability))
    homogeneity = dif.breslow_day(data, group).items[0]
    assert (homogeneity.p_value or 1) < 0.001
    assert (homogeneity.trend_p_value or 1) < 0.001
    assert (dif.logistic(data, group, "nonuniform").items[0].p_value or 1) < 0.001
    assert (dif.mantel_haenszel(data, group).items[0].p_value or 0) > 0.01
    difference = dif.standardisation(data, group).items[0]
    assert (difference.rmwsd or 0) > 3 * abs(difference.p_difference.value or 1)


def test_missing_answers_leave_the_item_and_add_nothing_to_the_score() -> None:
    data = ANSWERS.copy()
    data[::5, 2] = np.nan
    seen = np.isfinite(data[:, 2])
    total = np.nansum(data, axis=1)
    found = dif.mantel_haenszel(data, FOCAL).items[2]
    alone = dif.mantel_haenszel(data[seen][:, [2]], FOCAL[seen], matching=total[seen]).items[0]
    assert (found.chi_square, found.delta.value, found.delta.n) == (alone.chi_square, alone.delta.value, alone.delta.n)


def test_purification_takes_the_item_that_differs_out_of_the_score_of_the_others() -> None:
    data, group = answers(3000, 10, 107)
    found = dif.mantel_haenszel(data, group, purify=True)
    assert found.purification is not None
    assert (found.purification.settled, found.purification.anchor[0]) == (True, False)
    rest = data[:, found.purification.anchor].sum(axis=1)
    other = dif.mantel_haenszel(data[:, [1]], group, matching=rest).items[0]
    assert found.chi_square[1] == pytest.approx(other.chi_square)
    own = dif.mantel_haenszel(data[:, [0]], group, matching=rest + data[:, 0]).items[0]
    assert found.chi_square[0] == pytest.approx(own.chi_square)
    assert dif.logistic(data, group, "uniform", purify=True).purification.anchor[0] == np.False_  # type: ignore[union-attr]


def test_purification_is_bounded_and_names_what_does_not_settle() -> None:
    sets = iter(range(1, 100))
    endless = purified(lambda anchor: np.arange(9) == next(sets) % 9, tuple("abcdefghi"), 4)
    assert (endless.rounds, endless.settled) == (4, False)
    assert endless.sentence.startswith("did not settle: e, f still change")
    turns = purified(lambda anchor: np.array([bool(anchor[0]), True, False]), ("a", "b", "c"), 50)
    assert (turns.rounds, turns.settled, turns.anchor.tolist()) == (2, False, [False, False, True])
    assert turns.sentence == "did not settle: a comes and goes; a, b do not count in the matching score"
    everything = purified(lambda anchor: np.array([True, True]), ("a", "b"), 50)
    assert everything.sentence.startswith("did not settle: every item differs, so none is left to match on")


def test_empirical_bayes_follows_the_published_formulas() -> None:
    data, group = answers(400, 12, 108)
    result = dif.mantel_haenszel(data, group)
    values = np.array([item.delta.value for item in result.items], dtype=float)
    errors = np.array([item.delta.standard_error for item in result.items], dtype=float)
    variance = values.var(ddof=1) - (errors**2).mean()
    assert variance > 0
    weight = variance / (variance + errors**2)
    found = dif.shrunken(result)
    assert found.prior_mean == pytest.approx(values.mean())
    assert found.prior_variance == pytest.approx(variance)
    expected = weight * values + (1 - weight) * values.mean()
    assert [item.delta.value for item in found.items] == pytest.approx(expected)
    assert [item.delta.standard_error for item in found.items] == pytest.approx(np.sqrt(weight) * errors)
    assert all(item.delta.sufficient for item in found.items)
    for item in found.items:
        shares = [item.negligible or 0, item.moderate or 0, item.large or 0]
        assert sum(shares) == pytest.approx(1)


def test_empirical_bayes_of_deltas_that_differ_by_chance_only_is_their_mean() -> None:
    data = simulate.rasch_responses(RNG.normal(size=300), np.zeros(11), seed=109)
    data[150:] = data[:150]  # both groups answered the same
    found = dif.shrunken(dif.mantel_haenszel(data, np.arange(300) >= 150))
    assert found.prior_variance == 0
    assert found.items[0].delta.value == pytest.approx(found.prior_mean)
    assert found.items[0].delta.reason.endswith(
        "the deltas differ no more than chance makes them, so each is drawn fully to their mean"
    )


@pytest.mark.parametrize(
    ("needed", "reason"),
    [
        ((300, 400), "100 persons in the smaller group; at least 300 are needed"),
        ((50, 900), "persons in both groups; at"),
    ],
)
def test_small_groups_are_not_enough_evidence(needed: tuple[int, int], reason: str) -> None:
    data, group = ANSWERS[:400], np.arange(400) < 100
    item = dif.mantel_haenszel(data, group, needed=needed, matching=np.zeros(400)).items[1]
    assert not item.delta.sufficient
    assert reason in item.delta.reason
    assert item.delta.value is not None


def test_items_without_an_answer_to_give_say_so_by_name() -> None:
    data = ANSWERS[:300].copy()
    data[:, 1], data[:, 2] = 1.0, np.where(FOCAL[:300], np.nan, data[:, 2])
    data[:, 3] += data[:, 4]
    names = [f"task {letter}" for letter in "ABCDEFGHIJKL"]
    found = dif.mantel_haenszel(data, FOCAL[:300], names=names)
    assert [item.reason for item in found.items[1:4]] == [
        "task B: wherever the groups meet, everybody answered alike; it cannot show a difference",
        "task C: at no score did persons of both groups answer it; widen the levels or the sample",
        "task D has part points; Mantel's test of mean scores is for such items",
    ]
    assert np.isnan(found.chi_square).tolist() == [bool(item.reason) for item in found.items]
    regression = dif.logistic(data, FOCAL[:300], names=names)
    assert [item.reason for item in regression.items[1:4]] == [
        "task B: everybody answered alike; it cannot show a difference",
        "task C: nobody of the focal group answered it",
        "task D has part points; Mantel's test of mean scores is for such items",
    ]


def test_a_group_that_never_fails_has_a_test_but_no_finite_odds_ratio() -> None:
    group = np.arange(200) % 2 == 0
    answer = np.where(group, 1.0, np.arange(200) % 4 == 1)
    item = dif.mantel_haenszel(answer[:, None], group, matching=np.zeros(200)).items[0]
    assert (item.chi_square or 0) > 10
    assert (item.ets_class, item.delta.value) == (None, None)
    assert "one group were all right or all wrong" in item.delta.reason
    regression = dif.logistic(answer[:, None], group, "uniform", matching=np.arange(200) % 3).items[0]
    assert (regression.chi_square or 0) > 10
    assert regression.group.value is None
    assert "it has no finite value" in regression.group.reason


def test_a_group_that_is_missing_is_said_for_every_item() -> None:
    for found in (
        dif.mantel_haenszel(ANSWERS, np.zeros(len(ANSWERS), dtype=bool)),
        dif.logistic(ANSWERS, np.zeros(len(ANSWERS), dtype=bool)),
    ):
        assert {item.reason for item in found.items} == {"nobody of the focal group answered"}


def test_input_that_means_nothing_is_refused() -> None:
    with pytest.raises(ResponseError, match="focal has shape") as refusal:
        dif.mantel_haenszel(ANSWERS, FOCAL[:5])
    assert refusal.value.code == "not_a_group"
    with pytest.raises(ResponseError, match="focal holds 2"):
        dif.logistic(ANSWERS, FOCAL.astype(int) + 1)
    with pytest.raises(ResponseError, match="3 matching values for 1200 persons"):
        dif.standardisation(ANSWERS, FOCAL, matching=[1, 2, 3])
    with pytest.raises(ResponseError, match="categories are 0, 1, 2"):
        dif.mantel(ANSWERS - 0.5, FOCAL)
