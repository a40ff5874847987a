"""Study reports on real data against figures of R packages: MathExam14W (psychotools), sirt_ratings2 (sirt), immer10 (immer)."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

GIVEN = {
    "exam": ("mathexam14w_solved.csv", "--responses {file} --cut 60%"),
    "essays": (
        "sirt_ratings2.csv",
        "--ratings {file} --person idstud --rater rater --criteria k1,k2,k3,k4,k5 --cut 50%",
    ),
    "panel": ("immer10_standard_setting.csv", "--judgements {file} --item item --ignore itemdiff"),
    "compared": ("immer10_standard_setting.csv", "--judgements {file} --item item --difficulty itemdiff"),
}


@pytest.fixture(scope="module")
def reports(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[dict[str, Any], str, bytes]]:
    found = {}
    for name, (file, options) in GIVEN.items():
        output = tmp_path_factory.mktemp(name)
        arguments = options.format(file=data_dir / "psychometrics" / file).split()
        call_command("study", *arguments, "--output", str(output), stdout=StringIO(), stderr=StringIO())
        document = json.loads((output / "study.json").read_bytes())
        found[name] = (document, (output / "report.html").read_text(), (output / "report.pdf").read_bytes())
    return found


def test_the_conditional_log_likelihood_of_the_exam_is_that_of_erm(reports: Any) -> None:
    fit = reports["exam"][0]["responses"]["fit"]
    assert float(fit["conditional"]["log_likelihood"]) == pytest.approx(-3635.234, abs=1e-3)


def test_variance_components_of_the_essays_are_those_of_lme4(reports: Any) -> None:
    """REML by lme4 with person, rater, criterion and their interactions but person × rater."""
    found = reports["essays"][0]["ratings"]["variance"]["comparison"]["components"]
    components = {one["effect"]: float(one["component"]["value"]) for one in found}
    expected = {
        "person": 0.3969,
        "person:criterion": 0.0855,
        "rater": 0.0426,
        "rater:criterion": 0.0166,
        "criterion": 0.0031,
        "residual": 0.2531,
    }
    assert components == pytest.approx(expected, abs=1e-4)


def test_the_essays_need_the_raters_own_view_of_a_person(reports: Any) -> None:
    found = reports["essays"][0]["ratings"]["variance"]
    assert float(found["log_likelihood"]) - float(found["comparison"]["log_likelihood"]) > 100
    assert float({one["effect"]: one["component"]["value"] for one in found["components"]}["person:rater"]) > 0.05


def test_severity_in_the_many_facet_model_goes_with_severity_on_shared_work(reports: Any) -> None:
    found = reports["essays"][0]["ratings"]
    model = {one["name"]: float(one["measure"]["value"]) for one in found["facets"]["facets"]["rater"]}
    shared = {one["rater"]: float(one["severity"]["value"]) for one in found["severity"]}
    severe = sorted(model, key=lambda rater: model[rater])
    assert severe[-1] == max(shared, key=lambda rater: shared[rater]) == "R08"
    assert severe[0] == min(shared, key=lambda rater: shared[rater]) == "R13"


def test_judges_of_the_panel_have_the_means_and_the_correlation_known_of_it(reports: Any) -> None:
    """immer10: grand mean 2.338, judge means R01–R13, correlation of item means with empirical difficulty 0.715."""
    found = reports["compared"][0]["judgements"]
    means = [2.4426, 2.0656, 2.4098, 2.5246, 2.3279, 2.4590, 2.3934, 2.2131, 2.1148, 2.6066, 2.3934, 2.2951, 2.1475]
    assert float(found["cut"]["value"]) == pytest.approx(2.338, abs=5e-4)
    assert [float(judge["mean"]) for judge in found["panel"]] == pytest.approx(means, abs=5e-5)
    assert float(found["fit"]["value"]) == pytest.approx(0.715, abs=5e-4)
    assert reports["panel"][0]["judgements"]["fit"] is None


def test_the_reports_say_what_cannot_be_concluded(reports: Any) -> None:
    assert "too uncertain to decide about single persons" in reports["exam"][1]
    assert "so a mark depends on who gives it" in reports["essays"][1]
    assert "give no cut score in points" in reports["panel"][1]
    for _, page, pdf in reports.values():
        assert "What you cannot rely on, or not yet" in page
        assert pdf.startswith(b"%PDF-")


def test_everybody_whose_outcome_hangs_on_the_assessor_is_named(reports: Any) -> None:
    outcomes = reports["essays"][0]["ratings"]["facets"]["outcomes"]
    for one in outcomes["changed"]:
        before, after, cut = (float(value) for value in (one["before"], one["after"], outcomes["cut"]))
        assert (before >= cut) != (after >= cut)
        assert one["person"] in reports["essays"][1]
    gained = sum(1 if one["would"] == "pass" else -1 for one in outcomes["changed"])
    assert outcomes["pass_adjusted"] - outcomes["pass_now"] == gained
