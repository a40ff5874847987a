"""Rasch and partial credit calibration beside mirt 1.47, TAM 4.4, eRm 1.0 (R) on the same data."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from assess.psychometrics import irt
from tests.conformance.stored_cases import agrees

# conditional maximum likelihood, centred, eRm 1.0-2 (reference/domain.md 3)
MATHEXAM_CONDITIONAL = [
    0.1883, -0.7817, -1.0551, 0.3391, -0.7817, -0.4626, 2.3128, -0.4181, 0.7633, 0.8062, -1.2710, -0.3886, 0.7491,
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(data_dir: Path) -> Path:
    return data_dir / "psychometrics"


def table(folder: Path, name: str) -> npt.NDArray[np.float64]:
    return np.genfromtxt(folder / name, delimiter=",", skip_header=1)


def reference(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["output"]


def difficulties(calibration: irt.RaschCalibration) -> list[float | None]:
    return [item.difficulty.value for item in calibration.items]


@pytest.mark.parametrize("name", ["lsat6", "lsat7"])
def test_rasch_equals_mirt(folder: Path, name: str) -> None:
    """mirt stopped at parameter changes of 1e-8 on a grid of 61 points: 2e-5 in parameters, 1e-6 in logLik."""
    case = f"irt_rasch_{name}"
    expected = reference(folder, case)
    found = irt.calibrate_rasch(table(folder, f"{name}.csv"))
    assert found.log_likelihood is not None
    agrees(case, "log-likelihood", found.log_likelihood, expected["logLik"], within=1e-6)
    agrees(case, "AIC", 2 * found.n_parameters - 2 * found.log_likelihood, expected["AIC"], within=1e-5)
    stored = [row[1] for row in expected["coef_IRT"]["values"]]
    agrees(case, "difficulties", difficulties(found), stored, within=2e-5)
    sd = found.population_sd
    assert sd.value is not None
    assert sd.standard_error is not None
    agrees(case, "variance of ability", sd.value**2, expected["latent_cov"]["values"][0][0], within=2e-5)
    # standard errors: Oakes' formula there, observed information here; both exact
    errors = expected["SE"]
    items = [values["values"][1][1] for key, values in errors.items() if key != "GroupPars"]
    ours = [item.difficulty.standard_error for item in found.items]
    agrees(case, "standard errors of difficulties", ours, items, within=1e-5)
    of_variance = 2 * sd.value * sd.standard_error
    agrees(case, "standard error of the variance", of_variance, errors["GroupPars"]["values"][1][1], within=1e-5)


def test_partial_credit_equals_mirt(folder: Path) -> None:
    """Tolerance 2e-4: mirt's EM stops a little short on the extreme first step; our logLik is not lower."""
    case = "irt_pcm_science"
    expected = reference(folder, case)
    found = irt.calibrate_rasch(table(folder, "science.csv") - 1)
    agrees(case, "log-likelihood", found.log_likelihood, expected["logLik"], within=1e-5)
    assert (found.log_likelihood or 0) >= expected["logLik"] - 1e-9
    steps = [[step.value for step in item.steps] for item in found.items]
    agrees(case, "steps", steps, [row[1:] for row in expected["coef_IRT"]["values"]], within=2e-4)
    variance = (found.population_sd.value or 0) ** 2
    agrees(case, "variance of ability", variance, expected["latent_cov"]["values"][0][0], within=1e-4)


def test_rasch_equals_tam(folder: Path) -> None:
    """TAM integrates over 21 points: its deviance is 0.05 off the converged one, difficulties 1e-4."""
    case = "tam_rasch"
    expected = reference(folder, case)
    data = table(folder, "tam_sim_rasch.csv")
    found = irt.calibrate_rasch(data)
    agrees(case, "deviance", -2 * (found.log_likelihood or 0), expected["deviance"], within=0.1)
    agrees(case, "difficulties", difficulties(found), expected["xsi"]["xsi"], within=2e-4)
    agrees(case, "variance of ability", (found.population_sd.value or 0) ** 2, expected["variance"], within=2e-4)
    # TAM's standard errors leave out the covariances with the other parameters, so they are below the full ones
    errors = np.array([item.difficulty.standard_error for item in found.items])
    ratio = errors / expected["xsi"]["se.xsi"]
    assert ((ratio > 1) & (ratio < 1.15)).all()
    alone = 1 / np.sqrt(np.diag(np.linalg.inv(found.covariance)))
    words = "standard errors with all other parameters known"
    agrees(case, words, alone, expected["xsi"]["se.xsi"], within=0.02, relative=True)


def test_weighted_likelihood_and_eap_equal_tam(folder: Path) -> None:
    """Tolerance 2e-4: the two calibrations differ by 1e-4."""
    expected = reference(folder, "tam_rasch")
    data = table(folder, "tam_sim_rasch.csv")
    calibration = irt.calibrate_rasch(data)
    case = "tam_rasch"
    measures = irt.wle(data, calibration)
    agrees(case, "weighted likelihood, persons 1–50", measures.theta[:50], expected["WLE"], within=2e-4)
    agrees(case, "its standard errors", measures.standard_error[:50], expected["WLE_se"], within=2e-4)
    posterior = irt.eap(data, calibration)
    reliability = posterior.theta.var() / (posterior.theta.var() + (posterior.standard_error**2).mean())
    agrees(case, "reliability of EAP", reliability, expected["EAP.rel"], within=2e-4)


def test_mathexam_difficulties_are_within_006_of_the_conditional_ones(folder: Path) -> None:
    """Marginal and conditional estimates differ by the normal assumption; .06 is the contract's tolerance."""
    found = irt.calibrate_rasch(table(folder, "mathexam14w_solved.csv"), centred=True)
    words = "marginal difficulties beside conditional ones (eRm, to four decimals)"
    agrees("mathexam14w_solved", words, difficulties(found), MATHEXAM_CONDITIONAL, within=0.06)
    assert sum(value or 0 for value in difficulties(found)) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("case", "data"), [("irt_rasch_cml_lsat6", "lsat6"), ("irt_rasch_cml_raschdat1", "raschdat1")])
def test_centred_difficulties_are_close_to_conditional_ones(folder: Path, case: str, data: str) -> None:
    """eRm reports easiness. Tolerance .06 as above (a different likelihood); standard errors within 5 %."""
    expected = reference(folder, case)
    found = irt.calibrate_rasch(table(folder, f"{data}.csv"), centred=True)
    easiness = [-(value or 0) for value in difficulties(found)]
    errors = [item.difficulty.standard_error for item in found.items]
    stored = list(expected["beta_easiness"].values())
    agrees(case, "easiness, marginal beside conditional", easiness, stored, within=0.06)
    agrees(case, "standard errors, marginal beside conditional", errors, expected["se"], within=0.05, relative=True)


def test_differences_from_the_first_item_are_close_to_psychotools(folder: Path) -> None:
    expected = reference(folder, "rasch_psychotools_ct")
    found = difficulties(irt.calibrate_rasch(table(folder, "raschdat1.csv")))
    ours = [(value or 0) - (found[0] or 0) for value in found[1:]]
    words = "differences from the first item, marginal beside conditional"
    agrees("rasch_psychotools_ct", words, ours, list(expected["coef"].values()), within=0.06)


def test_partial_credit_steps_are_close_to_conditional_ones(folder: Path) -> None:
    """Another likelihood on 392 persons: within 0.2 logit, a third of the largest standard error; one origin."""
    expected = np.array(list(reference(folder, "irt_pcm_cml_science")["thresholds"].values()))
    found = irt.calibrate_rasch(table(folder, "science.csv") - 1, centred=True)
    steps = np.array([step.value for item in found.items for step in item.steps], dtype=np.float64)
    words = "thresholds, marginal beside conditional"
    agrees("irt_pcm_cml_science", words, steps + expected.mean(), expected, within=0.2)
