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
    for term, df, ss, ms in zip(*(expected[key] for key in ("term", "df", "SS", "MS")), strict=True):
        source = by_name[order[term]]
        assert source.df == df
        assert source.sum_of_squares == pytest.approx(ss, abs=EXACT)
        assert source.mean_square == pytest.approx(ms, abs=EXACT)
    # Brennan (2001), §3.3 (published to three decimals)
    published = {"p": 0.473, "t": 0.325, "r:t": 0.647, "p:t": 0.560, "p:r:t": 2.380}
    assert dict(found.components) == pytest.approx(published, abs=6e-4)


def test_brennan_table_3_2_equals_the_gtheory_package_in_both_studies(folder: Path) -> None:
    expected = reference(folder, "gtheory_brennan32")
    found = study(folder, "brennan_3_2.csv", ["Person", "Task", "Rater"], {"r": "t"}, "reml")
    assert found.converged
    for name, value in components(expected["gstudy"], "p:r:t").items():
        assert found.components[name] == pytest.approx(value, abs=1e-3)
    result = gtheory.decide(found, {"t": 3, "r": 4})
    assert result.g.value == pytest.approx(expected["G"], abs=1e-4)
    assert result.phi.value == pytest.approx(expected["Phi"], abs=1e-4)
    assert result.relative_error.value == pytest.approx(expected["var_rel"], abs=1e-4)
    assert result.absolute_error.value == pytest.approx(expected["var_abs"], abs=1e-4)
    assert (result.absolute_error.value or 0) ** 0.5 == pytest.approx(expected["sem_abs"], abs=1e-4)


def test_persons_by_items_equals_the_analysis_of_variance_with_phi_lambda(folder: Path) -> None:
    expected = reference(folder, "gtheory_pxi_lsat7")
    answers = np.genfromtxt(folder / "lsat7.csv", delimiter=",", skip_header=1)
    found = gtheory.crossed(answers, ["i"])
    by_name = {"p": "p", "i": "i", "pi": "p:i"}
    assert dict(found.components) == pytest.approx({by_name[k]: v for k, v in expected["var"].items()}, abs=EXACT)
    assert [source.mean_square for source in found.sources] == pytest.approx(list(expected["ms"].values()), abs=EXACT)
    assert found.mean_variance == pytest.approx(expected["varXbar"], abs=EXACT)
    result = gtheory.decide(found, {"i": 5}, cut=0.6)
    assert result.g.value == pytest.approx(expected["Erho2"], abs=EXACT)
    assert result.g.value == pytest.approx(reliability.alpha(answers).value, abs=EXACT)
    assert result.phi.value == pytest.approx(expected["Phi"], abs=EXACT)
    assert result.phi_lambda is not None
    assert result.phi_lambda.value == pytest.approx(expected["Phi_lambda_.6"], abs=EXACT)
    assert (result.g.sufficient, result.phi.sufficient) == (True, True)


def test_rajaratnam_unbalanced_subtests_equal_the_gtheory_package(folder: Path) -> None:
    expected = components(reference(folder, "gtheory_rajaratnam")["g"], "p:i:h")
    found = study(folder, "rajaratnam_2.csv", ["Person", "Subtest", "Item"], {"i": "h"}, "reml")
    assert (found.converged, found.balanced) == (True, False)
    for name, value in expected.items():
        assert found.components[name] == pytest.approx(value, abs=1e-3)


def test_guilford_creativity_has_the_published_negative_component_of_judges(folder: Path) -> None:
    """Seven persons, three judges, five traits: σ²(j) = −.1397."""
    array: npt.NDArray[np.float64] = np.full((7, 3, 5), np.nan)
    for row in rows(folder, "guilford_creativity.csv"):
        marks = [float(row[f"trait{number}"]) for number in range(1, 6)]
        array[int(row["subject"]) - 1, int(row["judge"]) - 1] = marks
    found = gtheory.crossed(array, ["j", "t"])
    assert found.components["j"] == pytest.approx(-0.1397, abs=5e-5)
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
    for name, value in known.items():
        assert found.components[name] == pytest.approx(value, abs=6e-5)
