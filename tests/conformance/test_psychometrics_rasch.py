"""Rasch and partial credit calibration beside mirt 1.47, TAM 4.4, eRm 1.0 (R) on the same data."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from assess.psychometrics import irt

# conditional maximum likelihood, centred, eRm 1.0-2 (reference/domain.md §3)
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
    expected = reference(folder, f"irt_rasch_{name}")
    found = irt.calibrate_rasch(table(folder, f"{name}.csv"))
    assert found.log_likelihood == pytest.approx(expected["logLik"], abs=1e-6)
    assert 2 * found.n_parameters - 2 * (found.log_likelihood or 0) == pytest.approx(expected["AIC"], abs=1e-5)
    assert difficulties(found) == pytest.approx([row[1] for row in expected["coef_IRT"]["values"]], abs=2e-5)
    sd = found.population_sd
    assert sd.value is not None
    assert sd.standard_error is not None
    assert sd.value**2 == pytest.approx(expected["latent_cov"]["values"][0][0], abs=2e-5)
    # standard errors: Oakes' formula there, observed information here; both exact
    errors = expected["SE"]
    items = [values["values"][1][1] for key, values in errors.items() if key != "GroupPars"]
    assert [item.difficulty.standard_error for item in found.items] == pytest.approx(items, abs=1e-5)
    assert 2 * sd.value * sd.standard_error == pytest.approx(errors["GroupPars"]["values"][1][1], abs=1e-5)


def test_partial_credit_equals_mirt(folder: Path) -> None:
    """Tolerance 2e-4: mirt's EM stops a little short on the extreme first step; our logLik is not lower."""
    expected = reference(folder, "irt_pcm_science")
    found = irt.calibrate_rasch(table(folder, "science.csv") - 1)
    assert found.log_likelihood == pytest.approx(expected["logLik"], abs=1e-5)
    assert (found.log_likelihood or 0) >= expected["logLik"] - 1e-9
    steps = [[step.value for step in item.steps] for item in found.items]
    for ours, theirs in zip(steps, expected["coef_IRT"]["values"], strict=True):
        assert ours == pytest.approx(theirs[1:], abs=2e-4)
    assert (found.population_sd.value or 0) ** 2 == pytest.approx(expected["latent_cov"]["values"][0][0], abs=1e-4)


def test_rasch_equals_tam(folder: Path) -> None:
    """TAM integrates over 21 points: its deviance is 0.05 off the converged one, difficulties 1e-4."""
    expected = reference(folder, "tam_rasch")
    data = table(folder, "tam_sim_rasch.csv")
    found = irt.calibrate_rasch(data)
    assert -2 * (found.log_likelihood or 0) == pytest.approx(expected["deviance"], abs=0.1)
    assert difficulties(found) == pytest.approx(expected["xsi"]["xsi"], abs=2e-4)
    assert (found.population_sd.value or 0) ** 2 == pytest.approx(expected["variance"], abs=2e-4)
    # TAM's standard errors leave out the covariances with the other parameters, so they are below the full ones
    ratio = np.array([item.difficulty.standard_error for item in found.items]) / expected["xsi"]["se.xsi"]
    assert ((ratio > 1) & (ratio < 1.15)).all()


def test_weighted_likelihood_and_eap_equal_tam(folder: Path) -> None:
    """Tolerance 2e-4: the two calibrations differ by 1e-4."""
    expected = reference(folder, "tam_rasch")
    data = table(folder, "tam_sim_rasch.csv")
    calibration = irt.calibrate_rasch(data)
    measures = irt.wle(data, calibration)
    assert measures.theta[:50] == pytest.approx(expected["WLE"], abs=2e-4)
    assert measures.standard_error[:50] == pytest.approx(expected["WLE_se"], abs=2e-4)
    posterior = irt.eap(data, calibration)
    reliability = posterior.theta.var() / (posterior.theta.var() + (posterior.standard_error**2).mean())
    assert reliability == pytest.approx(expected["EAP.rel"], abs=2e-4)


def test_mathexam_difficulties_are_within_006_of_the_conditional_ones(folder: Path) -> None:
    """Marginal and conditional estimates differ by the normal assumption; .06 is the contract's tolerance."""
    found = irt.calibrate_rasch(table(folder, "mathexam14w_solved.csv"), centred=True)
    assert difficulties(found) == pytest.approx(MATHEXAM_CONDITIONAL, abs=0.06)
    assert sum(value or 0 for value in difficulties(found)) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("case", "data"), [("irt_rasch_cml_lsat6", "lsat6"), ("irt_rasch_cml_raschdat1", "raschdat1")])
def test_centred_difficulties_are_close_to_conditional_ones(folder: Path, case: str, data: str) -> None:
    """eRm reports easiness. Tolerance .06 as above (a different likelihood); standard errors within 5 %."""
    expected = reference(folder, case)
    found = irt.calibrate_rasch(table(folder, f"{data}.csv"), centred=True)
    assert [-(value or 0) for value in difficulties(found)] == pytest.approx(
        list(expected["beta_easiness"].values()), abs=0.06
    )
    errors = expected["se"]
    assert [item.difficulty.standard_error for item in found.items] == pytest.approx(errors, rel=0.05)


def test_differences_from_the_first_item_are_close_to_psychotools(folder: Path) -> None:
    expected = reference(folder, "rasch_psychotools_ct")
    found = difficulties(irt.calibrate_rasch(table(folder, "raschdat1.csv")))
    ours = [(value or 0) - (found[0] or 0) for value in found[1:]]
    assert ours == pytest.approx(list(expected["coef"].values()), abs=0.06)


def test_partial_credit_steps_are_close_to_conditional_ones(folder: Path) -> None:
    """Another likelihood on 392 persons: within 0.2 logit, a third of the largest standard error; one origin."""
    expected = np.array(list(reference(folder, "irt_pcm_cml_science")["thresholds"].values()))
    found = irt.calibrate_rasch(table(folder, "science.csv") - 1, centred=True)
    steps = [step.value for item in found.items for step in item.steps]
    assert steps == pytest.approx(list(expected - expected.mean()), abs=0.2)
