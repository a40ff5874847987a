"""`manage.py study`: files in, files out, exit status, one JSON object."""

import csv
import json
import re
import uuid
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from assess.ledger.canonical import canonical
from assess.management.commands.study import Command


@pytest.fixture
def responses(tmp_path: Path) -> Path:
    rng = np.random.default_rng(5)
    ability = rng.normal(size=(80, 1))
    scored = (rng.random((80, 6)) < 1 / (1 + np.exp(np.linspace(-1, 1, 6) - ability))).astype(int)
    lines = ["who,a,b,c,d,e,f", *[f"P{row},{','.join(map(str, values))}" for row, values in enumerate(scored)]]
    path = tmp_path / "exam.csv"
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    rng = np.random.default_rng(6)
    lines = ["person,rater,k1,k2"]
    for person in range(40):
        level = rng.integers(0, 4)
        for rater in rng.choice(["R1", "R2", "R3"], 2, replace=False):
            lines.append(f"{person},{rater},{level},{min(level + rng.integers(0, 2), 3)}")
    path = tmp_path / "marks.csv"
    path.write_text("\n".join(lines))
    return path


def run(*arguments: object) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("study", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as stopped:
        return int(str(stopped.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.mark.slow
def test_it_writes_the_document_and_the_report(tmp_path: Path, responses: Path, ratings: Path) -> None:
    output = tmp_path / "deep" / "out"
    given = ("--person", "person", "--rater", "rater", "--criteria", "k1, k2", "--output", output)
    status, out, err = run("--responses", responses, "--id", "who", "--ratings", ratings, *given)
    assert status == 0
    assert "80 persons, 6 items." in out
    assert "3 raters, 40 persons." in out
    assert err.count("Wrote ") == 6
    assert "Computing responses: fit …" in err
    assert (output / "report.pdf").read_bytes().startswith(b"%PDF-")
    content = (output / "study.json").read_bytes()
    document = json.loads(content)
    assert content == canonical(document) + b"\n"
    assert [source["name"] for source in document["sources"]] == ["exam.csv", "marks.csv"]
    assert document["simulated"] is None
    assert document["title"] in (output / "report.html").read_text()


@pytest.mark.slow
def test_the_same_files_give_the_same_bytes(tmp_path: Path, responses: Path) -> None:
    for name in ("one", "two"):
        assert run("--responses", responses, "--id", "who", "--output", tmp_path / name)[0] == 0
    for file in ("study.json", "report.html", "report.pdf"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


@pytest.mark.slow
def test_the_tables_hold_every_estimate_every_item_and_every_rater(
    tmp_path: Path, responses: Path, ratings: Path
) -> None:
    given = ("--person", "person", "--rater", "rater", "--criteria", "k1,k2", "--output", tmp_path)
    assert run("--responses", responses, "--id", "who", "--ratings", ratings, *given)[0] == 0
    document = json.loads((tmp_path / "study.json").read_bytes())
    tables = {
        name: list(csv.DictReader((tmp_path / f"{name}.csv").read_text().splitlines()))
        for name in ("estimates", "items", "raters")
    }
    assert [row["item"] for row in tables["items"]] == list("abcdef")
    assert [row["rater"] for row in tables["raters"]] == ["R1", "R2", "R3"]
    alpha = next(row for row in tables["estimates"] if row["place"] == "responses.alpha")
    found = document["responses"]["alpha"]
    assert [alpha["value"], alpha["low"], alpha["high"]] == [found["value"], *found["interval"]]
    assert "responses.rasch.items[c].difficulty" in {row["place"] for row in tables["estimates"]}


@pytest.mark.parametrize(
    "options",
    [("MC-ECW", "--responses", "exam.csv"), ("MC-ECW", "--title", "Mine"), ("--again", uuid.UUID(int=7), "--cut", "5")],
)
def test_a_scheme_and_files_do_not_go_together(tmp_path: Path, options: tuple[str, ...]) -> None:
    status, out, _ = run(*options, "--output", tmp_path, "--json")
    assert (status, json.loads(out)["code"]) == (2, "stray_option")


def test_without_a_folder_nothing_is_computed(responses: Path) -> None:
    status, out, _ = run("--responses", responses, "--json")
    assert (status, json.loads(out)["code"]) == (2, "missing_option")


@pytest.mark.slow
def test_json_is_one_object_on_stdout(tmp_path: Path, responses: Path) -> None:
    status, out, _ = run("--responses", responses, "--id", "who", "--output", tmp_path / "o", "--json")
    printed = json.loads(out)
    assert status == 0
    assert printed["done"] is True
    assert printed["findings"][0] == "80 persons, 6 items."
    named = [Path(file).name for file in printed["files"]]
    assert named == ["study.json", "report.html", "report.pdf", "estimates.csv", "items.csv"]


def test_unreadable_input_is_status_2_and_one_sentence(tmp_path: Path, responses: Path) -> None:
    status, out, err = run("--responses", responses, "--output", tmp_path / "o")
    assert status == 2
    assert out == ""
    assert err.count("\n") == 1
    assert "exam.csv, line 2, column 'who'" in err and "--id who" in err
    assert not (tmp_path / "o").exists()


def test_unreadable_input_in_json_is_one_object_with_a_code(tmp_path: Path, responses: Path) -> None:
    status, out, err = run("--responses", responses, "--output", tmp_path / "o", "--json")
    assert status == 2
    printed = json.loads(out)
    assert (printed["done"], printed["code"]) == (False, "names_not_numbers")
    assert printed["sentence"] == err.strip()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "nothing to study"),
        (("--ratings", "marks.csv"), "--person, --rater, --criteria missing"),
        (("--responses", "exam.csv", "--person", "p"), "--person describes --ratings FILE, and there is none"),
        (("--responses", "gone.csv"), "No such file or directory"),
        (("--judgements", "judges.csv"), "--item missing"),
        (("--responses", "exam.csv", "--focal", "f"), "say --group COLUMN as well"),
        (("--responses", "exam.csv", "--cut-error", "2%"), "say --cut POINTS[%] as well"),
        (("--responses", "exam.csv", "--scale", "points"), "--scale describes --judgements FILE"),
    ],
)
def test_a_call_that_cannot_be_meant_is_refused(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    status, _, err = run(*arguments, "--output", tmp_path)
    assert status == 2
    assert told in err


@pytest.mark.slow
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, responses: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    status, _, err = run("--responses", responses, "--id", "who", "--output", blocked)
    assert status == 2
    assert "cannot be written there" in err


@pytest.mark.parametrize("points", ["0", "-1", "nan", "1e309", "a=x", "٣"])
def test_a_maximum_that_is_no_number_of_points_is_refused(tmp_path: Path, responses: Path, points: str) -> None:
    with pytest.raises(CommandError, match="is not a number of points"):
        call_command("study", "--responses", str(responses), "--maximum", points, "--output", str(tmp_path))


@pytest.mark.slow
def test_maxima_are_taken_for_all_items_or_by_name(tmp_path: Path, responses: Path) -> None:
    given = ("--responses", responses, "--id", "who", "--output", tmp_path / "o", "--maximum")
    assert run(*given, "2")[0] == 0
    document = json.loads((tmp_path / "o" / "study.json").read_bytes())
    assert {item["maximum"] for item in document["responses"]["item_analysis"]} == {"2.00"}
    assert run(*given, "a=3,b=2")[0] == 0
    document = json.loads((tmp_path / "o" / "study.json").read_bytes())
    assert [item["maximum"] for item in document["responses"]["item_analysis"]][:3] == ["3.00", "2.00", "1.00"]


@pytest.mark.slow
def test_a_cut_in_points_and_in_per_cent_is_the_same_cut(tmp_path: Path, responses: Path) -> None:
    given = ("--responses", responses, "--id", "who", "--output", tmp_path / "o", "--cut")
    found = []
    for cut in ("3", "50%"):
        assert run(*given, cut)[0] == 0
        found.append(json.loads((tmp_path / "o" / "study.json").read_bytes())["responses"])
    assert found[0] == found[1]
    assert (found[0]["cut"]["value"], found[0]["decision"]["lowest_pass"]) == ("50.00", "3")


def test_a_cut_beyond_the_maximum_or_that_can_be_read_in_two_ways_is_refused(
    tmp_path: Path, responses: Path, ratings: Path
) -> None:
    given = ("--responses", responses, "--id", "who", "--output", tmp_path / "o")
    status, _, err = run(*given, "--cut", "7")
    assert (status, "--cut: 7 points, but the maximum is 6" in err) == (2, True)
    both = ("--ratings", ratings, "--person", "person", "--rater", "rater", "--criteria", "k1,k2")
    status, _, err = run(*given, *both, "--cut", "3")
    assert (status, "say it in per cent" in err) == (2, True)
    with pytest.raises(CommandError, match="more than 100 %"):
        call_command("study", "--responses", str(responses), "--cut", "120%", "--output", str(tmp_path))


@pytest.mark.slow
def test_the_group_column_is_no_item_and_the_smaller_group_is_focal(tmp_path: Path, responses: Path) -> None:
    lines = responses.read_text().splitlines()
    path = tmp_path / "grouped.csv"
    grouped = [f"{line},{'f' if row % 3 == 0 else 'm'}" for row, line in enumerate(lines[1:])]
    path.write_text("\n".join([f"{lines[0]},sex", *grouped]))
    given = ("--responses", path, "--id", "who", "--group", "sex", "--output", tmp_path / "o")
    assert run(*given)[0] == 0
    found = json.loads((tmp_path / "o" / "study.json").read_bytes())["responses"]
    assert (found["items"], found["groups"]["focal"], found["groups"]["persons"]["focal"]) == (6, "f", 27)
    status, _, err = run(*given, "--focal", "x")
    assert (status, "nobody is in group 'x'; the groups are f, m" in err) == (2, True)


def test_ignored_columns_are_no_judges_and_the_report_names_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    rows = [f"I{item},{300 + item},{','.join(f'{x:.2f}' for x in rng.uniform(0.3, 0.9, 4))}" for item in range(20)]
    path = tmp_path / "panel.csv"
    path.write_text("\n".join(["item,diff,Ada,Ben,Cy,Di", *rows]))
    status, out, _ = run("--judgements", path, "--item", "item", "--ignore", "diff", "--output", tmp_path / "o")
    assert status == 0
    assert out.startswith("4 judges, 20 items.")
    assert "Columns left out because it was asked for: diff." in (tmp_path / "o" / "report.html").read_text()


@pytest.mark.slow
def test_the_panels_cut_is_the_cut_of_the_answers_to_the_same_items(tmp_path: Path, responses: Path) -> None:
    rng = np.random.default_rng(3)
    rows = [f"{item},{','.join(f'{x:.2f}' for x in rng.uniform(0.4, 0.8, 9))}" for item in "fedcba"]
    path = tmp_path / "panel.csv"
    path.write_text("\n".join(["item,A,B,C,D,E,F,G,H,I", *rows]))
    given = (
        "--responses",
        responses,
        "--id",
        "who",
        "--judgements",
        path,
        "--item",
        "item",
        "--output",
        tmp_path / "o",
    )
    assert run(*given)[0] == 0
    found = json.loads((tmp_path / "o" / "study.json").read_bytes())
    panel, cut = found["judgements"]["cut_percent"], found["responses"]["cut"]
    assert (cut["value"], cut["se"]) == (panel["value"], panel["se"])
    assert found["judgements"]["fit"]["n"] == 6
    assert run(*given, "--cut", "50%")[0] == 0
    assert json.loads((tmp_path / "o" / "study.json").read_bytes())["responses"]["cut"]["value"] == "50.00"


def test_the_reference_page_names_every_option_and_every_code() -> None:
    page = (settings.ROOT / "docs" / "reference" / "study.md").read_text()
    parser = Command().create_parser("manage.py", "study")
    framework = {action.dest for action in BaseCommand().create_parser("manage.py", "any")._actions}
    for action in parser._actions:
        if action.dest not in framework:
            assert f"`{(action.option_strings or [action.metavar])[0]}" in page, action.dest
    rooms = [
        settings.ROOT / "assess" / room
        for room in (
            "validity/studies/tables.py",
            "validity/studies/judgement_tables.py",
            "validity/studies/asked.py",
            "management/commands/study.py",
        )
    ]
    codes = {code for room in rooms for code in re.findall(r'TableError\(\s*"(\w+)"', room.read_text())}
    assert len(codes) > 15
    for code in codes:
        assert f"`{code}`" in page, code
