"""Changed answers: how many went from wrong to right, and was that more than ability explains?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from assess.psychometrics.forensics.counts import upper_tail
from assess.psychometrics.forensics.multiplicity import SOURCES as CONTROLS
from assess.psychometrics.forensics.multiplicity import Control, adjusted
from assess.psychometrics.forensics.words import NOT_A_FINDING, ErrorRates
from assess.psychometrics.irt.abilities import calibrated_answers, estimate
from assess.psychometrics.irt.calibration import Calibration
from assess.psychometrics.irt.families import IntArray
from assess.psychometrics.proportions import proportion
from assess.psychometrics.responses import BoolArray, FloatArray, ResponseError, as_categories
from assess.psychometrics.results import not_enough

SOURCE = "Wollack, Cohen & Eckerly (2015), Educational and Psychological Measurement 75, 931–953"
NOMINAL = 0.01
MINIMUM = 100
# fewer unchanged answers than this leave the ability too uncertain
LEAST_UNCHANGED = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class GroupChanges:
    """Of one group of persons (a class, a room): the same index over all their changed answers."""

    name: str
    persons: int
    changed: int
    index: float | None
    p_value: float | None
    reason: str


@dataclass(frozen=True, kw_only=True, eq=False)
class AnswerChanges:
    """One entry per person.

    Attributes
    ----------
    changed, wrong_to_right, right_to_wrong
        Counts of changed answers.
    expected
        Right answers expected on the changed items at the ability that the unchanged answers show.
    index
        Erasure detection index: (right answers on changed items − expected − ½)/standard deviation; NaN where `reasons`
        says why.
    p_value, adjusted
        Exact probability of at least so many right answers on the changed items; the same after the control of
        multiplicity.
    flagged
        Rows of flagged persons, the most unusual first.
    groups
        The index of each group, when groups were given.
    rates
        Nominal and realised rate of false flags, power.
    """

    changed: IntArray
    wrong_to_right: IntArray
    right_to_wrong: IntArray
    expected: FloatArray
    index: FloatArray
    p_value: FloatArray
    adjusted: FloatArray
    flagged: IntArray
    groups: tuple[GroupChanges, ...]
    reasons: tuple[str, ...]
    rates: ErrorRates
    level: float
    control: Control
    n: int
    method: str
    source: str
    sufficient: bool
    reason: str
    wording: str = NOT_A_FINDING


def answer_changes(
    initial: npt.ArrayLike,
    final: npt.ArrayLike,
    calibration: Calibration,
    *,
    changed: npt.ArrayLike | None = None,
    groups: Sequence[str] | None = None,
    level: float = 0.05,
    control: Control = "fdr",
    tampered: int = 10,
    simulated: int = 1000,
    seed: int = 0,
) -> AnswerChanges:
    r"""The erasure detection index of every person.

    Parameters
    ----------
    initial, final
        persons × items, right or wrong, before and after all changes; NaN = no answer.
    calibration
        From `irt.calibrate`, of the final answers.
    changed
        persons × items: whether the answer was changed, for changes that do not show in the scores (wrong to wrong).
        By default where initial and final differ.
    groups
        Of each person.
    tampered
        The effect for which power is stated: so many wrong answers of a person were changed to right ones.
    simulated, seed
        Simulated persons.

    Raises
    ------
    ResponseError
        `not_calibrated`, `items_do_not_fit`, `not_a_category`; `not_right_or_wrong`; `not_answers` when shapes differ;
        `names_do_not_fit` when there is not one group per person.

    Notes
    -----
    The ability (WLE) comes from unchanged answers only, so that tampering does not raise it. Under the model a changed
    item is right with P_j(θ̂); EDI = (X − ΣP − ½)/√(ΣPQ) over changed items. Honest second thoughts are right more often
    than P for items a person first got wrong by a slip: the index compares with the model, not with honest habits of change.

    Examples
    --------
    >>> from assess.psychometrics import irt, simulate
    >>> final = simulate.rasch_responses(np.linspace(-2, 2, 300), np.linspace(-2, 2, 40), seed=1)
    >>> initial = final.copy()
    >>> initial[:, 5] = 1 - initial[:, 5]
    >>> final[10, 20:40], initial[10, 20:40] = 1, 0
    >>> found = answer_changes(initial, final, irt.calibrate(final, "Rasch"), simulated=200)
    >>> found.flagged.tolist(), int(found.wrong_to_right[10])
    ([10], 21)
    """
    before, after = as_categories(initial, name="initial"), as_categories(final, name="final")
    if before.shape != after.shape:
        raise ResponseError("not_answers", f"initial has shape {before.shape}, final {after.shape}")
    if calibration.fitted is not None and (calibration.fitted.categories != 2).any():
        raise ResponseError("not_right_or_wrong", "the index is defined for right-or-wrong items")
    calibrated_answers(after, calibration)
    marked = np.isfinite(before) & np.isfinite(after) & (before != after)
    if changed is not None:
        given = np.asarray(changed)
        if given.shape != after.shape:
            raise ResponseError("not_answers", f"changed has shape {given.shape}, final {after.shape}")
        marked |= (np.nan_to_num(given.astype(np.float64)) == 1) & np.isfinite(after)
    if groups is not None and len(groups) != len(after):
        raise ResponseError("names_do_not_fit", f"{len(groups)} groups for {len(after)} persons; one each is needed")
    tests = _tests(after, marked, calibration)
    corrected = np.full(len(after), np.nan)
    known = np.flatnonzero(np.isfinite(tests.p_value))
    corrected[known] = adjusted(tests.p_value[known], len(known), control)
    flagged = known[corrected[known] <= level]
    flagged = flagged[np.argsort(tests.p_value[flagged], kind="stable")]
    single = level / max(len(known), 1)
    cut = max(float(tests.p_value[flagged].max(initial=0.0)), single) if control == "fdr" else single
    reason = "" if calibration.converged else f"the calibration is not to be relied on: {calibration.reason}"
    if not reason and not len(known):
        reason = next((why for why in tests.reasons if why), "there are no persons")
    if not reason and calibration.persons < calibration.specification.minimum:
        needed = calibration.specification.minimum
        reason = f"the items are calibrated on {calibration.persons} persons; at least {needed} are needed"
    return AnswerChanges(
        changed=np.asarray(marked.sum(axis=1), dtype=np.int64),
        wrong_to_right=np.asarray((marked & (before == 0) & (after == 1)).sum(axis=1), dtype=np.int64),
        right_to_wrong=np.asarray((marked & (before == 1) & (after == 0)).sum(axis=1), dtype=np.int64),
        expected=tests.expected,
        index=tests.index,
        p_value=tests.p_value,
        adjusted=corrected,
        flagged=flagged,
        groups=_groups(tests, groups),
        reasons=tests.reasons,
        rates=_rates(after, marked, calibration, cut, tampered, simulated, seed, len(known)),
        level=level,
        control=control,
        n=int(np.isfinite(after).any(axis=1).sum()),
        method=f"erasure detection index, {control} at {level:g}",
        source=f"{SOURCE}; {CONTROLS[control]}",
        sufficient=not reason,
        reason=reason,
    )


@dataclass(frozen=True, eq=False)
class _Tests:
    changed: IntArray
    right: FloatArray
    expected: FloatArray
    variance: FloatArray
    index: FloatArray
    p_value: FloatArray
    reasons: tuple[str, ...]


def _tests(final: FloatArray, marked: BoolArray, calibration: Calibration) -> _Tests:
    theta = estimate(np.where(marked, np.nan, final), calibration, "WLE").theta
    kept = calibration.kept
    unchanged = (np.isfinite(final) & ~marked)[:, kept].sum(axis=1)
    own = marked[:, kept]
    assert calibration.fitted is not None
    chance = np.exp(calibration.fitted.at(np.nan_to_num(theta)))[:, 1].T
    chance = np.where(own, chance, 0.0)
    expected, variance = chance.sum(axis=1), (chance * (1 - chance)).sum(axis=1)
    right = np.where(own, final[:, kept], 0.0).sum(axis=1)
    count = np.asarray(own.sum(axis=1), dtype=np.int64)
    tested = (count > 0) & (unchanged >= LEAST_UNCHANGED) & (variance > 1e-12)
    index = np.divide(right - expected - 0.5, np.sqrt(variance), out=np.full(len(final), np.nan), where=tested)
    p = np.where(tested, upper_tail(chance, right), np.nan)
    reasons = tuple(
        ""
        if good
        else "no answer was changed"
        if not changes
        else f"{rest} unchanged answers; at least {LEAST_UNCHANGED} are needed to know the ability"
        for good, changes, rest in zip(tested, count, unchanged, strict=True)
    )
    return _Tests(count, right, np.where(tested, expected, np.nan), variance, index, p, reasons)


def _groups(tests: _Tests, groups: Sequence[str] | None) -> tuple[GroupChanges, ...]:
    if groups is None:
        return ()
    label = np.array(groups, dtype=object)
    found = []
    for name in dict.fromkeys(groups):
        rows = (label == name) & np.isfinite(tests.index)
        variance = float(tests.variance[rows].sum())
        index = None
        if variance > 0:
            index = float((tests.right[rows] - tests.expected[rows]).sum() - 0.5) / variance**0.5
        found.append(
            GroupChanges(
                name=name,
                persons=int((label == name).sum()),
                changed=int(tests.changed[label == name].sum()),
                index=index,
                p_value=None if index is None else float(stats.norm.sf(index)),
                reason="" if index is not None else "nobody in the group has an index",
            )
        )
    return tuple(found)


def _rates(
    final: FloatArray,
    marked: BoolArray,
    calibration: Calibration,
    cut: float,
    tampered: int,
    simulated: int,
    seed: int,
    cases: int,
) -> ErrorRates:
    effect = f"{tampered} wrong answers of a person are changed to right ones"
    none = not_enough(n=0, method="simulated rate", source=SOURCE, reason="no persons were simulated")
    false = power = none
    changers = np.flatnonzero(marked.any(axis=1))
    if simulated > 0 and calibration.fitted is not None and len(changers):
        rng = np.random.default_rng(seed)
        like = rng.choice(changers, simulated)
        theta = rng.normal(scale=calibration.population_sd, size=simulated)
        chance = np.full((simulated, len(calibration.names)), np.nan)
        chance[:, calibration.kept] = np.exp(calibration.fitted.at(theta))[:, 1].T
        drawn = np.where(np.isfinite(final[like]), (rng.random(chance.shape) < chance).astype(np.float64), np.nan)
        drawn[:, ~np.isfinite(chance).any(axis=0)] = np.nan
        honest = _tests(drawn, marked[like] & np.isfinite(drawn), calibration)
        tested = np.isfinite(honest.p_value)
        false = proportion(
            float((honest.p_value[tested] <= NOMINAL).sum()),
            int(tested.sum()),
            method="share of simulated honest persons with p ≤ 0.01",
            minimum=MINIMUM,
        )
        wrong = drawn == 0
        order = np.where(wrong, rng.random(drawn.shape), np.inf).argsort(axis=1).argsort(axis=1)
        helped = wrong & (order < tampered)
        touched = _tests(np.where(helped, 1.0, drawn), helped | (marked[like] & np.isfinite(drawn)), calibration)
        enough = helped.sum(axis=1) == tampered
        power = proportion(
            float((touched.p_value[enough] <= cut).sum()), int(enough.sum()), method=f"power: {effect}", minimum=MINIMUM
        )
    return ErrorRates(
        nominal=NOMINAL, realised=false, threshold=cut, effect=effect, power=power, cases=cases, cases_name="persons"
    )
