"""Reading what may be frozen, and what was."""

import hashlib
import uuid
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from assess.attempts.models import Attempt, Score
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.sittings.models import Assignment, Sitting
from assess.validity.datasets.contents import Contents, FrozenAttempt, FrozenPart, LeftOut, decode, encode
from assess.validity.datasets.freezing import Frozen, freeze
from assess.validity.datasets.gathering import RULES, Gathered, Names, ScoredRow, SittingRow, age_band
from assess.validity.datasets.models import Dataset, Exclusion, LocalName

AT_ONCE = 500


@dataclass(frozen=True)
class FrozenScores:
    """A dataset as the analyses take it."""

    attempts: tuple[FrozenAttempt, ...]
    arrays: Frozen
    sha256: str
    simulated: bool
    maxima: Mapping[str, Decimal]
    """Highest score of each practical task."""

    @classmethod
    def of(cls, body: bytes) -> "FrozenScores":
        contents = decode(body)
        return cls(
            attempts=contents.attempts,
            arrays=freeze(contents),
            sha256=hashlib.sha256(body).hexdigest(),
            simulated=contents.simulated,
            maxima={task.identifier: Decimal(task.maximum) for task in contents.tasks},
        )


@dataclass(frozen=True, eq=False)
class Prepared:
    """Bytes that are ready to be kept, and whose names they hold. `same` is the dataset that holds them already."""

    scheme_version_id: uuid.UUID
    body: bytes
    names: Names
    attempts: int
    excluded: int
    simulated: bool
    same: Dataset | None

    def __repr__(self) -> str:
        return f"<prepared {hashlib.sha256(self.body).hexdigest()}>"


def gather(scheme_version_id: uuid.UUID) -> Gathered:
    """Read every attempt of a scheme version with its latest score, in a handful of queries."""
    version = SchemeVersion.objects.select_related("scheme").get(pk=scheme_version_id)
    definition = schemes.definition_of(version)
    sittings = {
        row.pk: SittingRow(str(row.pk), row.site, row.starts_at.date().isoformat())
        for row in Sitting.objects.filter(attempts__registration__scheme_version=version).distinct()
    }
    out, why = _left_out(scheme_version_id)
    holders = _holders(scheme_version_id)
    rows = []
    simulated = False
    for found in _latest_scores(scheme_version_id).iterator(chunk_size=AT_ONCE):
        (attempt, document, pins, number, sitting, candidate, made_up, born, requirements) = found
        if attempt in out:
            continue
        simulated = simulated or made_up
        day = date.fromisoformat(sittings[sitting].day)
        rows.append(
            ScoredRow.of_document(
                document,
                pins,
                attempt=attempt,
                sitting=str(sitting),
                repeat=number > 1,
                groups=groups_of(sittings[sitting].site, number, age_band(born, day), route_of(requirements)),
                assessors=holders.get((sitting, candidate), {}),
            )
        )
    return Gathered(
        code=version.scheme.code,
        version=version.version,
        content=version.content_hash,
        title=f"{definition.title} {version.version}",
        simulated=simulated,
        parts=tuple(FrozenPart(part.identifier, part.kind, str(part.weight)) for part in definition.parts),
        sittings=tuple(sittings.values()),
        rows=tuple(rows),
        left_out=why,
    )


def _latest_scores(scheme_version_id: uuid.UUID) -> QuerySet[Score, tuple[Any, ...]]:
    later = Score.objects.filter(attempt=OuterRef("attempt"), number__gt=OuterRef("number"))
    latest = Score.objects.filter(~Exists(later), attempt__registration__scheme_version_id=scheme_version_id)
    return latest.values_list(
        "attempt_id",
        "document",
        "attempt__pins",
        "attempt__number",
        "attempt__sitting_id",
        "attempt__registration__candidate_id",
        "attempt__registration__candidate__simulated",
        "attempt__registration__candidate__date_of_birth",
        "attempt__registration__requirements",
    )


def _left_out(scheme_version_id: uuid.UUID) -> tuple[frozenset[uuid.UUID], tuple[LeftOut, ...]]:
    """Who is not in, and why: the first of these reasons that holds."""
    by_people = {
        row.attempt_id: row
        for row in Exclusion.objects.filter(attempt__registration__scheme_version_id=scheme_version_id, lifted_at=None)
    }
    scored = Exists(Score.objects.filter(attempt=OuterRef("pk")))
    attempts = Attempt.objects.filter(registration__scheme_version_id=scheme_version_id).annotate(is_scored=scored)
    reasons: dict[uuid.UUID, str] = {}
    for key, state, erased_at, is_scored in attempts.values_list(
        "pk", "state", "registration__candidate__erased_at", "is_scored"
    ):
        if erased_at is not None:
            reasons[key] = "erased"
        elif state != Attempt.State.SEALED:
            reasons[key] = "not-sealed"
        elif key in by_people:
            reasons[key] = by_people[key].reason
        elif not is_scored:
            reasons[key] = "no-score"
    words = RULES | {value: f"Left out by a named person: {label}." for value, label in Exclusion.Reason.choices}
    counts = Counter(reasons.values())
    records: dict[str, list[str]] = {}
    for key, reason in reasons.items():
        if reason not in RULES:
            records.setdefault(reason, []).append(str(by_people[key].pk))
    found = [LeftOut(reason, words[reason], counts[reason], tuple(records.get(reason, ()))) for reason in counts]
    return frozenset(reasons), tuple(sorted(found, key=lambda one: one.reason))


def groups_of(site: str, number: int, band: str | None, route: str) -> dict[str, str]:
    """What candidates are told apart by where an impact or a comparison is shown; what is not known is left out."""
    known = {"site": site, "attempt": "first" if number == 1 else "later", "age": band or "", "route": route}
    return {name: value for name, value in known.items() if value}


def route_of(requirements: list[dict[str, Any]]) -> str:
    """By which kinds of record somebody came in; a reference is the kind of a record and its number. An age is no route."""
    shown = [reference for one in requirements if one["mandatory"] for reference in one["by"]]
    kinds = {reference.split(" ", 1)[0] for reference in shown if reference != "date of birth"}
    return " and ".join(sorted(kinds))


def _holders(scheme_version_id: uuid.UUID) -> dict[tuple[uuid.UUID, uuid.UUID], dict[str, uuid.UUID]]:
    """Assessors by role for each candidate of a sitting."""
    sittings = Sitting.objects.filter(attempts__registration__scheme_version_id=scheme_version_id).values("pk")
    rows = Assignment.objects.filter(sitting__in=sittings, role__startswith="assessor:", person__isnull=False)
    holders: dict[tuple[uuid.UUID, uuid.UUID], dict[str, uuid.UUID]] = {}
    for sitting, candidate, role, person in rows.values_list("sitting_id", "candidate_id", "role", "person_id"):
        holders.setdefault((sitting, candidate), {})[role] = person
    return holders


def prepare(scheme_version_id: uuid.UUID) -> Prepared:
    """Make the bytes of what stands now. Where nothing changed since the last dataset, they are that dataset's."""
    gathered = gather(scheme_version_id)
    last = latest_dataset(scheme_version_id)
    names, same = Names.drawn(gathered.rows), None
    if last is not None:
        known = names_in(last)
        if known.covers(gathered.rows) and hashlib.sha256(encode(gathered.contents(known))).hexdigest() == last.sha256:
            names, same = known, last
    return Prepared(
        scheme_version_id=scheme_version_id,
        body=encode(gathered.contents(names)),
        names=names,
        attempts=len(gathered.rows),
        excluded=sum(one.attempts for one in gathered.left_out),
        simulated=gathered.simulated,
        same=same,
    )


def latest_dataset(scheme_version_id: uuid.UUID) -> Dataset | None:
    return Dataset.objects.filter(scheme_version_id=scheme_version_id).order_by("-number").first()


def names_in(dataset: Dataset) -> Names:
    """Who stands behind a dataset's names; whoever was erased is missing."""
    rows = LocalName.objects.filter(dataset=dataset)
    return Names(
        dict(rows.filter(attempt__isnull=False).values_list("attempt_id", "name")),
        dict(rows.filter(assessor__isnull=False).values_list("assessor_id", "name")),
    )


def assessors_in(dataset: Dataset) -> list[LocalName]:
    """The assessors behind a dataset's names, for who may know; whoever was erased is missing."""
    rows = LocalName.objects.filter(dataset=dataset, assessor__isnull=False)
    return list(rows.select_related("assessor").order_by("name"))


def body_of(dataset: Dataset) -> bytes:
    """The bytes, as they were frozen."""
    return zlib.decompress(bytes(dataset.packed))


def contents_of(dataset: Dataset) -> Contents:
    return decode(body_of(dataset))


def frozen_of(dataset: Dataset) -> FrozenScores:
    """A dataset as the analyses take it."""
    return FrozenScores.of(body_of(dataset))


def frozen_scores(scheme_version_id: uuid.UUID) -> FrozenScores:
    """What a study would freeze now, kept nowhere: for a look. What is to be cited is frozen by `actions.freeze_scores`."""
    return FrozenScores.of(prepare(scheme_version_id).body)


def left_out_of(scheme_version_id: uuid.UUID) -> tuple[LeftOut, ...]:
    """Which attempts would not be frozen now, by reason."""
    return _left_out(scheme_version_id)[1]


def sealed_attempts(scheme_version_id: uuid.UUID, name: str) -> QuerySet[Attempt]:
    """Sealed attempts that are in the data, of candidates whose name or address holds `name`."""
    out = Exclusion.objects.filter(lifted_at=None).values("attempt")
    found = Attempt.objects.filter(registration__scheme_version_id=scheme_version_id, state=Attempt.State.SEALED)
    people = Q(registration__candidate__given_name__icontains=name) | Q(
        registration__candidate__family_name__icontains=name
    )
    known = found.exclude(pk__in=out).filter(people | Q(registration__candidate__email__icontains=name))
    return known.filter(registration__candidate__erased_at=None).select_related("registration__candidate", "sitting")


def exclusions_of(scheme_version_id: uuid.UUID) -> QuerySet[Exclusion]:
    """Every attempt that somebody keeps or kept out of studies, the latest first."""
    found = Exclusion.objects.filter(attempt__registration__scheme_version_id=scheme_version_id)
    return found.select_related("excluded_by", "lifted_by", "attempt__registration__candidate").order_by("-excluded_at")
