"""DIF beside difR on the verbal aggression data (24 items, 316 persons, 73 in the focal group).

Both sides are closed formulas in double precision: tolerance 1e-9. difR's classes look at |Δ| only; ours also ask
whether it is significant (`mantel_haenszel` says how), so classes are not compared.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from assess.psychometrics import dif

EXACT = 1e-9


@pytest.fixture(scope="module")
def folder(data_dir: Path) -> Path:
    return data_dir / "psychometrics"


@pytest.fixture(scope="module")
def verbal(folder: Path) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    table = np.genfromtxt(folder / "verbal.csv", delimiter=",", skip_header=1)
    return table[:, :24], table[:, 25] == 1


@pytest.fixture(scope="module")
def expected(folder: Path) -> Any:
    return json.loads((folder / "dif_mh_verbal.json").read_text(encoding="utf-8"))["output"]


def test_mantel_haenszel_equals_difr(verbal: Any, expected: Any) -> None:
    found = dif.mantel_haenszel(*verbal)
    assert found.chi_square == pytest.approx(expected["MH"], abs=EXACT)
    assert found.p_value == pytest.approx(expected["p"], abs=EXACT)
    assert [item.odds_ratio.value for item in found.items] == pytest.approx(expected["alphaMH"], abs=EXACT)
    assert [item.delta.value for item in found.items] == pytest.approx(expected["deltaMH"], abs=EXACT)
    variances = [((item.delta.standard_error or 0) / 2.35) ** 2 for item in found.items]
    assert variances == pytest.approx(expected["varLambda"], abs=EXACT)
    assert [number for number, p in enumerate(found.p_value, 1) if p < 0.05] == expected["DIFitems"]
    assert {item.delta.reason for item in found.items}.issubset(
        {f"{n} persons in the smaller group; at least 200 are needed" for n in range(74)}
    )


def test_without_continuity_correction_equals_difr_and_mantel(verbal: Any, expected: Any) -> None:
    responses, focal = verbal
    plain = dif.mantel_haenszel(responses, focal, continuity=False)
    assert plain.chi_square == pytest.approx(expected["MH_nocorrect"], abs=EXACT)
    assert dif.mantel(responses, focal).chi_square == pytest.approx(expected["MH_nocorrect"], abs=EXACT)


def test_purification_takes_the_same_rounds_to_the_same_items_as_difr(verbal: Any, expected: Any) -> None:
    found = dif.mantel_haenszel(*verbal, purify=True)
    assert found.purification is not None
    assert (found.purification.settled, found.purification.rounds) == (True, expected["purified"]["nrPur"])
    assert found.chi_square == pytest.approx(expected["purified"]["MH"], abs=EXACT)
    left_out = [number for number, anchor in enumerate(found.purification.anchor, 1) if not anchor]
    assert left_out == expected["purified"]["DIFitems"]
