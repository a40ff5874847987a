"""Times that a person's own speed does not explain: single answers, whole persons, and items whose times do not fit."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from assess.psychometrics.forensics.multiplicity import SOURCES as CONTROLS
from assess.psychometrics.forensics.multiplicity import Control, adjusted
from assess.psychometrics.forensics.response_times import MINIMUM, SOURCE, ResponseTimes
from assess.psychometrics.forensics.words import NOT_A_FINDING, ErrorRates
from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.proportions import proportion
from assess.psychometrics.responses import FloatArray, ResponseError
from assess.psychometrics.results import Estimate, not_enough

RESIDUAL_SOURCE = "van der Linden & Guo (2008), Psychometrika 73, 365–384"
PERSON_SOURCE = (
    "Marianti, Fox, Avetisyan, Veldkamp & Tijmstra (2014), Journal of Educational and Behavioral Statistics 39, 426–451"
)
NOMINAL = 0.01


@dataclass(frozen=True, kw_only=True, eq=False)
class TimeAberrance:
    """Residuals, flagged answers and persons.

    Attributes
    ----------
    residual
        persons × items: log time above what the person's other times predict, in standard deviations; below 0 is faster.
        Standard normal under the model. NaN where there is no other time.
    flagged
        Rows (person, item) of answers that are too fast, the most unusual first, with `p_value` and `adjusted`.
    person_fit, person_df, person_p, person_adjusted
        Of each person: Σ α²(log t − β + τ̂)² about the person's own fitted speed, χ² with one degree of freedom less than
        times; NaN with fewer than two times.
    flagged_persons
        Rows of persons whose times as a whole do not follow the model.
    item_skewness, item_fit, item_p
        Of each item's residuals: skewness, and the Jarque–Bera statistic of their shape (χ² with 2 degrees of freedom when
        log times are normal) with its p-value. Shape is what is left to fit: mean and spread were fitted.
    answer_rates, person_rates
        False flags and power of both checks.
    """

    residual: FloatArray
    flagged: IntArray
    p_value: FloatArray
    adjusted: FloatArray
    person_fit: FloatArray
    person_df: IntArray
    person_p: FloatArray
    person_adjusted: FloatArray
    flagged_persons: IntArray
    item_skewness: FloatArray
    item_fit: FloatArray
    item_p: FloatArray
    answer_rates: ErrorRates
    person_rates: ErrorRates
    level: float
    control: Control
    n: int
    method: str
    source: str
    sufficient: bool
    reason: str
    wording: str = NOT_A_FINDING


def time_aberrance(
    model: ResponseTimes,
    *,
    level: float = 0.05,
    control: Control = "fdr",
    faster: float = 4.0,
    affected: float = 0.25,
    simulated: int = 400,
    seed: int = 0,
) -> TimeAberrance:
    r"""Compare every time with what the person's other times predict.

    Parameters
    ----------
    model
        From `fit_times`.
    level, control
        False discovery rate ("fdr") or family-wise error over all answers, and again over all persons.
    faster, affected
        The effect for which power is stated: how many times as fast, on which share of a person's items.
    simulated, seed
        Simulated persons without and with the effect.

    Raises
    ------
    ResponseError
        `not_an_effect` when faster is not above 1 or affected is not a share.

    Notes
    -----
    Without item j the speed of person i has the posterior N(m, v), v = 1/(1/σ² + Σ_{k≠j} α_k²); the residual is
    (log t_ij − β_j + m)/√(1/α_j² + v) (van der Linden & Guo 2008, with known items). Item parameters are taken as known,
    which 100 persons justify.

    Examples
    --------
    >>> from assess.psychometrics.forensics.response_times import fit_times
    >>> rng = np.random.default_rng(1)
    >>> times = np.exp(4 - rng.normal(scale=0.3, size=(300, 1)) + rng.normal(scale=0.4, size=(300, 12)))
    >>> times[7, 2] = 3.0
    >>> time_aberrance(fit_times(times), simulated=100).flagged.tolist()
    [[7, 2]]
    """
    if not (faster > 1 and 0 < affected <= 1):
        raise ResponseError("not_an_effect", f"{faster} times as fast on {affected} of the items; above 1, and a share")
    residual = residuals(model, model.log_time)
    place = np.argwhere(np.isfinite(residual))
    p = stats.norm.cdf(residual[place[:, 0], place[:, 1]])
    corrected = adjusted(p, len(p), control)
    order = np.argsort(p, kind="stable")
    flagged = order[corrected[order] <= level]
    fit, df, person_p = person_fit(model, model.log_time)
    tested = np.flatnonzero(np.isfinite(person_p))
    person_adjusted = np.full(len(person_p), np.nan)
    person_adjusted[tested] = adjusted(person_p[tested], len(tested), control)
    cut = _threshold(p[flagged], len(p), level, control)
    person_flags = tested[person_adjusted[tested] <= level]
    person_cut = _threshold(person_p[person_flags], len(tested), level, control)
    skewness, shape = _shapes(residual)
    reason = model.reason
    if not reason and model.n < MINIMUM:
        reason = f"{model.n} persons with times; at least {MINIMUM} are needed to take the items as known"
    effect = f"{100 * affected:.0f} % of a person's items are answered {faster:g} times as fast"
    answers, persons = _rates(model, cut, person_cut, faster, affected, effect, simulated, seed, len(p), len(tested))
    return TimeAberrance(
        residual=residual,
        flagged=place[flagged],
        p_value=p[flagged],
        adjusted=corrected[flagged],
        person_fit=fit,
        person_df=df,
        person_p=person_p,
        person_adjusted=person_adjusted,
        flagged_persons=person_flags[np.argsort(person_p[person_flags], kind="stable")],
        item_skewness=skewness,
        item_fit=shape,
        item_p=stats.chi2.sf(shape, 2),
        answer_rates=answers,
        person_rates=persons,
        level=level,
        control=control,
        n=model.n,
        method=f"{model.method}: residuals and person fit, {control} at {level:g}",
        source=f"{RESIDUAL_SOURCE}; {PERSON_SOURCE}; {CONTROLS[control]}",
        sufficient=not reason,
        reason=reason,
    )


def residuals(model: ResponseTimes, logs: FloatArray) -> FloatArray:
    """Each log time against its prediction from the person's other times, persons × items; NaN without another time."""
    kept = model.kept
    found = np.full(logs.shape, np.nan)
    if not kept.any():
        return found
    seen = np.isfinite(logs[:, kept])
    weight = np.where(seen, model.discrimination[kept] ** 2, 0.0)
    away = np.where(seen, logs[:, kept] - model.intensity[kept], 0.0)
    prior = 1 / max(model.population_sd**2, 1e-8)
    precision = prior + weight.sum(axis=1, keepdims=True) - weight
    speed = -((weight * away).sum(axis=1, keepdims=True) - weight * away) / precision
    spread = np.sqrt(model.discrimination[kept] ** -2.0 + 1 / precision)
    usable = seen & (seen.sum(axis=1, keepdims=True) > 1)
    found[:, kept] = np.where(usable, (away + speed) / spread, np.nan)
    return found


def person_fit(model: ResponseTimes, logs: FloatArray) -> tuple[FloatArray, IntArray, FloatArray]:
    """χ² of each person's log times about the person's own best speed, degrees of freedom, and p-value."""
    kept = model.kept
    seen = np.isfinite(logs[:, kept])
    weight = np.where(seen, model.discrimination[kept] ** 2, 0.0)
    away = np.where(seen, logs[:, kept] - model.intensity[kept], 0.0)
    total = np.maximum(weight.sum(axis=1), 1e-300)
    speed = (weight * away).sum(axis=1) / total
    fit = (weight * (away - speed[:, None]) ** 2).sum(axis=1)
    df = np.asarray(seen.sum(axis=1) - 1, dtype=np.int64)
    good = df > 0
    p = np.where(good, stats.chi2.sf(fit, np.maximum(df, 1)), np.nan)
    return np.where(good, fit, np.nan), np.maximum(df, 0), p


def _shapes(residual: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Skewness and Jarque–Bera statistic of each column; NaN where it does not vary."""
    seen = np.isfinite(residual)
    count = seen.sum(axis=0)
    filled = np.where(seen, residual, 0.0)
    centred = np.where(seen, filled - filled.sum(axis=0) / np.maximum(count, 1), 0.0)
    second, third, fourth = ((centred**power).sum(axis=0) / np.maximum(count, 1) for power in (2, 3, 4))
    varies = second > 1e-12
    spread = np.where(varies, second, 1.0)
    skewness = np.where(varies, third / spread**1.5, np.nan)
    excess = np.where(varies, fourth / spread**2 - 3, np.nan)
    return skewness, count / 6 * (skewness**2 + excess**2 / 4)


def _threshold(flagged: FloatArray, tests: int, level: float, control: Control) -> float:
    single = level / max(tests, 1)
    return max(float(flagged.max(initial=0.0)), single) if control == "fdr" else single


def _rates(
    model: ResponseTimes,
    cut: float,
    person_cut: float,
    faster: float,
    affected: float,
    effect: str,
    simulated: int,
    seed: int,
    answers: int,
    persons: int,
) -> tuple[ErrorRates, ErrorRates]:
    kept = model.kept
    if simulated < 1 or not kept.any() or not answers:
        none = not_enough(n=0, method="simulated rate", source=SOURCE, reason="no persons were simulated")
        return (
            _pair(none, none, cut, effect, answers, "answers"),
            _pair(none, none, person_cut, effect, persons, "persons"),
        )
    rng = np.random.default_rng(seed)
    logs = _drawn(model, simulated, rng)
    honest = residuals(model, logs)
    single = [honest[np.isfinite(honest)], person_fit(model, logs)[2]]
    false = [_share(stats.norm.cdf(single[0]) <= NOMINAL, "answers"), _share(single[1] <= NOMINAL, "persons")]
    quick = rng.random(logs.shape).argsort(axis=1).argsort(axis=1) < max(round(affected * logs.shape[1]), 1)
    changed = np.where(quick, logs - np.log(faster), logs)
    found = residuals(model, changed)
    hits = stats.norm.cdf(found[quick & np.isfinite(found)]) <= cut
    caught = person_fit(model, changed)[2] <= person_cut
    return (
        _pair(false[0], _share(hits, "answers"), cut, effect, answers, "answers"),
        _pair(false[1], _share(caught, "persons"), person_cut, effect, persons, "persons"),
    )


def _drawn(model: ResponseTimes, persons: int, rng: np.random.Generator) -> FloatArray:
    """Log times of persons under the model with the missing times of persons drawn from the data."""
    speed = rng.normal(scale=model.population_sd, size=(persons, 1))
    noise = rng.normal(size=(persons, len(model.names)))
    timed = np.flatnonzero(np.isfinite(model.log_time[:, model.kept]).any(axis=1))
    like = np.isfinite(model.log_time[rng.choice(timed, persons)])
    return np.where(like, model.intensity - speed + noise / model.discrimination, np.nan)


def _share(flags: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], what: str) -> Estimate:
    return proportion(float(flags.sum()), flags.size, method=f"share of simulated {what} flagged", minimum=100)


def _pair(false: Estimate, power: Estimate, cut: float, effect: str, cases: int, what: str) -> ErrorRates:
    return ErrorRates(
        nominal=NOMINAL, realised=false, threshold=cut, effect=effect, power=power, cases=cases, cases_name=what
    )
