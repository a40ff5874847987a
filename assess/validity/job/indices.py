"""What practitioners said of each statement, as estimates: how many do it, how important, how often, how much harm; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assess.psychometrics import gtheory
from assess.psychometrics.ctt.scores import mean
from assess.psychometrics.proportions import proportion
from assess.psychometrics.results import Estimate, not_enough
from assess.validity.job.definition import LEARNED, POINTS, Rules
from assess.validity.job.frozen import FloatArray, Table

MEAN_SOURCE = "Raymond (2001), Applied Measurement in Education 14, 369–415; normal interval of the mean"
WEIGHT_SOURCE = (
    "Kane, Kingsbury, Colton & Estes (1989), Journal of Educational Measurement 26, 17–27 (multiplicative model, here "
    "with harm; who does not do it counts 0)"
)
LEAST_FOR_RELIABILITY = 10
"""Fewer statements say too little about how far practitioners order them alike."""


@dataclass(frozen=True)
class Group:
    """What a subgroup of practitioners says of a statement's importance: of which kind, which one, how many, their mean."""

    by: str
    name: str
    n: int
    importance: float


@dataclass(frozen=True)
class Index:
    """Everything practitioners said of one statement. `learned_later` is None where it was not asked."""

    statement: str
    done: Estimate
    importance: Estimate
    frequency: Estimate
    harm: Estimate
    learned_later: Estimate | None
    weight: Estimate
    groups: tuple[Group, ...]


def statement_indices(table: Table, rules: Rules) -> tuple[Index, ...]:
    """The estimates of every statement of a survey.

    Means are over those who do it. A mean is enough from `rules.least_practitioners` on.
    """
    values = criticality(table, rules)
    return tuple(_index(table, values[:, place], place, rules) for place in range(len(table.statements)))


def criticality(table: Table, rules: Rules) -> FloatArray:
    """How much a statement counts for each respondent, respondents × statements, NaN where it was not answered.

    importance^a·frequency^b·harm^c with a + b + c = 1 by the emphasis of the rules, so that it stays on the scale from 1 to 5;
    0 where the respondent does not do it.
    """
    total = sum(rules.emphasis)
    powers = [float(one / total) for one in rules.emphasis]
    product = table.importance ** powers[0] * table.frequency ** powers[1] * table.harm ** powers[2]
    return np.where(table.done == 0, 0.0, product)


def reliability(table: Table) -> Estimate:
    """How far another sample of as many practitioners would order the statements by importance alike: Eρ² of the mean.

    A G study with statements as the objects of measurement and practitioners as the facet (Brennan 2001, 4.1.3); where a
    practitioner does not do something there is no rating, and the design is unbalanced.
    """
    method = f"generalizability coefficient of the mean importance over {len(table.people)} practitioners (statements)"
    ratings = table.importance.T
    ratings = ratings[np.isfinite(ratings).any(axis=1)][:, np.isfinite(table.importance).any(axis=1)]
    if min(ratings.shape, default=0) < 2:
        reason = f"{ratings.shape[0]} statements by {ratings.shape[1]} practitioners; at least 2 of each are needed"
        return not_enough(n=ratings.shape[0], method=method, source=gtheory.decision.G_SOURCE, reason=reason)
    study = gtheory.crossed(ratings, ["practitioner"], minimum=LEAST_FOR_RELIABILITY)
    found = gtheory.decide(study, {"practitioner": ratings.shape[1]}).g
    return replace(found, method=method, reason=found.reason.replace("persons", "statements"))


def _index(table: Table, values: FloatArray, place: int, rules: Rules) -> Index:
    least = rules.least_practitioners
    said = table.done[:, place]
    answered = said[np.isfinite(said)]
    later = table.learned[:, place]
    later = later[np.isfinite(later)]
    return Index(
        statement=table.statements[place],
        done=_counted(
            proportion(float(answered.sum()), len(answered), method="share of practitioners who do it", minimum=least)
        ),
        importance=_on_scale(table.importance[:, place], "importance", least),
        frequency=_on_scale(table.frequency[:, place], "frequency", least),
        harm=_on_scale(table.harm[:, place], "harm", least),
        learned_later=None
        if later.size == 0
        else _counted(
            proportion(
                float((later == LEARNED.index("later") + 1).sum()),
                len(later),
                method="share of practitioners who learned it later than in the first year",
                minimum=least,
            )
        ),
        weight=_counted(mean(values, method="weight (practitioners)", source=WEIGHT_SOURCE, minimum=least)),
        groups=_groups(table, place, rules),
    )


def _on_scale(values: FloatArray, what: str, least: int) -> Estimate:
    """A mean rating whose interval stays on the scale."""
    found = _counted(mean(values, method=f"mean {what} (practitioners who do it)", source=MEAN_SOURCE, minimum=least))
    if found.interval is None:
        return found
    low, high = (min(max(limit, float(POINTS[0])), float(POINTS[-1])) for limit in found.interval)
    return replace(found, interval=(low, high))


def _counted(found: Estimate) -> Estimate:
    """The same in the words of a survey."""
    return replace(found, reason=found.reason.replace("persons", "practitioners"))


def _groups(table: Table, place: int, rules: Rules) -> tuple[Group, ...]:
    """Groups that are large enough to be heard, by region, years and setting."""
    found = []
    for by in ("region", "years", "setting"):
        names = np.array([getattr(person, by) for person in table.people])
        for name in _in_order(names.tolist()):
            mine = table.importance[names == name, place]
            mine = mine[np.isfinite(mine)]
            if len(mine) >= rules.group_least:
                found.append(Group(by, name, len(mine), float(mine.mean())))
    return tuple(found)


def _in_order(names: Sequence[str]) -> list[str]:
    return sorted(set(names), key=lambda name: (len(name), name))
