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

from assess.psychometrics import equating
from assess.psychometrics.equating.irt_scores import abilities_of
from assess.psychometrics.equating.percentiles import equipercentile_error
from assess.psychometrics.equating.smoothing import log_linear

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
    expected = reference(folder, "equate_rg_actmath")
    for key, found in (
        ("mean", equating.mean(*actmath, scale=(0, 40))),
        ("linear", equating.linear(*actmath, scale=(0, 40))),
        ("equip", equating.equipercentile(*actmath, **SCALES)),
        ("circle", equating.circle_arc(*actmath, high=(40, 40))),
    ):
        concordance = expected[key]["conc"]
        assert found.x.tolist() == concordance["scale"]
        assert found.yx == pytest.approx(np.array(concordance["yx"]), abs=EXACT), key
        if "se" in concordance:
            assert found.standard_error == pytest.approx(np.array(concordance["se"]), abs=EXACT), key
        assert found.sufficient


def test_presmoothed_equipercentile_equals_equate(folder: Path, actmath: tuple[Array, Array]) -> None:
    """equate puts smoothed shares into the formula for unsmoothed ones (Lord's); we do so only here."""
    expected = reference(folder, "equate_rg_actmath")["equip_loglin6"]["conc"]
    found = equating.equipercentile(*actmath, degree=6, **SCALES)
    assert found.yx == pytest.approx(np.array(expected["yx"]), abs=EXACT)
    x, y = (log_linear(np.bincount(scores.astype(int), minlength=41).astype(float), 6) for scores in actmath)
    lord = equipercentile_error(x.shares, y.shares, len(actmath[0]), len(actmath[1]))
    assert lord == pytest.approx(np.array(expected["se"]), abs=EXACT)


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
    assert ours[0] == 0 == theirs[0]


def test_kernel_equating_equals_kequate(folder: Path, actmath: tuple[Array, Array]) -> None:
    """kequate's own search and its inverse stop near 1e-6; its standard errors are relative."""
    expected = reference(folder, "equate_kernel_actmath")
    found = equating.kernel(*actmath, degree=6, **SCALES)
    assert found.yx == pytest.approx(np.array(expected["eq"]), abs=5e-6)
    assert found.standard_error == pytest.approx(np.array(expected["see"]), rel=2e-5)
    assert f"bandwidths {expected['h']['hx']:.3f} and {expected['h']['hy']:.3f}" in found.method


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
        assert found.slope == pytest.approx(expected[key]["A"], abs=EXACT), key
        assert found.intercept == pytest.approx(expected[key]["B"], abs=EXACT), key


def test_stocking_lord_depends_on_the_grid_as_in_plink(folder: Path) -> None:
    """plink, D = 1.7, 40 points from −4 to 4: A = 1.1015 with equal weights, 1.0908 with normal ones (four decimals)."""
    pick_x, pick_y = shared(folder)
    x, y = form(folder, "x", 1.7).chosen(pick_x), form(folder, "y", 1.7).chosen(pick_y)
    grid = np.linspace(-4, 4, 40)
    assert equating.stocking_lord(x, y, grid=grid).slope == pytest.approx(1.1015, abs=5e-5)
    normal = equating.stocking_lord(x, y, grid=grid, weights=np.exp(-(grid**2) / 2))
    assert normal.slope == pytest.approx(1.0908, abs=5e-5)
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
    assert found.yx == pytest.approx(np.array(expected["TSE"]["group2"]), abs=1e-5)
    theta = np.array([np.nan if value == "NA" else value for value in expected["TSE"]["theta"]], dtype=float)[7:36]
    assert abilities_of(on_y, found.x[7:36]) == pytest.approx(theta, abs=1e-5)
    grid = np.linspace(-4, 4, 40)
    density = np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi)
    for items, key in ((on_y, "group1"), (y, "group2")):
        theirs = np.array(expected["OSE"]["dist"][key]["values"])[:, 1]
        assert density @ equating.lord_wingersky(items, grid) == pytest.approx(theirs, abs=1e-6)
    observed = equating.observed_score(on_y, y, grid=grid, weights=density)
    assert np.maximum(observed.yx, 0) == pytest.approx(np.array(expected["OSE"]["scores"]["group2"]), abs=1e-5)


def test_expected_sum_scores_of_lsat7_equal_mirt(folder: Path) -> None:
    """From mirt's own 2PL parameters; mirt sums over 61 points from −6 to 6."""
    slopes, difficulties = np.array(reference(folder, "irt_2pl_lsat7")["coef_IRT"]["values"])[:, :2].T
    items = equating.item_parameters(slopes, difficulties)
    grid = np.linspace(-6, 6, 61)
    weights = np.exp(-(grid**2) / 2)
    found = weights / weights.sum() @ equating.lord_wingersky(items, grid) * 1000
    expected = reference(folder, "lordwingersky_lsat7")["expected"]
    assert found == pytest.approx(np.array(expected), abs=1e-4)
