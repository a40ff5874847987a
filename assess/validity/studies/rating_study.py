"""What a study says about raters: who can be compared with whom, how far marks agree, how severe each rater looks."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.agreement import icc, icc_sparse, kappa, pooled_kappa, pooled_share_of_agreement
from assess.psychometrics.facets import RAW_MEANS_WARNING, connectivity, rater_severity
from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import Estimate
from assess.validity.datasets.arrays import Ratings
from assess.validity.report.written import Document, estimate
from assess.validity.studies.category_study import category_document
from assess.validity.studies.facet_study import facet_document
from assess.validity.studies.variance_study import variance_document

IntArray = npt.NDArray[np.intp]

MOST_LEVELS = 11
LARGEST_NAMED = 12
"""So many persons of a subset are named in the document; the rest are counted."""


def rating_document(
    ratings: Ratings, *, cut: float | None = None, report: Callable[[str], None] = lambda step: None
) -> Document:
    """Design, connectedness, agreement, severity, use of marks and sources of variance of marks in long form.

    `cut` is per cent of the highest marks: with it the document says whose outcome hangs on the raters.
    """
    report("agreement")
    marked = np.isfinite(ratings.values)
    kept = np.flatnonzero(marked)
    table = _Table.of(ratings, kept)
    raters_of = Counter(person for person, _ in {(ratings.persons[row], ratings.raters[row]) for row in kept})
    document: Document = {
        "persons": len(raters_of),
        "raters": len(table.raters),
        "criteria": len({(ratings.tasks[row], ratings.criteria[row]) for row in kept}),
        "tasks": sorted({ratings.tasks[row] for row in kept}),
        "marks": len(kept),
        "missing": int((~marked).sum()),
        "persons_by_number_of_raters": [
            {"raters": times, "persons": count} for times, count in sorted(Counter(raters_of.values()).items())
        ],
        "unit": table.unit,
        "connectedness": _connectedness(ratings, kept),
        "agreement": {
            "criteria": _criteria(ratings, kept, table.raters),
            "tasks": _tasks(table),
            "whole": estimate(_whole(table), words=3),
        },
        "severity": _severity(table),
        "raw_means_warning": RAW_MEANS_WARNING,
    }
    report("use of marks")
    document["categories"] = category_document(ratings)
    report("many-facet model")
    document["facets"] = facet_document(ratings, cut=cut)
    report("sources of variance")
    document["variance"] = variance_document(ratings)
    return document


@dataclass(frozen=True, eq=False, kw_only=True)
class _Table:
    """Marks by (person, task, criterion) × rater, on one scale: per cent of the maximum where maxima are known."""

    cases: tuple[tuple[str, str, str], ...]
    raters: tuple[str, ...]
    values: FloatArray
    weight: FloatArray
    unit: str

    @classmethod
    def of(cls, ratings: Ratings, kept: IntArray) -> "_Table":
        rows = [(ratings.persons[row], ratings.tasks[row], ratings.criteria[row]) for row in kept]
        cases, raters = tuple(sorted(set(rows))), tuple(sorted({ratings.raters[row] for row in kept}))
        where, column = {case: i for i, case in enumerate(cases)}, {rater: j for j, rater in enumerate(raters)}
        values, weight = np.full((len(cases), len(raters)), np.nan), np.ones(len(cases))
        for row, case in zip(kept, rows, strict=True):
            maximum = 1.0 if ratings.maxima is None else float(ratings.maxima[row])
            scale = 1.0 if ratings.maxima is None else 100.0
            values[where[case], column[ratings.raters[row]]] = scale * ratings.values[row] / maximum
            weight[where[case]] = maximum
        unit = "marks" if ratings.maxima is None else "per cent"
        return cls(cases=cases, raters=raters, values=values, weight=weight, unit=unit)

    def task_scores(self, task: str) -> tuple[tuple[str, ...], FloatArray]:
        """persons × raters: each rater's weighted mean over the task's criteria, NaN where the rater left one out."""
        rows = [i for i, case in enumerate(self.cases) if case[1] == task]
        persons = tuple(sorted({self.cases[i][0] for i in rows}))
        place = {person: i for i, person in enumerate(persons)}
        owner = np.array([place[self.cases[i][0]] for i in rows])
        values, weight = self.values[rows], self.weight[rows]
        # a rater's total counts when the rater marked every criterion that anyone marked for this person
        seen = np.isfinite(values)
        shape = (len(persons), len(self.raters))
        sums, counts, total, wanted = np.zeros(shape), np.zeros(shape), np.zeros(len(persons)), np.zeros(len(persons))
        np.add.at(sums, owner, np.where(seen, values, 0.0) * weight[:, None])
        np.add.at(counts, owner, seen.astype(np.float64))
        np.add.at(total, owner, weight)
        np.add.at(wanted, owner, 1.0)
        return persons, np.where(counts == wanted[:, None], sums / total[:, None], np.nan)


def _connectedness(ratings: Ratings, kept: IntArray) -> Document:
    marks = [(ratings.persons[r], ratings.raters[r], f"{ratings.tasks[r]} / {ratings.criteria[r]}") for r in kept]
    found = connectivity(marks)
    raters_of: dict[str, set[str]] = {}
    for person, rater, _ in marks:
        raters_of.setdefault(person, set()).add(rater)
    links = Counter(
        (first, second) for raters in raters_of.values() for first in raters for second in raters if first < second
    )
    return {
        "connected": found.connected,
        "words": found.sentence,
        "source": found.source,
        "subsets": [
            {
                "name": f"subset {order}",
                "raters": list(subset.raters),
                "persons": len(subset.persons),
                "some_persons": list(subset.persons[:LARGEST_NAMED]),
            }
            for order, subset in enumerate(found.subsets, 1)
        ],
        "extra_markings": [
            {"person": extra.person, "rater": extra.rater, "criteria": list(extra.criteria)}
            for extra in found.extra_markings
        ],
        "shared_persons": [{"rater": rater, "persons": count} for rater, count in found.shared_persons],
        "links": [{"raters": list(pair), "persons": count} for pair, count in sorted(links.items())],
    }


def _criteria(ratings: Ratings, kept: IntArray, raters: tuple[str, ...]) -> list[Document]:
    """Agreement of each criterion, on its own levels."""
    rows_of: dict[tuple[str, str], list[int]] = {}
    for row in kept:
        rows_of.setdefault((ratings.tasks[row], ratings.criteria[row]), []).append(int(row))
    column = {rater: j for j, rater in enumerate(raters)}
    found = []
    for (task, criterion), rows in sorted(rows_of.items()):
        persons = {person: i for i, person in enumerate(sorted({ratings.persons[row] for row in rows}))}
        matrix = np.full((len(persons), len(raters)), np.nan)
        for row in rows:
            matrix[persons[ratings.persons[row]], column[ratings.raters[row]]] = ratings.values[row]
        levels = np.unique(matrix[np.isfinite(matrix)])
        by_level = len(levels) <= MOST_LEVELS and bool((levels % 1 == 0).all())
        main = _weighted_kappa(matrix) if by_level else icc_sparse(matrix)
        found.append(
            {
                "task": task,
                "criterion": criterion,
                "levels": len(levels),
                "statistic": "weighted kappa" if by_level else "intraclass correlation",
                "agreement": estimate(main),
                "exact": estimate(pooled_share_of_agreement(matrix)),
                "within_one": estimate(pooled_share_of_agreement(matrix, within=1)),
            }
        )
    return found


def _weighted_kappa(matrix: FloatArray) -> Estimate:
    """Cohen's for the same two raters throughout, else pooled over pairs of raters; quadratic weights."""
    used = matrix[:, np.isfinite(matrix).any(axis=0)]
    if used.shape[1] == 2:
        return kappa(used[:, 0], used[:, 1], weights="quadratic")
    return pooled_kappa(used, weights="quadratic")


def _tasks(table: _Table) -> list[Document]:
    found = []
    for task in sorted({case[1] for case in table.cases}):
        persons, scores = table.task_scores(task)
        used = scores[:, np.isfinite(scores).any(axis=0)]
        complete = used.shape[1] > 1 and bool(np.isfinite(used).all())
        found.append(
            {
                "task": task,
                "persons": len(persons),
                "icc": estimate(icc(used, "twoway", "agreement") if complete else icc_sparse(scores), words=3),
            }
        )
    return found


def _whole(table: _Table) -> Estimate:
    """Agreement of one complete set of marks with another, over all of a person's tasks.

    The first marks of all tasks form one set, the second marks another; which mark of a task comes first means nothing to
    ICC(1). Each task is taken about its own mean, so that persons with different tasks can stand side by side.
    """
    sets: dict[str, list[list[float]]] = {}
    for task in sorted({case[1] for case in table.cases}):
        persons, scores = table.task_scores(task)
        if not np.isfinite(scores).any():
            continue
        centred = scores - np.nanmean(scores)
        for person, row in zip(persons, centred, strict=True):
            sets.setdefault(person, []).append([float(mark) for mark in row[np.isfinite(row)]])
    widest = max((min(map(len, tasks)) for tasks in sets.values()), default=0)
    matrix = np.full((len(sets), max(widest, 1)), np.nan)
    for row, tasks in enumerate(sets[person] for person in sorted(sets)):
        for column in range(min(map(len, tasks))):
            matrix[row, column] = float(np.mean([marks[column] for marks in tasks]))
    return icc_sparse(matrix)


def _severity(table: _Table) -> list[Document]:
    summaries = rater_severity(table.values, persons=[case[0] for case in table.cases], raters=table.raters)
    return [
        {
            "rater": summary.rater,
            "marks": summary.marks,
            "persons": summary.persons,
            "shared_persons": summary.shared_persons,
            "raw_mean": estimate(summary.mean),
            "severity": estimate(summary.severity),
            "words": _severity_words(summary.severity),
        }
        for summary in summaries
    ]


def _severity_words(severity: Estimate) -> str:
    if not severity.sufficient or severity.interval is None:
        return severity.in_words()
    low, high = severity.interval
    if low > 0:
        return "marks lower than the others on the same work"
    if high < 0:
        return "marks higher than the others on the same work"
    return "no difference from the others that chance would not explain"
