"""From scored attempts to tallies: for every chart the cases of a block, added up.

A case is a candidate at a station, an answer to an item, a candidate whom two assessors judged: never two rows of the same
sheet, which hang together and would make a point look surer than it is. A tally holds sums only, so that blocks can be added
without going back to their attempts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean
from typing import Any

import numpy as np

from assess.validity.monitoring.quantities import QUANTITIES

Tally = tuple[float, ...]
"""n, Σx, Σx²; of two quantities n, Σx, Σx², Σy, Σy², Σxy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One value read with an instrument, the reference it is held against, and the distance that the task allows."""

    serial: str
    value: float
    reference: float
    scale: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a simulation on a rig, and whether it ended with a fault of the equipment."""

    rig: str
    simulation: str
    fault: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One scored attempt: its score document, who held each assessor role, where each task was set, runs and readings."""

    attempt: str
    document: Mapping[str, Any]
    assessors: Mapping[str, str]
    stations: Mapping[str, str]
    runs: tuple[Run, ...]
    readings: tuple[Reading, ...]


Cases = dict[str, list[tuple[float, ...]]]


def tallies(
    attempts: Sequence[Watched], *, per: str, severities: Mapping[str, float] | None = None
) -> dict[str, Tally]:
    """Every chart's tally over these attempts, of the quantities that are watched block by block or in pools of sittings.

    Parameters
    ----------
    severities
        How severe each assessor usually is, in levels: what `usual_severities` found in the base period. With it an assessor
        is compared with the average one, whoever happened to judge beside them that day.
    """
    wanted = {f"{one.kind}/{one.name}": one for one in QUANTITIES if one.per == per}
    cases: Cases = defaultdict(list)
    for attempt in attempts:
        for key, case in _cases(attempt, per, severities or {}):
            cases[key].append(case)
    if per == "pool":
        _exposure(cases, attempts)
    return {key: _tally(found) for key, found in cases.items() if "/".join(key.split("/", 2)[:2]) in wanted}


def added(one: Tally, other: Tally) -> Tally:
    """Two tallies of the same chart as one."""
    return tuple(a + b for a, b in zip(one, other, strict=True))


def mean_and_variance(tally: Tally) -> tuple[float, float]:
    """Mean and variance (n − 1) of a tally's first quantity; the variance of one case is 0.

    >>> mean_and_variance((3, 6.0, 14.0))
    (2.0, 1.0)
    """
    n, total, squares = tally[:3]
    mean = total / n
    return mean, max(squares - n * mean**2, 0.0) / (n - 1) if n > 1 else 0.0


def correlation(tally: Tally) -> float:
    """Product-moment correlation of a tally's two quantities; NaN where one does not vary.

    >>> round(correlation((3, 6.0, 14.0, 12.0, 56.0, 28.0)), 6)
    1.0
    """
    n, x, xx, y, yy, xy = tally
    spread = (xx - x * x / n) * (yy - y * y / n)
    return (xy - x * y / n) / spread**0.5 if spread > 1e-12 else float("nan")


def _tally(cases: Iterable[tuple[float, ...]]) -> Tally:
    rows = list(cases)
    if len(rows[0]) == 1:
        values = [row[0] for row in rows]
        return float(len(rows)), sum(values), sum(value * value for value in values)
    x, y = [row[0] for row in rows], [row[1] for row in rows]
    return (
        float(len(rows)),
        sum(x),
        sum(value * value for value in x),
        sum(y),
        sum(value * value for value in y),
        sum(a * b for a, b in rows),
    )


def _cases(attempt: Watched, per: str, severities: Mapping[str, float]) -> Iterable[tuple[str, tuple[float, ...]]]:
    if per == "pool":
        yield from _items(attempt.document)
        return
    yield from _work(attempt)
    yield from _assessors(attempt, severities)
    yield from _day(attempt.document)
    for run in attempt.runs:
        yield f"rig/faults/{run.rig}", (float(run.fault),)
    away: dict[str, list[float]] = defaultdict(list)
    for reading in attempt.readings:
        away[reading.serial].append((reading.value - reading.reference) / reading.scale)
    for serial, own in away.items():
        yield f"instrument/deviation/{serial}", (fmean(own),)


def _items(document: Mapping[str, Any]) -> Iterable[tuple[str, tuple[float, ...]]]:
    shares = _shares(document)
    whole, count = sum(shares.values()), len(shares)
    for name, share in shares.items():
        yield f"item/difficulty/{name}", (share,)
        if count > 1:
            yield f"item/discrimination/{name}", (share, (whole - share) / (count - 1))


def _shares(document: Mapping[str, Any]) -> dict[str, float]:
    """The share of its points that each scored item of an attempt earned."""
    return {
        item["item"]: float(item["points"]) / float(item["maximum"])
        for item in document["items"]
        if item["scored"] and item["points"] is not None
    }


def _exposure(cases: Cases, attempts: Sequence[Watched]) -> None:
    """An item is exposed by the forms it stands on, of all forms of the pool."""
    forms = [{item["item"] for item in one.document["items"]} for one in attempts if one.document["items"]]
    for name in sorted(set().union(*forms)):
        cases[f"item/exposure/{name}"] = [(float(name in form),) for form in forms]


def _work(attempt: Watched) -> Iterable[tuple[str, tuple[float, ...]]]:
    """Each task and simulation beside what the same candidate did elsewhere, so that ability can be taken out.

    Elsewhere is the exam: were it the other stations, one bad bay would make all others look good. Without an exam it is the
    mean of the candidate's other work.
    """
    done: dict[tuple[str, str], float] = {}
    where: dict[tuple[str, str], str] = {}
    for task in attempt.document["tasks"]:
        if task["points"] is not None:
            key = ("task", task["task"])
            done[key] = 100 * float(task["points"]) / float(task["maximum"])
            where[key] = f"station/score/{attempt.stations.get(task['task'], task['task'])}"
    rigs = {run.simulation: run.rig for run in attempt.runs if not run.fault}
    for one in attempt.document["simulations"]:
        if one["share"] is not None:
            key = ("simulation", one["simulation"])
            done[key] = 100 * float(one["share"])
            if one["simulation"] in rigs:
                where[key] = f"rig/score/{rigs[one['simulation']]}"
    exam = list(_shares(attempt.document).values())
    for key, chart in where.items():
        elsewhere = [100 * share for share in exam] or [value for other, value in done.items() if other != key]
        if elsewhere:
            yield chart, (done[key], fmean(elsewhere))


def usual_severities(attempts: Sequence[Watched]) -> dict[str, float]:
    """How severe each assessor is in levels, from every judgement that two or more made: least squares, summing to 0.

    Notes
    -----
    level = what was there − severity, over all pairs of assessors of a judgement; raters whom nobody connects are measured
    within their own group.
    """
    pairs: dict[tuple[str, str], tuple[int, float]] = {}
    for attempt in attempts:
        for given in _judgements(attempt):
            for one, other in combinations(sorted(given), 2):
                count, total = pairs.get((one, other), (0, 0.0))
                pairs[one, other] = (count + 1, total + given[other] - given[one])
    people = sorted({person for pair in pairs for person in pair})
    place = {person: number for number, person in enumerate(people)}
    weight, right = np.zeros((len(people), len(people))), np.zeros(len(people))
    for (one, other), (count, total) in pairs.items():
        a, b = place[one], place[other]
        weight[a, a] += count
        weight[b, b] += count
        weight[a, b] -= count
        weight[b, a] -= count
        right[a] += total
        right[b] -= total
    found = np.linalg.pinv(weight, hermitian=True) @ right if people else right
    return {person: float(value) for person, value in zip(people, found, strict=True)}


def _judgements(attempt: Watched) -> Iterable[dict[str, float]]:
    """Every judgement of an attempt: assessor → level."""
    for task in attempt.document["tasks"]:
        levels: dict[str, dict[str, float]] = defaultdict(dict)
        for sheet in task["sheets"]:
            person = attempt.assessors.get(sheet["role"])
            if person is not None:
                for name, row in sheet["criteria"].items():
                    if row["level"] is not None:
                        levels[name][person] = float(row["level"])
        yield from levels.values()


def _assessors(attempt: Watched, severities: Mapping[str, float]) -> Iterable[tuple[str, tuple[float, ...]]]:
    """Per candidate and assessor: what others saw, their own severity added back, less the own level; and rows not seen."""
    gaps: dict[str, list[float]] = defaultdict(list)
    for given in _judgements(attempt):
        for person, level in given.items():
            others = [value + severities.get(other, 0.0) for other, value in given.items() if other != person]
            if others:
                gaps[person].append(fmean(others) - level)
    for person, own in gaps.items():
        yield f"assessor/severity/{person}", (fmean(own),)
    for task in attempt.document["tasks"]:
        for sheet in task["sheets"]:
            rows = sheet["criteria"].values()
            seen = [row["state"] == "not_seen" for row in rows if row["state"] != "unscored"]
            if seen and sheet["role"] in attempt.assessors:
                yield f"assessor/not seen/{attempt.assessors[sheet['role']]}", (100 * fmean(seen),)


def _day(document: Mapping[str, Any]) -> Iterable[tuple[str, tuple[float, ...]]]:
    left_out = [item["verdict"] == "unanswered" for item in document["items"] if item["scored"]]
    if left_out:
        yield "day/left out/all", (100 * fmean(left_out),)
    for task in document["tasks"]:
        full = sorted(task["sheets"], key=_unmarked)[:2]
        for sheet in full:
            rows = sheet["criteria"].values()
            yield "day/missing marks/all", (100 * fmean(row["state"] != "scored" for row in rows),)
        if len(full) == 2:
            one, other = (100 * float(sheet["points"]) / float(task["maximum"]) for sheet in full)
            yield "day/double-mark gap/all", (abs(one - other),)


def _unmarked(sheet: Mapping[str, Any]) -> int:
    """How many rows nobody marked: a third assessor marks the open rows only."""
    return sum(row["state"] == "unscored" for row in sheet["criteria"].values())
