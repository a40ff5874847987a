"""Task documents: what is read, what is refused, and that nothing is lost on the way."""

import copy
import json
from collections import Counter
from decimal import Decimal

import pytest

from rubrics.definition import TaskDefinition, content_hash
from rubrics.errors import RubricError


def test_sample_content_holds_nine_tasks_with_112_criteria(tasks):
    """The counts stand in data/domain/MANIFEST.md (112 criteria, 29 must-pass)."""
    criteria = [criterion for task in tasks.values() for criterion in task.criteria]
    assert len(tasks) == 9
    assert len(criteria) == 112
    assert sum(criterion.must_pass for criterion in criteria) == 29
    measured = [criterion.measurement for criterion in criteria if criterion.measurement]
    assert sum(spec.source == "simulator_adapter" for spec in measured) == 7
    assert Counter(criterion.kind for criterion in criteria) == {"checklist": 49, "measurement": 42, "judgement": 21}


def test_canonical_document_survives_json_and_reads_back_unchanged(tasks):
    for task in tasks.values():
        document = json.loads(json.dumps(task.to_document()))
        assert TaskDefinition.from_document(document) == task
        assert content_hash(document) == content_hash(task.to_document())


def test_numbers_stand_as_decimal_strings_with_their_zeros(tasks):
    document = next(row for row in tasks["PT-ECW-2"].to_document()["criteria"] if row["id"] == "PT-ECW-2.11")
    assert document["measurement"]["limit"] == {"op": "between", "value": "39.0", "upper": "41.0"}


def test_decimal_places_come_from_the_most_digits_written(tasks):
    """PT-ECW-1.08 writes 0.2, 0.089 and 0.03; PT-ECW-1.07 writes 1.08, 1.32, 1.2 and 0.12."""
    task = tasks["PT-ECW-1"]
    assert task.criterion("PT-ECW-1.08").measurement.decimal_places == 3
    assert task.criterion("PT-ECW-1.07").measurement.decimal_places == 2


def test_every_mistake_is_reported_at_once_with_its_path(task_documents):
    document = copy.deepcopy(task_documents["PT-ECW-1"])
    document["criteria"][0]["kind"] = "check list"
    document["criteria"][6]["measurement"]["limit"]["upper"] = Decimal("1.0")
    document["max_points"] = 61
    document["titel"] = document.pop("title")
    with pytest.raises(RubricError) as caught:
        TaskDefinition.from_document(document)
    assert caught.value.code == "definition"
    assert {problem.path for problem in caught.value.problems} >= {
        "PT-ECW-1.title",
        "PT-ECW-1.titel",
        "PT-ECW-1.max_points",
        "PT-ECW-1.criteria[PT-ECW-1.01].kind",
        "PT-ECW-1.criteria[PT-ECW-1.07].measurement.limit.upper",
    }


@pytest.mark.parametrize(
    ("change", "path", "remedy"),
    [
        (lambda rows: rows[0].update(points="4e2"), "1.01].points", "plain decimal number"),
        (lambda rows: rows[0].update(points=4.0), "1.01].points", "plain decimal number"),
        (lambda rows: rows[0].update(outcome="LO-ECW-9"), "1.01].outcome", "does not list"),
        (lambda rows: rows[9].update(must_pass=True), "1.10].must_pass", "make it a checklist row"),
        (lambda rows: rows[9]["anchors"].pop(2), "1.10].anchors.2", "is missing"),
        (lambda rows: rows[9]["anchors"].update({1: "one small defect; NEAT"}), "1.10].anchors", "two levels"),
        (lambda rows: rows[1].update(id="PT-ECW-1.01"), "criteria", "twice"),
        (lambda rows: rows[7]["measurement"]["expected"].update(value="0.3"), "expected.value", "its own limit"),
        (lambda rows: rows[8]["measurement"].pop("unit"), "measurement.unit", "name the unit"),
        (lambda rows: rows[8]["measurement"]["limit"].update(op="<"), "limit.op", "use one of"),
    ],
)
def test_a_mistake_names_path_and_remedy(task_documents, change, path, remedy):
    document = copy.deepcopy(task_documents["PT-ECW-1"])
    change(document["criteria"])
    with pytest.raises(RubricError) as caught:
        TaskDefinition.from_document(document)
    assert any(path in problem.path and remedy in problem.sentence for problem in caught.value.problems)
