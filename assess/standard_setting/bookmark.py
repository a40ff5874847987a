"""The bookmark method: judges page through the ordered booklet to the first item a borderline candidate does not master."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.responses import FloatArray, ResponseError, as_vector
from assess.psychometrics.results import LEVEL, Estimate, doubted, estimated, not_enough
from assess.standard_setting.booklet import Booklet
from assess.standard_setting.cut import Centre, SingleCut, identical
from assess.standard_setting.judges import judge_names
from assess.standard_setting.outliers import Outlier, severity_outliers
from assess.standard_setting.panel_cut import MINIMUM_JUDGES
from assess.standard_setting.resampling import RESAMPLES, averages, resampled, spread, weighted_median

Reading = Literal["last mastered", "midpoint", "bookmarked"]

SOURCE = (
    "Lewis, Mitzel & Green (1996); Mitzel, Lewis, Patz & Green (2001), in Cizek (ed.), Setting Performance Standards, "
    "249–281"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark(SingleCut):
    """The cut on the ability scale and in points.

    Attributes
    ----------
    cut
        The mean or the median, as asked for; n = judges.
    mean, median
        Of the judges' cuts, in logits. The standard error of the mean is SD/√judges, that of the median is bootstrapped; Student's
        interval with judges − 1 degrees of freedom.
    bootstrap_se
        Of the one that is the cut.
    raw
        Expected score at the cut on the items of the booklet; the interval is that of the cut, carried over.
    judge_cuts
        In logits; None for a judge without a page, or whose page has no item on the needed side.
    outliers, without_outliers
        Judges who stand apart, named and kept, and the cut without them.
    remarks
        Judges whose bookmark stands before the first or after the last item.
    """

    cut: Estimate
    mean: Estimate
    median: Estimate
    bootstrap_se: float | None
    raw: Estimate
    judge_cuts: tuple[float | None, ...]
    outliers: tuple[Outlier, ...]
    without_outliers: Estimate | None
    remarks: tuple[str, ...]


def bookmark(
    pages: npt.ArrayLike,
    ordered: Booklet,
    *,
    reading: Reading = "last mastered",
    centre: Centre = "median",
    judges: Sequence[str] | None = None,
    level: float = LEVEL,
    minimum: int = MINIMUM_JUDGES,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Bookmark:
    r"""The cut score of a bookmark panel.

    Parameters
    ----------
    pages
        Each judge's page (from 1): the first that a borderline candidate does not master with the response probability;
        one more than the last page says that all are mastered. NaN = no bookmark.
    ordered
        From `booklet` or `booklet_of`.
    reading
        Which location a bookmark means: that of the item before it ("last mastered", the original), of the item it is
        on, or the middle of the two.
    centre
        "median" (the original) or "mean" of the judges.

    Raises
    ------
    ResponseError
        `not_a_page` names the judge, `unknown_kind`, `names_do_not_fit`.

    Notes
    -----
    A bookmark on page 1 leaves the cut anywhere below the booklet, one after the last page anywhere above it. Such
    judges count as lowest and highest in the median and leave no mean. Raw score = Σ E(X|θ), its standard error the
    slope of that curve times the standard error of θ.

    Examples
    --------
    >>> from assess.standard_setting.booklet import booklet
    >>> found = bookmark([3, 4, 4, 5, 3, 4, 5, 4], booklet([-2, -1, 0, 1, 2], response_probability=0.5))
    >>> found.value, round(found.mean.value, 3), round(found.raw.value, 3)
    (0.0, 0.0, 2.5)
    """
    if reading not in get_args(Reading) or centre not in get_args(Centre):
        sentence = f"reading is one of {', '.join(get_args(Reading))}; centre is one of {', '.join(get_args(Centre))}"
        raise ResponseError("unknown_kind", sentence)
    given = as_vector(pages, name="pages")
    names = judge_names(len(given), judges)
    _refuse_no_page(given, names, len(ordered.entries))
    cuts = _cuts(given, ordered.locations, reading)
    how = f"bookmark cut in logits, RP {ordered.response_probability:.3g}, {reading}"
    finite = np.where(np.isfinite(cuts), cuts, np.nan)
    remarks = tuple(
        f"{names[j]}: the bookmark on page {given[j]:g} leaves the cut anywhere "
        f"{'below' if cuts[j] < 0 else 'above'} the items of the booklet"
        for j in np.flatnonzero(np.isinf(cuts))
    )
    mean, mean_se = _mean(cuts, f"{how}, mean", remarks, level, minimum, seed, resamples)
    median = _median(cuts, f"{how}, median", level, minimum, seed, resamples)
    cut = median if centre == "median" else mean
    if remarks and cut.value is not None:
        cut = doubted(cut, "; ".join(remarks))
    outliers = severity_outliers(finite, names)
    without = None
    if outliers:
        kept = np.delete(cuts, [found.judge for found in outliers])
        label = f"{how}, {centre} without {', '.join(found.name for found in outliers)}"
        if centre == "median":
            without = _median(kept, label, level, minimum, seed, resamples)
        else:
            without, _ = _mean(kept, label, remarks, level, minimum, seed, resamples)
    return Bookmark(
        cut=cut,
        mean=mean,
        median=median,
        bootstrap_se=cut.standard_error if centre == "median" else mean_se,
        raw=_raw(cut, ordered),
        judge_cuts=tuple(float(x) if np.isfinite(x) else None for x in cuts),
        outliers=outliers,
        without_outliers=without,
        remarks=remarks,
    )


def _refuse_no_page(pages: FloatArray, names: Sequence[str], last: int) -> None:
    wrong = np.isfinite(pages) & ~((pages >= 1) & (pages <= last + 1) & (pages == np.round(pages)))
    if wrong.any():
        judge = int(wrong.argmax())
        sentence = (
            f"{names[judge]}: page {pages[judge]:g} is not in the booklet of {last} pages; write {last + 1} when all are "
            "mastered"
        )
        raise ResponseError("not_a_page", sentence)


def _cuts(pages: FloatArray, locations: FloatArray, reading: Reading) -> FloatArray:
    """Each judge's cut; ±inf beyond the booklet, NaN without a bookmark."""
    edged = np.concatenate([[-np.inf], locations, [np.inf]])
    page = np.where(np.isfinite(pages), pages, 1).astype(np.int64)
    before, on = edged[page - 1], edged[page]
    if reading == "midpoint":
        # one side without an item leaves the middle open
        chosen = np.where(np.isinf(before), before, np.where(np.isinf(on), on, 0.0))
        both = np.isfinite(before) & np.isfinite(on)
        chosen[both] = (before[both] + on[both]) / 2
    else:
        chosen = before if reading == "last mastered" else on
    return np.where(np.isfinite(pages), chosen, np.nan)


def _mean(
    cuts: FloatArray, method: str, remarks: tuple[str, ...], level: float, minimum: int, seed: int, resamples: int
) -> tuple[Estimate, float | None]:
    """With its bootstrap standard error."""
    said = np.sort(cuts[~np.isnan(cuts)])
    n = len(said)
    reason = f"{n} judge(s); at least {minimum} are needed" if n < 2 else ""
    if not reason and np.isinf(said).any():
        reason = "; ".join(remarks) or "a bookmark lies beyond the booklet"
    reason = reason or identical(said, minimum=minimum)
    if reason:
        return not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level), None
    value, error = float(said.mean()), float(said.std(ddof=1) / np.sqrt(n))
    reach = float(stats.t.ppf(0.5 + level / 2, n - 1)) * error
    drawn = resampled(np.ones(n), lambda w: averages(w, said), seed=seed, resamples=resamples)
    found = spread(drawn, resamples=resamples, level=level)
    estimate = estimated(
        value=value,
        standard_error=error,
        interval=(value - reach, value + reach),
        n=n,
        method=method,
        source=SOURCE,
        minimum=minimum,
        level=level,
        cases="judges",
    )
    return estimate, None if found is None else found[0]


def _median(cuts: FloatArray, method: str, level: float, minimum: int, seed: int, resamples: int) -> Estimate:
    said = np.sort(cuts[~np.isnan(cuts)])
    n = len(said)
    finite = said[np.isfinite(said)]
    reason = f"{n} judge(s); at least {minimum} are needed" if n < 2 else ""
    reason = reason or (identical(finite, minimum=minimum) if len(finite) == n else "")
    middle = said[[(n - 1) // 2, n // 2]] if n else said
    if not reason and not np.isfinite(middle).all():
        reason = "half of the bookmarks lie beyond the booklet; it lacks items where the cut is"
    if reason:
        return not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)

    drawn = resampled(np.ones(n), lambda w: weighted_median(said, w), seed=seed, resamples=resamples)
    found = spread(drawn, resamples=resamples, level=level)
    if found is None or found[0] == 0:
        reason = "the median is the same in nearly every resample of judges, so it has no standard error; use the mean"
        return not_enough(n=n, method=method, source=SOURCE, reason=reason, level=level)
    value, reach = float(middle.mean()), float(stats.t.ppf(0.5 + level / 2, n - 1)) * found[0]
    return estimated(
        value=value,
        standard_error=found[0],
        interval=(value - reach, value + reach),
        n=n,
        method=method,
        source=SOURCE,
        minimum=minimum,
        level=level,
        cases="judges",
    )


def _raw(cut: Estimate, ordered: Booklet) -> Estimate:
    method = "expected score at the bookmark cut"
    if cut.value is None or cut.standard_error is None or cut.interval is None:
        return not_enough(n=cut.n, method=method, source=SOURCE, reason=cut.reason, level=cut.level)
    step = 1e-4
    places = np.array([cut.value, *cut.interval, cut.value - step, cut.value + step])
    at, low, high, before, after = (float(x) for x in ordered.expected_score(places))
    return Estimate(
        value=at,
        standard_error=cut.standard_error * (after - before) / (2 * step),
        interval=(low, high),
        level=cut.level,
        n=cut.n,
        method=method,
        source=SOURCE,
        sufficient=cut.sufficient,
        reason=cut.reason,
    )
