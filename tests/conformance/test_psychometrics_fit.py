"""Fit of items, persons, pairs and models beside mirt 1.47, eRm 1.0-2, TAM 4.4-2 and psych 2.2.9 on the same data."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assess.psychometrics import correlations, fit, irt
from assess.psychometrics.responses import FloatArray
from tests.conformance.stored_cases import agrees


@pytest.fixture(scope="module")
def folder(data_dir: Path) -> Path:
    return data_dir / "psychometrics"


def table(folder: Path, name: str) -> FloatArray:
    """Categories from 0: the Likert sets are stored from 1."""
    data = np.genfromtxt(folder / name, delimiter=",", skip_header=1)
    return np.asarray(data - np.nanmin(data))


def reference(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["output"]


@pytest.mark.parametrize(
    ("case", "data", "model"),
    [("itemfit_2pl_lsat7", "lsat7.csv", "2PL"), ("itemfit_grm_science", "science.csv", "GRM")],
)
def test_s_x2_equals_mirt(folder: Path, case: str, data: str, model: str) -> None:
    """mirt's parameters stop at changes of 1e-8: 5e-6 in the statistics."""
    expected = reference(folder, case)["SX2"]
    found = fit.s_x2(table(folder, data), irt.calibrate(table(folder, data), model))
    agrees(case, "degrees of freedom of S-X²", found.df, expected["df.S_X2"], within=0)
    agrees(case, "S-X² of items", found.chi_square, expected["S_X2"], within=1e-5)
    agrees(case, "p-values of S-X²", found.p_value, expected["p.S_X2"], within=1e-6)
    agrees(case, "RMSEA of items", found.rmsea, expected["RMSEA.S_X2"], within=1e-6)


def test_infit_and_outfit_at_expected_abilities_equal_mirt(folder: Path) -> None:
    case = "itemfit_2pl_lsat7"
    expected = reference(folder, case)["infit_EAP"]
    rows = table(folder, "lsat7.csv")
    items = fit.infit_outfit(rows, irt.calibrate(rows, "2PL"), "EAP").items
    for name, values in [
        ("outfit", items.outfit),
        ("infit", items.infit),
        ("z.outfit", items.outfit_z),
        ("z.infit", items.infit_z),
    ]:
        agrees(case, f"{name}, EAP abilities", values, expected[name], within=2e-6)


@pytest.mark.parametrize(
    ("case", "data", "model", "statistic"),
    [("itemfit_2pl_lsat7", "lsat7.csv", "2PL", "M2"), ("itemfit_grm_science", "science.csv", "GRM", "C2")],
)
def test_m2_equals_mirt(folder: Path, case: str, data: str, model: str, statistic: str) -> None:
    expected = reference(folder, case)["M2"]
    found = fit.m2(table(folder, data), irt.calibrate(table(folder, data), model))
    assert found.statistic == statistic
    agrees(case, f"{statistic}: degrees of freedom", found.df, expected["df"], within=0)
    assert found.rmsea.interval is not None
    for name, value in [
        ("M2", found.chi_square),
        ("p", found.p_value),
        ("RMSEA", found.rmsea.value),
        ("RMSEA_5", found.rmsea.interval[0]),
        ("RMSEA_95", found.rmsea.interval[1]),
        ("SRMSR", found.srmsr),
        ("TLI", found.tli),
        ("CFI", found.cfi),
    ]:
        assert value is not None
        agrees(case, f"{statistic}: {name}", value, expected[name], within=1e-6)


@pytest.mark.parametrize("case", ["lordwingersky_lsat7", "person_2pl_lsat7"])
def test_sum_scores_equal_mirt(folder: Path, case: str) -> None:
    stored = reference(folder, case)
    expected = stored.get("EAPsum", stored)
    rows = table(folder, "lsat7.csv")
    found = fit.score_fit(rows, irt.calibrate(rows, "2PL"))
    agrees(case, "sum scores", np.arange(6), expected["Sum.Scores"], within=0)
    agrees(case, "persons observed with each sum score", found.observed, expected["observed"], within=0)
    agrees(case, "persons expected with each sum score", found.expected, expected["expected"], within=1e-3)
    agrees(case, "standardised residuals", np.abs(found.residual), expected["std.res"], within=1e-4)


@pytest.mark.parametrize(
    ("case", "data"), [("irt_rasch_cml_raschdat1", "raschdat1.csv"), ("irt_rasch_cml_lsat6", "lsat6.csv")]
)
def test_fit_of_a_conditional_calibration_equals_erm(folder: Path, case: str, data: str) -> None:
    """eRm's optimiser ends 1e-5 away from the maximum."""
    expected = reference(folder, case)
    rows = table(folder, data)
    found = fit.infit_outfit(rows, irt.conditional(rows), "ML")
    for name, values in [
        ("outfitMSQ", found.items.outfit),
        ("infitMSQ", found.items.infit),
        ("outfitZ", found.items.outfit_z),
        ("infitZ", found.items.infit_z),
    ]:
        agrees(case, f"{name} of items", values, list(expected["itemfit"][name].values()), within=2e-4)
    if "chisq" in expected["itemfit"]:
        squares, stored = found.items.outfit * found.items.n, list(expected["itemfit"]["chisq"].values())
        agrees(case, "sum of squared residuals of items", squares, stored, within=1e-3)
        agrees(case, "persons in it", found.items.n, list(expected["itemfit"]["df"].values()), within=0)
    if "personfit" in expected:
        for name, values in [("outfitMSQ", found.persons.outfit), ("infitMSQ", found.persons.infit)]:
            agrees(case, f"{name} of persons", values, list(expected["personfit"][name].values()), within=2e-4)


def test_posterior_mean_squares_are_what_tam_draws(folder: Path) -> None:
    """TAM draws 15 abilities for each of 2,000 persons (no seed): infit scatters by 0.002, and outfit by 0.007, with
    draws in the tails now and then; ours is the mean of all draws."""
    case = "tam_rasch"
    expected = reference(folder, case)["fit"]
    rows = table(folder, "tam_sim_rasch.csv")
    found = fit.infit_outfit(rows, irt.calibrate(rows, "Rasch"), "posterior").items
    agrees(case, "infit (drawn by TAM)", found.infit, expected["Infit"], within=0.01)
    agrees(case, "outfit (drawn by TAM)", found.outfit, expected["Outfit"], within=0.04)
    assert (found.infit - expected["Infit"]).mean() == pytest.approx(0, abs=0.001)
    agrees(case, "t of infit (drawn by TAM)", found.infit_z, expected["Infit_t"], within=0.25)


def test_residual_correlations_are_about_those_of_tam(folder: Path) -> None:
    """TAM compares with expected counts of the persons' posteriors (ours: of the population), and takes residuals from the
    posterior's expected score (ours: at the EAP)."""
    case = "tam_rasch"
    expected = reference(folder, case)["msq"]
    rows = table(folder, "tam_sim_rasch.csv")
    calibration = irt.calibrate(rows, "Rasch")
    q3 = fit.adjusted(fit.q3(rows, calibration))[np.triu_indices(40, 1)]
    agrees(case, "mean absolute adjusted Q3", np.abs(q3).mean(), expected["MADaQ3"], within=2e-4)
    found = fit.m2(rows, calibration)
    assert found.srmsr is not None
    agrees(case, "SRMSR", found.srmsr, expected["SRMSR"], within=1e-4)
    holm = fit.local_dependence(rows, calibration).holm
    assert holm is not None
    agrees(case, "smallest p-value of LD-X², adjusted by Holm", holm, expected["pmaxX2"], within=0.01)


def test_tetrachoric_correlations_equal_psych(folder: Path) -> None:
    """psych stops its search at 1e-5; ours reproduce the tables (a test of the small suite)."""
    case = "tetrachoric_lsat6"
    expected = reference(folder, case)
    found = correlations.tetrachoric(table(folder, "lsat6.csv"))
    agrees(case, "tetrachoric correlations", found.matrix, np.array(expected["rho"]["values"]), within=5e-5)
    agrees(case, "thresholds", [t[0] for t in found.thresholds], list(expected["tau"].values()), within=1e-12)


def test_parallel_analysis_equals_psych(folder: Path) -> None:
    """Observed eigenvalues agree; psych's random ones are means of 20 draws (no seed) with a standard error up to 0.02."""
    case = "parallel_bfi25"
    expected = reference(folder, case)
    rows = table(folder, "bfi25.csv")
    found = fit.parallel_analysis(rows)
    agrees(case, "number of factors", found.factors, expected["nfact"], within=0)
    agrees(case, "number of components", found.components, expected["ncomp"], within=0)
    agrees(case, "eigenvalues of components", found.component_eigenvalues, expected["pc_values"], within=1e-10)
    agrees(case, "eigenvalues of common factors", found.factor_eigenvalues, expected["fa_values"], within=1e-6)
    mean = fit.parallel_analysis(rows, quantile=None)
    agrees(case, "random eigenvalues of components", mean.component_reference, expected["pc_sim"], within=0.01)
    agrees(case, "random eigenvalues of common factors", mean.factor_reference, expected["fa_sim"], within=0.06)
