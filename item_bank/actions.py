"""The only writers of the bank's tables. Each action is one transaction and raises `ItemBankError` with a sentence
to act on.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from item_bank.errors import ItemBankError
from item_bank.lifecycle import Act, State, TransitionError, after
from item_bank.models import EnemySet, Exposure, Item, ItemStatistics, ItemVersion, Outcome, Review, StateChange
from item_bank.qti import QTIError, content_hash, validate_item


@transaction.atomic
def import_outcome(
    *, outcome_id: str, credential: str, statement: str, verb: str, cognitive_level: str, esco: Sequence[str]
) -> Outcome:
    """Take an outcome in; the same again changes nothing.

    Raises
    ------
    ItemBankError
        `outcome_differs` when the id is known with another text.
    """
    facts = {
        "credential": credential,
        "statement": statement,
        "verb": verb,
        "cognitive_level": cognitive_level,
        "esco": list(esco),
    }
    outcome, created = Outcome.objects.get_or_create(id=outcome_id, defaults=facts)
    differing = [] if created else [name for name, value in facts.items() if getattr(outcome, name) != value]
    if differing:
        raise ItemBankError(
            "outcome_differs",
            f"Outcome {outcome_id} is known with another {differing[0]}; give the changed outcome a new id.",
        )
    return outcome


@transaction.atomic
def import_item(
    *,
    qti: bytes | str,
    number: int,
    outcome_id: str,
    domain: str,
    level: str,
    difficulty_b: Decimal,
    difficulty_source: str,
    author: UUID | None = None,
) -> ItemVersion:
    """Take a version in as a draft; the same content again gives the version that is already there.

    Raises
    ------
    ItemBankError
        `qti_refused`, `outcome_unknown`, `facts_differ` (same content, other facts), `number_taken` (same number, other
        content).
    """
    try:
        content = validate_item(qti)
    except QTIError as error:
        raise ItemBankError("qti_refused", error.sentence) from error
    if not Outcome.objects.filter(pk=outcome_id).exists():
        raise ItemBankError(
            "outcome_unknown", f"{content.identifier}: outcome {outcome_id} is not in the bank; import it first."
        )
    facts = {
        "number": number,
        "outcome_id": outcome_id,
        "domain": domain,
        "level": level,
        "difficulty_b": difficulty_b,
        "difficulty_source": difficulty_source,
    }
    digest = content_hash(qti)
    known = ItemVersion.objects.filter(content_hash=digest).first()
    if known is not None:
        differing = [name for name, value in facts.items() if getattr(known, name) != value]
        if differing:
            raise ItemBankError(
                "facts_differ", f"{known} is known with another {differing[0]}; a published fact is not rewritten."
            )
        return known
    item, _ = Item.objects.get_or_create(identifier=content.identifier)
    if item.versions.filter(number=number).exists():
        raise ItemBankError(
            "number_taken",
            f"{content.identifier}: version {number} is known with another content; raise the version number.",
        )
    return ItemVersion.objects.create(
        item=item,
        qti=qti if isinstance(qti, str) else qti.decode(),
        content_hash=digest,
        interaction=content.interaction,
        maximum=content.scoring.maximum,
        author=author,
        **facts,
    )


def _locked(version_id: int) -> ItemVersion:
    version = ItemVersion.objects.select_for_update().filter(pk=version_id).first()
    if version is None:
        raise ItemBankError("version_unknown", f"There is no item version {version_id}; look it up in the bank.")
    return version


def _move(*, version_id: int, act: Act, actor: UUID, reason: str = "") -> ItemVersion:
    version = _locked(version_id)
    start = State(version.state)
    try:
        end = after(start, act)
    except TransitionError as error:
        raise ItemBankError("transition", f"{version}: {error}") from error
    StateChange.objects.create(
        version=version, act=act.value, from_state=start.value, to_state=end.value, actor=actor, reason=reason
    )
    version.state = end.value
    version.save(update_fields=["state"])
    return version


@transaction.atomic
def submit_item(*, version_id: int, actor: UUID) -> ItemVersion:
    """Ask for review.

    Raises
    ------
    ItemBankError
        `version_unknown` or `transition`.
    """
    return _move(version_id=version_id, act=Act.SUBMIT, actor=actor)


@transaction.atomic
def review_item(*, version_id: int, reviewer: UUID, verdict: str, comment: str = "") -> Review:
    """Record a reviewer's verdict; `change` sends the version back to draft.

    Raises
    ------
    ItemBankError
        `own_item`, `verdict_unknown`, `comment_missing`, `not_in_review`, `version_unknown`.
    """
    version = _locked(version_id)
    if verdict not in Review.Verdict.values:
        raise ItemBankError("verdict_unknown", f"'{verdict}' is no verdict; use {' or '.join(Review.Verdict.values)}.")
    if version.state != State.REVIEW.value:
        raise ItemBankError("not_in_review", f"{version} is in state '{version.state}'; submit it for review first.")
    if version.author == reviewer:
        raise ItemBankError("own_item", f"{version} can't be reviewed by its author; ask someone else.")
    if verdict == Review.Verdict.CHANGE and not comment.strip():
        raise ItemBankError("comment_missing", f"{version}: say in the comment what has to change.")
    review = Review.objects.create(version=version, reviewer=reviewer, verdict=verdict, comment=comment)
    if verdict == Review.Verdict.CHANGE:
        _move(version_id=version_id, act=Act.RETURN, actor=reviewer, reason=comment)
    return review


@transaction.atomic
def pilot_item(*, version_id: int, actor: UUID) -> ItemVersion:
    """Open a reviewed version for unscored slots.

    Raises
    ------
    ItemBankError
        `not_approved` when nobody approved it since it was last submitted, `version_unknown` or `transition`.
    """
    version = _locked(version_id)
    submitted = version.state_changes.filter(to_state=State.REVIEW.value).order_by("-pk").first()
    approvals = version.reviews.filter(verdict=Review.Verdict.APPROVE)
    if submitted is None or not approvals.filter(at__gte=submitted.at).exists():
        raise ItemBankError(
            "not_approved", f"{version} has no approving review since it was submitted; have it reviewed."
        )
    return _move(version_id=version_id, act=Act.PILOT, actor=actor)


@transaction.atomic
def publish_item(*, version_id: int, actor: UUID) -> ItemVersion:
    """Open a piloted version for scored slots; an operational older version of the item is retired by the same act.

    Raises
    ------
    ItemBankError
        `version_unknown` or `transition`.
    """
    version = _move(version_id=version_id, act=Act.PUBLISH, actor=actor)
    older = version.item.versions.filter(state=State.OPERATIONAL.value).exclude(pk=version.pk)
    for one in older.values_list("pk", flat=True):
        _move(version_id=one, act=Act.RETIRE, actor=actor, reason=f"replaced by {version}")
    return version


@transaction.atomic
def suspend_item(*, version_id: int, actor: UUID, reason: str) -> ItemVersion:
    """Keep a version off every form that is drawn from now on.

    Raises
    ------
    ItemBankError
        `reason_missing`, `version_unknown` or `transition`.
    """
    if not reason.strip():
        raise ItemBankError("reason_missing", "Say why the item is suspended.")
    return _move(version_id=version_id, act=Act.SUSPEND, actor=actor, reason=reason)


@transaction.atomic
def reinstate_item(*, version_id: int, actor: UUID, reason: str) -> ItemVersion:
    """Send a suspended version back to review.

    Raises
    ------
    ItemBankError
        `version_unknown` or `transition`.
    """
    return _move(version_id=version_id, act=Act.REINSTATE, actor=actor, reason=reason)


@transaction.atomic
def retire_item(*, version_id: int, actor: UUID, reason: str) -> ItemVersion:
    """Take a version out for good.

    Raises
    ------
    ItemBankError
        `version_unknown` or `transition`.
    """
    return _move(version_id=version_id, act=Act.RETIRE, actor=actor, reason=reason)


@transaction.atomic
def declare_enemies(*, identifiers: Iterable[str], reason: str) -> EnemySet:
    """Say that one form may hold at most one of these items; the same again changes nothing.

    Raises
    ------
    ItemBankError
        `too_few_items`, `item_unknown`, `enemies_differ` when the set is known with another reason.
    """
    names = sorted(set(identifiers))
    if len(names) < 2:
        raise ItemBankError("too_few_items", "An enemy set needs at least two different items.")
    items = list(Item.objects.filter(identifier__in=names))
    missing = sorted(set(names) - {item.identifier for item in items})
    if missing:
        raise ItemBankError(
            "item_unknown", f"The enemy set names {missing[0]}, which is not in the bank; import it first."
        )
    enemies, created = EnemySet.objects.get_or_create(identifier=" ".join(names), defaults={"reason": reason})
    if enemies.reason != reason:
        raise ItemBankError("enemies_differ", f"The enemy set {enemies} is known with another reason; keep one.")
    if created:
        enemies.items.set(items)
    return enemies


@transaction.atomic
def record_exposure(*, attempt: UUID, scored: Iterable[int], pretest: Iterable[int]) -> None:
    """Note which versions stood on an attempt's form; the same again changes nothing."""
    rows = [Exposure(version_id=one, attempt=attempt, scored=True) for one in scored]
    rows += [Exposure(version_id=one, attempt=attempt, scored=False) for one in pretest]
    Exposure.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def record_statistics(
    *,
    version_id: int,
    study: str,
    candidates: int,
    facility: Decimal | None,
    discrimination: Decimal | None,
    difficulty_b: Decimal | None,
    difficulty_standard_error: Decimal | None,
) -> ItemStatistics:
    """Keep what a study found about a version, beside it; None means not enough evidence.

    Raises
    ------
    ItemBankError
        `study_recorded` when the study already has a row for the version.
    """
    version = _locked(version_id)
    if version.statistics.filter(study=study).exists():
        raise ItemBankError("study_recorded", f"Study {study} already has figures for {version}; run a new study.")
    return ItemStatistics.objects.create(
        version=version,
        study=study,
        candidates=candidates,
        facility=facility,
        discrimination=discrimination,
        difficulty_b=difficulty_b,
        difficulty_standard_error=difficulty_standard_error,
    )
