"""A plan said row by row: what it becomes, what of a plan can be said again, and how each mistake is named."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.schemes.loading import BUNDLED
from assess.schemes.sources import read_yaml
from assess.sittings.agents.plan_form import Said, Unsaid, blank, compose, said_in
from assess.sittings.agents.plan_rows import Row, rows_of, suggested_adapter
from assess.sittings.agents.plan_table import shown_steps
from assess.sittings.agents.plans import read_bench_plan
from rubrics.definition import TaskDefinition
from simulator_adapters.asking import ways_of

TASKS = [TaskDefinition.from_document(one) for one in read_yaml(BUNDLED / "rubrics.yaml")["tasks"]]
ROWS = {task.identifier: rows_of(task) for task in TASKS}
BONDING, INSULATION = "PT-ECW-1.08", "PT-ECW-1.09"
SCPI, SUNSPEC = ways_of("scpi"), ways_of("sunspec")


def said(**changed: Any) -> Said:
    return replace(Said(used=True, way="question", what="MEAS:RES?", answers_in="Ohm"), **changed)


def composed(given: Mapping[str, Said], work: str = "PT-ECW-1", ways: Any = SCPI, before: Any = None) -> dict[str, Any]:
    return compose(work=work, rows=ROWS[work], said=given, ways=ways, before=before)


def problems(given: Mapping[str, Said], work: str = "PT-ECW-1", ways: Any = SCPI) -> list[tuple[str, str]]:
    with pytest.raises(Unsaid) as unsaid:
        composed(given, work, ways)
    return [(one.place, one.sentence) for one in unsaid.value.problems]


def row(criterion: str) -> Row:
    return next(one for rows in ROWS.values() for one in rows if one.criterion == criterion)


def test_limits_unit_and_places_of_a_step_are_the_rows_own() -> None:
    document = composed({BONDING: said()})
    (step,) = document["plan"]["steps"]
    assert step["parameters"] == {"ask": "MEAS:RES?", "unit": "Ohm", "places": "3", "high": "0.200"}
    assert (step["on_fail"], step["on_timeout"], step["timeout_ms"]) == ("continue", "void", None)
    assert step["repeat"] == {"max_attempts": 1, "interval_ms": 0, "duration_ms": None}
    assert document["rows"] == {BONDING: BONDING}


def test_an_instrument_that_answers_in_another_unit_is_told_so() -> None:
    (step,) = composed({INSULATION: said(what="MEAS:INS? 500")})["plan"]["steps"]
    assert step["parameters"] == {
        "ask": "MEAS:INS? 500", "unit": "MOhm", "answers_in": "Ohm", "places": "2", "low": "1.00",
    }  # fmt: skip


def test_a_register_and_a_response_are_read_from_an_inverter() -> None:
    limit, var = "PT-PVS-2.03", "PT-PVS-2.06"
    document = composed(
        {limit: said(way="register", what="704.WMaxLimPct"), var: said(way="volt-var", what="105")}, "PT-PVS-2", SUNSPEC
    )
    first, second = document["plan"]["steps"]
    assert (first["action"], first["parameters"]) == (
        "setting",
        {"model": "704", "point": "WMaxLimPct", "index": "[]", "unit": "%", "low": "59.5", "high": "60.5"},
    )
    assert (second["action"], second["parameters"]["input"], second["parameters"]["at"]) == ("response", "v_pct", "105")


def test_before_anybody_said_anything_a_row_offers_what_it_names_itself() -> None:
    assert [suggested_adapter(ROWS[name]) for name in ("PT-ECW-1", "PT-PVS-2")] == ["scpi", "sunspec"]
    assert blank(row(INSULATION), SCPI) == Said(way="question", answers_in="Ohm")
    assert blank(row("PT-PVS-2.02"), SUNSPEC).what == "802.SoCRsvMin"
    assert blank(row("PT-PVS-2.02"), SUNSPEC).used


@pytest.mark.parametrize(
    ("criterion", "words"),
    [
        ("PT-ECW-1.07", "It is read at 4 places"),
        ("PT-ECW-3.05", "It compares a reading with a true value"),
        ("PT-CEE-2.04", "It is worked out on a worksheet"),
    ],
)
def test_a_row_that_no_instrument_fills_says_why_and_is_refused(criterion: str, words: str) -> None:
    assert row(criterion).cannot.startswith(words)
    ((place, sentence),) = problems({criterion: said()}, criterion.rpartition(".")[0])
    assert place == f"used-{criterion}"
    assert words in sentence


def test_a_row_in_a_unit_that_is_in_no_table_is_left_to_people() -> None:
    task = next(one for one in TASKS if one.identifier == "PT-ECW-1")
    criterion = task.criterion(BONDING)
    assert criterion.measurement is not None
    strange = replace(criterion, measurement=replace(criterion.measurement, unit="cubits"))
    (found,) = rows_of(replace(task, criteria=(strange,)))
    assert (found.cannot, found.units) == (
        "It is given in cubits, which no instrument answers in. People enter it.",
        (),
    )


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"what": "MEAS"}, "what", "'MEAS' is no question of SCPI. Write one such as MEAS:RES?"),
        ({"what": ""}, "what", "is no question of SCPI"),
        ({"way": "register"}, "way", "This adapter has no such way to read. Choose one of those offered."),
        ({"answers_in": "V"}, "answers_in", "Choose one that measures what Ω does."),
        ({"tries": "0"}, "tries", "It is tried 1 to 100 times. Write a whole number."),
        ({"tries": "٣"}, "tries", "Write a whole number."),
        ({"pause": "soon"}, "pause", "0 to 3600 seconds"),
        ({"pause": "0.0001"}, "pause", "at most three decimals"),
        ({"longest": "0"}, "longest", "or leave it empty"),
        ({"longest": "1e9"}, "longest", "up to 3600 seconds"),
        ({"on_fail": "panic"}, "on_fail", "Choose what follows"),
        ({"on_timeout": ""}, "on_timeout", "Choose what follows"),
    ],
)
def test_what_can_not_be_used_is_named_by_row_and_field_with_its_remedy(
    changed: dict[str, str], field: str, words: str
) -> None:
    ((place, sentence),) = problems({BONDING: said(**changed)})
    assert place == f"{field}-{BONDING}"
    assert sentence.startswith(f"{BONDING}: ")
    assert words in sentence


def test_every_mistake_is_told_at_once_and_an_empty_plan_is_one() -> None:
    found = problems({BONDING: said(what="x", tries="x"), INSULATION: said(pause="x")})
    assert [place for place, _ in found] == [f"what-{BONDING}", f"tries-{BONDING}", f"pause-{INSULATION}"]
    assert problems({BONDING: said(used=False, what="x")}) == [
        ("rows", "No row is measured. Tick at least one, and say what is read for it.")
    ]


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("802", "names no register. Write model and point"),
        ("802.Nothing", "Model 802 has no point Nothing. Look up its name and index."),
        ("64999.X", "Model 64999 is not in the SunSpec catalogue. Look up the number of the model."),
    ],
)
def test_a_register_that_there_is_not_is_named(what: str, words: str) -> None:
    ((place, sentence),) = problems({"PT-PVS-2.02": said(way="register", what=what)}, "PT-PVS-2", SUNSPEC)
    assert (place, words in sentence) == ("what-PT-PVS-2.02", True)


def test_a_register_needs_both_limits_and_a_step_a_name_of_its_own() -> None:
    ((place, sentence),) = problems({BONDING: said(way="register", what="802.SoCRsvMin")}, ways=SUNSPEC)
    assert (place, sentence) == (
        f"way-{BONDING}",
        f"{BONDING}: A register needs a lower and an upper limit. This row has one: write the plan as JSON.",
    )
    ((place, sentence),) = problems({BONDING: said(name="one"), INSULATION: said(name="one")})
    assert (place, sentence) == ("rows", "Two steps have one name. Load the page again, then say the rows anew.")


def test_a_plan_counts_its_versions_and_keeps_the_names_of_its_steps() -> None:
    first = composed({BONDING: said(name="bonding")})
    again, other = said_in(first, ROWS["PT-ECW-1"], SCPI)
    second = composed(again, before=first)
    assert other == ()
    assert [one["plan"]["version"] for one in (first, second)] == ["1", "2"]
    assert second["rows"] == {"bonding": BONDING}
    assert second["plan"]["steps"] == first["plan"]["steps"]


def test_what_a_form_can_not_say_of_a_plan_is_named() -> None:
    document = composed({BONDING: said(), INSULATION: said()})
    document["plan"]["steps"][0]["parameters"]["high"] = "0.3"
    document["plan"]["steps"].append(document["plan"]["steps"][0] | {"name": "again"})
    found, other = said_in(document, ROWS["PT-ECW-1"], SCPI)
    assert other == (BONDING, "again")
    assert [found[name].used for name in (BONDING, INSULATION)] == [True, True]


@given(
    st.dictionaries(
        st.sampled_from([BONDING, INSULATION]),
        st.builds(
            said,
            what=st.sampled_from(["MEAS:RES?", "MEAS:INS? 500"]),
            answers_in=st.sampled_from(["Ohm", "kOhm", "MOhm"]),
            on_fail=st.sampled_from(["continue", "stop"]),
            on_timeout=st.sampled_from(["continue", "stop", "void"]),
            tries=st.integers(1, 100).map(str),
            pause=st.sampled_from(["0", "0.5", "2"]),
            longest=st.sampled_from(["", "1", "30.25"]),
        ),
        min_size=1,
    )
)
def test_whatever_is_said_can_be_read_by_a_station_and_said_again(given_rows: dict[str, Said]) -> None:
    document = composed(given_rows)
    kept = read_bench_plan(work="PT-ECW-1", adapter="scpi", serial="SN0042", document=document)
    assert kept == document
    found, other = said_in(document, ROWS["PT-ECW-1"], SCPI)
    assert other == ()
    assert {name: one for name, one in found.items() if one.used} == {
        name: replace(one, name=name) for name, one in given_rows.items()
    }


def test_a_plan_is_shown_with_what_is_read_its_row_its_limits_and_what_follows() -> None:
    document = composed({BONDING: said(tries="3", pause="2", on_fail="stop"), INSULATION: said(what="MEAS:INS? 500")})
    first, second = shown_steps(document, ROWS["PT-ECW-1"], SCPI)
    assert (first.reads, first.asked, first.criterion, first.limits) == (
        "resistance", "MEAS:RES?", BONDING, "at most 0.200 Ω",
    )  # fmt: skip
    assert first.text == "Protective conductor continuity at the far outlet"
    assert first.follows == "Outside its limits the run ends; no answer makes it void; up to 3 tries, 2 s apart."
    assert (second.reads, second.limits) == ("an SCPI question, answered in Ω", "at least 1.00 MΩ")


def test_a_step_of_an_adapter_that_nobody_knows_is_shown_as_it_stands() -> None:
    document = composed({BONDING: said()})
    (shown,) = shown_steps(document | {"rows": {}}, ROWS["PT-ECW-1"], ())
    assert (shown.reads, shown.criterion) == ("read", "")
    assert "ask=MEAS:RES?" in shown.asked
