"""Many-facet Rasch beside TAM 4.4, sirt 4.3, mirt for Python 1.2 on the same data.

The other programs stop their EM algorithm at parameter changes, and integrate on their own nodes. Where that shows, the
likelihood is computed here a second time, from its definition on 601 nodes, at their parameters and at ours.
"""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from assess.psychometrics import facets
from tests.conformance.stored_cases import agrees

Array = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def folder(data_dir: Path) -> Path:
    return data_dir / "psychometrics"


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def reference(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["output"]


def long(
    table: list[dict[str, str]], items: list[str], person: str | None
) -> tuple[list[float], list[str], list[str], list[str]]:
    """Ratings, persons, items and raters of a table with one row per person and rater."""
    ratings = [float(row[item]) for row in table for item in items]
    persons = [row[person] if person else str(number) for number, row in enumerate(table) for _ in items]
    return ratings, persons, items * len(table), [row["rater"] for row in table for _ in items]


def log_likelihood(
    ratings: list[float],
    person: list[str],
    location: Array,
    cumulated: Array,
    sd: float,
    nodes: int = 601,
    reach: float = 14.0,
) -> float:
    """Σ log ∫ Π exp(x(θ − b) − c_x)/Σ_k … φ(θ; 0, sd), from the definition; `cumulated` is ratings × categories."""
    theta = np.linspace(-reach, reach, nodes)
    weight = -((theta / sd) ** 2) / 2
    weight -= np.log(np.exp(weight).sum())
    category = np.arange(cumulated.shape[1])
    logits = category[:, None] * (theta - location[:, None])[:, None, :] - cumulated[:, :, None]
    log_probability = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    chosen = log_probability[np.arange(len(ratings)), np.array(ratings, dtype=int)]
    whose = np.unique(person, return_inverse=True)[1]
    joint = np.zeros((whose.max() + 1, nodes)) + weight
    np.add.at(joint, whose, chosen)
    top = joint.max(axis=1, keepdims=True)
    return float((np.log(np.exp(joint - top).sum(axis=1)) + top[:, 0]).sum())


def test_rating_scale_of_tasks_and_raters_equals_mirt_for_python(folder: Path) -> None:
    """Tolerances: mirt stops at changes of 1e-6; standard errors of both are from the observed information."""
    expected = reference(folder, "mfrm_sim_pymirt")
    data = rows(folder, "mfrm_sim.csv")
    task, rater = ([int(row[name]) for row in data] for name in ("task", "rater"))
    found = facets.calibrate(
        [float(row["score"]) for row in data],
        person=[int(row["person"]) for row in data],
        facets={"task": task, "rater": rater},
        noncentred="task",
    )
    assert found.converged
    sd, fit = found.population_sd, found.fit("rater")
    assert sd is not None
    for words, ours, key, within in (
        ("log-likelihood", found.log_likelihood, "loglik", 1e-5),
        ("difficulties of tasks", found.difficulty["task"], "item", 5e-6),
        ("severities of raters", found.difficulty["rater"], "rater", 5e-6),
        ("thresholds", found.thresholds[0], "thresholds", 5e-6),
        ("standard deviation of ability", found.sd, "sigma", 5e-6),
        ("standard errors of tasks", found.standard_errors["task"], "item_se", 1e-6),
        ("standard errors of raters", found.standard_errors["rater"], "rater_se", 1e-6),
        ("standard error of the standard deviation", sd.standard_error, "sigma_se", 1e-6),
        ("abilities of persons 1–30", found.ability[:30], "theta", 5e-6),
        ("infit of raters", fit.infit, "rater_infit", 1e-6),
        ("outfit of raters", fit.outfit, "rater_outfit", 1e-6),
    ):
        assert ours is not None
        agrees("mfrm_sim_pymirt", words, ours, expected[key], within=within)


def test_items_with_steps_of_their_own_equal_tam_with_a_better_likelihood(folder: Path) -> None:
    """~ item + item:step + rater: TAM's mean of persons is 0, its raters and the steps of an item sum to 0.

    Tolerance 5e-4: TAM integrates on 21 nodes 0.6 apart.
    """
    output = reference(folder, "mfrm_tam_sim_step")
    expected = np.array(output["xsi.facets"]["xsi"])
    table = rows(folder, "tam_sim_mfr.csv")
    ratings, person, item, rater = long(table, [f"V{number}" for number in range(1, 6)], None)
    found = facets.calibrate(
        ratings, person=person, facets={"item": item, "rater": rater}, steps="item", noncentred="item"
    )
    assert found.converged
    assert found.sd is not None
    case = "mfrm_tam_sim_step"
    agrees(case, "difficulties of items", found.difficulty["item"], expected[:5], within=5e-4)
    agrees(case, "severities of raters", found.difficulty["rater"], expected[5:10], within=5e-4)
    agrees(case, "thresholds", found.thresholds.T, expected[10:], within=5e-4)
    agrees(case, "variance of ability", found.sd**2, output["variance"], within=5e-4)
    agrees(case, "deviance", -2 * found.log_likelihood, output["deviance"], within=1e-6, relative=True)
    assert found.log_likelihood >= -output["deviance"] / 2
    # every person is TAM's row, rated by one rater alone
    assert len(found.connectivity.subsets) == 5
    assert "assigned at random" in found.measures["rater"][0].measure.reason


def test_partial_credit_with_raters_has_a_better_likelihood_than_sirt(folder: Path) -> None:
    """sirt's 30 nodes lie 0.62 apart, so that its likelihood is 6e-5 (relative) beside the integral, its raters are up to
    2e-3 beside the maximum, and all its items .04; on these nodes the definition gives sirt's deviance, and the integral
    prefers ours."""
    output = reference(folder, "mfrm_sirt_ratings1")
    ratings, person, item, rater = long(
        rows(folder, "sirt_ratings1.csv"), [f"k{number}" for number in range(1, 6)], "idstud"
    )
    found = facets.calibrate(
        ratings, person=person, facets={"item": item, "rater": rater}, steps="item", noncentred="item"
    )
    assert found.converged
    case = "mfrm_sirt_ratings1"
    agrees(case, "severities of raters", found.difficulty["rater"], output["rater"]["b"], within=2e-3)
    agrees(case, "deviance", -2 * found.log_likelihood, output["deviance"], within=1e-4, relative=True)
    which = np.array([int(name[1]) - 1 for name in item])
    severity = dict(zip(output["rater"]["rater"], output["rater"]["b"], strict=True))
    tau = np.column_stack([np.zeros(5), *(output["item"][f"tau.Cat{k}"] for k in (1, 2, 3))])
    theirs = np.array([severity[name] for name in rater])
    at_theirs = log_likelihood(ratings, person, theirs, tau[which], output["sigma"])
    assert log_likelihood(ratings, person, theirs, tau[which], output["sigma"], nodes=30, reach=9.0) == pytest.approx(
        -output["deviance"] / 2, abs=1e-6
    )
    place = {name: number for number, name in enumerate(found.elements["rater"])}
    ours = found.difficulty["rater"][[place[name] for name in rater]] + found.difficulty["item"][which]
    steps = np.column_stack([np.zeros(5), np.cumsum(found.thresholds, axis=1)])
    assert found.sd is not None
    at_ours = log_likelihood(ratings, person, ours, steps[which], found.sd)
    assert at_ours == pytest.approx(found.log_likelihood, abs=1e-6)
    assert at_ours > at_theirs + 0.02
    items, raters, location = output["item"], output["rater"], found.difficulty["item"]
    cumulated = steps[:, 1:] + location[:, None] * [1, 2, 3]
    averages, counts = found.observed_average, [found.fit(facet).n for facet in ("item", "rater")]
    error = found.standard_errors["person"]
    spread = found.ability.var(ddof=1)
    for words, ours_too, stored, within in (
        ("cumulated steps of items (their nodes)", cumulated, tau[:, 1:], 0.12),
        ("locations of items (their nodes)", location, items["delta"], 0.04),
        ("locations of items, centred", location - location.mean(), items["delta_cent"], 1e-3),
        ("standard deviation of ability", found.sd, output["sigma"], 5e-3),
        ("reliability of abilities", spread / (spread + (error**2).mean()), output["EAP.rel"], 5e-4),
        ("mean rating of items", averages["item"], items["M"], 1e-12),
        ("mean rating by raters", averages["rater"], raters["M"], 1e-12),
        ("ratings of items", counts[0], items["N"], 0),
        ("ratings by raters", counts[1], raters["N"], 0),
    ):
        agrees(case, words, ours_too, stored, within=within)


def test_one_facet_is_the_rasch_model_of_tam(folder: Path) -> None:
    """Joint estimation: TAM keeps the 2 extreme persons in with 0.3 points inside, here they are kept out: a common shift
    and 3e-4; the factor (L − 1)/L is TAM's bias correction. Marginal: tolerance 1e-3, TAM's 21 nodes."""
    answers = np.genfromtxt(folder / "tam_sim_rasch.csv", delimiter=",", skip_header=1)
    persons, items = answers.shape
    person, item = np.repeat(np.arange(persons), items), np.tile(np.arange(items), persons)
    joint = facets.calibrate(
        answers.ravel(), person=person, facets={"item": item}, method="JML", bias_correction=True, errors="conditional"
    )
    output = reference(folder, "tam_jml")
    expected = np.array(output["xsi"])
    ours = joint.difficulty["item"] + expected.mean()
    agrees("tam_jml", "difficulties, joint and centred alike", ours, expected, within=3e-4)
    marginal = facets.calibrate(answers.ravel(), person=person, facets={"item": item}, noncentred="item")
    output = reference(folder, "tam_rasch")
    case, stored = "tam_rasch", output["deviance"]
    agrees(case, "deviance", -2 * marginal.log_likelihood, stored, within=1e-6, relative=True)
    assert marginal.log_likelihood >= -output["deviance"] / 2
    agrees(case, "difficulties", marginal.difficulty["item"], output["xsi"]["xsi"], within=1e-3)
