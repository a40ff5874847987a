"""The trail of a dossier: what each cited record rests on, step by step down to sealed journals, and under which leaf it stands."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from django.db.models import Max, Q

from assess.attempts.models import Score, Seal
from assess.awards.models import Credential, Decision, ReviewedAward, Signature
from assess.ledger.models import Leaf
from assess.schemes.models import DutyRecord
from assess.validity.cut_scores.models import CutScore, MeetingEvent
from assess.validity.datasets.models import Dataset, LocalName
from assess.validity.dossier.claims import Record
from assess.validity.dossier.trail import Key, Line
from assess.validity.monitoring.models import Alarm, MonitoringLook
from assess.validity.raters.models import BlindMarks, PanelSignature, Training
from assess.validity.studies.models import Study

T = TypeVar("T")
Step = tuple[tuple[Key, ...], tuple[tuple[str, str], ...]]
"""What a record rests on, and what it says of it (name → value) by which a follower can check the step."""
Steps = Mapping[str, Step]
AT_ONCE = 400
"""So many identifiers one query names: SQLite takes a limited number of variables."""


def trail_of(cited: Mapping[Record, Sequence[str]]) -> tuple[Line, ...]:
    """Every cited record, everything it rests on, and the leaves; records that are cited first, then what lies below them."""
    citing: dict[Key, list[str]] = {}
    for record, evidence in cited.items():
        citing.setdefault((record.kind, record.id), []).extend(evidence)
    steps: dict[Key, Step] = {}
    front = list(citing)
    while front:
        found = _steps(front)
        steps |= found
        below = dict.fromkeys(key for rests_on, _ in found.values() for key in rests_on)
        front = [key for key in below if key not in steps]
    leaves = _leaves(steps)
    order = sorted(steps, key=lambda key: (key not in citing, key))
    return tuple(
        Line(
            kind=kind,
            id=record,
            leaf=leaves.get((kind, record), (None, ""))[0],
            commitment=leaves.get((kind, record), (None, ""))[1],
            cited_by=tuple(dict.fromkeys(citing.get((kind, record), ()))),
            rests_on=steps[kind, record][0],
            says=steps[kind, record][1],
        )
        for kind, record in order
    )


def _steps(keys: Iterable[Key]) -> dict[Key, Step]:
    by_kind: dict[str, list[str]] = {}
    for kind, record in keys:
        by_kind.setdefault(kind, []).append(record)
    found: dict[Key, Step] = {}
    for kind, records in by_kind.items():
        known = FOLLOWED.get(kind)
        for some in _parts(records):
            steps = {} if known is None else known(some)
            found |= {(kind, record): steps.get(record, ((), ())) for record in some}
    return found


def _parts(whole: Sequence[T]) -> Iterator[Sequence[T]]:
    """A list in parts that one query may name."""
    return (whole[start : start + AT_ONCE] for start in range(0, len(whole), AT_ONCE))


def _uuids(ids: Sequence[str]) -> list[uuid.UUID]:
    return [uuid.UUID(one) for one in ids]


def _leaves(keys: Iterable[Key]) -> dict[Key, tuple[int, str]]:
    """Index and commitment of the latest leaf of each record."""
    by_kind: dict[str, list[str]] = {}
    for kind, record in keys:
        by_kind.setdefault(kind, []).append(record)
    latest: list[int] = []
    for kind, records in by_kind.items():
        for some in _parts(records):
            rows = Leaf.objects.filter(kind=kind, record__in=some).values("record").annotate(last=Max("index"))
            latest += [row["last"] for row in rows]
    found: dict[Key, tuple[int, str]] = {}
    for some_leaves in _parts(latest):
        for leaf in Leaf.objects.filter(index__in=some_leaves):
            found[leaf.kind, leaf.record] = (leaf.index, bytes(leaf.commitment).hex())
    return found


def _studies(ids: Sequence[str]) -> Steps:
    rows = Study.objects.filter(pk__in=ids).values_list("pk", "dataset_id", "dataset_sha256", "document_sha256")
    return {
        str(pk): (
            (("dataset", str(dataset)),),
            (("dataset_sha256", sha256), ("document_sha256", document)),
        )
        for pk, dataset, sha256, document in rows
    }


def _datasets(ids: Sequence[str]) -> Steps:
    """A dataset rests on the scores that stood when it was frozen; where a person was erased, the way to theirs is gone."""
    return {str(row.pk): _dataset(row) for row in Dataset.objects.filter(pk__in=ids).defer("packed")}


def _dataset(row: Dataset) -> Step:
    names = dict(LocalName.objects.filter(dataset=row, attempt__isnull=False).values_list("attempt_id", "name"))
    scores: dict[uuid.UUID, str] = {}
    for some in _parts(list(names)):
        stood = Score.objects.filter(attempt__in=some, scored_at__lte=row.frozen_at).order_by("number")
        scores |= {attempt: str(pk) for attempt, pk in stood.values_list("attempt_id", "pk")}
    says = [("sha256", row.sha256), *((f"score {scores[attempt]}", name) for attempt, name in names.items())]
    return tuple(("score", score) for score in sorted(scores.values())), tuple(says)


def _scores(ids: Sequence[str]) -> Steps:
    rows = Score.objects.filter(pk__in=ids).values_list("pk", "seal_id", "digest", "seal__digest")
    return {
        str(pk): ((("seal", str(seal)),), (("digest", bytes(own).hex()), ("seal_digest", bytes(digest).hex())))
        for pk, seal, own, digest in rows
    }


def _seals(ids: Sequence[str]) -> Steps:
    """A seal rests on the journal: its document names each stream's last sequence and the digest of the entry there."""
    return {
        str(row.pk): ((), (("digest", bytes(row.digest).hex()), ("streams", str(len(row.document["heads"])))))
        for row in Seal.objects.filter(pk__in=ids)
    }


def _decisions(ids: Sequence[str]) -> Steps:
    names: dict[str, list[Key]] = {}
    for pk, decision in (
        Signature.objects.filter(decision__in=_uuids(ids)).order_by("pk").values_list("pk", "decision_id")
    ):
        names.setdefault(str(decision), []).append(("signature", str(pk)))
    awards = {
        str(one): str(pk)
        for pk, one in Credential.objects.filter(decision__in=_uuids(ids)).values_list("pk", "decision")
    }
    found: dict[str, Step] = {}
    for row, score, digest in Decision.objects.filter(pk__in=ids).values_list("pk", "score_id", "digest"):
        award = [("award", awards[str(row)])] if str(row) in awards else []
        rests = (("score", str(score)), *names.get(str(row), ()), *award)
        found[str(row)] = rests, (("digest", bytes(digest).hex()),)
    return found


def _cuts(ids: Sequence[str]) -> Steps:
    found: dict[str, Step] = {}
    for row in CutScore.objects.filter(pk__in=ids):
        frozen = row.document.get("dataset_sha256", "")
        datasets = Dataset.objects.filter(scheme_version=row.scheme_version_id, sha256=frozen) if frozen else ()
        rests = [("meeting", str(row.meeting_id)), *(("dataset", str(one.pk)) for one in datasets)]
        found[str(row.pk)] = tuple(rests), (("dataset_sha256", frozen),) if frozen else ()
    return found


def _meetings(ids: Sequence[str]) -> Steps:
    """A meeting rests on the lines of its record and on the ratings that were committed to when a round was closed."""
    events: dict[str, list[Key]] = {}
    for pk, meeting in (
        MeetingEvent.objects.filter(meeting__in=_uuids(ids))
        .order_by("meeting", "number")
        .values_list("pk", "meeting_id")
    ):
        events.setdefault(str(meeting), []).append(("meeting event", str(pk)))
    rounds = Q()
    for one in ids:
        rounds |= Q(record__startswith=f"{one}:")
    for record in Leaf.objects.filter(rounds, kind="meeting ratings").values_list("record", flat=True).distinct():
        events.setdefault(record.partition(":")[0], []).append(("meeting ratings", record))
    return {one: (tuple(events.get(one, ())), ()) for one in ids}


def _trainings(ids: Sequence[str]) -> Steps:
    found: dict[str, Step] = {}
    for row in Training.objects.filter(pk__in=ids):
        marks = BlindMarks.objects.filter(session=row.session_id, assessor=row.assessor_id).order_by("pk")
        rests: list[Key] = [("training_session", str(row.session_id))]
        for pk, exemplar in marks.values_list("pk", "exemplar_id"):
            rests += [("blind_marks", str(pk)), ("exemplar", str(exemplar))]
        found[str(row.pk)] = tuple(rests), ()
    return found


def _exemplars(ids: Sequence[str]) -> Steps:
    found: dict[str, list[Key]] = {}
    for pk, exemplar in PanelSignature.objects.filter(exemplar__in=_uuids(ids)).values_list("pk", "exemplar_id"):
        found.setdefault(str(exemplar), []).append(("panel_signature", str(pk)))
    return {one: (tuple(rests), ()) for one, rests in found.items()}


def _looks(ids: Sequence[str]) -> Steps:
    rows = MonitoringLook.objects.filter(pk__in=ids).values_list("pk", "base_id", "scores_sha256")
    return {
        str(pk): ((("base_period", str(base)),) if base else (), (("scores_sha256", sha256),))
        for pk, base, sha256 in rows
    }


def _alarms(ids: Sequence[str]) -> Steps:
    rows = Alarm.objects.filter(pk__in=ids).values_list("pk", "look_id")
    return {str(pk): ((("monitoring_look", str(look)),), ()) for pk, look in rows}


def _duties(ids: Sequence[str]) -> Steps:
    rows = DutyRecord.objects.filter(pk__in=ids).values_list("pk", "document_id", "document__sha256")
    return {str(pk): ((("duty_document", str(document)),), (("sha256", sha256),)) for pk, document, sha256 in rows}


def _reviews(ids: Sequence[str]) -> Steps:
    found: dict[str, list[Key]] = {}
    rows = ReviewedAward.objects.filter(review__in=_uuids(ids)).order_by("pk").values_list("pk", "review_id")
    for pk, review in rows:
        found.setdefault(str(review), []).append(("reviewed_award", str(pk)))
    return {one: (tuple(rests), ()) for one, rests in found.items()}


FOLLOWED: Mapping[str, Callable[[Sequence[str]], Steps]] = {
    "study": _studies,
    "dataset": _datasets,
    "score": _scores,
    "seal": _seals,
    "decision": _decisions,
    "cut": _cuts,
    "meeting": _meetings,
    "training": _trainings,
    "exemplar": _exemplars,
    "monitoring_look": _looks,
    "alarm": _alarms,
    "duty": _duties,
    "award_review": _reviews,
}
"""How each kind is followed; a kind that is not here rests on itself."""
