"""G theory beside R packages and published tables on the same data.

Analyses of variance are closed formulas: tolerance 1e-9, or the digits printed. REML is iterative: 1e-3 in components
(the R packages stop a little off the maximum).
"""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from assess.psychometrics import gtheory, reliability
from tests.conformance.stored_cases import agrees

EXACT = 1e-9
NAMES = {"Person": "p", "Task": "t", "Rater": "r", "Subtest": "h", "Item": "i"}


@pytest.fixture(scope="module")
def folder(data_dir: Path) -> Path:
    return data_dir / "psychometrics"


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def reference(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["output"]


def study(folder: Path, name: str, facets: list[str], nested: dict[str, str], method: gtheory.Method) -> gtheory.GStudy:
    data = rows(folder, name)
    levels = {NAMES[facet]: [row[facet] for row in data] for facet in facets}
    return gtheory.study([float(row["Score"]) for row in data], levels, nested=nested, method=method)


def components(output: dict[str, list[Any]], residual: str) -> dict[str, float]:
    named = {
        ":".join(NAMES.get(p, p) for p in s.split(":")): v for s, v in zip(output["source"], output["var"], strict=True)
    }
    named[residual] = named.pop("Residual")
    return named


def test_brennan_table_3_2_equals_the_analysis_of_variance_and_the_published_components(folder: Path) -> None:
    found = study(folder, "brennan_3_2.csv", ["Person", "Task", "Rater"], {"r": "t"}, "anova")
    expected = reference(folder, "gtheory_brennan32_anova")["table"]
    order = {"Person": "p", "Task": "t", "Person:Task": "p:t", "Task:Rater": "r:t", "Residuals": "p:r:t"}
    by_name = {source.name: source for source in found.sources}
    sources, case = [by_name[order[term]] for term in expected["term"]], "gtheory_brennan32_anova"
    agrees(case, "degrees of freedom", [source.df for source in sources], expected["df"], within=0)
    agrees(case, "sums of squares", [source.sum_of_squares for source in sources], expected["SS"], within=EXACT)
    agrees(case, "mean squares", [source.mean_square for source in sources], expected["MS"], within=EXACT)
    published = {"p": 0.473, "t": 0.325, "r:t": 0.647, "p:t": 0.560, "p:r:t": 2.380}
    assert set(found.components) == set(published)
    ours = [found.components[name] for name in published]
    source = "components published by Brennan (2001), 3.3, to three decimals"
    agrees("brennan_3_2", source, ours, list(published.values()), within=6e-4)


def test_brennan_table_3_2_equals_the_gtheory_package_in_both_studies(folder: Path) -> None:
    expected = reference(folder, "gtheory_brennan32")
    found = study(folder, "brennan_3_2.csv", ["Person", "Task", "Rater"], {"r": "t"}, "reml")
    assert found.converged
    case, stored = "gtheory_brennan32", components(expected["gstudy"], "p:r:t")
    ours = np.array([found.components[name] for name in stored])
    agrees(case, "components by REML", ours, list(stored.values()), within=1e-3)
    agrees(case, "percent of each", 100 * ours / ours.sum(), percent(expected["gstudy"]), within=0.1)
    result = gtheory.decide(found, {"t": 3, "r": 4})
    divided = ours / expected["dstudy_components"]["n"]
    stored = components(expected["dstudy_components"], "p:r:t")
    agrees(case, "components of 3 tasks and 4 raters", divided, list(stored.values()), within=1e-3)
    agrees(case, "percent of these", 100 * divided / divided.sum(), percent(expected["dstudy_components"]), within=0.1)
    relative, absolute = result.relative_error.value or 0, result.absolute_error.value or 0
    for words, value, key in (
        ("generalizability coefficient", result.g.value, "G"),
        ("index of dependability", result.phi.value, "Phi"),
        ("relative error variance", relative, "var_rel"),
        ("absolute error variance", absolute, "var_abs"),
        ("relative standard error", relative**0.5, "sem_rel"),
        ("absolute standard error", absolute**0.5, "sem_abs"),
    ):
        agrees(case, words, value, expected[key], within=1e-4)


def percent(output: dict[str, list[Any]]) -> list[float]:
    """Stored to one decimal, the residual last; in the order of `components`."""
    return [float(value) for value in output["percent"]]


def test_persons_by_items_equals_the_analysis_of_variance_with_phi_lambda(folder: Path) -> None:
    expected = reference(folder, "gtheory_pxi_lsat7")
    answers = np.genfromtxt(folder / "lsat7.csv", delimiter=",", skip_header=1)
    found = gtheory.crossed(answers, ["i"])
    by_name = {"p": "p", "i": "i", "pi": "p:i"}
    case = "gtheory_pxi_lsat7"
    ours = [found.components[by_name[name]] for name in expected["var"]]
    agrees(case, "components", ours, list(expected["var"].values()), within=EXACT)
    mean_squares = [source.mean_square for source in found.sources]
    agrees(case, "mean squares", mean_squares, list(expected["ms"].values()), within=EXACT)
    agrees(case, "variance of the grand mean", found.mean_variance, expected["varXbar"], within=EXACT)
    result = gtheory.decide(found, {"i": 5}, cut=0.6)
    agrees(case, "generalizability coefficient", result.g.value, expected["Erho2"], within=EXACT)
    assert result.g.value == pytest.approx(reliability.alpha(answers).value, abs=EXACT)
    agrees(case, "index of dependability", result.phi.value, expected["Phi"], within=EXACT)
    assert result.phi_lambda is not None
    agrees(case, "Φ(.6)", result.phi_lambda.value, expected["Phi_lambda_.6"], within=EXACT)
    assert (result.g.sufficient, result.phi.sufficient) == (True, True)


def test_rajaratnam_unbalanced_subtests_equal_the_gtheory_package(folder: Path) -> None:
    output = reference(folder, "gtheory_rajaratnam")["g"]
    expected = components(output, "p:i:h")
    found = study(folder, "rajaratnam_2.csv", ["Person", "Subtest", "Item"], {"i": "h"}, "reml")
    assert (found.converged, found.balanced) == (True, False)
    ours = np.array([found.components[name] for name in expected])
    agrees("gtheory_rajaratnam", "components by REML", ours, list(expected.values()), within=1e-3)
    agrees("gtheory_rajaratnam", "percent of each", 100 * ours / ours.sum(), percent(output), within=0.1)


def test_guilford_creativity_has_the_published_negative_component_of_judges(folder: Path) -> None:
    """Seven persons, three judges, five traits: σ²(j) = −.1397."""
    array: npt.NDArray[np.float64] = np.full((7, 3, 5), np.nan)
    for row in rows(folder, "guilford_creativity.csv"):
        marks = [float(row[f"trait{number}"]) for number in range(1, 6)]
        array[int(row["subject"]) - 1, int(row["judge"]) - 1] = marks
    found = gtheory.crossed(array, ["j", "t"])
    source = "component of judges, published to four decimals"
    agrees("guilford_creativity", source, found.components["j"], -0.1397, within=5e-5)
    judges = next(source.estimate for source in found.sources if source.name == "j")
    assert judges.reason.startswith("3 levels of j; at least 5 are needed; the component of j is negative (-0.1397)")


def test_ratings2_has_the_known_components_of_a_sparse_rating_design(folder: Path) -> None:
    """REML on 3 075 long rows, 178 persons and 16 raters in a linked design: lme4's values to four decimals."""
    data = rows(folder, "sirt_ratings2.csv")
    long = [(row["idstud"], row["rater"], k, float(row[k])) for row in data for k in ("k1", "k2", "k3", "k4", "k5")]
    persons, raters, criteria, scores = zip(*long, strict=True)
    found = gtheory.study(
        scores,
        {"p": persons, "r": raters, "c": criteria},
        effects=["p", "p:c", "r", "r:c", "c"],
        method="reml",
    )
    known = {"p": 0.3969, "p:c": 0.0855, "r": 0.0426, "r:c": 0.0166, "c": 0.0031, "residual": 0.2531}
    assert found.converged
    ours = [found.components[name] for name in known]
    agrees("sirt_ratings2", "components by REML (lme4, to four decimals)", ours, list(known.values()), within=6e-5)
