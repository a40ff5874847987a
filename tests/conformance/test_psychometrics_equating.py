"""Equating beside R's equate 2.0.8.9000, kequate 1.6.4, equateIRT 2.5.1, plink 1.5.1 and mirt 1.47.

Tolerances: 1e-8 for closed formulas; 1e-7 where the other side iterated to about that; where a package rounds what it
passes on, the digits that it keeps.
"""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from assess.psychometrics import ctt, equating
from assess.psychometrics.equating.irt_scores import abilities_of
from assess.psychometrics.equating.kernel import Continuous, bandwidth
from assess.psychometrics.equating.percentiles import equipercentile_error
from assess.psychometrics.equating.smoothing import log_linear
from tests.conformance.stored_cases import agrees

EXACT = 1e-8
Array = npt.NDArray[np.float64]
SCALES: dict[str, Any] = {"scale_x": (0, 40), "scale_y": (0, 40)}
BOTH_FORMS: dict[str, Any] = {"scale_x": (0, 36), "scale_y": (0, 36), "scale_anchor": (0, 12)}


@pytest.fixture(scope="module")
def folder(data_dir: Path) -> Path:
    return data_dir / "psychometrics"


def reference(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["output"]


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def actmath(folder: Path) -> tuple[Array, Array]:
    scores, x, y = np.genfromtxt(folder / "actmath.csv", delimiter=",", skip_header=1).T
    return np.repeat(scores, x.astype(int)), np.repeat(scores, y.astype(int))


@pytest.fixture(scope="module")
def neat(folder: Path) -> tuple[Array, Array, Array, Array]:
    rows = table(folder, "kbneat.csv")
    columns = [np.array([float(r[c]) for r in rows if r["form"] == f]) for f in "xy" for c in ("total", "anchor")]
    return columns[0], columns[1], columns[2], columns[3]


def test_mean_linear_and_equipercentile_equal_equate(folder: Path, actmath: tuple[Array, Array]) -> None:
    case = "equate_rg_actmath"
    expected = reference(folder, case)
    for words, key, found in (
        ("mean", "mean", equating.mean(*actmath, scale=(0, 40))),
        ("linear", "linear", equating.linear(*actmath, scale=(0, 40))),
        ("equipercentile", "equip", equating.equipercentile(*actmath, **SCALES)),
        ("circle-arc", "circle", equating.circle_arc(*actmath, high=(40, 40))),
    ):
        concordance = expected[key]["conc"]
        agrees(case, f"{words}: scores equated", found.x, concordance["scale"], within=0)
        agrees(case, f"{words}: scores of X on the scale of Y", found.yx, concordance["yx"], within=EXACT)
        if "se" in concordance:
            assert found.standard_error is not None
            agrees(case, f"{words}: standard errors", found.standard_error, concordance["se"], within=EXACT)
        assert found.sufficient


def test_presmoothed_equipercentile_equals_equate(folder: Path, actmath: tuple[Array, Array]) -> None:
    """equate puts smoothed shares into the formula for unsmoothed ones (Lord's); we do so only here."""
    case, words = "equate_rg_actmath", "presmoothed equipercentile"
    expected = reference(folder, case)["equip_loglin6"]["conc"]
    found = equating.equipercentile(*actmath, degree=6, **SCALES)
    agrees(case, f"{words}: scores equated", found.x, expected["scale"], within=0)
    agrees(case, f"{words}: scores of X on the scale of Y", found.yx, expected["yx"], within=EXACT)
    x, y = (log_linear(np.bincount(scores.astype(int), minlength=41).astype(float), 6) for scores in actmath)
    lord = equipercentile_error(x.shares, y.shares, len(actmath[0]), len(actmath[1]))
    agrees(case, f"{words}: standard errors by Lord's formula", lord, expected["se"], within=EXACT)


def test_distributions_of_the_scores_equal_equate(folder: Path, actmath: tuple[Array, Array]) -> None:
    """equate's skewness has n − 1 in the standard deviation, ours n."""
    case = "equate_rg_actmath"
    for form, scores in zip("xy", actmath, strict=True):
        expected, found = reference(folder, case)[form], ctt.score_distribution(scores[:, None])
        agrees(case, f"mean of {form.upper()}", found.mean.value, expected["mean"], within=EXACT)
        agrees(case, f"standard deviation of {form.upper()}", found.sd, expected["sd"], within=EXACT)
        ends = [found.lowest, found.highest, found.n]
        agrees(case, f"ends and size of {form.upper()}", ends, [expected[k] for k in ("min", "max", "n")], within=0)
        skewness = (found.skewness or 0) * ((found.n - 1) / found.n) ** 1.5
        agrees(case, f"skewness of {form.upper()}", skewness, expected["skew"], within=EXACT)


def test_bootstrap_error_is_that_of_equate_within_monte_carlo_error(folder: Path, actmath: tuple[Array, Array]) -> None:
    """Theirs comes from 100 samples and ours from 400: of a ratio √(1/200 + 1/800) = .08 from score 4 on.

    Below, one or two persons have each score and the distribution has long tails.
    """
    theirs = np.array(reference(folder, "equate_se_actmath")["se"])
    ours = equating.equipercentile(*actmath, error="bootstrap", resamples=400, **SCALES).standard_error
    assert ours is not None
    ratio = np.log(ours[4:] / theirs[4:])
    assert np.abs(ratio).max() < 4 * 0.08
    assert abs(ratio.mean()) < 0.05
    case, words = "equate_se_actmath", "bootstrap standard errors (theirs of 100 samples)"
    agrees(case, f"{words}, from score 4 on", ours[4:], theirs[4:], within=4 * 0.08, relative=True)
    agrees(case, f"{words}, score 0", ours[0], theirs[0], within=0)


def test_kernel_equating_equals_kequate(folder: Path, actmath: tuple[Array, Array]) -> None:
    """kequate's own search and its inverse stop near 1e-6; its standard errors are relative."""
    expected = reference(folder, "equate_kernel_actmath")
    found = equating.kernel(*actmath, degree=6, **SCALES)
    case = "equate_kernel_actmath"
    agrees(case, "scores of X on the scale of Y", found.yx, expected["eq"], within=5e-6)
    assert found.standard_error is not None
    agrees(case, "standard errors", found.standard_error, expected["see"], within=2e-5, relative=True)
    assert f"bandwidths {expected['h']['hx']:.3f} and {expected['h']['hy']:.3f}" in found.method
    scale = np.arange(41.0)
    for form, scores in zip("xy", actmath, strict=True):
        smooth = log_linear(np.bincount(scores.astype(int), minlength=41).astype(float), 6)
        width = bandwidth(scale, smooth.shares)
        agrees(case, f"bandwidth of {form.upper()}", width, expected["h"][f"h{form}"], within=2e-5)
        spread = 1000 * np.sqrt(Continuous(scale, smooth.shares, width).variance * len(scores) / (len(scores) - 1))
        agrees(case, f"1,000 standard deviations of {form.upper()}", spread, expected["h"][f"h{form}lin"], within=1e-5)


@pytest.mark.parametrize("weight", [1.0, 0.5, 0.0])
def test_tucker_and_levine_are_the_textbook_s_formulas(neat: tuple[Array, Array, Array, Array], weight: float) -> None:
    """No stored answer holds these lines, so Kolen & Brennan's (2014, ch. 4) formulas are written out here once more."""
    x, v, y, w = neat
    s1, s2 = np.cov(x, v), np.cov(y, w)
    gap = v.mean() - w.mean()
    tucker = s1[0, 1] / s1[1, 1], s2[0, 1] / s2[1, 1]
    internal = s1[0, 0] / s1[0, 1], s2[0, 0] / s2[0, 1]
    external = tuple((s[0, 0] + s[0, 1]) / (s[1, 1] + s[0, 1]) for s in (s1, s2))
    for (g1, g2), found in (
        (tucker, equating.tucker(*neat, weight=weight)),
        (internal, equating.levine(*neat, weight=weight)),
        (external, equating.levine(*neat, weight=weight, anchor="external")),
    ):
        between = weight * (1 - weight) * gap**2
        variance_x = s1[0, 0] - (1 - weight) * g1**2 * (s1[1, 1] - s2[1, 1]) + g1**2 * between
        variance_y = s2[0, 0] + weight * g2**2 * (s1[1, 1] - s2[1, 1]) + g2**2 * between
        slope = np.sqrt(variance_y / variance_x)
        intercept = y.mean() + weight * g2 * gap - slope * (x.mean() - (1 - weight) * g1 * gap)
        assert (found.slope, found.intercept) == pytest.approx((slope, intercept), abs=EXACT)
        assert (found.n_x, found.n_y, found.sufficient) == (1655, 1638, True)


def test_anchor_methods_differ_by_less_than_a_point_in_the_middle(neat: tuple[Array, Array, Array, Array]) -> None:
    """The groups differ by a third of a standard deviation on the anchor, so what each method supposes shows, but little
    (no reference holds the curves of this file)."""
    tucker = equating.tucker(*neat, scale=(0, 36))
    assert tucker.standard_error is not None
    for method in (
        equating.levine, equating.levine_true_score, equating.chained_linear, equating.braun_holland,
        equating.frequency_estimation, equating.chained_equipercentile,
    ):  # fmt: skip
        scales = {} if method in (equating.levine, equating.levine_true_score, equating.chained_linear) else BOTH_FORMS
        found = method(*neat, **scales)
        assert np.abs(found.yx - tucker.yx)[12:21].max() < 0.75, found.method


def form(folder: Path, name: str, scaling: float) -> equating.ItemParameters:
    rows = [row for row in table(folder, "kb04_irt_pars.csv") if row["form"] == name]
    columns = [[float(row[c]) for row in rows] for c in ("discrimination", "difficulty", "asymptote")]
    return equating.item_parameters(*columns, scaling=scaling)


def shared(folder: Path) -> tuple[list[int], list[int]]:
    rows = table(folder, "kb04_common.csv")
    return [int(row["form.x"]) - 1 for row in rows], [int(row["form.y"]) - 1 for row in rows]


def test_2pl_links_equal_equate_irt(folder: Path) -> None:
    """equateIRT's grid: 30 Gauss–Hermite points, on the scale of the second form."""
    forms: dict[str, dict[str, tuple[float, float]]] = {}
    for row in table(folder, "equateIRT_est2pl_coef.csv"):
        slope = float(row["X2"])
        forms.setdefault(row["form"], {})[row["name"]] = (slope, -float(row["X1"]) / slope)
    common = [name for name in forms["1"] if name in forms["2"]]
    x, y = (equating.item_parameters(*np.array([forms[f][name] for name in common]).T) for f in "12")
    nodes, weights = np.polynomial.hermite_e.hermegauss(30)
    expected = reference(folder, "linking_equateIRT_2pl")
    for key, found in (
        ("mean-mean", equating.mean_mean(x, y)),
        ("mean-gmean", equating.mean_mean(x, y, geometric=True)),
        ("mean-sigma", equating.mean_sigma(x, y)),
        ("Haebara", equating.haebara(x, y, grid=nodes, weights=weights)),
        ("Stocking-Lord", equating.stocking_lord(x, y, grid=nodes, weights=weights)),
    ):
        agrees("linking_equateIRT_2pl", f"{key}: slope", found.slope, expected[key]["A"], within=EXACT)
        agrees("linking_equateIRT_2pl", f"{key}: intercept", found.intercept, expected[key]["B"], within=EXACT)


def test_stocking_lord_depends_on_the_grid_as_in_plink(folder: Path) -> None:
    """plink, D = 1.7, 40 points from −4 to 4: A = 1.1015 with equal weights, 1.0908 with normal ones (four decimals)."""
    pick_x, pick_y = shared(folder)
    x, y = form(folder, "x", 1.7).chosen(pick_x), form(folder, "y", 1.7).chosen(pick_y)
    grid = np.linspace(-4, 4, 40)
    source = "plink with"
    even = equating.stocking_lord(x, y, grid=grid)
    agrees("kb04_irt_pars", f"slope of Stocking–Lord, {source} equal weights", even.slope, 1.1015, within=5e-5)
    normal = equating.stocking_lord(x, y, grid=grid, weights=np.exp(-(grid**2) / 2))
    agrees("kb04_irt_pars", f"slope of Stocking–Lord, {source} normal weights", normal.slope, 1.0908, within=5e-5)
    # our own grid is twice as fine and says the same
    assert equating.stocking_lord(x, y).slope == pytest.approx(normal.slope, abs=1e-6)


def test_true_and_observed_scores_equal_plink(folder: Path) -> None:
    """plink's rescale="MS" is mean/sigma, printed to six decimals; its `equate` takes D = 1 unless told; its observed
    scores come from 40 points from −4 to 4 with normal densities, and never fall below 0."""
    expected = reference(folder, "equate_irt_kb04")
    pick_x, pick_y = shared(folder)
    x, y = form(folder, "x", 1.0), form(folder, "y", 1.0)
    link = equating.mean_sigma(x.chosen(pick_x), y.chosen(pick_y))
    on_y = x.transformed(round(link.slope or 0, 6), round(link.intercept or 0, 6))
    found = equating.true_score(on_y, y)
    case = "equate_irt_kb04"
    agrees(case, "true scores: scores equated", found.x, expected["TSE"]["group1"], within=0)
    agrees(case, "true scores of X on Y", found.yx, expected["TSE"]["group2"], within=1e-5)
    theta = np.array([np.nan if value == "NA" else value for value in expected["TSE"]["theta"]], dtype=float)[7:36]
    agrees(case, "abilities of the true scores", abilities_of(on_y, found.x[7:36]), theta, within=1e-5)
    grid = np.linspace(-4, 4, 40)
    density = np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi)
    for items, key, form_name in ((on_y, "group1", "X"), (y, "group2", "Y")):
        theirs = np.array(expected["OSE"]["dist"][key]["values"])
        shares = density @ equating.lord_wingersky(items, grid)
        agrees(
            case,
            f"expected shares of the scores of {form_name}",
            shares[:, None].repeat(3, 1),
            theirs[:, 1:],
            within=1e-6,
        )
    observed = equating.observed_score(on_y, y, grid=grid, weights=density)
    agrees(case, "observed scores: scores equated", observed.x, expected["OSE"]["scores"]["group1"], within=0)
    on_scale = np.maximum(observed.yx, 0)
    agrees(case, "observed scores of X on Y", on_scale, expected["OSE"]["scores"]["group2"], within=1e-5)
    # expected abilities of the sum scores, on the same grid
    posterior = density[:, None] * equating.lord_wingersky(on_y, grid)
    posterior /= posterior.sum(axis=0)
    mean = grid @ posterior
    spread = np.sqrt(grid**2 @ posterior - mean**2)
    agrees(case, "expected abilities of the scores", mean, expected["OSE"]["scores"]["eap.theta.group1"], within=1e-5)
    agrees(case, "their standard deviations", spread, expected["OSE"]["scores"]["eap.sd.group1"], within=1e-5)


def test_expected_sum_scores_of_lsat7_equal_mirt(folder: Path) -> None:
    """From mirt's own 2PL parameters; mirt sums over 61 points from −6 to 6."""
    slopes, difficulties = np.array(reference(folder, "irt_2pl_lsat7")["coef_IRT"]["values"])[:, :2].T
    items = equating.item_parameters(slopes, difficulties)
    grid = np.linspace(-6, 6, 61)
    weights = np.exp(-(grid**2) / 2)
    found = weights / weights.sum() @ equating.lord_wingersky(items, grid) * 1000
    expected = reference(folder, "lordwingersky_lsat7")["expected"]
    agrees(
        "lordwingersky_lsat7", "persons expected with each score, at mirt's parameters", found, expected, within=1e-4
    )
