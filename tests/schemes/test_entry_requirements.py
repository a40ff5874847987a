"""Entry requirements: routes, verification, dates, age; on the requirements of the sample schemes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.schemes.requirements import (
    Certificate,
    HeldCredential,
    add_months,
    check_entry,
    may_enter,
    read_requirement,
    requirement_document,
)
from rubrics.documents import Node

TODAY = date(2026, 11, 23)
PVI = Certificate("EXT-PVI", "PVI 77", date(2024, 5, 1), date(2027, 5, 1), verified_by="p1")
LICENCE = Certificate("EVD-ELECTRICIAN", "EL 5", date(2015, 1, 1), date(2030, 1, 1), verified_by="p1")
STATEMENT = Certificate("EVD-PV-WORK", "letter", date(2026, 1, 10), months=18, verified_by="p1")
ECW = HeldCredential("MC-ECW", "urn:1", date(2025, 3, 1), date(2030, 3, 1))
RECOGNISED = Certificate("EVD-ECW-RECOGNITION", "decision 3", date(2026, 2, 1), verified_by="p2")


@pytest.fixture(scope="module")
def wanted(plan):
    return {scheme.identifier: scheme.entry_requirements for scheme in plan.schemes}


def met(requirements, certificates, credentials=(), **further):
    found = check_entry(requirements, certificates, credentials, TODAY, **further)
    return {finding.requirement: finding.met for finding in found}


@pytest.mark.parametrize(
    ("certificates", "credentials", "first", "second"),
    [
        ([PVI], [ECW], True, True),
        ([LICENCE, STATEMENT], [ECW], True, True),
        ([LICENCE, STATEMENT, RECOGNISED], [], True, True),
        ([PVI], [], True, False),
        ([LICENCE], [ECW], False, True),
        ([STATEMENT], [ECW], False, True),
        ([replace(PVI, expires_on=date(2026, 11, 22))], [], False, False),
        ([replace(PVI, expires_on=TODAY)], [], True, False),
        ([replace(PVI, verified_by=None)], [], False, False),
        ([LICENCE, replace(STATEMENT, months=11)], [], False, False),
        ([LICENCE, replace(STATEMENT, months=None)], [], False, False),
        ([LICENCE, replace(STATEMENT, issued_on=date(2024, 11, 22))], [], False, False),
        ([LICENCE, replace(STATEMENT, issued_on=date(2024, 11, 23))], [], True, False),
        ([LICENCE, replace(STATEMENT, issued_on=date(2026, 11, 24))], [], False, False),
        ([], [replace(ECW, state="suspended")], False, False),
        ([], [replace(ECW, state="revoked")], False, False),
        ([], [replace(ECW, expires_on=date(2026, 1, 1))], False, False),
        ([replace(RECOGNISED, code="MC-ECW")], [], False, True),
    ],
)
def test_the_storage_add_on_opens_by_any_one_complete_route(wanted, certificates, credentials, first, second):
    found = met(wanted["MC-PVS"], certificates, credentials)
    assert found == {"PVS-ENT-1": first, "PVS-ENT-2": second}


def test_a_refusal_says_what_each_route_lacks(wanted):
    expired = replace(PVI, expires_on=date(2026, 1, 1))
    first, second = check_entry(wanted["MC-PVS"], [expired, LICENCE], [], TODAY)
    assert first.sentence == (
        "Full-scope PV installer certificate, or the route for allied workers: not shown. "
        "Full-scope PV installer certificate: PVI 77 expired on 2026-01-01; show a current one. "
        "Or Allied worker: licensed electrician with an employer's statement on PV work: EVD-PV-WORK is missing; hand it in."
    )
    assert (first.by, second.by) == ((), ())


def test_a_met_requirement_names_its_evidence(wanted):
    first, _ = check_entry(wanted["MC-PVS"], [LICENCE, STATEMENT], [], TODAY)
    assert first.by == ("EL 5", "letter")


@pytest.mark.parametrize(
    ("born", "old_enough"), [(date(2010, 11, 23), True), (date(2010, 11, 24), False), (None, False)]
)
def test_the_energised_station_asks_for_sixteen_years(wanted, born, old_enough):
    found = check_entry(wanted["MC-ECW"], [], [], TODAY, date_of_birth=born)
    assert {finding.requirement: finding.met for finding in found}["ECW-ENT-3"] is old_enough
    assert may_enter(found) is old_enough


def test_what_is_recommended_keeps_nobody_out(wanted):
    found = check_entry(wanted["MC-ECW"], [], [], TODAY, date_of_birth=date(1990, 1, 1))
    assert [(finding.requirement, finding.mandatory, finding.met) for finding in found] == [
        ("ECW-ENT-1", False, True),
        ("ECW-ENT-2", False, False),
        ("ECW-ENT-3", True, True),
    ]
    assert may_enter(found)


def test_two_years_of_work_open_the_apartment_add_on(wanted):
    work = Certificate("EVD-MAINTENANCE-WORK", "record", date(2026, 6, 1), months=24, verified_by="p1")
    assert met(wanted["MC-CEE"], [work]) == {"CEE-ENT-1": True}
    assert met(wanted["MC-CEE"], [replace(work, months=23)]) == {"CEE-ENT-1": False}
    assert met(wanted["MC-CEE"], []) == {"CEE-ENT-1": False}


def test_every_requirement_reads_back_from_its_document(wanted):
    for requirements in wanted.values():
        for requirement in requirements:
            problems = []
            document = requirement_document(requirement)
            assert read_requirement(Node(document, requirement.identifier, problems)) == requirement
            assert problems == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"any_of": []}, "nobody could meet"),
        ({"kind": "recommended"}, "choose another kind or write false"),
        ({"kind": "licence"}, "use one of"),
        ({"mandatory": "yes"}, "write true or false"),
    ],
)
def test_a_requirement_that_makes_no_sense_is_refused(wanted, change, said):
    problems = []
    read_requirement(Node({**requirement_document(wanted["MC-CEE"][0]), **change}, "R", problems))
    assert any(said in problem.sentence for problem in problems)


@given(st.sets(st.sampled_from([PVI, LICENCE, STATEMENT, RECOGNISED])), st.sampled_from([PVI, LICENCE, STATEMENT]))
def test_more_evidence_never_closes_a_door(plan, shown, further):
    requirements = plan.schemes[1].entry_requirements
    before, after = met(requirements, sorted(shown, key=str)), met(requirements, [*sorted(shown, key=str), further])
    assert all(after[name] for name, open_before in before.items() if open_before)


@given(st.dates(date(1950, 1, 1), date(2050, 1, 1)), st.integers(0, 600))
def test_months_keep_the_day_or_take_the_last_of_a_shorter_month(day, months):
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1
