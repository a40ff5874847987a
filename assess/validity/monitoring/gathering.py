"""Reading sealed scores as monitoring takes them: in blocks of a day, with stations, rigs and instruments from the journal."""

import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
from django.db.models import Min

from assess.attempts.models import Attempt, Entry, Score, Stream
from assess.ledger.canonical import canonical
from assess.schemes import queries as schemes
from assess.schemes.models import SchemeVersion
from assess.sittings.models import Assignment
from assess.validity.cut_scores.queries import cuts_of
from assess.validity.datasets.arrays import Ratings
from assess.validity.monitoring.measures import Reading, Run, Tally, Watched, tallies
from assess.validity.monitoring.severity_fit import Part, severity_document
from rubrics import queries as rubrics

BLOCK = 20
"""So many attempts of a day make a point: a bay that goes wrong at noon is seen the same day."""
POOL = 60
"""So many attempts, of one sitting after the other, make a point of an item: fewer would seldom meet it thirty times."""
EQUIPMENT = frozenset({"ERROR", "TIMEOUT", "ABORTED"})


@dataclass(frozen=True)
class Block:
    """Attempts of one sitting that were sealed one after the other."""

    key: str
    sitting: uuid.UUID
    title: str
    since: datetime
    attempts: tuple[uuid.UUID, ...]


@dataclass(frozen=True)
class Scored:
    """Every attempt of a scheme version that is sealed and scored, in blocks; its latest score's digest; who is made up."""

    version: SchemeVersion
    blocks: tuple[Block, ...]
    digests: Mapping[uuid.UUID, str]
    simulated: bool

    @property
    def attempts(self) -> tuple[uuid.UUID, ...]:
        return tuple(key for block in self.blocks for key in block.attempts)

    def sha256(self, attempts: Sequence[uuid.UUID]) -> str:
        """Digest of these attempts' scores."""
        return hashlib.sha256(canonical([[str(key), self.digests[key]] for key in attempts])).hexdigest()


def scored(scheme_version_id: uuid.UUID) -> Scored:
    """What can be watched now. A sitting's last block takes the rest, so every block holds 20 attempts or the whole day."""
    version = SchemeVersion.objects.select_related("scheme").get(pk=scheme_version_id)
    rows = (
        Attempt.objects.filter(registration__scheme_version=version, state=Attempt.State.SEALED, scores__isnull=False)
        .annotate(first_seal=Min("seals__sealed_at"))
        .order_by("sitting__starts_at", "sitting_id", "first_seal", "pk")
        .values_list("pk", "sitting_id", "sitting__title", "first_seal", "registration__candidate__simulated")
    )
    by_sitting: dict[uuid.UUID, list[tuple[uuid.UUID, str, datetime]]] = defaultdict(list)
    simulated = False
    for attempt, sitting, title, at, made_up in rows:
        by_sitting[sitting].append((attempt, title, at))
        simulated = simulated or made_up
    digests: dict[uuid.UUID, str] = {}
    latest = Score.objects.filter(attempt__registration__scheme_version=version).order_by("number")
    for attempt, digest in latest.values_list("attempt_id", "digest"):
        digests[attempt] = bytes(digest).hex()
    blocks = []
    for sitting, held in by_sitting.items():
        count = max(1, len(held) // BLOCK)
        for place in range(count):
            own = held[place * BLOCK : (place + 1) * BLOCK if place + 1 < count else len(held)]
            keys = tuple(attempt for attempt, _, _ in own)
            blocks.append(Block(f"{sitting}/{place + 1}", sitting, own[0][1], own[0][2], keys))
    return Scored(version, tuple(blocks), digests, simulated)


def watched(attempts: Sequence[uuid.UUID]) -> dict[uuid.UUID, Watched]:
    """These attempts with all that is known of where and with what their work was done."""
    rows = {one.pk: one for one in Attempt.objects.filter(pk__in=attempts).select_related("registration")}
    documents = {one.attempt_id: one.document for one in Score.objects.filter(attempt__in=rows).order_by("number")}
    roles, stations = _posts(rows)
    readings, runs = _machines(rows)
    return {
        key: Watched(
            attempt=str(key),
            document=documents[key],
            assessors=roles.get(key, {}),
            stations=stations.get(key, {}),
            runs=tuple(runs.get(key, ())),
            readings=tuple(readings.get(key, ())),
        )
        for key in attempts
    }


def _posts(
    rows: Mapping[uuid.UUID, Attempt],
) -> tuple[dict[uuid.UUID, dict[str, str]], dict[uuid.UUID, dict[str, str]]]:
    """Of each attempt: role → assessor, and task → station."""
    whose = {(one.sitting_id, one.registration.candidate_id): key for key, one in rows.items()}
    found = Assignment.objects.filter(
        sitting__in={one.sitting_id for one in rows.values()}, role__startswith="assessor:", person__isnull=False
    ).select_related("station")
    roles: dict[uuid.UUID, dict[str, str]] = defaultdict(dict)
    stations: dict[uuid.UUID, dict[str, str]] = defaultdict(dict)
    for row in found:
        attempt = whose.get((row.sitting_id, row.candidate_id))
        if attempt is None:
            continue
        roles[attempt][row.role] = str(row.person_id)
        if row.station is not None:
            stations[attempt][row.work] = row.station.name
    return roles, stations


def _machines(
    rows: Mapping[uuid.UUID, Attempt],
) -> tuple[dict[uuid.UUID, list[Reading]], dict[uuid.UUID, list[Run]]]:
    """Of each attempt: what instruments read against a reference, and the runs of its simulations."""
    streams = {
        one.pk: one for one in Stream.objects.filter(subject_kind="attempt", subject__in=rows).exclude(role="candidate")
    }
    allowed = _allowed(rows.values())
    last: dict[tuple[uuid.UUID, str, str], list[Reading]] = {}
    runs: dict[uuid.UUID, list[Run]] = defaultdict(list)
    entries = Entry.objects.filter(stream__in=streams, kind__in=("mark", "run")).order_by("stream__epoch", "sequence")
    for stream_id, kind, payload in entries.values_list("stream_id", "kind", "payload"):
        stream = streams[stream_id]
        if kind == "run":
            said = json.loads(payload)
            runs[stream.subject].append(
                Run(rig=stream.device, simulation=said["simulation"], fault=said["outcome"] in EQUIPMENT)
            )
        elif '"instrument"' in payload:
            said = json.loads(payload)
            key = (stream.subject, stream.role, said["criterion"])
            last[key] = _readings(said["mark"], allowed.get(said["criterion"]))
    readings: dict[uuid.UUID, list[Reading]] = defaultdict(list)
    for (attempt, _, _), own in last.items():
        readings[attempt] += own
    return readings, runs


@dataclass(frozen=True)
class _Allowed:
    """How far a reading of a criterion may lie from its reference, and the reference where the task itself names one."""

    expected: float | None
    amount: float
    percent: bool

    def reading(self, serial: str, value: float, true_value: float | None) -> Reading | None:
        reference = self.expected if true_value is None else true_value
        if reference is None:
            return None
        scale = self.amount * abs(reference) / 100 if self.percent else self.amount
        return Reading(serial=serial, value=value, reference=reference, scale=scale) if scale > 0 else None


def _readings(mark: Mapping[str, Any], allowed: _Allowed | None) -> list[Reading]:
    """Readings of a mark that have a reference: the true value beside them, or what the task expects."""
    instrument = mark.get("instrument")
    if allowed is None or not instrument or mark.get("centre_equipment_fault"):
        return []
    found = []
    for reading in mark.get("readings", ()):
        if reading.get("bound", "=") == "=":
            true_value = reading.get("true_value")
            true = None if true_value is None else _number(true_value)
            found.append(allowed.reading(instrument["serial"], _number(reading["value"]), true))
    return [one for one in found if one is not None]


def _number(text: str) -> float:
    return float(Decimal(str(text).replace(",", ".")))


def _allowed(attempts: Iterable[Attempt]) -> dict[str, _Allowed]:
    """What readings are held against, by criterion, over the task versions that these attempts pin."""
    hashes = {pin["hash"] for attempt in attempts for pin in attempt.pins["tasks"]}
    found: dict[str, _Allowed] = {}
    for task in rubrics.definitions(hashes).values():
        for row in task.criteria:
            spec = row.measurement
            if spec is not None and spec.deviation is not None:
                found[row.identifier] = _Allowed(None, float(spec.limit.value), spec.deviation.percent)
            elif spec is not None and spec.tolerance is not None:
                expected = None if spec.expected is None else float(spec.expected)
                found[row.identifier] = _Allowed(expected, float(spec.tolerance.amount), spec.tolerance.percent)
    return found


def block_tallies(
    found: Mapping[uuid.UUID, Watched], block: Block, severities: Mapping[str, float]
) -> dict[str, Tally]:
    """What is watched block by block."""
    return tallies([found[key] for key in block.attempts], per="block", severities=severities)


def pool_tallies(found: Mapping[uuid.UUID, Watched], blocks: Sequence[Block]) -> dict[str, Tally]:
    """What is watched over a pool of blocks."""
    return tallies([found[key] for block in blocks for key in block.attempts], per="pool")


def pools(blocks: Sequence[Block]) -> list[tuple[str, list[Block]]]:
    """Blocks in the order of time, pooled until there are sixty attempts; the last pool may still be filling.

    A pool is named after its first block, so that it stays the same pool while later sittings fill it.
    """
    found: list[tuple[str, list[Block]]] = []
    count = POOL
    for block in blocks:
        if count >= POOL:
            found.append((f"{block.key}+", []))
            count = 0
        found[-1][1].append(block)
        count += len(block.attempts)
    return found


def severity_now(known: Scored) -> dict[str, Any]:
    """Severity of assessors over all scores, and who would change."""
    rows = {
        one.pk: one
        for one in Attempt.objects.filter(pk__in=known.attempts).select_related("registration").order_by("pk")
    }
    documents = {one.attempt_id: one.document for one in Score.objects.filter(attempt__in=rows).order_by("number")}
    roles, _ = _posts(rows)
    definition = schemes.definition_of(known.version)
    part_of = {task: part.identifier for part in definition.parts for task in part.tasks}
    cuts = cuts_of(known.version.pk)
    hashes = {pin["hash"] for attempt in rows.values() for pin in attempt.pins["tasks"]}
    points = {
        row.identifier: float(row.points)
        for task in rubrics.definitions(hashes).values()
        for row in task.criteria
        if row.kind == "judgement"
    }
    parts = [
        Part(
            attempt=str(key),
            part=part,
            percent=percent,
            maximum=sum(
                float(task["maximum"]) for task in documents[key]["tasks"] if part_of.get(task["task"]) == part
            ),
            cut=float(cuts[part][0]) if part in cuts else None,
        )
        for key in known.attempts
        for part, percent in _percents(documents[key], set(part_of.values()))
    ]
    return severity_document(_judgements(documents, roles), parts=parts, points=points, part_of=part_of)


def _percents(document: Mapping[str, Any], wanted: set[str]) -> list[tuple[str, float]]:
    return [
        (one["part"], float(one["percent"]))
        for one in document["parts"]
        if one["part"] in wanted and one["percent"] is not None
    ]


def _judgements(documents: Mapping[uuid.UUID, Any], roles: Mapping[uuid.UUID, Mapping[str, str]]) -> Ratings:
    """Every judgement level in long form. Names are the attempts' and the assessors' identifiers."""
    rows = [
        (str(attempt), roles.get(attempt, {}).get(sheet["role"], sheet["role"]), criterion, task["task"], row["level"])
        for attempt, document in documents.items()
        for task in document["tasks"]
        for sheet in task["sheets"]
        for criterion, row in sheet["criteria"].items()
        if row["level"] is not None
    ]
    persons, raters, criteria, tasks, levels = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    return Ratings(
        persons=persons,
        raters=raters,
        criteria=criteria,
        tasks=tasks,
        values=np.array(levels, dtype=float),
        maxima=np.full(len(rows), 3.0),
    )
