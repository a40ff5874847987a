"""Three data sets of others studied through the file form: the figures known of them, and what each report says it cannot show.

MathExam14W (R psychotools): 729 students × 13 items. `sirt_ratings2` (R sirt): essays, 178 persons, 16 raters, 5 criteria; shares
of variance by REML (R lme4). immer10 (R immer): 13 standard setters × 61 items on three levels.
"""

import csv
import json
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

Study = Callable[[str], tuple[dict[str, Any], str, Path]]
ASKED = {
    "exam": ("mathexam14w_solved.csv", "--responses {file}"),
    "exam with a cut": ("mathexam14w_solved.csv", "--responses {file} --cut 60%"),
    "essays": ("sirt_ratings2.csv", "--ratings {file} --person idstud --rater rater --criteria k1,k2,k3,k4,k5"),
    "panel": ("immer10_standard_setting.csv", "--judgements {file} --item item --difficulty itemdiff"),
}


@pytest.fixture(scope="module")
def study(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Study:
    known: dict[str, tuple[dict[str, Any], str, Path]] = {}

    def of(name: str) -> tuple[dict[str, Any], str, Path]:
        if name not in known:
            file, options = ASKED[name]
            folder = tmp_path_factory.mktemp("external")
            arguments = options.format(file=data_dir / "psychometrics" / file).split()
            call_command("study", *arguments, "--output", str(folder), stdout=StringIO(), stderr=StringIO())
            document = json.loads((folder / "study.json").read_bytes())
            known[name] = document, (folder / "report.html").read_text(), folder
        return known[name]

    return of


def first_page(report: str) -> str:
    """The words of the page for whoever decides."""
    return re.sub(r"<[^>]+>", " ", report.partition("For the psychometrician")[0]).replace("&nbsp;", " ")


def test_raters_hold_a_twentieth_of_the_variance_of_essays_and_chance_a_third(study: Study) -> None:
    components = {
        one["effect"]: float(one["component"]["value"])
        for one in study("essays")[0]["ratings"]["variance"]["comparison"]["components"]
    }
    total = sum(components.values())
    assert components["rater"] / total == pytest.approx(0.05, abs=0.005)
    assert components["residual"] / total == pytest.approx(0.32, abs=0.005)


def test_the_report_on_the_essays_says_that_it_knows_no_cut_and_no_person_for_sure(study: Study) -> None:
    page = first_page(study("essays")[1])
    assert "so a mark depends on who gives it" in page
    assert "No study of scores or judgements can show whether the tasks are those of the job" in page
    assert study("essays")[0]["ratings"]["facets"]["outcomes"] is None


def test_the_report_on_the_exam_decides_nothing_without_a_cut_and_names_what_it_was_not_told(study: Study) -> None:
    document, report, _ = study("exam")
    page = first_page(report)
    assert document["responses"]["decision"] is None and document["responses"]["groups"] is None
    assert "No cut score was given, so nothing is said about passing and failing." in page
    assert "Whether items favour a group of people is not known: the data name no groups" in page
    assert "too uncertain to decide about single persons by it alone" in page
    assert document["responses"]["forms"] is None and document["sittings"] is None


def test_the_report_on_the_exam_says_that_the_cut_came_from_elsewhere(study: Study) -> None:
    page = first_page(study("exam with a cut")[1])
    assert "How the cut came about, and its own error, are not part of these data." in page


def test_the_report_on_the_panel_gives_no_cut_in_points_and_compares_it_with_how_hard_items_were(study: Study) -> None:
    document, report, _ = study("panel")
    found = document["judgements"]
    assert (len(found["panel"]), len(found["per_item"])) == (13, 61)
    assert found["cut_percent"] is None or found["cut_percent"]["value"] is None
    assert float(found["fit"]["value"]) == pytest.approx(0.715, abs=5e-4)
    assert "give no cut score in points" in first_page(report)


def test_the_tables_of_each_hold_what_the_document_holds(study: Study) -> None:
    exam, essays = study("exam")[2], study("essays")[2]
    items = list(csv.DictReader((exam / "items.csv").read_text().splitlines()))
    assert [round(float(item["share_of_points"]), 4) for item in items][:3] == [0.5267, 0.7092, 0.7531]
    raters = list(csv.DictReader((essays / "raters.csv").read_text().splitlines()))
    assert [one["rater"] for one in raters] == [f"R{number:02d}" for number in range(1, 17)]
    assert max(raters, key=lambda one: float(one["severity"]))["rater"] == "R08"
