"""Holding meetings and adopting cut scores."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Max
from django.utils import timezone

from assess.ledger import actions as ledger
from assess.people.models import Account
from assess.people.queries import has_role
from assess.psychometrics.responses import ResponseError
from assess.schemes import queries as schemes
from assess.schemes.definition import Part
from assess.schemes.models import SchemeVersion
from assess.validity.cut_scores.models import CutScore
from assess.validity.cut_scores.rules import FoundCut, NoCut, angoff_cut, borderline_cut
from assess.validity.datasets.queries import frozen_scores
from assess.validity.errors import ValidityError


def hold_angoff_meeting(
    *,
    actor_id: uuid.UUID,
    scheme_version_id: uuid.UUID,
    part: str,
    panel: str,
    judge_ids: Sequence[uuid.UUID],
    items: Sequence[str],
    points: Sequence[Decimal],
    rounds: Sequence[Sequence[Sequence[str]]],
) -> CutScore:
    """Record an Angoff meeting: who judged, what each said in each round, and what it comes to.

    Raises
    ------
    ValidityError
        `no-such-part`; `not-a-judge` names who lacks the role; `no-cut` where the ratings give none.
    """
    _part(scheme_version_id, part)
    for judge in judge_ids:
        if not has_role(judge, "judge"):
            name = Account.objects.filter(pk=judge).first() or judge
            raise ValidityError(
                "not-a-judge", f"{name} is not a judge here. Give the person the role, or leave them out."
            )
    found = _found(lambda: angoff_cut(judges=[str(j) for j in judge_ids], items=items, points=points, rounds=rounds))
    simulated = Account.objects.filter(pk__in=judge_ids, simulated=True).exists()
    return _record(actor_id, scheme_version_id, part, panel, found, simulated)


def hold_borderline_meeting(*, actor_id: uuid.UUID, scheme_version_id: uuid.UUID, part: str, panel: str) -> CutScore:
    """Record a borderline regression over the scored attempts of the scheme version.

    Raises
    ------
    ValidityError
        `no-such-part`; `no-cut` where a task has too few candidates or its ratings do not vary.
    """
    wanted = set(_part(scheme_version_id, part).tasks)
    frozen = frozen_scores(scheme_version_id)
    maxima = {
        task["task"]: Decimal(task["maximum"])
        for attempt in frozen.attempts
        for task in attempt.document["tasks"]
        if task["task"] in wanted
    }
    if not maxima:
        raise ValidityError("no-cut", f"{part}: no task of it has been scored yet.")
    found = _found(lambda: borderline_cut(frozen.arrays.global_ratings, maxima=maxima))
    found = FoundCut(
        found.value, found.standard_error, found.method, {**found.document, "dataset_sha256": frozen.sha256}
    )
    return _record(actor_id, scheme_version_id, part, panel, found, frozen.simulated)


def _part(scheme_version_id: uuid.UUID, name: str) -> Part:
    definition = schemes.definition_of(SchemeVersion.objects.get(pk=scheme_version_id))
    parts = {part.identifier: part for part in definition.parts}
    if name not in parts:
        raise ValidityError("no-such-part", f"The scheme has no part {name[:40]!r}; it has {', '.join(parts)}.")
    return parts[name]


def _found(compute: Any) -> FoundCut:
    try:
        found: FoundCut = compute()
    except (NoCut, ResponseError) as error:
        raise ValidityError("no-cut", f"The meeting gives no cut score. {error}") from None
    return found


def _record(
    actor_id: uuid.UUID, scheme_version_id: uuid.UUID, part: str, panel: str, found: FoundCut, simulated: bool
) -> CutScore:
    earlier = CutScore.objects.filter(scheme_version_id=scheme_version_id, part=part)
    cut = CutScore.objects.create(
        scheme_version_id=scheme_version_id,
        part=part,
        number=(earlier.aggregate(last=Max("number"))["last"] or 0) + 1,
        method=found.method,
        value=found.value,
        standard_error=found.standard_error,
        panel=panel,
        document=found.document,
        simulated=simulated,
        held_by_id=actor_id,
        held_at=timezone.now(),
    )
    ledger.record_row(kind="cut", row=cut)
    return cut


def adopt_cut_score(*, actor_id: uuid.UUID, cut_score_id: uuid.UUID, board: str) -> CutScore:
    """Adopt a cut score in the name of a board; not by the person who held the meeting."""
    cut = CutScore.objects.select_for_update().get(pk=cut_score_id)
    if cut.adopted_at is not None:
        raise ValidityError("adopted", f"{cut.board} adopted this cut score already.")
    if cut.held_by_id == actor_id:
        raise ValidityError("own-meeting", "Who held the meeting does not adopt its result. A board member does.")
    if not board.strip():
        raise ValidityError("board", "Name the board that adopts the cut score.")
    cut.adopted_by_id = actor_id
    cut.board = board
    cut.adopted_at = timezone.now()
    cut.save(update_fields=["adopted_by", "board", "adopted_at"])
    ledger.record_row(kind="cut", row=cut)
    return cut
