"""From what counts in the job to what should count in the assessment, beside what the blueprint has; pure.

A statement's weight goes in equal parts to its outcomes, and by the points of the elements that test it to the domains of the
exam and to the practical tasks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from assess.psychometrics.agreement.jackknife import jackknifed
from assess.psychometrics.results import LEVEL, Estimate, not_enough
from assess.validity.job.coverage import Element, tests
from assess.validity.job.definition import JobStatement
from assess.validity.job.evidence import Weight
from assess.validity.job.frozen import FloatArray
from assess.validity.job.indices import WEIGHT_SOURCE
from assess.validity.report.written import estimate, number

AGREES, DIFFERS, UNKNOWN = "agrees", "differs", "not enough evidence"
SOURCE = f"{WEIGHT_SOURCE}; standard error: delete-one-practitioner jackknife"


@dataclass(frozen=True)
class Planned:
    """What the scheme gives something: in which group, its name and title, and its share of the group."""

    group: str
    identifier: str
    title: str
    share: Decimal


def compare(
    statements: Sequence[JobStatement],
    values: FloatArray,
    elements: Sequence[Element],
    planned: Sequence[Planned],
    *,
    tolerance: Decimal,
    least: int,
) -> tuple[Weight, ...]:
    """The job's share of each planned thing, beside the scheme's.

    Parameters
    ----------
    statements
        Those that count.
    values
        How much each counts for each respondent, respondents × statements, NaN where it was not answered.
    tolerance
        A difference of shares up to this is none.
    least
        So many practitioners make a share enough.
    """
    found: list[Weight] = []
    for group in dict.fromkeys(one.group for one in planned):
        mine = [one for one in planned if one.group == group]
        membership = np.array([[MEMBERSHIP[group](one, each, elements) for each in statements] for one in mine])
        shares = job_shares(values, membership.reshape(len(mine), len(statements)), least=least)
        found += [_weight(one, share, tolerance) for one, share in zip(mine, shares, strict=True)]
    return tuple(found)


def job_shares(values: FloatArray, membership: FloatArray, *, least: int) -> tuple[Estimate, ...]:
    """What share of the whole each target has.

    Parameters
    ----------
    values
        respondents × statements.
    membership
        targets × statements: how much of a statement's weight goes to a target.
    """
    method = "share by the job (practitioners)"
    seen = np.isfinite(values)
    people = int(seen.any(axis=1).sum())
    values, seen = values[seen.any(axis=1)], seen[seen.any(axis=1)]
    sums, counts = np.where(seen, values, 0.0).sum(axis=0), seen.sum(axis=0)
    whole = _shares(membership, sums, counts)
    if people < 2 or not np.isfinite(whole).all():
        reason = f"{people} practitioners" if people < 2 else "no statement that counts is tested there"
        return tuple(not_enough(n=people, method=method, source=SOURCE, reason=reason) for _ in membership)
    without = np.array(
        [_shares(membership, sums - np.where(seen[row], values[row], 0.0), counts - seen[row]) for row in range(people)]
    )
    return tuple(
        jackknifed(
            float(whole[place]),
            without[:, place],
            method=method,
            source=SOURCE,
            level=LEVEL,
            minimum=least,
            lowest=0.0,
            cases="practitioners",
        )
        for place in range(len(membership))
    )


def _shares(membership: FloatArray, sums: FloatArray, counts: FloatArray) -> FloatArray:
    weights = np.divide(sums, counts, out=np.zeros_like(sums), where=counts > 0)
    parts = membership @ weights
    total = parts.sum()
    return np.asarray(parts / total) if total > 0 else np.full(len(parts), np.nan)


def _of_outcome(planned: Planned, statement: JobStatement, elements: Sequence[Element]) -> float:
    return (planned.identifier in statement.outcomes) / max(len(statement.outcomes), 1)


def _of_elements(kind: str) -> Callable[[Planned, JobStatement, Sequence[Element]], float]:
    def membership(planned: Planned, statement: JobStatement, elements: Sequence[Element]) -> float:
        mine = [one for one in elements if one.kind == kind and tests(one, statement)]
        points = sum((one.points for one in mine), Decimal(0))
        here = sum((one.points for one in mine if one.group == planned.identifier), Decimal(0))
        return float(here / points) if points else 0.0

    return membership


MEMBERSHIP: Mapping[str, Callable[[Planned, JobStatement, Sequence[Element]], float]] = {
    "outcome": _of_outcome,
    "domain": _of_elements("item"),
    "task": _of_elements("criterion"),
}


def _weight(planned: Planned, job: Estimate, tolerance: Decimal) -> Weight:
    verdict, sentence = _verdict(planned, job, float(tolerance))
    difference = None if job.value is None else job.value - float(planned.share)
    return Weight(
        group=planned.group,
        identifier=planned.identifier,
        title=planned.title,
        job=estimate(job),
        scheme=str(number(float(planned.share))),
        difference=number(difference) or "",
        tolerance=str(tolerance),
        verdict=verdict,
        sentence=sentence,
    )


def _verdict(planned: Planned, job: Estimate, tolerance: float) -> tuple[str, str]:
    has = f"{100 * float(planned.share):.0f} %"
    if job.value is None or job.interval is None:
        return UNKNOWN, f"The scheme gives {planned.identifier} {has}; of the job's share is not known: {job.reason}."
    low, high = (limit - float(planned.share) for limit in job.interval)
    said = f"The job gives {planned.identifier} {100 * job.value:.0f} % ({_per_cent(job)}), the scheme {has}"
    if not job.sufficient:
        return UNKNOWN, f"{said}. Not enough evidence: {job.reason}."
    if -tolerance <= low and high <= tolerance:
        return AGREES, f"{said}: alike within {100 * tolerance:.0f} points."
    if low > tolerance or high < -tolerance:
        more, remedy = ("less", "Raise") if low > tolerance else ("more", "Lower")
        return (
            DIFFERS,
            f"{said}: {more} than the job by over {100 * tolerance:.0f} points. {remedy} it, or say why it stays.",
        )
    return UNKNOWN, f"{said}: with this many practitioners a difference of {100 * tolerance:.0f} points can't be told."


def _per_cent(job: Estimate) -> str:
    low, high = job.interval or (0.0, 1.0)
    return f"{100 * low:.0f} to {100 * high:.0f}"
