"""Studies of real data against figures of established packages.

MathExam14W (R psychotools): alpha and conditional maximum likelihood difficulties by R eRm, centred. `sirt_ratings2` (R sirt):
178 persons, 16 raters, 5 criteria, of whom 154 persons have two raters; variance components by REML (R lme4).
"""

import json
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

CONDITIONAL = {
    "quad": 0.1883,
    "deriv": -0.7817,
    "elasticity": -1.0551,
    "integral": 0.3391,
    "interest": -0.7817,
    "annuity": -0.4626,
    "payflow": 2.3128,
    "matrix": -0.4181,
    "planning": 0.7633,
    "equations": 0.8062,
    "hesse": -1.2710,
    "implicit": -0.3886,
    "lagrange": 0.7491,
}
PROPORTIONS = [0.5267, 0.7092, 0.7531, 0.4966, 0.7092, 0.6529, 0.1742, 0.6447, 0.4129, 0.4047, 0.7846, 0.6392, 0.4156]


def studied(output: Path, *arguments: object) -> dict[str, Any]:
    began = time.monotonic()
    call_command("study", *map(str, arguments), "--output", str(output), stdout=StringIO(), stderr=StringIO())
    assert time.monotonic() - began < 10
    assert (output / "report.html").stat().st_size > 10_000
    document: dict[str, Any] = json.loads((output / "study.json").read_bytes())
    return document


@pytest.fixture(scope="module")
def exam(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    file = data_dir / "psychometrics" / "mathexam14w_solved.csv"
    found: dict[str, Any] = studied(tmp_path_factory.mktemp("exam"), "--responses", file)["responses"]
    return found


@pytest.fixture(scope="module")
def essays(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    file = data_dir / "psychometrics" / "sirt_ratings2.csv"
    given = ("--ratings", file, "--person", "idstud", "--rater", "rater", "--criteria", "k1,k2,k3,k4,k5")
    found: dict[str, Any] = studied(tmp_path_factory.mktemp("essays"), *given)["ratings"]
    return found


def test_alpha_of_the_exam_is_that_of_r(exam: dict[str, Any]) -> None:
    assert exam["alpha"]["value"] == "0.7430"
    assert (exam["persons"], exam["items"], exam["complete"]) == (729, 13, True)


def test_rasch_difficulties_of_the_exam_are_within_06_of_the_conditional_estimates(exam: dict[str, Any]) -> None:
    found = {item["name"]: float(item["difficulty"]["value"]) for item in exam["rasch"]["items"]}
    assert list(found) == list(CONDITIONAL)
    assert sum(found.values()) == pytest.approx(0, abs=1e-3)
    for name, value in CONDITIONAL.items():
        assert found[name] == pytest.approx(value, abs=0.06), name


def test_proportions_correct_of_the_exam_are_those_of_r(exam: dict[str, Any]) -> None:
    assert [float(item["difficulty"]["value"]) for item in exam["item_analysis"]] == pytest.approx(
        PROPORTIONS, abs=5e-5
    )


def test_the_design_of_the_essays_is_told(essays: dict[str, Any]) -> None:
    assert (essays["persons"], essays["raters"], essays["criteria"], essays["marks"]) == (178, 16, 5, 3075)
    assert {one["raters"]: one["persons"] for one in essays["persons_by_number_of_raters"]} == {
        1: 5,
        2: 154,
        15: 2,
        16: 17,
    }
    assert essays["connectedness"]["words"] == "All 178 persons can be compared with one another."


def test_agreement_on_the_essays_is_near_what_the_variance_components_imply(essays: dict[str, Any]) -> None:
    """Of one criterion: (person + person×criterion) of the total without the criterion's own; of the mean over 5: likewise.

    REML components: person 0.3969, person×criterion 0.0855, rater 0.0426, rater×criterion 0.0166, residual 0.2531. The residual
    holds person × rater, which five criteria of one rater share, so the figure for the mean is an upper limit.
    """
    one_criterion = (0.3969 + 0.0855) / (0.3969 + 0.0855 + 0.0426 + 0.0166 + 0.2531)
    for criterion in essays["agreement"]["criteria"]:
        assert float(criterion["agreement"]["value"]) == pytest.approx(one_criterion, abs=0.09)
    signal = 0.3969 + 0.0855 / 5
    upper = signal / (signal + 0.0426 + (0.0166 + 0.2531) / 5)
    assert one_criterion < float(essays["agreement"]["whole"]["value"]) < upper


def test_every_rater_of_the_essays_has_a_severity_or_a_reason(essays: dict[str, Any]) -> None:
    assert [one["rater"] for one in essays["severity"]] == [f"R{number:02d}" for number in range(1, 17)]
    for one in essays["severity"]:
        assert one["severity"]["interval"]
        assert one["severity"]["sufficient"] or one["severity"]["words"].startswith("not enough evidence")
    assert "Raw means mix" in essays["raw_means_warning"]
