"""Does a person answer one part of the test otherwise than the rest? Cumulative sums in the order of the items."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from assess.psychometrics.forensics.multiplicity import SOURCES as CONTROLS
from assess.psychometrics.forensics.multiplicity import Control, adjusted
from assess.psychometrics.forensics.options import Options, read
from assess.psychometrics.forensics.words import NOT_A_FINDING, ErrorRates
from assess.psychometrics.irt.calibration import Calibration
from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.proportions import proportion
from assess.psychometrics.responses import BoolArray, FloatArray, ResponseError
from assess.psychometrics.results import Estimate, not_enough

Effect = Literal["foreknowledge", "guessing"]
SOURCE = "van Krimpen-Stoop & Meijer (2001), Journal of Educational and Behavioral Statistics 26, 199–217"
NOMINAL = 0.01
MINIMUM = 100
LEAST_ANSWERS = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class CumulativeSums:
    """One entry per person.

    Attributes
    ----------
    highest, lowest
        The largest of the upper sums (a stretch of too many points) and the smallest of the lower ones (too few).
    p_value, adjusted
        The share of simulated honest persons whose sums go as far, on the side that is further out, doubled; the same
        after the control of multiplicity. NaN with fewer than 10 answers.
    flagged
        Rows of flagged persons.
    """

    highest: FloatArray
    lowest: FloatArray
    p_value: FloatArray
    adjusted: FloatArray
    flagged: IntArray
    rates: ErrorRates
    level: float
    control: Control
    n: int
    method: str
    source: str
    sufficient: bool
    reason: str
    wording: str = NOT_A_FINDING


def cumulative_sums(
    responses: npt.ArrayLike,
    calibration: Calibration,
    *,
    order: npt.ArrayLike | None = None,
    level: float = 0.05,
    control: Control = "fdr",
    effect: Effect = "foreknowledge",
    affected: float = 0.3,
    simulated: int | None = None,
    seed: int = 0,
) -> CumulativeSums:
    r"""CUSUM person fit, with limits from simulation.

    Parameters
    ----------
    responses
        persons × items, categories from 0; NaN = missing.
    order
        Columns in the order in which they were given; by default as they stand.
    effect, affected
        For the power: the last `affected` share of the items is answered with full points ("foreknowledge") or at random
        ("guessing").
    simulated, seed
        Honest persons that make the reference distribution; as many more measure its rate of false flags. By default as
        many as it takes to flag one person of all, between 2,000 and 100,000.

    Raises
    ------
    ResponseError
        Those of `options.read`; `not_an_order`, `not_a_share`.

    Notes
    -----
    T_j = (x_j − E_j(θ̂))/n, n the number of answers; C⁺_j = max(0, C⁺_{j−1} + T_j), C⁻_j = min(0, C⁻_{j−1} + T_j). p-values
    are ranks among honest persons drawn from the calibrated population, so they hold for the population as a whole and
    are never below 2/(simulated + 1).

    Examples
    --------
    >>> from assess.psychometrics import irt, simulate
    >>> answers = simulate.rasch_responses(np.linspace(-2, 2, 300), np.zeros(40), seed=1)
    >>> answers[60] = np.repeat([0, 1], 20)
    >>> found = cumulative_sums(answers, irt.calibrate(answers, "Rasch"), simulated=2000, control="bonferroni", level=0.5)
    >>> found.flagged.tolist()
    [60]
    """
    options = read(responses, calibration)
    kept = calibration.kept
    columns = np.arange(len(calibration.names)) if order is None else np.asarray(order, dtype=np.int64)
    if sorted(columns.tolist()) != list(range(len(calibration.names))):
        raise ResponseError("not_an_order", f"order holds each of the {len(calibration.names)} columns once")
    if not 0 < affected <= 1:
        raise ResponseError("not_a_share", f"affected {affected}; it is a share of the items")
    place = {int(column): number for number, column in enumerate(kept)}
    sequence = np.array([place[int(c)] for c in columns if int(c) in place], dtype=np.int64)
    highest, lowest, enough = _sums(options, sequence)
    rng = np.random.default_rng(seed)
    reference = honest = None
    if simulated is None:
        simulated = min(max(2000, int(np.ceil(2.1 * enough.sum() / level))), 100_000)
    if simulated > 0 and enough.any():
        reference, honest = (_sums(_drawn(options, simulated, enough, rng), sequence) for _ in range(2))
    p = _p_values(highest, lowest, enough, reference)
    known = np.flatnonzero(np.isfinite(p))
    corrected = np.full(len(p), np.nan)
    corrected[known] = adjusted(p[known], len(known), control)
    flagged = known[corrected[known] <= level]
    single = level / max(len(known), 1)
    cut = max(float(p[flagged].max(initial=0.0)), single) if control == "fdr" else single
    reason = "" if calibration.converged else f"the calibration is not to be relied on: {calibration.reason}"
    if not reason and not enough.any():
        reason = f"nobody answered {LEAST_ANSWERS} calibrated items, the fewest that show a course"
    if not reason and 2 / (simulated + 1) > cut:
        needed = int(np.ceil(2 * len(known) / level))
        reason = f"{simulated} simulated persons cannot show so small a p-value; simulate {needed} or more"
    if not reason and calibration.persons < calibration.specification.minimum:
        needed = calibration.specification.minimum
        reason = f"the items are calibrated on {calibration.persons} persons; at least {needed} are needed"
    false = power = not_enough(n=0, method="simulated rate", source=SOURCE, reason="no persons were simulated")
    what = {"foreknowledge": "with full points", "guessing": "at random"}[effect]
    stated = f"the last {100 * affected:.0f} % of the items are answered {what}"
    if honest is not None and reference is not None:
        seen = _p_values(*honest, reference)
        false = _share(seen, NOMINAL, "share of simulated honest persons with p ≤ 0.01")
        changed = _affected(_drawn(options, simulated, enough, rng), sequence, effect, affected, rng)
        power = _share(_p_values(*_sums(changed, sequence), reference), cut, f"power: {stated}")
    return CumulativeSums(
        highest=highest,
        lowest=lowest,
        p_value=p,
        adjusted=corrected,
        flagged=flagged[np.argsort(p[flagged], kind="stable")],
        rates=ErrorRates(
            nominal=NOMINAL,
            realised=false,
            threshold=cut,
            effect=stated,
            power=power,
            cases=len(known),
            cases_name="persons",
        ),
        level=level,
        control=control,
        n=int((options.chosen >= 0).any(axis=1).sum()),
        method=f"cumulative sums of residuals, limits by simulation, {control} at {level:g}",
        source=f"{SOURCE}; {CONTROLS[control]}",
        sufficient=not reason,
        reason=reason,
    )


def _sums(options: Options, sequence: IntArray) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Highest upper and lowest lower sum of each person, and who answered enough items."""
    theta = np.where(np.isfinite(options.theta), options.theta, 0.0)
    probability = options.probability(theta)
    expected = probability @ np.arange(probability.shape[2], dtype=np.float64)
    seen = options.chosen >= 0
    count = seen.sum(axis=1)
    step = np.where(seen, options.chosen - expected, 0.0)[:, sequence] / np.maximum(count, 1)[:, None]
    up, down = np.zeros(len(step)), np.zeros(len(step))
    highest, lowest = np.zeros(len(step)), np.zeros(len(step))
    for j in range(step.shape[1]):
        up, down = np.maximum(0.0, up + step[:, j]), np.minimum(0.0, down + step[:, j])
        highest, lowest = np.maximum(highest, up), np.minimum(lowest, down)
    return highest, lowest, np.asarray(count >= LEAST_ANSWERS)


def _p_values(
    highest: FloatArray,
    lowest: FloatArray,
    enough: BoolArray,
    reference: tuple[FloatArray, FloatArray, BoolArray] | None,
) -> FloatArray:
    if reference is None:
        return np.full(len(highest), np.nan)
    rank = []
    for value, among in ((highest, reference[0]), (-lowest, -reference[1])):
        ordered = np.sort(among)
        rank.append((len(ordered) - np.searchsorted(ordered, value - 1e-12) + 1) / (len(ordered) + 1))
    return np.where(enough, np.minimum(2 * np.minimum(*rank), 1.0), np.nan)


def _drawn(options: Options, persons: int, enough: BoolArray, rng: np.random.Generator) -> Options:
    theta = rng.normal(scale=options.calibration.population_sd, size=persons)
    return options.redrawn(theta, rng.choice(np.flatnonzero(enough), persons), rng)


def _affected(
    options: Options, sequence: IntArray, effect: Effect, affected: float, rng: np.random.Generator
) -> Options:
    assert options.calibration.fitted is not None
    last = sequence[len(sequence) - max(round(affected * len(sequence)), 1) :]
    categories = options.calibration.fitted.categories[last]
    chosen = options.chosen.copy()
    new = np.broadcast_to(categories - 1, (len(chosen), len(last)))
    if effect == "guessing":
        new = (rng.random((len(chosen), len(last))) * categories).astype(np.int64)
    chosen[:, last] = np.where(chosen[:, last] >= 0, new, -1)
    return options.with_choices(chosen)


def _share(p_values: FloatArray, cut: float, method: str) -> Estimate:
    known = p_values[np.isfinite(p_values)]
    return proportion(float((known <= cut).sum()), len(known), method=method, minimum=MINIMUM)
