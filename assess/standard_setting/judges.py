"""A panel of judges who all rated the same things: who is severe, who scatters, and how far they agree."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.gtheory.anova import Layout, analogous
from assess.psychometrics.gtheory.checks import chosen_effects, lacking_information
from assess.psychometrics.gtheory.design import Design, Records
from assess.psychometrics.proportions import FISHER_SOURCE, correlation
from assess.psychometrics.reliability import alpha
from assess.psychometrics.responses import FloatArray, ResponseError, answered_any, as_matrix, as_vector
from assess.psychometrics.results import LEVEL, Estimate, estimated, not_enough
from assess.standard_setting.cut import alike
from assess.standard_setting.outliers import Outlier, misfit_outliers, severity_outliers

# For coefficients over items; a form or a bank is short, so this is less than what is asked of persons
MINIMUM_ITEMS = 15
SEVERITY_SOURCE = "mean of paired differences, Student's interval (Student 1908, Biometrika 6, 1–25)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """One judge.

    Attributes
    ----------
    mean
        Mean rating over the items the judge rated.
    deviation
        Mean difference from the panel on these items: positive = expects more than the panel.
    severity
        Mean difference from the *other* judges on the items that both rated; n = items.
    rated
        Number of items rated.
    agreement
        Correlation of the judge's ratings with the other judges' item means; n = items.
    misfit
        Mean square of what items and severity do not explain, over the panel's: 1 on average, 2 scatters twice as much.
        None where nothing is left to compare.
    fit
        Correlation of the judge's ratings with the items' empirical values; None when there are none.
    """

    name: str
    mean: float | None
    deviation: float | None
    severity: Estimate
    rated: int
    agreement: Estimate
    misfit: float | None
    fit: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceComponents:
    """Judges × items analysis of variance. A negative component means: none, within chance."""

    judges: float
    items: float
    residual: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A panel's ratings.

    Attributes
    ----------
    judges
        In the order of the rows.
    item_means
        The panel's mean rating of each item; None where nobody rated.
    consistency
        Coefficient alpha over the judges who rated anything, with items as the cases.
    components
        From G theory (Henderson's method I where ratings are missing); None when the design does not give them.
    fit
        Correlation of the panel's item means with the items' empirical values; None when there are none.
    outliers
        Judges who stand apart, named and kept.
    """

    judges: tuple[Judge, ...]
    item_means: tuple[float | None, ...]
    consistency: Estimate
    components: VarianceComponents | None
    fit: Estimate | None
    outliers: tuple[Outlier, ...]


def panel(
    ratings: npt.ArrayLike,
    *,
    judges: Sequence[str] | None = None,
    empirical: npt.ArrayLike | None = None,
    level: float = LEVEL,
    minimum_items: int = MINIMUM_ITEMS,
) -> Panel:
    r"""Describe a panel.

    Parameters
    ----------
    ratings
        judges × items, NaN = not rated.
    empirical
        An observed value of each item (proportion correct, calibrated difficulty) to compare the ratings with.

    Raises
    ------
    ResponseError
        `names_do_not_fit` when judges or empirical values are not as many as rows or columns.

    Notes
    -----
    Misfit of judge j: e_ji = x_ji − x̄_·i − d_j with d_j the mean deviation; Σ_i e²/(number of items) over the mean of that
    over all judges. A judge whose ratings do not correlate above 0 with the others' is named as an outlier ("order")
    when the panel has at least `minimum_items` items.

    Examples
    --------
    >>> found = panel([[0.5, 0.7, 0.9], [0.4, 0.6, 0.8]], judges=["Ada", "Ben"])
    >>> [(judge.name, round(judge.deviation, 3)) for judge in found.judges]
    [('Ada', 0.05), ('Ben', -0.05)]
    """
    matrix = as_matrix(ratings, name="ratings")
    names = judge_names(len(matrix), judges)
    observed = None if empirical is None else as_vector(empirical, name="empirical")
    if observed is not None and len(observed) != matrix.shape[1]:
        raise ResponseError("names_do_not_fit", f"{len(observed)} empirical values for {matrix.shape[1]} items")
    means = item_means(matrix)
    others, misfits = _others(matrix), _misfits(matrix, means)
    described = tuple(
        _judge(name, row, means, rest, misfit, observed, level, minimum_items)
        for name, row, rest, misfit in zip(names, matrix, others, misfits, strict=True)
    )
    return Panel(
        judges=described,
        item_means=tuple(float(value) if np.isfinite(value) else None for value in means),
        consistency=_consistency(answered_any(matrix), level, minimum_items),
        components=variance_components(matrix),
        fit=None if observed is None else _correlation(means, observed, level, minimum_items, EMPIRICAL),
        outliers=severity_outliers([np.nan if j.deviation is None else j.deviation for j in described], names)
        + misfit_outliers(misfits, names)
        + _out_of_order(described),
    )


EMPIRICAL = "correlation of ratings with empirical item values (n = items)"
OTHERS = "correlation of ratings with the other judges' item means (n = items)"


def judge_names(count: int, judges: Sequence[str] | None) -> tuple[str, ...]:
    """The given names, or "judge 1", "judge 2", …."""
    if judges is not None and len(judges) != count:
        raise ResponseError("names_do_not_fit", f"{len(judges)} judges for {count} rows of ratings")
    return tuple(judges) if judges is not None else tuple(f"judge {n}" for n in range(1, count + 1))


def item_means(matrix: FloatArray) -> FloatArray:
    """The mean of each column over the judges who rated it; NaN where nobody did."""
    seen = np.isfinite(matrix)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(seen, matrix, 0.0).sum(axis=0) / seen.sum(axis=0), dtype=np.float64)


def variance_components(matrix: FloatArray) -> VarianceComponents | None:
    """Two-way random effects, judges as the objects; None when they cannot be computed."""
    rated = answered_any(answered_any(matrix).T).T
    if min(rated.shape) < 2:
        return None
    design = Design.of(("judge", "item"))
    records = Records.of_array(rated, design.facets)
    layout = Layout.of(records, design, chosen_effects(records, design, None))
    if lacking_information(layout):
        return None
    # the components alone: their sampling covariances, which `gtheory.crossed` adds, take a hundred times as long here
    forms, coefficients = analogous(layout)
    judges, items, residual = (float(value) for value in np.linalg.solve(coefficients, forms))
    return VarianceComponents(judges=judges, items=items, residual=residual)


def _others(matrix: FloatArray) -> FloatArray:
    """For each judge the mean of the other judges on each item; NaN where no other rated."""
    seen = np.isfinite(matrix)
    given = np.where(seen, matrix, 0.0)
    number = seen.sum(axis=0) - seen
    total = given.sum(axis=0) - given
    return np.asarray(np.divide(total, number, out=np.full(matrix.shape, np.nan), where=number > 0))


def _misfits(matrix: FloatArray, means: FloatArray) -> FloatArray:
    """Residual mean square of each judge over the panel's; NaN where there is none."""
    seen = np.isfinite(matrix)
    rated = seen.sum(axis=1)
    apart = np.where(seen, matrix - means, 0.0)
    own = np.divide(apart.sum(axis=1), rated, out=np.zeros(len(matrix)), where=rated > 0)
    squares = (np.where(seen, apart - own[:, None], 0.0) ** 2).sum(axis=1)
    found = np.divide(squares, rated, out=np.full(len(matrix), np.nan), where=rated > 0)
    average = float(np.mean(found[rated > 0])) if (rated > 0).any() else 0.0
    dust = 1e-20 * max(1.0, float(np.abs(matrix[seen]).max(initial=0.0)) ** 2)
    return found / average if average > dust else np.full(len(matrix), np.nan)


def _judge(
    name: str,
    row: FloatArray,
    means: FloatArray,
    others: FloatArray,
    misfit: float,
    observed: FloatArray | None,
    level: float,
    minimum: int,
) -> Judge:
    seen = np.isfinite(row)
    rated = int(seen.sum())
    return Judge(
        name=name,
        mean=float(row[seen].mean()) if rated else None,
        deviation=float((row[seen] - means[seen]).mean()) if rated else None,
        severity=_severity(row - others, level, minimum),
        rated=rated,
        agreement=_correlation(row, others, level, minimum, OTHERS),
        misfit=float(misfit) if np.isfinite(misfit) else None,
        fit=None if observed is None else _correlation(row, observed, level, minimum, EMPIRICAL),
    )


def _severity(differences: FloatArray, level: float, minimum: int) -> Estimate:
    method = "severity: mean difference from the other judges (n = items)"
    apart = differences[np.isfinite(differences)]
    n = len(apart)
    if n < 2:
        reason = f"{n} item(s) rated by this judge and another; at least {minimum} are needed"
        return not_enough(n=n, method=method, source=SEVERITY_SOURCE, reason=reason, level=level)
    value, error = float(apart.mean()), float(apart.std(ddof=1) / np.sqrt(n))
    if error <= 1e-12 * max(1.0, float(np.abs(apart).max())):
        reason = (
            f"the judge differs from the others by {value:.3g} on each item, so the difference has no standard error"
        )
        return not_enough(n=n, method=method, source=SEVERITY_SOURCE, reason=reason, level=level)
    reach = float(stats.t.ppf(0.5 + level / 2, n - 1)) * error
    return estimated(
        value=value,
        standard_error=error,
        interval=(value - reach, value + reach),
        n=n,
        method=method,
        source=SEVERITY_SOURCE,
        minimum=minimum,
        level=level,
        cases="items",
    )


def _consistency(matrix: FloatArray, level: float, minimum: int) -> Estimate:
    """Alpha with items as the cases, its reason in the words of a panel."""
    found = alpha(matrix.T, missing="pairwise", level=level, minimum=minimum)
    method = "consistency of the panel: coefficient alpha over judges (n = items)"
    if found.sufficient:
        return replace(found, method=method)
    if len(matrix) < 2:
        reason = f"{len(matrix)} judge(s); consistency needs at least 2"
    elif found.value is None:
        reason = "too few items were rated by both judges of some pair, or the ratings do not vary over the items"
    elif found.value < 0:
        reason = "alpha is negative: the judges do not order the items alike"
    else:
        reason = f"{found.n} items; at least {minimum} are needed"
    return replace(found, method=method, reason=reason)


def _correlation(ratings: FloatArray, observed: FloatArray, level: float, minimum: int, method: str) -> Estimate:
    seen = np.isfinite(ratings) & np.isfinite(observed)
    a, b = ratings[seen], observed[seen]
    n = len(a)
    if n < 4:
        reason = f"{n} items; a correlation needs at least 4 for an interval"
        return not_enough(n=n, method=method, source=FISHER_SOURCE, reason=reason, level=level)
    varies = not alike(a) and not alike(b)
    value = float(np.corrcoef(a, b)[0, 1]) if varies else float("nan")
    found = correlation(value, n, method=method, level=level, minimum=minimum)
    return replace(found, reason=found.reason.replace("persons", "items"))


def _out_of_order(judges: Sequence[Judge]) -> tuple[Outlier, ...]:
    return tuple(
        Outlier(
            judge=j,
            name=judge.name,
            kind="order",
            robust_z=None,
            sentence=(
                f"{judge.name}: ratings do not follow the other judges' (correlation {judge.agreement.value:.2f}); "
                "perhaps the scale was read the other way round"
            ),
        )
        for j, judge in enumerate(judges)
        if judge.agreement.sufficient and judge.agreement.value is not None and judge.agreement.value <= 0
    )
