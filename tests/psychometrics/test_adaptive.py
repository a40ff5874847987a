"""Adaptive tests: rules by hand, a session replayed, exposure, content, stopping, and what is refused."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import integrate

from assess.psychometrics import adaptive, irt
from assess.psychometrics.adaptive.rules import SOURCES, most_informative_ability
from assess.psychometrics.responses import ResponseError

Matrix = npt.NDArray[np.float64]
RNG = np.random.default_rng(41)
AREAS = ["law", "wiring", "safety"]
BANK = adaptive.item_bank(
    RNG.lognormal(0.2, 0.3, 60),
    RNG.normal(size=60),
    guessing=RNG.uniform(0, 0.25, 60),
    contents=[AREAS[k % 3] for k in range(60)],
)
GRADED = adaptive.item_bank(
    RNG.lognormal(0.2, 0.2, 40), np.sort(RNG.normal(scale=1.2, size=(40, 3)), axis=1), model="GRM"
)
HISTORY: list[tuple[int | str, float | None]] = [(3, 1), (17, 0), (40, 1), (8, 0)]
ABILITIES = np.linspace(-2, 2, 40)


def replayed(found: adaptive.Simulation, session: int) -> None:
    """`next_item` gives the simulated session item by item, and its ability at the end."""
    history: list[tuple[int | str, float | None]] = []
    for item, answer in zip(found.items[session], found.answers[session], strict=True):
        if item < 0:
            break
        assert adaptive.next_item(found.bank, history, plan=found.plan, session=session).item == item
        history.append((int(item), int(answer)))
    last = adaptive.next_item(found.bank, history, plan=found.plan, session=session)
    assert last.over
    assert last.ability.value == pytest.approx(found.theta[session], abs=1e-9)
    assert last.ability.standard_error == pytest.approx(found.standard_error[session], abs=1e-9)
    assert last.decision == (None if found.passed is None else ["fail", "pass"][int(found.passed[session])])


@pytest.mark.slow
@pytest.mark.parametrize("rule", SOURCES)
def test_a_simulated_session_is_what_next_item_gives(rule: Any) -> None:
    plan = adaptive.Plan(rule=rule, length=3, randomesque=2, seed=5)
    found = adaptive.simulate(BANK, ABILITIES[:: 2 if rule == "MFI" else 20], plan=plan)
    replayed(found, 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    "plan",
    [
        adaptive.Plan(length=6, method="ML"),
        adaptive.Plan(length=6, method="WLE", shares={"law": 2, "wiring": 1}),
        adaptive.Plan(length=8, method="MAP", standard_error=0.5),
        adaptive.Plan(length=8, cut=0.3, shortest=2),
        adaptive.Plan(length=8, cut=0.3, likelihood_ratio=adaptive.LikelihoodRatio(width=0.5)),
        adaptive.Plan(length=6, chance_to_be_given=np.full(60, 0.4)),
    ],
    ids=["ML", "content", "precision", "interval", "likelihood ratio", "exposure"],
)
def test_every_kind_of_plan_replays(plan: adaptive.Plan) -> None:
    found = adaptive.simulate(BANK, ABILITIES[::4], plan=plan)
    for session in (0, 6):
        replayed(found, session)


def test_looking_information_up_chooses_what_computing_it_chooses() -> None:
    """Forty sessions use the table, each alone computes: the same items throughout."""
    plan = adaptive.Plan(length=10)
    together = adaptive.simulate(BANK, ABILITIES, plan=plan)
    for session in (3, 30):
        replayed(together, session)


def test_the_same_history_gives_the_same_item_and_another_session_may_differ() -> None:
    plan = adaptive.Plan(randomesque=10)
    items = [adaptive.next_item(BANK, HISTORY, plan=plan, session=1).item for _ in range(3)]
    assert items == items[:1] * 3
    assert len({adaptive.next_item(BANK, HISTORY, plan=plan, session=s).item for s in range(30)}) > 3
    names = [(BANK.names[int(item)], answer) for item, answer in HISTORY]
    assert adaptive.next_item(BANK, names, plan=plan, session=1).item == items[0]


def test_randomesque_draws_from_the_best_items_evenly() -> None:
    best = np.argsort(-BANK.curves(np.zeros(1)).information[:, 0])[:4]
    plan = adaptive.Plan(length=1, randomesque=4)
    first = adaptive.simulate(BANK, np.zeros(1000), plan=plan).items[:, 0]
    assert set(first) == set(best)
    assert np.bincount(first)[best] == pytest.approx([250] * 4, abs=4.5 * np.sqrt(1000 * 0.25 * 0.75))


def test_proportional_selection_begins_evenly_and_ends_at_the_best() -> None:
    plan = adaptive.Plan(rule="proportional", length=2)
    found = adaptive.simulate(BANK, np.zeros(1200), plan=plan)
    assert np.bincount(found.items[:, 0], minlength=60) == pytest.approx([20] * 60, abs=4.5 * np.sqrt(20))


NODES = np.linspace(-4, 4, 2001)


def posterior() -> Matrix:
    """Of `HISTORY` at NODES, up to a factor."""
    right = BANK.curves(NODES).probability[:, 1]
    chances = [right[int(item)] if answer else 1 - right[int(item)] for item, answer in HISTORY]
    return np.asarray(np.exp(-(NODES**2) / 2) * np.prod(chances, axis=0))


def best_free(worth: Matrix) -> int:
    return max((j for j in range(60) if j not in dict(HISTORY)), key=lambda j: worth[j])


def test_weighted_information_is_the_integral_of_its_definition() -> None:
    """Simpson's rule on 2,001 points."""
    information = BANK.curves(NODES).information
    weighted = integrate.simpson(posterior() * information, x=NODES)
    assert adaptive.next_item(BANK, HISTORY, plan=adaptive.Plan(rule="MPWI")).item == best_free(weighted)
    flat = posterior() * np.exp(NODES**2 / 2)
    likely = integrate.simpson(flat * information, x=NODES)
    assert adaptive.next_item(BANK, HISTORY, plan=adaptive.Plan(rule="MLWI")).item == best_free(likely)


def test_divergence_is_the_integral_of_its_definition() -> None:
    theta = np.array([adaptive.ability(BANK, HISTORY).value])
    here, there = BANK.curves(theta).probability, BANK.curves(NODES).probability
    divergence = (here * np.log(here / there)).sum(axis=1)
    found = adaptive.next_item(BANK, HISTORY, plan=adaptive.Plan(rule="KLP"))
    assert found.item == best_free(integrate.simpson(posterior() * divergence, x=NODES))


def test_expected_a_posteriori_ability_is_the_integral() -> None:
    total, first = (integrate.simpson(NODES**power * posterior(), x=NODES) for power in (0, 1))
    assert adaptive.ability(BANK, HISTORY).value == pytest.approx(first / total, abs=1e-5)


def test_a_narrow_posterior_is_integrated_on_more_points() -> None:
    """Two hundred answers on nine points: as on 1,025 points."""
    bank = adaptive.item_bank(2.0, np.linspace(-1, 1, 200))
    history = [(item, int(item % 3 > 0)) for item in range(200)]
    coarse, fine = (adaptive.ability(bank, history, scale=adaptive.Scale(points=points)) for points in (9, 1025))
    assert coarse.value == pytest.approx(fine.value, abs=1e-5)
    assert coarse.standard_error == pytest.approx(fine.standard_error, abs=1e-5)


@pytest.mark.parametrize("method", ["ML", "MAP", "WLE"])
def test_abilities_equal_those_of_a_calibration_with_the_same_items(method: Any) -> None:
    answers = np.random.default_rng(8).integers(0, 2, (400, 6)).astype(float)
    answers[:, 0] = answers[:, 1:].sum(axis=1) > 2
    calibration = irt.calibrate(answers, "Rasch")
    bank = adaptive.calibrated_bank(calibration)
    pattern = [1, 0, 1, 1, 0, 0]
    scale = adaptive.Scale(sd=calibration.population_sd, bounds=(-6, 6))
    found = adaptive.ability(bank, list(enumerate(pattern)), method=method, scale=scale)
    expected = irt.estimate([pattern], calibration, method)
    assert found.value == pytest.approx(expected.theta[0], abs=1e-7)
    assert found.standard_error == pytest.approx(expected.standard_error[0], abs=1e-7)


def test_an_item_with_guessing_informs_most_where_a_search_finds_it() -> None:
    bank = adaptive.item_bank([0.7, 1.9, 1.2], [-1, 0.5, 2], guessing=[0.3, 0.0, 0.15], upper=[0.95, 1.0, 0.8])
    fine = np.linspace(-4, 5, 90001)
    assert most_informative_ability(bank) == pytest.approx(fine[bank.curves(fine).information.argmax(axis=1)], abs=1e-4)


def test_everything_right_has_a_bounded_ability_and_says_so() -> None:
    right = [(item, 1.0) for item in range(10)]
    found = adaptive.ability(BANK, right, method="ML")
    assert (found.value, found.sufficient) == (4.0, False)
    assert found.reason == "all answers point upwards, so the estimate is the upper bound"
    for method in ("EAP", "MAP", "WLE"):
        bounded = adaptive.ability(BANK, right, method=method)
        assert bounded.value is not None
        assert 0.5 < bounded.value <= 4


def test_before_the_first_answer_the_ability_is_the_priors_and_not_sufficient() -> None:
    first = adaptive.next_item(BANK, [], plan=adaptive.Plan(scale=adaptive.Scale(mean=0.4)))
    assert first.ability.value == pytest.approx(0.4, abs=1e-3)
    assert first.ability.reason == "0 answers; at least 1 are needed"
    nothing = adaptive.next_item(BANK, [], plan=adaptive.Plan(method="ML"))
    assert nothing.ability.reason == "no answer says anything about ability yet"
    assert nothing.item is not None


def test_an_unanswered_item_counts_as_given_and_says_nothing() -> None:
    plan = adaptive.Plan(length=5)
    with_gap = adaptive.next_item(BANK, [*HISTORY, (20, None)], plan=plan)
    assert with_gap.ability.value == adaptive.ability(BANK, HISTORY).value
    assert (with_gap.ability.n, with_gap.reason) == (4, "the test has its full length")


def test_content_is_within_one_item_of_the_blueprint() -> None:
    plan = adaptive.Plan(length=12, shares={"law": 0.5, "wiring": 0.3, "safety": 0.2})
    found = adaptive.simulate(BANK, ABILITIES, plan=plan)
    given = np.array([[area.given for area in found.audit(s)] for s in range(40)])
    assert (np.abs(given - [6, 3.6, 2.4]) < 1).all()
    assert found.remarks == ()
    assert found.audit(0)[0].sentence == "law: 6 given, 6.0 wanted: met"


def test_an_area_that_runs_out_of_items_is_passed_over_and_named() -> None:
    bank = adaptive.item_bank(1.0, np.linspace(-1, 1, 10), contents=["rare"] + ["common"] * 9)
    found = adaptive.simulate(bank, np.zeros(20), plan=adaptive.Plan(length=6, shares={"rare": 1, "common": 1}))
    assert found.remarks[0] == "20 of 20 sessions are an item or more away from the blueprint"
    assert found.audit(0)[0].sentence == "rare: 1 given, 3.0 wanted: short of the blueprint"


@pytest.mark.slow
def test_sympson_hetter_keeps_the_highest_exposure() -> None:
    theta = np.random.default_rng(3).normal(size=250)
    plan = adaptive.Plan(length=6)
    found = adaptive.sympson_hetter(BANK, theta, plan=plan, target=0.35, rounds=15)
    assert (found.converged, found.reason) == (True, "")
    assert found.history[0] == 1.0
    assert found.highest <= 0.35 + 3 * np.sqrt(0.35 * 0.65 / 250)
    uncontrolled = adaptive.simulate(BANK, theta, plan=plan)
    controlled = adaptive.simulate(
        BANK, theta, plan=adaptive.Plan(length=6, chance_to_be_given=found.chance_to_be_given, seed=99)
    )
    assert controlled.overlap < uncontrolled.overlap
    assert controlled.exposure.sum() == pytest.approx(6)


def test_restricted_exposure_is_never_exceeded() -> None:
    found = adaptive.simulate(BANK, np.zeros(50), plan=adaptive.Plan(length=5, highest_exposure=0.2))
    assert found.exposure.max() <= 0.2
    assert (found.given == 5).all()
    assert all(len(set(row)) == 5 for row in found.items)


def test_a_session_stops_at_the_precision_or_at_its_length() -> None:
    plan = adaptive.Plan(length=25, shortest=3, standard_error=0.4)
    found = adaptive.simulate(BANK, ABILITIES, plan=plan)
    precise = found.stopped_by == 2
    assert precise.any()
    assert (found.standard_error[precise] <= 0.4).all()
    assert (found.given[~precise] == 25).all()
    assert sum(found.reasons().values()) == 40


@pytest.mark.slow
def test_classification_is_right_more_often_than_the_accepted_mistakes_allow() -> None:
    """Abilities at the edges of the zone of indifference: Wald's bounds, up to the truncation at 60 items."""
    bank = adaptive.item_bank(1.5, np.zeros(400))
    test = adaptive.LikelihoodRatio(width=0.4, false_pass=0.05, false_fail=0.05)
    plan = adaptive.Plan(length=120, cut=0.0, likelihood_ratio=test)
    found = adaptive.simulate(bank, np.repeat([-0.4, 0.4], 150), plan=plan)
    assert found.correct_decisions is not None
    assert (found.correct_decisions.value or 0) > 0.93
    assert found.reasons()["the sequential test has decided at the cut"] > 290


def test_a_bank_that_is_used_up_ends_the_session() -> None:
    bank = adaptive.item_bank(1.0, [0.0, 0.5])
    last = adaptive.next_item(bank, [(0, 1), (1, 0)])
    assert (last.over, last.reason) == (True, "no item of the bank is left to give")
    assert adaptive.next_item(bank, [(0, 1)], unavailable=[1]).over
    found = adaptive.simulate(bank, [0.0, 1.0])
    assert found.remarks[0].startswith("2 sessions ended because no item was left to give")


def test_graded_items_are_chosen_by_information_and_measured_without_bias() -> None:
    theta = np.random.default_rng(6).normal(size=200)
    found = adaptive.simulate(GRADED, theta, plan=adaptive.Plan(length=12))
    replayed(found, 0)
    assert found.answers.max() == 3
    assert found.bias.interval is not None
    assert found.bias.interval[0] < 0.05
    assert found.bias.interval[1] > -0.05
    assert (found.root_mean_square_error.value or 1) < 0.35
    with pytest.raises(ResponseError, match="bOpt is defined for right-or-wrong items only"):
        adaptive.next_item(GRADED, [], plan=adaptive.Plan(rule="bOpt"))


@pytest.mark.parametrize("rule", ["MEI", "MEPV", "KL", "MLWI", "progressive"])
def test_graded_items_can_be_chosen_by_every_rule_without_a_difficulty(rule: Any) -> None:
    assert adaptive.next_item(GRADED, [(3, 2), (5, 0)], plan=adaptive.Plan(rule=rule)).item not in (None, 3, 5)


@pytest.mark.slow
def test_simulated_abilities_are_recovered_within_their_standard_errors() -> None:
    """2,000 sessions, abilities as the prior has them: EAP's interval holds the truth in 95 %."""
    theta = np.random.default_rng(12).normal(size=2000)
    found = adaptive.simulate(BANK, theta, plan=adaptive.Plan(length=20))
    held = (np.abs(found.theta - theta) < 1.959964 * found.standard_error).mean()
    assert held == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / 2000))


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: adaptive.item_bank([], []), "not_a_bank"),
        (lambda: adaptive.item_bank([1.0, -0.5], [0, 1]), "not_a_bank"),
        (lambda: adaptive.item_bank(1.0, [0, 1], guessing=[0.2]), "not_a_bank"),
        (lambda: adaptive.item_bank(1.0, [0, np.nan]), "not_a_bank"),
        (lambda: adaptive.item_bank(1.0, [[0, 1], [1, 0]], model="GRM"), "not_a_bank"),
        (lambda: adaptive.item_bank(1.0, [[0, 1]]), "not_a_bank"),
        (lambda: adaptive.Plan(rule="best"), "not_a_plan"),  # type: ignore[arg-type]
        (lambda: adaptive.Plan(length=3, shortest=5), "not_a_plan"),
        (lambda: adaptive.Plan(standard_error=0.05), "not_a_plan"),
        (lambda: adaptive.Plan(likelihood_ratio=adaptive.LikelihoodRatio()), "not_a_plan"),
        (lambda: adaptive.next_item(BANK, [], plan=adaptive.Plan(shares={"art": 1})), "not_a_plan"),
        (lambda: adaptive.next_item(BANK, [(1, 1), (1, 0)]), "item_repeated"),
        (lambda: adaptive.next_item(BANK, [(1, 2)]), "not_a_category"),
        (lambda: adaptive.next_item(BANK, [(60, 1)]), "unknown_item"),
        (lambda: adaptive.next_item(BANK, [("x", 1)]), "unknown_item"),
        (lambda: adaptive.simulate(BANK, [0.0, np.nan]), "not_finite"),
        (lambda: adaptive.sympson_hetter(BANK, ABILITIES, plan=adaptive.Plan(length=30), target=0.2), "not_a_plan"),
        (lambda: adaptive.calibrated_bank(irt.calibrate(np.ones((5, 3)), "Rasch")), "not_calibrated"),
    ],
)
def test_what_cannot_be_is_refused_with_its_code(make: Any, code: str) -> None:
    with pytest.raises(ResponseError) as refused:
        make()
    assert refused.value.code == code


def test_a_simulation_of_nobody_or_few_says_so() -> None:
    nobody = adaptive.simulate(BANK, [])
    assert nobody.bias.reason == "0 sessions; at least 100 are needed"
    assert nobody.items.shape == (0, 0)
    assert not adaptive.simulate(BANK, [0.0, 1.0], plan=adaptive.Plan(length=2)).mean_length.sufficient
