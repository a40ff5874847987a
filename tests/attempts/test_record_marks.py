"""Marks that carry a test record: scoring works the reading out from the raw rows, and says what stands against the test."""

import copy
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from assess.attempts.desks.record_forms import record_forms
from assess.attempts.scoring.evidence_words import mark_in_words
from assess.attempts.scoring.record_marks import mark_of, objections_of
from rubrics.definition import Criterion, TaskDefinition
from rubrics.errors import RubricError
from rubrics.marks import MeasurementMark
from rubrics.sheets import score_criterion
from tests.attempts.scenes import content, marks, scored, stream, task
from tests.simulator_adapters.test_records import circuit, door, flue

TASKS = {one.identifier: one for one in content().tasks}
REST = {"measured_on": "2026-11-23", "entered_by": "assessor", "centre_equipment_fault": False}


def row(name: str) -> Criterion:
    task_of = TASKS[name.rpartition(".")[0]]
    return next(one for one in task_of.criteria if one.identifier == name)


def asked(name: str) -> Criterion:
    """The row of the sample content that asks for this figure."""
    rows = (one for found in TASKS.values() for one in found.criteria)
    return next(one for one in rows if one.measurement is not None and one.measurement.record == name)


def taken(record: Any, **more: Any) -> dict[str, Any]:
    return {"record": record, **REST, **more}


def reading(criterion: Criterion, document: Any) -> Decimal:
    mark = mark_of(criterion, document)
    assert isinstance(mark, MeasurementMark)
    return mark.readings[0].value


def test_the_row_of_the_blower_door_takes_its_flow_from_the_points() -> None:
    leak = asked("blower_door.flow_50")
    assert leak.identifier == "PT-CEE-1.04"
    value = reading(leak, taken(door()))
    assert value == pytest.approx(Decimal(1450), abs=2)
    assert score_criterion(leak, mark_of(leak, taken(door()))).exact == leak.points
    leaky = door(
        points=[
            p | {"flow": {"value": f"{float(p['flow']['value']) * 1.2:.1f}", "unit": "m³/h"}} for p in door()["points"]
        ]
    )
    assert score_criterion(leak, mark_of(leak, taken(leaky))).exact < leak.points


def test_the_same_rows_give_the_same_digits_however_they_travelled() -> None:
    leak = asked("blower_door.flow_50")
    first = mark_of(leak, taken(door()))
    shuffled = dict(sorted(door().items(), reverse=True))
    assert mark_of(leak, json.loads(json.dumps(taken(shuffled)))) == first


def test_scoring_takes_records_and_names_what_stands_against_them() -> None:
    """Two assessors hand in the same record of the circuit; one writes it with another unit."""
    insulation = asked("electrical.insulation")
    assert insulation.identifier.startswith("PT-ECW-1.")
    good = taken(circuit(insulation=("200", "MΩ"), continuity_pe=("0.09", "Ω")))
    same = taken(circuit(insulation=("0.2", "GOhm"), continuity_pe=("90", "mOhm")))
    continuity = asked("electrical.continuity_pe").identifier
    sheets = [
        stream(f"assessor:{n}", marks(but={insulation.identifier: said, continuity: said}), person=f"p{n}")
        for n, said in ((1, good), (2, same))
    ]
    found = task(scored(*sheets))
    assert insulation.identifier not in found.score.open_criteria
    assert found.score.criteria[insulation.identifier] == insulation.points
    assert found.must_pass[insulation.identifier] is True
    bad = taken(circuit(insulation=("0.3", "MΩ"), test_voltage=("500", "V"), u0=("230", "V")))
    failed = task(
        scored(*(stream(f"assessor:{n}", marks(but={insulation.identifier: bad}), person=f"p{n}") for n in (1, 2)))
    )
    assert failed.must_pass[insulation.identifier] is False
    assert any(f"assessor:1: {insulation.identifier}: the record's test:" in one for one in failed.remarks)


def test_a_record_that_can_not_be_read_leaves_the_row_open_and_says_why() -> None:
    insulation = asked("electrical.insulation").identifier
    spoiled = taken(circuit(insulation=("1_000", "MΩ")))
    sheets = [stream(f"assessor:{n}", marks(but={insulation: spoiled}), person=f"p{n}") for n in (1, 2)]
    found = task(scored(*sheets))
    assert insulation in found.score.open_criteria and found.score.status == "waiting"
    assert any(insulation in one and "insulation resistance: '1_000'" in one for one in found.remarks)


@pytest.mark.parametrize(
    ("name", "document", "said"),
    [
        ("PT-CEE-1.04", taken(flue()), "asks for a record of the kind blower_door, and this one is of the kind combustion"),
        ("PT-CEE-1.04", taken(door(), readings=[{"value": "1450"}]), "readings stands beside a record"),
        ("PT-CEE-1.04", taken(door(points=door()["points"][:3])), "the record carries no leak at 50 Pa; take more readings"),
        ("PT-CEE-1.04", taken("1450"), "no record known here"),
        ("PT-CEE-1.06", taken(door()), "asks for no test record"),
        ("PT-CEE-1.01", taken(door()), "asks for no test record"),
        ("PT-CEE-1.04", {"record": door()}, "measured_on is None"),
    ],
)  # fmt: skip
def test_what_is_no_record_for_a_row_is_refused(name: str, document: Any, said: str) -> None:
    with pytest.raises(RubricError, match=said):
        mark_of(row(name), document)


def test_a_row_may_ask_for_carbon_monoxide_free_of_air() -> None:
    """No task of the sample content does; a centre's own may."""
    leak = asked("blower_door.flow_50")
    assert leak.measurement is not None
    spec = replace(leak.measurement, record="combustion.air_free", unit="ppm", quantity="carbon monoxide")
    gas = replace(leak, measurement=spec)
    assert reading(gas, taken(flue())) == Decimal("120.287770")
    thin = taken(flue(oxygen="19"))
    assert "nearly all air" in objections_of(gas, thin)[0]
    with pytest.raises(RubricError, match="carries no carbon monoxide free of air"):
        mark_of(gas, thin)


def test_a_mark_without_a_record_is_read_as_ever() -> None:
    leak = asked("blower_door.flow_50")
    document = {"readings": [{"value": "1450", "bound": "="}], "unit": "m³/h", **REST}
    assert reading(leak, document) == Decimal(1450)
    assert objections_of(leak, document) == () == objections_of(leak, None)
    assert mark_in_words(leak, document) == "1450 m³/h"
    words = mark_in_words(leak, taken(door()))
    assert words.startswith("14") and words.endswith("m³/h, from a test record")


def test_the_forms_of_a_day_are_those_its_tasks_ask_for() -> None:
    def kinds(*names: str) -> list[str]:
        return list(record_forms(TASKS[name] for name in names))

    assert kinds("PT-CEE-1") == ["blower_door"]
    assert kinds("PT-ECW-1", "PT-ECW-2", "PT-CEE-1") == ["blower_door", "electrical"]
    assert kinds("PT-CEE-3") == []
    form = record_forms([TASKS["PT-CEE-1"]])["blower_door"]
    flow = form["table"][1]
    assert flow["units"][0] == "m³/h" and "CFM" in flow["units"]
    assert json.loads(json.dumps(form)) == form


def test_the_content_may_ask_only_for_figures_a_record_has() -> None:
    document = copy.deepcopy(TASKS["PT-CEE-1"].to_document())
    assert TaskDefinition.from_document(document) == TASKS["PT-CEE-1"]
    spec = next(one for one in document["criteria"] if one["id"] == "PT-CEE-1.05")["measurement"]
    spec["record"] = "blower_door.changes_50"
    with pytest.raises(RubricError, match="gives one figure and no true value"):
        TaskDefinition.from_document(document)
