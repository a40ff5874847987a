"""Shared reads of loaded content."""

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from assess.people.actions import change_holding, record_holding
from assess.people.models import Account, Certificate
from assess.schemes import queries
from assess.schemes.actions import load_content_plan
from assess.schemes.errors import SchemeError
from assess.schemes.models import SchemeVersion, SimulationVersion
from rubrics import queries as rubrics
from simulator_adapters.photovoltaic.settings import SettingsSpec
from tests.snapshots import as_built

LOADER, REVIEWER = uuid.UUID(int=1), uuid.UUID(int=2)
TODAY = date(2026, 11, 23)
pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(transactional_db, plan):
    as_built(
        "read content", lambda: load_content_plan(plan=plan, loaded_by=LOADER, reviewed_by=REVIEWER, reason="second")
    )
    return plan


@pytest.fixture
def candidate():
    return Account.objects.create(email="c@example.org", given_name="C", date_of_birth=date(2000, 1, 1))


def show(candidate, kind, **further):
    verifier, _ = Account.objects.get_or_create(email="v@example.org", defaults={"given_name": "V"})
    facts = {"issuer": "x", "number": "7", "issued_on": date(2026, 1, 1), **further}
    moment = datetime(2026, 2, 1, tzinfo=UTC)
    return Certificate.objects.create(holder=candidate, kind=kind, verified_by=verifier, verified_at=moment, **facts)


def test_a_stored_scheme_is_read_as_it_was_loaded(loaded):
    for scheme in loaded.schemes:
        assert queries.definition_of(queries.current_version(scheme.identifier)) == scheme


def test_a_scheme_that_was_never_loaded_is_named():
    with pytest.raises(SchemeError, match="Scheme MC-ECW has no published version"):
        queries.current_version("MC-ECW")


@pytest.mark.slow
def test_the_latest_version_is_the_current_one(loaded):
    first = loaded.schemes[0]
    later = replace(first, version="1.1.0", document={**first.document, "version": "1.1.0"})
    load_content_plan(plan=replace(loaded, schemes=(later,)), loaded_by=LOADER, reviewed_by=REVIEWER, reason="x")
    assert queries.current_version("MC-ECW").version == "1.1.0"


def test_the_blueprint_is_ready_to_draw_from(loaded):
    blueprint = queries.blueprint(queries.current_version("MC-ECW"))
    assert (blueprint.id, blueprint.length, blueprint.pretest_slots, blueprint.standard_error) == ("BP-ECW", 20, 5, 0.5)
    definition = queries.blueprint_definition(queries.current_version("MC-ECW"))
    assert (definition.max_standard_error, definition.planning_cut) == (Decimal("0.50"), Decimal("0.0"))


def test_simulations_are_found_by_name_and_by_hash(loaded):
    version = queries.current_version("MC-ECW")
    names = [name for part in queries.parts(version) for name in part.simulations]
    rows = queries.published_simulations([*names, "SIM-SUN-1", "SIM-RET-1", "SIM-NONE"])
    assert sorted(rows) == ["SIM-RET-1", "SIM-SUN-1", "SIM-WIRE-1", "SIM-WIRE-2", "SIM-WIRE-3", "SIM-WIRE-4"]
    wired, settings, case = queries.simulations(
        [rows[name].content_hash for name in ("SIM-WIRE-4", "SIM-SUN-1", "SIM-RET-1")]
    )
    assert (wired.wiring.id, wired.case_sheet, wired.outcomes) == ("SIM-WIRE-4", None, ("LO-ECW-3", "LO-ECW-4"))
    assert (settings.wiring, settings.case_sheet, settings.kind) == (None, None, "sunspec_settings")
    assert (case.wiring, case.case_sheet is None) == (None, False)


def test_every_stored_simulation_is_read_by_its_adapter_without_losing_a_digit(loaded):
    rows = queries.published_simulations([simulation.identifier for simulation in loaded.simulations])
    by_name = {one.identifier: one for one in queries.simulations([row.content_hash for row in rows.values()])}
    (attic, *_) = by_name["SIM-RET-1"].case_sheet.questions
    assert (attic.id, attic.low, attic.high) == ("attic_kwh", Decimal("43260.988"), Decimal("47814.776"))
    assert SettingsSpec.from_document(by_name["SIM-SUN-2"].document).id == "SIM-SUN-2"
    for name in ("SIM-SUN-1", "SIM-SUN-2", "SIM-SUN-3"):
        stored, given = rows[name].document, by_name[name].document
        for group in ("key", "derived"):
            for old, new in zip(stored.get(group, []), given.get(group, []), strict=True):
                field = "value" if group == "key" else "key"
                assert Decimal(str(new[field])) == Decimal(str(old[field]))


def test_an_unknown_simulation_hash_is_named(loaded):
    with pytest.raises(SchemeError) as caught:
        queries.simulations(["0" * 64])
    assert caught.value.code == "not_found"


def test_tasks_are_found_by_the_hash_an_attempt_pins(loaded):
    rows = rubrics.published_versions(["PT-ECW-1", "PT-ECW-2"])
    found = rubrics.definitions([row.content_hash for row in rows.values()])
    assert {task.identifier for task in found.values()} == {"PT-ECW-1", "PT-ECW-2"}


def test_stacks_are_read_back(loaded):
    assert {stack.identifier: stack for stack in queries.stacks()} == {
        stack.identifier: stack for stack in loaded.stacks
    }


def test_publication_names_the_reviewer(loaded):
    reviewers, on = queries.publication(queries.current_version("MC-ECW").pk)
    assert reviewers == (str(REVIEWER),)
    assert on == queries.current_version("MC-ECW").reviewed_at.date()


def test_what_has_been_retired_is_no_longer_found(loaded):
    SchemeVersion.objects.update(state="retired")
    SimulationVersion.objects.update(state="retired")
    assert queries.published_simulations(["SIM-WIRE-1"]) == {}
    with pytest.raises(SchemeError):
        queries.current_version("MC-ECW")


def test_entry_is_checked_against_verified_records(loaded, candidate):
    version = queries.current_version("MC-PVS")
    show(candidate, "EXT-PVI", expires_on=date(2028, 1, 1))
    found = queries.entry_requirements_met(version.pk, candidate.pk, today=TODAY)
    assert [(entry["requirement"], entry["met"], entry["by"]) for entry in found] == [
        ("PVS-ENT-1", True, ["EXT-PVI 7"]),
        ("PVS-ENT-2", False, []),
    ]
    held = record_holding(
        credential_id=uuid.uuid4(),
        holder_id=candidate.pk,
        scheme="MC-ECW",
        awarded_on=date(2026, 1, 1),
        expires_on=date(2031, 1, 1),
    )
    found = queries.entry_requirements_met(version.pk, candidate.pk, today=TODAY)
    assert [entry["met"] for entry in found] == [True, True]
    change_holding(credential_id=held.pk, state="suspended")
    found = queries.entry_requirements_met(version.pk, candidate.pk, today=TODAY)
    assert [entry["met"] for entry in found] == [True, False]


def test_an_unverified_certificate_opens_nothing(loaded, candidate):
    Certificate.objects.create(holder=candidate, kind="EXT-CAMT", issuer="x", issued_on=date(2026, 1, 1))
    version = queries.current_version("MC-CEE")
    (found,) = queries.entry_requirements_met(version.pk, candidate.pk, today=TODAY)
    assert found["met"] is False
    show(candidate, "EVD-MAINTENANCE-WORK", months=30)
    (found,) = queries.entry_requirements_met(version.pk, candidate.pk, today=TODAY)
    assert (found["met"], found["by"]) == (True, ["EVD-MAINTENANCE-WORK 7"])
