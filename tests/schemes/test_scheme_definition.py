"""Scheme documents: read back as they were, the mandatory EU metadata refused one by one when missing."""

import copy
import json
from decimal import Decimal

import pytest

from assess.schemes.definition import SchemeDefinition
from assess.schemes.errors import SchemeError

# Council Recommendation of 16 June 2022, Annex I, as listed in the project's domain study (section 4.1).
MANDATORY = [
    ("title",),
    ("version",),
    ("eqf_level",),
    ("prerequisites",),
    ("workload", "hours_total"),
    ("workload", "ects"),
    ("learning_outcomes",),
    ("assessment", "components"),
    ("assessment", "pass_rule"),
    ("stackability",),
    ("metadata", "learner_identification"),
    ("metadata", "countries_of_issuer"),
    ("metadata", "awarding_body"),
    ("metadata", "date_of_issue"),
    ("metadata", "form_of_participation"),
    ("metadata", "quality_assurance"),
]


@pytest.fixture
def document(plan):
    return copy.deepcopy(dict(plan.schemes[0].document))


def test_a_stored_document_gives_the_same_definition(plan):
    for scheme in plan.schemes:
        assert SchemeDefinition.from_document(json.loads(json.dumps(scheme.document))) == scheme


def test_workload_gives_the_credits_stated_in_the_domain_study(plan):
    """MC-ECW 100 h = 4 ECTS, MC-PVS and MC-CEE 75 h = 3 ECTS, at 25 h each."""
    stated = [(scheme.workload.hours_total, scheme.workload.ects, scheme.eqf_level) for scheme in plan.schemes]
    assert stated == [(100, Decimal("4.0"), 4), (75, Decimal("3.0"), 5), (75, Decimal("3.0"), 4)]


def test_outcomes_carry_resolved_esco_links(plan):
    link = plan.schemes[0].outcomes[0].esco[1]
    assert (link.identifier, link.label) == ("ESCO-032", "comply with electrical safety regulations")
    assert link.uri == "http://data.europa.eu/esco/skill/970af2f2-9a19-41a0-b42b-b1f36b083d28"


@pytest.mark.parametrize("path", MANDATORY, ids=".".join)
def test_no_mandatory_element_may_be_missing(document, path):
    place = document
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    with pytest.raises(SchemeError) as caught:
        SchemeDefinition.from_document(document)
    fields = [problem.field for problem in caught.value.problems]
    assert any(field.startswith((".".join(path), "entry_requirements")) for field in fields), fields


@pytest.mark.parametrize(("hours", "ects", "sound"), [("90", "3", True), ("90", "3.6", False), ("75", "2.5", True)])
def test_credits_are_hours_divided_by_hours_per_credit(document, hours, ects, sound):
    workload = document["workload"]
    workload["breakdown"] = [
        {"kind": "lab practice", "hours": "30", "activity": workload["breakdown"][1]["activity"]},
        {"kind": "simulator practice", "hours": str(Decimal(hours) - 30), "activity": None},
    ]
    workload.update(hours_total=hours, ects=ects, hours_per_ects="30")
    if sound:
        assert SchemeDefinition.from_document(document).workload.ects == Decimal(ects)
        return
    with pytest.raises(SchemeError, match=r"workload\.ects: is 3\.6, but 90 h ÷ 30 h per credit gives 3"):
        SchemeDefinition.from_document(document)


def test_a_part_is_found_by_its_id(plan):
    assert plan.schemes[0].part("ECW-S").simulations == ("SIM-WIRE-1", "SIM-WIRE-2", "SIM-WIRE-3", "SIM-WIRE-4")
    with pytest.raises(KeyError):
        plan.schemes[0].part("PVS-S")
