"""One look: the blocks that have no point yet, their points against the base period, and severity as it is now. It reads only."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assess.psychometrics.control_charts import Standardised
from assess.validity.monitoring.gathering import (
    Block,
    Scored,
    block_tallies,
    pool_tallies,
    pools,
    scored,
    severity_now,
    watched,
)
from assess.validity.monitoring.measures import Tally, usual_severities
from assess.validity.monitoring.models import BasePeriod, MonitoringLook
from assess.validity.monitoring.watching import Usual, points


@dataclass(frozen=True)
class NewPoint:
    chart: str
    block: str
    since: datetime
    point: Standardised


@dataclass(frozen=True)
class Looked:
    """What a look found. `after` and `base` say which look and base period it follows, so that nothing is noted twice."""

    after: int
    base: uuid.UUID | None
    attempts: int
    scores_sha256: str
    document: Mapping[str, Any]
    points: tuple[NewPoint, ...]
    simulated: bool


def base_in_force(scheme_version_id: uuid.UUID) -> BasePeriod | None:
    """The base period that points are held against."""
    return BasePeriod.objects.filter(scheme_version_id=scheme_version_id).order_by("-number").first()


def last_look(scheme_version_id: uuid.UUID) -> MonitoringLook | None:
    """The latest look at a scheme version."""
    return MonitoringLook.objects.filter(scheme_version_id=scheme_version_id).order_by("-number").first()


def look_now(scheme_version_id: uuid.UUID) -> Looked | None:
    """Compute what is new since the last look; None where nothing is."""
    known = scored(scheme_version_id)
    sha256 = known.sha256(known.attempts)
    base, last = base_in_force(scheme_version_id), last_look(scheme_version_id)
    same_base = last is not None and last.base_id == (None if base is None else base.pk)
    if not known.attempts or (last is not None and same_base and last.scores_sha256 == sha256):
        return None
    seen: dict[str, str] = dict(last.document["blocks"]) if last is not None and same_base else {}
    new, blocks = ((), seen) if base is None else _new_points(known, base, seen)
    return Looked(
        after=0 if last is None else last.number,
        base=None if base is None else base.pk,
        attempts=len(known.attempts),
        scores_sha256=sha256,
        document={"severity": severity_now(known), "blocks": blocks},
        points=tuple(new),
        simulated=known.simulated,
    )


def _new_points(known: Scored, base: BasePeriod, seen: Mapping[str, str]) -> tuple[list[NewPoint], dict[str, str]]:
    """Points of blocks that were not seen, or whose scores changed since; and what has been seen then."""
    usual, blocks = Usual.from_document(base.document), dict(seen)
    inside = set(base.blocks)
    outside = [block for block in known.blocks if block.key not in inside]
    wanted: list[tuple[str, list[Block], bool]] = [(block.key, [block], False) for block in outside]
    wanted += [(key, own, True) for key, own in pools(outside)]
    made: list[NewPoint] = []
    changed = []
    for key, own, whole in wanted:
        digest = known.sha256([attempt for block in own for attempt in block.attempts])
        if blocks.get(key) != digest:
            blocks[key] = digest
            changed.append((key, own, whole))
    found = watched(sorted({attempt for _, own, _ in changed for block in own for attempt in block.attempts}))
    for key, own, whole in changed:
        tallied = pool_tallies(found, own) if whole else block_tallies(found, own[0], usual.severities)
        for chart, point in sorted(points(usual, tallied).items()):
            made.append(NewPoint(chart, key, own[0].since, point))
    return made, blocks


def usual_of(known: Scored, blocks: Sequence[Block]) -> Usual:
    """What is usual, from these blocks."""
    found = watched([attempt for block in blocks for attempt in block.attempts])
    severities = usual_severities(list(found.values()))
    tallied: list[Mapping[str, Tally]] = [block_tallies(found, block, severities) for block in blocks]
    tallied.append(pool_tallies(found, blocks))
    return Usual.of(tallied, severities)
