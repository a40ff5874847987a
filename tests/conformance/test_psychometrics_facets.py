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
    assert found.log_likelihood == pytest.approx(expected["loglik"], abs=1e-5)
    assert found.difficulty["task"] == pytest.approx(expected["item"], abs=5e-6)
    assert found.difficulty["rater"] == pytest.approx(expected["rater"], abs=5e-6)
    assert found.thresholds[0] == pytest.approx(expected["thresholds"], abs=5e-6)
    assert found.sd == pytest.approx(expected["sigma"], abs=5e-6)
    assert found.standard_errors["task"] == pytest.approx(expected["item_se"], abs=1e-6)
    assert found.standard_errors["rater"] == pytest.approx(expected["rater_se"], abs=1e-6)
    sd = found.population_sd
    assert sd is not None
    assert sd.standard_error == pytest.approx(expected["sigma_se"], abs=1e-6)
    assert found.ability[:30] == pytest.approx(expected["theta"], abs=5e-6)
    fit = found.fit("rater")
    assert fit.infit == pytest.approx(expected["rater_infit"], abs=1e-6)
    assert fit.outfit == pytest.approx(expected["rater_outfit"], abs=1e-6)


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
    assert found.difficulty["item"] == pytest.approx(expected[:5], abs=5e-4)
    assert found.difficulty["rater"] == pytest.approx(expected[5:10], abs=5e-4)
    assert found.thresholds.T.ravel() == pytest.approx(expected[10:], abs=5e-4)
    assert found.sd is not None
    assert found.sd**2 == pytest.approx(output["variance"], abs=5e-4)
    assert found.log_likelihood == pytest.approx(-output["deviance"] / 2, rel=1e-6)
    assert found.log_likelihood >= -output["deviance"] / 2
    # every person is TAM's row, rated by one rater alone
    assert len(found.connectivity.subsets) == 5
    assert "assigned at random" in found.measures["rater"][0].measure.reason


def test_partial_credit_with_raters_has_a_better_likelihood_than_sirt(folder: Path) -> None:
    """sirt's 30 nodes lie 0.62 apart, so that its likelihood is 6e-5 (relative) beside the integral, and its parameters up
    to 2e-3 beside the maximum; on these nodes the definition gives sirt's deviance, and the integral prefers ours."""
    output = reference(folder, "mfrm_sirt_ratings1")
    ratings, person, item, rater = long(
        rows(folder, "sirt_ratings1.csv"), [f"k{number}" for number in range(1, 6)], "idstud"
    )
    found = facets.calibrate(
        ratings, person=person, facets={"item": item, "rater": rater}, steps="item", noncentred="item"
    )
    assert found.converged
    assert found.difficulty["rater"] == pytest.approx(output["rater"]["b"], abs=2e-3)
    assert found.log_likelihood == pytest.approx(-output["deviance"] / 2, rel=1e-4)
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
    assert joint.difficulty["item"] == pytest.approx(expected - expected.mean(), abs=3e-4)
    marginal = facets.calibrate(answers.ravel(), person=person, facets={"item": item}, noncentred="item")
    output = reference(folder, "tam_rasch")
    assert marginal.log_likelihood == pytest.approx(-output["deviance"] / 2, rel=1e-6)
    assert marginal.log_likelihood >= -output["deviance"] / 2
    assert marginal.difficulty["item"] == pytest.approx(output["xsi"]["xsi"], abs=1e-3)
