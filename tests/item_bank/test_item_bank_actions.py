from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from bundled_items import ENTRIES
from django.db import IntegrityError, transaction

from item_bank import actions, interactions, queries
from item_bank.errors import ItemBankError
from item_bank.lifecycle import State
from item_bank.models import EnemySet, Exposure, ItemVersion, Review
from item_bank.qti import build_item

pytestmark = pytest.mark.django_db

AUTHOR, REVIEWER, EDITOR = UUID(int=1), UUID(int=2), UUID(int=3)


def outcome(outcome_id: str = "LO-ECW-1", **changes: Any) -> Any:
    facts = {
        "credential": "MC-ECW",
        "statement": "Isolate a circuit.",
        "verb": "isolate",
        "cognitive_level": "apply",
        "esco": ["http://data.europa.eu/esco/skill/1"],
    }
    return actions.import_outcome(outcome_id=outcome_id, **{**facts, **changes})


def imported(identifier: str, **changes: Any) -> ItemVersion:
    entry = ENTRIES[identifier]
    facts = {
        "qti": build_item(entry.content),
        "number": entry.number,
        "outcome_id": "LO-ECW-1",
        "domain": entry.domain,
        "level": entry.level,
        "difficulty_b": entry.difficulty_b,
        "difficulty_source": entry.difficulty_source,
        "author": AUTHOR,
    }
    return actions.import_item(**{**facts, **changes})


def published(identifier: str) -> ItemVersion:
    version = imported(identifier)
    actions.submit_item(version_id=version.pk, actor=EDITOR)
    actions.review_item(version_id=version.pk, reviewer=REVIEWER, verdict="approve")
    actions.pilot_item(version_id=version.pk, actor=EDITOR)
    return actions.publish_item(version_id=version.pk, actor=EDITOR)


def code_of(refusal: pytest.ExceptionInfo[ItemBankError]) -> str:
    return refusal.value.code


def test_importing_twice_changes_nothing() -> None:
    assert outcome() == outcome()
    first, second = imported("ECW-001"), imported("ECW-001")
    assert first == second
    assert ItemVersion.objects.count() == 1
    assert (first.state, first.interaction, first.maximum) == ("draft", "ordering", Decimal(2))


def test_a_changed_outcome_needs_a_new_id() -> None:
    outcome()
    with pytest.raises(ItemBankError) as refusal:
        outcome(statement="Isolate two circuits.")
    assert code_of(refusal) == "outcome_differs"


def test_an_import_that_contradicts_the_bank_is_refused() -> None:
    with pytest.raises(ItemBankError) as refusal:
        imported("ECW-001")
    assert code_of(refusal) == "outcome_unknown"
    outcome()
    imported("ECW-001")
    refusals: list[tuple[str, dict[str, Any]]] = [
        ("facts_differ", {"domain": "A2"}),
        ("number_taken", {"qti": build_item(ENTRIES["ECW-001"].content).replace(b"A socket", b"One socket")}),
        ("qti_refused", {"qti": b"<a/>"}),
    ]
    for code, changes in refusals:
        with pytest.raises(ItemBankError) as refusal:
            imported("ECW-001", **changes)
        assert code_of(refusal) == code
    assert ItemVersion.objects.count() == 1


def test_a_version_is_published_by_recorded_acts() -> None:
    outcome()
    version = published("ECW-001")
    assert version.state == State.OPERATIONAL
    changes = version.state_changes.order_by("pk").values_list("from_state", "to_state", "actor")
    assert list(changes) == [
        ("draft", "review", EDITOR),
        ("review", "pilot", EDITOR),
        ("pilot", "operational", EDITOR),
    ]
    assert list(version.reviews.values_list("reviewer", "verdict")) == [(REVIEWER, "approve")]


def test_nobody_reviews_their_own_item_and_nothing_is_piloted_unreviewed() -> None:
    outcome()
    version = imported("ECW-001")
    steps: list[tuple[str, Any]] = [
        ("not_in_review", lambda: actions.review_item(version_id=version.pk, reviewer=REVIEWER, verdict="approve")),
        ("not_approved", lambda: actions.pilot_item(version_id=version.pk, actor=EDITOR)),
    ]
    for code, act in steps:
        with pytest.raises(ItemBankError) as refusal:
            act()
        assert code_of(refusal) == code
    actions.submit_item(version_id=version.pk, actor=EDITOR)
    steps = [
        ("own_item", lambda: actions.review_item(version_id=version.pk, reviewer=AUTHOR, verdict="approve")),
        ("verdict_unknown", lambda: actions.review_item(version_id=version.pk, reviewer=REVIEWER, verdict="fine")),
        ("comment_missing", lambda: actions.review_item(version_id=version.pk, reviewer=REVIEWER, verdict="change")),
        ("transition", lambda: actions.publish_item(version_id=version.pk, actor=EDITOR)),
        ("version_unknown", lambda: actions.submit_item(version_id=0, actor=EDITOR)),
    ]
    for code, act in steps:
        with pytest.raises(ItemBankError) as refusal:
            act()
        assert code_of(refusal) == code
    assert Review.objects.count() == 0


def test_an_approval_does_not_outlive_a_new_submission() -> None:
    outcome()
    version = imported("ECW-001")
    actions.submit_item(version_id=version.pk, actor=EDITOR)
    actions.review_item(version_id=version.pk, reviewer=REVIEWER, verdict="approve")
    actions.review_item(version_id=version.pk, reviewer=EDITOR, verdict="change", comment="Step four is unclear.")
    version.refresh_from_db()
    assert version.state == State.DRAFT
    actions.submit_item(version_id=version.pk, actor=AUTHOR)
    with pytest.raises(ItemBankError) as refusal:
        actions.pilot_item(version_id=version.pk, actor=EDITOR)
    assert code_of(refusal) == "not_approved"


def test_a_suspended_item_leaves_the_pool_at_once() -> None:
    outcome()
    version = published("ECW-001")
    assert [one.identifier for one in queries.pool("MC-ECW")] == ["ECW-001"]
    with pytest.raises(ItemBankError) as refusal:
        actions.suspend_item(version_id=version.pk, actor=EDITOR, reason=" ")
    assert code_of(refusal) == "reason_missing"
    actions.suspend_item(version_id=version.pk, actor=EDITOR, reason="seen on a forum")
    assert queries.pool("MC-ECW") == ()
    assert actions.reinstate_item(version_id=version.pk, actor=EDITOR, reason="no leak found").state == State.REVIEW


@pytest.mark.slow
def test_a_new_version_retires_the_old_one() -> None:
    outcome()
    old = published("ECW-002")
    changed = build_item(ENTRIES["ECW-002"].content).replace(
        b"Why is a voltage tester", b"Why must a voltage tester be"
    )
    new = imported("ECW-002", qti=changed, number=2)
    actions.submit_item(version_id=new.pk, actor=EDITOR)
    actions.review_item(version_id=new.pk, reviewer=REVIEWER, verdict="approve")
    actions.pilot_item(version_id=new.pk, actor=EDITOR)
    assert [(one.id, one.pilot) for one in queries.pool("MC-ECW", [State.OPERATIONAL])] == [(old.pk, False)]
    actions.publish_item(version_id=new.pk, actor=EDITOR)
    old.refresh_from_db()
    assert old.state == State.RETIRED
    assert [one.id for one in queries.pool("MC-ECW")] == [new.pk]


def test_the_pool_describes_items_for_assembly() -> None:
    outcome()
    version = published("ECW-001")
    attempt = UUID(int=9)
    for _ in range(2):
        actions.record_exposure(attempt=attempt, scored=[version.pk], pretest=[])
    assert Exposure.objects.count() == 1
    (described,) = queries.pool("MC-ECW")
    assert (described.id, described.identifier, described.domain, described.level) == (
        version.pk,
        "ECW-001",
        "A1",
        "apply",
    )
    assert (described.outcome, described.maximum, described.difficulty) == ("LO-ECW-1", Decimal(2), -0.9)
    assert (described.pilot, described.exposures) == (False, 1)
    assert queries.pool("MC-PVS") == ()


def test_enemies_are_declared_once_and_found_by_credential() -> None:
    outcome()
    with pytest.raises(ItemBankError) as refusal:
        actions.declare_enemies(identifiers=["ECW-001", "ECW-002"], reason="one tells the other")
    assert code_of(refusal) == "item_unknown"
    for identifier in ("ECW-001", "ECW-002"):
        imported(identifier)
    for _ in range(2):
        actions.declare_enemies(identifiers=["ECW-002", "ECW-001"], reason="one tells the other")
    assert EnemySet.objects.count() == 1
    assert queries.enemy_sets("MC-ECW") == (frozenset({"ECW-001", "ECW-002"}),)
    assert queries.enemy_sets("MC-PVS") == ()
    for code, names, reason in (("enemies_differ", ["ECW-001", "ECW-002"], "x"), ("too_few_items", ["ECW-001"], "x")):
        with pytest.raises(ItemBankError) as refusal:
            actions.declare_enemies(identifiers=names, reason=reason)
        assert code_of(refusal) == code


def test_content_comes_back_as_it_went_in_and_shows_no_key() -> None:
    outcome()
    version = imported("ECW-001")
    assert queries.content_of(version) == ENTRIES["ECW-001"].content
    assert queries.presentable(version.pk, b"seed") == interactions.present(ENTRIES["ECW-001"].content, b"seed")
    with pytest.raises(ItemBankError) as refusal:
        queries.presentable(0, b"seed")
    assert code_of(refusal) == "version_unknown"


def test_a_text_altered_behind_our_back_is_refused() -> None:
    outcome()
    version = imported("ECW-003")
    # Another hash, as the cache may know the right content from another test.
    ItemVersion.objects.filter(pk=version.pk).update(qti=version.qti + " ", content_hash="0" * 64)
    version.refresh_from_db()
    with pytest.raises(ItemBankError) as refusal:
        queries.content_of(version)
    assert code_of(refusal) == "content_altered"


def test_a_study_s_figures_stand_beside_a_version_once() -> None:
    outcome()
    version = imported("ECW-001")
    figures = {
        "version_id": version.pk,
        "study": "2026-11",
        "candidates": 12,
        "facility": Decimal("0.5833"),
        "discrimination": None,
        "difficulty_b": None,
        "difficulty_standard_error": None,
    }
    assert actions.record_statistics(**figures).discrimination is None  # type: ignore[arg-type]
    with pytest.raises(ItemBankError) as refusal:
        actions.record_statistics(**figures)  # type: ignore[arg-type]
    assert code_of(refusal) == "study_recorded"


@pytest.mark.parametrize(
    "changes",
    [{"state": "lost"}, {"level": "guess"}, {"number": 0}, {"content_hash": "short"}, {"maximum": Decimal(0)}],
)
def test_the_database_itself_refuses_what_no_action_would_write(changes: dict[str, Any]) -> None:
    outcome()
    version = imported("ECW-001")
    with pytest.raises(IntegrityError), transaction.atomic():
        ItemVersion.objects.filter(pk=version.pk).update(**changes)
