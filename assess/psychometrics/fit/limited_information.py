"""M2: does the model fit as a whole, judged by its margins of first and second order?"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg, optimize, special

from assess.psychometrics.fit.answers import Answers, of_one_population
from assess.psychometrics.fit.margins import Kind, Margins
from assess.psychometrics.irt.calibration import Calibration
from assess.psychometrics.irt.table import SmallIntegers
from assess.psychometrics.responses import FloatArray, ResponseError
from assess.psychometrics.results import Estimate, doubted, estimated, not_enough, two_sided

SOURCES = {
    "M2": "Maydeu-Olivares & Joe (2006), Psychometrika 71, 713–732",
    "C2": "Cai & Monroe (2014), CRESST Report 839",
    "M2*": "Cai & Hansen (2013), British Journal of Mathematical and Statistical Psychology 66, 245–276",
}
RMSEA_SOURCE = (
    "Maydeu-Olivares & Joe (2014), Multivariate Behavioral Research 49, 305–328; interval: Browne & Cudeck (1992), "
    "Sociological Methods & Research 21, 230–258"
)
LEVEL = 0.90
FEWEST = 100
# margins from which the covariance matrix takes more than 300 MB
MOST_MARGINS = 6000
SINGULAR = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class LimitedInformation:
    """Fit of the whole model; the numbers are None exactly where `reason` says there is no statistic.

    Attributes
    ----------
    statistic
        "M2", "C2" or "M2*".
    chi_square, df, p_value
        The statistic, margins − free parameters, tail probability.
    rmsea
        Root mean square error of approximation in the population, with its interval (90 % unless asked otherwise).
    srmsr
        Root mean square of observed less expected correlations of item scores.
    cfi, tli
        How far the model goes from independent items (0) to perfect fit (1).
    baseline_chi_square, baseline_df
        The same statistic of independent items.
    n, left_out
        Persons who answered everything, and persons with a missing answer, who are left out.
    """

    statistic: Kind
    chi_square: float | None
    df: int
    p_value: float | None
    rmsea: Estimate
    srmsr: float | None
    cfi: float | None
    tli: float | None
    baseline_chi_square: float | None
    baseline_df: int
    n: int
    left_out: int
    source: str
    sufficient: bool
    reason: str


def m2(
    responses: npt.ArrayLike,
    calibration: Calibration,
    statistic: Kind | None = None,
    *,
    level: float = LEVEL,
    minimum: int = FEWEST,
) -> LimitedInformation:
    r"""Limited-information test of fit, M2 and its relatives, with RMSEA, SRMSR, CFI and TLI.

    Parameters
    ----------
    responses
        persons × items of the calibration. Persons with a missing answer are left out, and counted.
    statistic
        - "M2": shares of every category, and of every pair of categories of two items;
        - "C2": shares of every category, and mean products of item scores: for short tests of many categories;
        - "M2*": mean item scores, and mean products.

        By default "M2" for right-or-wrong items (where all three are the same) and "C2" for others.
    level
        Of the RMSEA's interval.
    minimum
        Persons for a positive verdict.

    Raises
    ------
    ResponseError
        `unknown_statistic`, `items_do_not_fit`, `not_a_category`, `several_groups`.

    Notes
    -----
    With e the observed less the expected margins, Ξ their covariance under the model and Δ their derivatives by the free
    parameters: M2 = n·e'(Ξ⁻¹ − Ξ⁻¹Δ(Δ'Ξ⁻¹Δ)⁻¹Δ'Ξ⁻¹)e, here from the residual of a least-squares fit of L⁻¹e on L⁻¹Δ,
    Ξ = LL'; degrees of freedom: margins − rank Δ. RMSEA = √(max(M2 − df, 0)/(df·(n − 1))); its interval inverts the
    noncentral chi-square, and its standard error is the interval's width over 2z (the delta method has none at 0).
    All free parameters count in Δ, also the population's standard deviation of Rasch, PCM and RSM, which mirt 1.47 counts
    in the degrees of freedom only. Priors are taken as if they did not pull.

    Examples
    --------
    >>> from assess.psychometrics import irt, simulate
    >>> answers = simulate.rasch_responses(np.random.default_rng(1).normal(size=500), np.linspace(-1, 1, 8), seed=2)
    >>> found = m2(answers, irt.calibrate(answers, "Rasch"))
    >>> found.df, found.p_value > 0.01, found.rmsea.in_words()
    (27, True, '0.00 (90 % interval 0.00 to 0.02, n = 500)')
    """
    if calibration.fitted is None:
        return _without(statistic or "M2", 0, 0, 0, calibration.reason, level)
    if statistic is None:
        statistic = "M2" if int(calibration.fitted.categories.max()) == 2 else "C2"
    if statistic not in SOURCES:
        raise ResponseError("unknown_statistic", f"there is no {statistic!r}; statistics: {', '.join(SOURCES)}")
    of_one_population(calibration, "M2 compares with")
    answers = Answers.of(responses, calibration)
    complete = answers.complete
    n = len(complete)
    left_out = int(answers.seen.any(axis=1).sum()) - n
    margins = Margins(answers.fitted, statistic)
    if margins.size > MOST_MARGINS:
        way = "C2" if statistic == "M2" else "fewer items at a time"
        reason = f"{margins.size} margins are more than the {MOST_MARGINS} that fit in memory: use {way}"
        return _without(statistic, 0, n, left_out, reason, level)
    if n < 2:
        reason = f"{n} persons answered everything; at least {minimum} are needed"
        return _without(statistic, 0, n, left_out, reason, level)
    residual = margins.observed(complete) - margins.expected
    form = _quadratic_form(
        residual, margins.covariance, margins.derivative(calibration.specification, calibration.n_parameters)
    )
    if form is None:
        rare = "some combination of answers has next to no probability under the model; join rare categories"
        return _without(statistic, 0, n, left_out, rare, level)
    value, df = n * form[0], form[1]
    if df < 1:
        reason = f"{margins.size} margins are not more than the model's free parameters, so they cannot test it"
        return _without(statistic, df, n, left_out, reason, level)
    reason = answers.doubt or (
        "" if n >= minimum else f"{n} persons answered everything; at least {minimum} are needed"
    )
    baseline, baseline_df = _independence(margins, complete)
    cfi, tli = _incremental(value, df, baseline, baseline_df)
    return LimitedInformation(
        statistic=statistic,
        chi_square=value,
        df=df,
        p_value=float(special.chdtrc(df, value)),
        rmsea=_rmsea(value, df, n, statistic, level, minimum, reason),
        srmsr=_srmsr(margins, complete),
        cfi=cfi,
        tli=tli,
        baseline_chi_square=baseline,
        baseline_df=baseline_df,
        n=n,
        left_out=left_out,
        source=SOURCES[statistic],
        sufficient=not reason,
        reason=reason,
    )


def _quadratic_form(residual: FloatArray, covariance: FloatArray, derivative: FloatArray) -> tuple[float, int] | None:
    """e'(Ξ⁻¹ − Ξ⁻¹Δ(Δ'Ξ⁻¹Δ)⁻¹Δ'Ξ⁻¹)e and margins − rank Δ; None when Ξ is singular."""
    scale = np.sqrt(np.diag(covariance).clip(min=0.0))
    if not (scale > 0).all():
        return None
    covariance /= np.outer(scale, scale)
    try:
        factor = linalg.cholesky(covariance, lower=True, overwrite_a=True, check_finite=False)
    except linalg.LinAlgError:
        return None
    if float(np.diag(factor).min()) ** 2 < SINGULAR:
        return None
    together = np.column_stack([residual, derivative]) / scale[:, None]
    together = linalg.solve_triangular(factor, together, lower=True, check_finite=False)
    basis, triangle, _ = linalg.qr(together[:, 1:], mode="economic", pivoting=True, check_finite=False)
    size = np.abs(np.diag(triangle))
    rank = int((size > 1e-8 * size.max(initial=0.0)).sum())
    left = together[:, 0] - basis[:, :rank] @ (basis[:, :rank].T @ together[:, 0])
    return float(left @ left), len(residual) - rank


def _rmsea(value: float, df: int, n: int, statistic: Kind, level: float, minimum: int, reason: str) -> Estimate:
    low, high = (_noncentrality(value, df, tail) for tail in ((1 + level) / 2, (1 - level) / 2))
    interval = (float(np.sqrt(low / (df * n))), float(np.sqrt(high / (df * n))))
    point = float(np.sqrt(max(value - df, 0.0) / (df * (n - 1))))
    found = estimated(
        value=point,
        standard_error=(interval[1] - interval[0]) / (2 * two_sided(level)),
        # n in the limits and n − 1 in the value, as is usual: the value must not fall out by that hair
        interval=(min(interval[0], point), max(interval[1], point)),
        n=n,
        method=f"RMSEA from {statistic}",
        source=RMSEA_SOURCE,
        minimum=minimum,
        level=level,
    )
    return doubted(found, reason) if reason and found.sufficient else found


def _noncentrality(value: float, df: int, tail: float) -> float:
    """λ at which a noncentral chi-square stays below the value with this probability; 0 when even the central one does
    so less often."""

    def below(noncentrality: float) -> float:
        return float(special.chndtr(value, df, noncentrality)) - tail

    if below(0.0) <= 0:
        return 0.0
    highest = value + 1.0
    while below(highest) > 0:
        highest *= 2
    return float(optimize.brentq(below, 0.0, highest, xtol=1e-10))


def _srmsr(margins: Margins, complete: SmallIntegers) -> float | None:
    """Root mean square of observed less expected correlations of scores, over all pairs."""
    highest = margins.probability.shape[1]
    category = np.arange(highest, dtype=np.float64)
    score = np.einsum("jkq,k->jq", margins.probability, category)
    square = np.einsum("jkq,k->jq", margins.probability, category**2) @ margins.weight
    mean = score @ margins.weight
    covariance = (score * margins.weight) @ score.T - np.outer(mean, mean)
    covariance[np.diag_indices(len(mean))] = square - mean**2
    found = complete - complete.mean(axis=0)
    seen = found.T @ found / len(complete)
    spread, seen_spread = np.sqrt(np.diag(covariance)), np.sqrt(np.diag(seen))
    if not (seen_spread > 0).all():
        return None
    gap = seen / np.outer(seen_spread, seen_spread) - covariance / np.outer(spread, spread)
    pairs = np.triu_indices(len(mean), 1)
    return float(np.sqrt((gap[pairs] ** 2).mean()))


def _independence(margins: Margins, complete: SmallIntegers) -> tuple[float | None, int]:
    """The statistic of independent items with free shares: first-order margins fit, and those of a pair leave
    n·tr(V_i⁻¹ S_ij V_j⁻¹ S_ij'), with S the covariance of the functions of two items and V those of one."""
    values = margins.paired.of(complete)
    values = values - values.mean(axis=0)
    covariance = values.T @ values / len(complete)
    whitened = covariance.copy()
    for item in range(len(margins.fitted.categories)):
        own = np.flatnonzero(margins.paired.item == item)
        block = covariance[np.ix_(own, own)]
        roots, axes = np.linalg.eigh(block)
        if roots[0] <= 1e-12:
            return None, len(margins.one)
        inverse_root = (axes / np.sqrt(roots)) @ axes.T
        whitened[own] = inverse_root @ whitened[own]
        whitened[:, own] = whitened[:, own] @ inverse_root
    return float(len(complete) * (whitened[margins.one, margins.other] ** 2).sum()), len(margins.one)


def _incremental(value: float, df: int, baseline: float | None, baseline_df: int) -> tuple[float | None, float | None]:
    """CFI, kept within 0 and 1, and TLI; None where independent items fit as well as can be."""
    if baseline is None or baseline <= baseline_df:
        return None, None
    cfi = 1 - (value - df) / (baseline - baseline_df)
    tli = (baseline / baseline_df - value / df) / (baseline / baseline_df - 1)
    return float(np.clip(cfi, 0.0, 1.0)), float(tli)


def _without(statistic: Kind, df: int, n: int, left_out: int, reason: str, level: float) -> LimitedInformation:
    return LimitedInformation(
        statistic=statistic,
        chi_square=None,
        df=df,
        p_value=None,
        rmsea=not_enough(n=n, method=f"RMSEA from {statistic}", source=RMSEA_SOURCE, reason=reason, level=level),
        srmsr=None,
        cfi=None,
        tli=None,
        baseline_chi_square=None,
        baseline_df=0,
        n=n,
        left_out=left_out,
        source=SOURCES[statistic],
        sufficient=False,
        reason=reason,
    )
