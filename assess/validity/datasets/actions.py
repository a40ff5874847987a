"""Freezing scores, leaving attempts out by name, and forgetting who stood behind a random name."""

import hashlib
import uuid
import zlib

from django.utils import timezone

from assess.attempts.models import Attempt
from assess.ledger import actions as ledger
from assess.validity.datasets.commitments import dataset_document
from assess.validity.datasets.contents import FORMAT
from assess.validity.datasets.models import Dataset, Exclusion, LocalName
from assess.validity.datasets.queries import Prepared, latest_dataset, prepare
from assess.validity.errors import ValidityError

NO_SCORES = "There is nothing to study: no sealed attempt of this scheme version is scored and taken in."
AT_ONCE = 1000


def freeze_scores(*, actor_id: uuid.UUID, scheme_version_id: uuid.UUID) -> Dataset:
    """Freeze the latest scores of a scheme version. Where nothing changed since the last dataset, that one stands."""
    return keep_dataset(actor_id=actor_id, prepared=prepare(scheme_version_id))


def keep_dataset(*, actor_id: uuid.UUID, prepared: Prepared) -> Dataset:
    """Keep bytes that were prepared outside of any transaction, so that others could write meanwhile.

    Raises
    ------
    ValidityError
        `no-scores`; `erased-meanwhile`: somebody in it was erased after it was prepared.
    """
    if not prepared.attempts:
        raise ValidityError("no-scores", NO_SCORES)
    last = latest_dataset(prepared.scheme_version_id)
    if prepared.same is not None and last is not None and last.pk == prepared.same.pk:
        return last
    erased = Attempt.objects.filter(
        registration__scheme_version_id=prepared.scheme_version_id, registration__candidate__erased_at__isnull=False
    )
    if not prepared.names.attempts.keys().isdisjoint(erased.values_list("pk", flat=True)):
        raise ValidityError("erased-meanwhile", "Somebody in it was erased meanwhile. Nothing was kept; freeze again.")
    packed = zlib.compress(prepared.body, 6)
    dataset = Dataset.objects.create(
        scheme_version_id=prepared.scheme_version_id,
        number=1 if last is None else last.number + 1,
        format=FORMAT,
        packed=packed,
        size=len(prepared.body),
        sha256=hashlib.sha256(prepared.body).hexdigest(),
        attempts=prepared.attempts,
        excluded=prepared.excluded,
        simulated=prepared.simulated,
        frozen_by_id=actor_id,
        frozen_at=timezone.now(),
    )
    names = [LocalName(dataset=dataset, name=name, attempt_id=key) for key, name in prepared.names.attempts.items()]
    names += [LocalName(dataset=dataset, name=name, assessor_id=key) for key, name in prepared.names.assessors.items()]
    # by name, so that the numbers of the rows do not tell whose attempt came first
    LocalName.objects.bulk_create(sorted(names, key=lambda one: one.name), batch_size=AT_ONCE)
    ledger.record(kind="dataset", record_id=dataset.pk, document=dataset_document(dataset))
    return dataset


def exclude_attempt(*, actor_id: uuid.UUID, attempt_id: uuid.UUID, reason: str, words: str) -> Exclusion:
    """Keep an attempt out of the studies that are frozen from now on. What is frozen already stays as it is.

    Raises
    ------
    ValidityError
        `no-such-reason`, `no-words`, `excluded`.
    """
    if reason not in Exclusion.Reason.values:
        known = "; ".join(f"{value}: {label}" for value, label in Exclusion.Reason.choices)
        raise ValidityError("no-such-reason", f"There is no reason {reason[:20]!r}. The reasons are {known}.")
    if not words.strip():
        raise ValidityError("no-words", "Say in a sentence why this attempt is left out, so that others can judge it.")
    if Exclusion.objects.filter(attempt_id=attempt_id, lifted_at=None).exists():
        raise ValidityError("excluded", "This attempt is left out already.")
    made = Exclusion.objects.create(
        attempt_id=attempt_id,
        reason=reason,
        words=words.strip(),
        excluded_by_id=actor_id,
        excluded_at=timezone.now(),
    )
    ledger.record_row(kind="exclusion", row=made)
    return made


def lift_exclusion(*, actor_id: uuid.UUID, exclusion_id: uuid.UUID) -> Exclusion:
    """Take an attempt in again. That it was left out, by whom and why stays on record.

    Raises
    ------
    ValidityError
        `lifted`: it was already.
    """
    held = Exclusion.objects.select_for_update().get(pk=exclusion_id)
    if held.lifted_at is not None:
        raise ValidityError("lifted", "This attempt was taken in again already.")
    held.lifted_by_id, held.lifted_at = actor_id, timezone.now()
    held.save(update_fields=["lifted_by", "lifted_at"])
    ledger.record_row(kind="exclusion", row=held)
    return held


def forget_names(*, account_id: uuid.UUID) -> dict[str, int]:
    """Delete the rows that lead from frozen data to a person. The bytes, and every study of them, stay as they are."""
    mine = LocalName.objects.filter(attempt__registration__candidate_id=account_id)
    deleted, _ = (mine | LocalName.objects.filter(assessor_id=account_id)).delete()
    words = Exclusion.objects.filter(attempt__registration__candidate_id=account_id)
    for held in words:
        ledger.erase_salts(kind="exclusion", record_id=held.pk)
        held.words = "Erased with the person."
        held.save(update_fields=["words"])
        ledger.record_row(kind="exclusion", row=held)
    return {"names in datasets": deleted, "words of exclusions": len(words)}
