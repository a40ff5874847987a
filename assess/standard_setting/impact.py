"""What a cut score would do: who passes at it, a standard error to either side, and at the previous cut, by group."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.psychometrics.proportions import proportion
from assess.psychometrics.responses import FloatArray, ResponseError, as_vector
from assess.psychometrics.results import LEVEL, Estimate, doubted, normal_interval, not_enough

DIFFERENCE_SOURCE = "difference of independent estimates, normal interval"
NEWCOMBE = "Newcombe (1998), Statistics in Medicine 17, 873–890 (method 10)"
MINIMUM_PERSONS = 30
# a score that equals the cut but for binary dust reaches it
HAIR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class PassRate:
    """Share of the candidates who reach a cut."""

    where: str
    cut: float
    rate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupImpact:
    """One group: its pass rate at the cut, and that minus the pass rate of all others."""

    group: str
    rate: Estimate
    difference: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What a cut does.

    Attributes
    ----------
    rates
        At the cut, one standard error lower, one higher, and at the previous cut when there is one.
    groups
        In the order of their names; empty without groups.
    unscored, ungrouped
        Candidates left out because they have no score, and those with a score but no group.
    """

    rates: tuple[PassRate, ...]
    groups: tuple[GroupImpact, ...]
    unscored: int
    ungrouped: int


def impact(
    scores: npt.ArrayLike,
    cut: Estimate,
    *,
    groups: Sequence[Hashable] | None = None,
    previous: float | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_PERSONS,
) -> Impact:
    r"""Pass rates on real scores.

    Parameters
    ----------
    scores
        Of the candidates, on the scale of the cut; NaN left out.
    groups
        A label per candidate; None or NaN = not known.
    previous
        The cut in force so far.

    Raises
    ------
    ResponseError
        `no_cut` when the estimate has no value, `names_do_not_fit` when groups and scores are not as many.

    Notes
    -----
    Whoever reaches the cut passes (score ≥ cut). Wilson's interval; differences of groups with Newcombe's.

    Examples
    --------
    >>> from assess.standard_setting.angoff import angoff
    >>> cut = angoff([[0.5, 0.7, 0.9], [0.4, 0.6, 0.8], [0.6, 0.8, 0.7], [0.5, 0.6, 0.9]] * 2).cut
    >>> found = impact([0, 1, 1, 2, 2, 2, 3, 3] * 5, cut)
    >>> [(one.where, one.rate.value) for one in found.rates]
    [('the cut', 0.625), ('one standard error lower', 0.625), ('one standard error higher', 0.25)]
    """
    if cut.value is None:
        raise ResponseError("no_cut", f"there is no cut to show the impact of: {cut.reason}")
    given = as_vector(scores, name="scores")
    seen = np.isfinite(given)
    places = [("the cut", cut.value)]
    if cut.standard_error:
        places.append(("one standard error lower", cut.value - cut.standard_error))
        places.append(("one standard error higher", cut.value + cut.standard_error))
    if previous is not None:
        places.append(("the previous cut", float(previous)))
    rates = tuple(
        PassRate(where=where, cut=at, rate=_rate(given[seen], at, f"pass rate at {where}", level, minimum))
        for where, at in places
    )
    labels = _labels(groups, len(given))
    known = seen & np.array([label is not None for label in labels], dtype=bool)
    return Impact(
        rates=rates,
        groups=tuple(
            _group(name, given[known], np.array([labels[k] == name for k in np.flatnonzero(known)]), cut.value, level, minimum)
            for name in sorted({label for label in labels if label is not None})
        ),
        unscored=int((~seen).sum()),
        ungrouped=0 if groups is None else int((seen & ~known).sum()),
    )  # fmt: skip


def compared(cut: Estimate, previous: Estimate) -> Estimate:
    r"""How far a cut lies from the previous one, both on one scale.

    Notes
    -----
    SE = √(SE₁² + SE₀²): the two panels are independent. Put the forms on one scale (equating) before comparing.

    Examples
    --------
    >>> from dataclasses import replace
    >>> new = Estimate(value=24.6, standard_error=0.6, interval=(23.2, 26.0), n=10, method="m", source="s", sufficient=True)
    >>> compared(new, replace(new, value=22.0, standard_error=0.8, n=12)).in_words()
    '2.60 (95 % interval 0.64 to 4.56, n = 10)'
    """
    method, level = "change from the previous cut", cut.level
    n = min(cut.n, previous.n)
    both = ((cut, "this cut"), (previous, "the previous cut"))
    if cut.value is None or previous.value is None:
        reason = "; ".join(f"{which} has no value: {part.reason}" for part, which in both if part.value is None)
        return not_enough(n=n, method=method, source=DIFFERENCE_SOURCE, reason=reason, level=level)
    value = cut.value - previous.value
    error = float(np.hypot(cut.standard_error or 0.0, previous.standard_error or 0.0))
    found = Estimate(
        value=value,
        standard_error=error,
        interval=normal_interval(value, error, level),
        level=level,
        n=n,
        method=method,
        source=DIFFERENCE_SOURCE,
        sufficient=True,
    )
    for part, which in both:
        if not part.sufficient:
            found = doubted(found, f"{which}: {part.reason}")
    return found


def _rate(scores: FloatArray, cut: float, method: str, level: float, minimum: int) -> Estimate:
    return proportion(float((scores >= cut - HAIR).sum()), len(scores), method=method, level=level, minimum=minimum)


def _labels(groups: Sequence[Hashable] | None, count: int) -> list[str | None]:
    if groups is None:
        return [None] * count
    if len(groups) != count:
        raise ResponseError("names_do_not_fit", f"{len(groups)} groups for {count} scores")
    # NaN is the one value that differs from itself
    return [None if label is None or label != label else str(label) for label in groups]


def _group(
    name: str, scores: FloatArray, member: npt.NDArray[np.bool_], cut: float, level: float, minimum: int
) -> GroupImpact:
    rate = _rate(scores[member], cut, f"pass rate of {name}", level, minimum)
    rest = _rate(scores[~member], cut, f"pass rate of all but {name}", level, minimum)
    method, n = f"pass rate of {name} minus that of all others", len(scores)
    if rate.value is None or rate.interval is None or rest.value is None or rest.interval is None:
        reason = f"only {name} has scores" if rate.value is not None else f"nobody of {name} has a score"
        none = not_enough(n=n, method=method, source=NEWCOMBE, reason=reason, level=level)
        return GroupImpact(group=name, rate=rate, difference=none)
    value = rate.value - rest.value
    down = float(np.hypot(rate.value - rate.interval[0], rest.interval[1] - rest.value))
    up = float(np.hypot(rate.interval[1] - rate.value, rest.value - rest.interval[0]))
    difference = Estimate(
        value=value,
        standard_error=float(np.hypot(rate.standard_error or 0.0, rest.standard_error or 0.0)),
        interval=(value - down, value + up),
        level=level,
        n=n,
        method=method,
        source=NEWCOMBE,
        sufficient=True,
    )
    for part in (rate, rest):
        if not part.sufficient:
            difference = doubted(difference, f"{part.method}: {part.reason}")
    return GroupImpact(group=name, rate=rate, difference=difference)
