"""The list of job tasks: the bundled one is sound, and every mistake of another is told at once."""

from typing import Any

import pytest

from assess.schemes.sources import read_yaml
from assess.validity.errors import ValidityError
from assess.validity.job.definition import JobDefinition, check_links, jobs_of, read_jobs
from tests.attempts.scenes import content
from tests.validity.job.job_scene import JOBS


def changed(**fields: Any) -> dict[str, Any]:
    document = read_yaml(JOBS)
    return {**document, "jobs": [{**document["jobs"][0], **fields}]}


def test_the_bundled_lists_are_sound_and_linked() -> None:
    plan = content()
    for scheme in plan.schemes:
        job = read_jobs(JOBS)[scheme.identifier]
        tasks = [task for task in plan.tasks if task.credential == scheme.identifier]
        names = {row.identifier for task in tasks for row in task.criteria} | {task.identifier for task in tasks}
        names |= {entry.content.identifier for entry in plan.items} | {one.identifier for one in plan.simulations}
        assert 15 <= len(job.statements) <= 25
        assert check_links(job, outcomes=[one.identifier for one in scheme.outcomes], names=names) == []


def test_a_stored_definition_is_the_same_again() -> None:
    job = read_jobs(JOBS)["MC-PVS"]
    again = JobDefinition.from_document(job.document)
    assert again == job
    assert again.sha256 == job.sha256


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"rules": {}}, "rules.least_practitioners: is missing"),
        ({"statements": []}, "statements: holds 0 entries; it needs at least 5."),
        ({"regions": []}, "regions: holds 0 entries"),
        ({"colour": "red"}, "colour: is not a field known here"),
    ],
)
def test_a_mistake_is_told_with_its_place(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidityError, match="The list of job tasks has") as refused:
        jobs_of(changed(**fields), "jobs.yaml")
    assert said in str(refused.value)
    assert refused.value.code == "job-definition"


def test_a_statement_twice_and_a_rule_off_its_scale_are_told_together() -> None:
    document = read_yaml(JOBS)["jobs"][0]
    twice = [*document["statements"], document["statements"][0]]
    with pytest.raises(ValidityError) as refused:
        jobs_of(
            changed(statements=twice, rules={**document["rules"], "harm_keeps_from": 9, "tolerance": 2}), "jobs.yaml"
        )
    assert "The list of job tasks has 3 mistakes" in str(refused.value)
    assert "hold ECW-J01 twice" in str(refused.value)


def test_a_link_to_nothing_is_told() -> None:
    job = read_jobs(JOBS)["MC-ECW"]
    found = check_links(job, outcomes=["LO-ECW-1"], names=["ECW-001"])
    assert any("names LO-ECW-2, which MC-ECW does not have" in one.sentence for one in found)
    assert any("names PT-ECW-1.01; no item, criterion" in one.sentence for one in found)
