"""The cut of a panel whose judges say what a borderline candidate would earn on each item: Angoff, Ebel, Nedelsky."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.responses import FloatArray, as_matrix
from assess.psychometrics.results import LEVEL, Estimate, doubted, estimated, not_enough
from assess.standard_setting.cut import SingleCut, identical
from assess.standard_setting.judges import Panel, VarianceComponents, item_means, panel
from assess.standard_setting.outliers import Outlier
from assess.standard_setting.resampling import RESAMPLES, resampled, standard_error

# Fewer than eight judges leave a standard error that no board can act on; 10 to 15 are the usual advice
# (Hurtz & Hertz 1999, Educational and Psychological Measurement 59, 885–897)
MINIMUM_JUDGES = 8
SOURCE = "Brennan (2001), Generalizability Theory, judges × items design"


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelCut(SingleCut):
    """The cut of one panel from its expected points.

    Attributes
    ----------
    cut
        In raw points; the standard error is that of the mean over judges, the items taken as fixed. n = judges.
    judge_cuts
        Each judge's own cut in raw points; None for a judge without a rating.
    bootstrap_se
        Standard error in raw points over resampled judges; None with fewer than two.
    se_judges_and_items
        Standard error in raw points when the items, too, are a sample of possible items (G theory); None when the
        ratings do not give variance components.
    panel
        Severity, agreement and misfit of each judge and consistency of the panel.
    outliers
        Judges who stand apart. They count; `without_outliers` is the cut without them, None when there are none.
    leave_one_out
        The cut without each judge in turn; None where the others do not give one.
    """

    cut: Estimate
    judge_cuts: tuple[float | None, ...]
    bootstrap_se: float | None
    se_judges_and_items: float | None
    panel: Panel
    outliers: tuple[Outlier, ...]
    without_outliers: Estimate | None
    leave_one_out: tuple[float | None, ...]


def panel_cut(
    expected: npt.ArrayLike,
    *,
    method: str,
    source: str,
    judges: Sequence[str] | None = None,
    empirical: npt.ArrayLike | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_JUDGES,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> PanelCut:
    r"""The sum of the items' mean expected points, with every way to be unsure of it.

    Parameters
    ----------
    expected
        judges × items: points a borderline candidate would earn; NaN = not rated.

    Notes
    -----
    cut = Σ_i x̄_·i. A judge's own cut is the cut plus the judge's mean deviation times the number of items, which is
    the plain sum when nothing is missing. SE = SD(own cuts)/√J, Student's interval. With items random,
    SE² = Σ_j(Σ_i w_ji)²σ²(j) + I σ²(i) + Σ w_ji² σ²(ji), w_ji = 1/(judges who rated i); complete ratings make that
    I²[σ²(j)/J + σ²(i)/I + σ²(ji)/(JI)]. Negative components count as 0.
    """
    matrix = as_matrix(expected, name="ratings")
    described = panel(matrix, judges=judges, empirical=empirical, level=level)
    cut, own = _cut(matrix, method=method, source=source, level=level, minimum=minimum)
    apart = sorted({found.judge for found in described.outliers})
    without = None
    if apart:
        kept = np.delete(matrix, apart, axis=0)
        names = ", ".join(described.judges[j].name for j in apart)
        without, _ = _cut(kept, method=f"{method}, without {names}", source=source, level=level, minimum=minimum)
    return PanelCut(
        cut=cut,
        judge_cuts=tuple(float(value) if np.isfinite(value) else None for value in own),
        bootstrap_se=None if cut.value is None else _bootstrap(matrix, seed=seed, resamples=resamples),
        se_judges_and_items=None if cut.value is None else _with_items(matrix, described.components),
        panel=described,
        outliers=described.outliers,
        without_outliers=without,
        leave_one_out=_leave_one_out(matrix),
    )


def share_of(cut: Estimate, maximum: float, *, method: str) -> Estimate:
    """The cut as a share of the maximum."""
    if cut.value is None or cut.standard_error is None or cut.interval is None:
        return replace(cut, method=method)
    low, high = cut.interval
    return replace(
        cut,
        value=cut.value / maximum,
        standard_error=cut.standard_error / maximum,
        interval=(low / maximum, high / maximum),
        method=method,
    )


def judges_needed(components: VarianceComponents, items: int, *, target: float) -> int:
    """How many judges bring the standard error of the cut, items fixed, down to `target` raw points.

    Examples
    --------
    >>> judges_needed(VarianceComponents(judges=0.0025, items=0.01, residual=0.01), 60, target=1.0)
    10
    """
    variance = items**2 * max(components.judges, 0.0) + items * max(components.residual, 0.0)
    return max(2, int(np.ceil(variance / target**2 - 1e-9)))


def _cut(matrix: FloatArray, *, method: str, source: str, level: float, minimum: int) -> tuple[Estimate, FloatArray]:
    """The cut and each judge's own."""
    means, seen = item_means(matrix), np.isfinite(matrix)
    rated = seen.sum(axis=1)
    present, unrated = int((rated > 0).sum()), np.flatnonzero(~seen.any(axis=0))
    nobody = np.full(len(matrix), np.nan)
    if present < 1 or not len(means):
        reason = f"{present} judge(s); at least {minimum} are needed"
        return not_enough(n=present, method=method, source=source, reason=reason, level=level), nobody
    if len(unrated):
        reason = f"{len(unrated)} item(s) were rated by nobody"
        return not_enough(n=present, method=method, source=source, reason=reason, level=level), nobody
    value = float(means.sum())
    apart = np.where(seen, matrix - means, 0.0).sum(axis=1)
    own = np.where(rated > 0, value + len(means) * apart / np.maximum(rated, 1), np.nan)
    cuts = own[rated > 0]
    if present < 2:
        reason = f"{present} judge(s); at least {minimum} are needed"
        return not_enough(n=present, method=method, source=source, reason=reason, level=level), own
    same = identical(cuts, minimum=minimum)
    if same:
        return not_enough(n=present, method=method, source=source, reason=same, level=level), own
    error = float(cuts.std(ddof=1) / np.sqrt(present))
    reach = float(stats.t.ppf(0.5 + level / 2, present - 1)) * error
    found = estimated(
        value=value,
        standard_error=error,
        interval=(value - reach, value + reach),
        n=present,
        method=method,
        source=source,
        minimum=minimum,
        level=level,
        cases="judges",
    )
    thin = int((seen.sum(axis=0) < 2).sum())
    return (doubted(found, f"{thin} item(s) were rated by a single judge") if thin else found), own


def _bootstrap(matrix: FloatArray, *, seed: int, resamples: int) -> float | None:
    rows = matrix[np.isfinite(matrix).any(axis=1)]
    rows = rows[np.lexsort(np.nan_to_num(rows, nan=-1.0).T)]
    seen = np.isfinite(rows).astype(np.float64)
    given = np.where(seen > 0, rows, 0.0)

    def cut(weights: FloatArray) -> FloatArray:
        number = weights @ seen
        means = np.divide(weights @ given, number, out=np.full(number.shape, np.nan), where=number > 0)
        return np.asarray(means.sum(axis=1))

    drawn = resampled(np.ones(len(rows)), cut, seed=seed, resamples=resamples)
    return standard_error(drawn)


def _with_items(matrix: FloatArray, parts: VarianceComponents | None) -> float | None:
    if parts is None:
        return None
    seen = np.isfinite(matrix)
    weights = seen / np.maximum(seen.sum(axis=0), 1)
    variance = (
        max(parts.judges, 0.0) * float((weights.sum(axis=1) ** 2).sum())
        + max(parts.items, 0.0) * matrix.shape[1]
        + max(parts.residual, 0.0) * float((weights**2).sum())
    )
    return float(np.sqrt(variance))


def _leave_one_out(matrix: FloatArray) -> tuple[float | None, ...]:
    seen = np.isfinite(matrix)
    given = np.where(seen, matrix, 0.0)
    number = seen.sum(axis=0) - seen
    means = np.divide(given.sum(axis=0) - given, number, out=np.full(matrix.shape, np.nan), where=number > 0)
    sums = means.sum(axis=1)
    return tuple(float(value) if np.isfinite(value) and matrix.shape[1] else None for value in sums)
