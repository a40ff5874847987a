"""Does the model hold: fit of items and of the whole, what is left between pairs of items, the curves beside the answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from assess.psychometrics import fit, irt
from assess.psychometrics.fit import InfitOutfit, ItemScoreFit
from assess.psychometrics.irt import Calibration
from assess.psychometrics.proportions import proportion
from assess.psychometrics.responses import FloatArray, ResponseError
from assess.psychometrics.results import LEVEL, Estimate, doubted
from assess.validity.report.written import Document, estimate, number

PRODUCTIVE = (0.7, 1.3)
"""Wright & Linacre (1994), Rasch Measurement Transactions 8(3), 370: reasonable mean squares of a test's items."""

DEPENDENT = 0.2
"""Christensen, Makransky & Horton (2017): so far above the mean of all pairs a Q3 deserves a look."""

FEWEST_OF_A_PAIR = 30
"""With fewer persons a correlation of residuals is mostly chance: ± 0.37 at 29."""

MOST_DRAWN = 40
MOST_CURVES = 12
MOST_PAIRS = 10
GROUPS = 8
"""Persons of like ability beside a curve; fewer where there are few persons."""


def fit_document(recoded: FloatArray, names: Sequence[str], *, origin: float) -> Document | None:
    """Fit of the Rasch or partial credit model; None when nothing can be calibrated.

    `origin` is the population's mean on the study's scale, on which item difficulties are centred.
    """
    graded = bool((recoded[np.isfinite(recoded)] > 1).any())
    try:
        calibration = irt.calibrate(recoded, "PCM" if graded else "Rasch", names=names)
        squares = fit.infit_outfit(recoded, calibration, "posterior")
    except ResponseError:
        return None
    scores = fit.s_x2(recoded, calibration)
    items = _items(squares, scores)
    return {
        "method": f"{squares.method}; {scores.method}",
        "sources": [squares.source, scores.source],
        "persons": squares.n,
        "sufficient": squares.sufficient,
        "reason": squares.reason,
        "score_persons": scores.n,
        "score_reason": scores.reason,
        "share": estimate(_share(items, squares)),
        "productive": [number(limit, 1) for limit in PRODUCTIVE],
        "items": items,
        "misfitting_persons": _persons(squares),
        "model": _model(recoded, calibration),
        "conditional": _conditional(recoded, names),
        "dependence": _dependence(recoded, calibration),
        "curves": _curves(recoded, calibration, items, origin),
        "information": _information(calibration, origin),
    }


def _share(items: Sequence[Document], squares: InfitOutfit) -> Estimate:
    """Share of the items that do not follow the model, among those that can be judged."""
    judged = [item for item in items if not item["reason"]]
    method = "share of items that do not follow the model (n = items that can be judged)"
    found = proportion(sum(1 for item in judged if item["remarks"]), len(judged), method=method, minimum=1)
    if found.sufficient and not squares.sufficient:
        return doubted(found, squares.reason)
    return found


def _items(squares: InfitOutfit, scores: ItemScoreFit) -> list[Document]:
    adjusted = holm(scores.p_value)
    found = []
    for j, name in enumerate(squares.names):
        reason = squares.items.reasons.get(j, "") or squares.reason
        figures = [
            float(array[j])
            for array in (squares.items.infit, squares.items.infit_z, squares.items.outfit, squares.items.outfit_z)
        ]
        infit, infit_z, outfit, outfit_z = (value if np.isfinite(value) else None for value in figures)
        p = float(adjusted[j]) if np.isfinite(adjusted[j]) else None
        found.append(
            {
                "name": name,
                "n": int(squares.items.n[j]),
                "infit": number(infit, 3),
                "infit_z": number(infit_z, 2),
                "outfit": number(outfit, 3),
                "outfit_z": number(outfit_z, 2),
                "s_x2": number(None if p is None else float(scores.chi_square[j]), 3),
                "df": int(scores.df[j]),
                "p_value": number(None if p is None else float(scores.p_value[j])),
                "p_adjusted": number(p),
                "rmsea": number(None if p is None else float(scores.rmsea[j])),
                "reason": reason,
                "remarks": []
                if reason
                else _remarks((infit, infit_z), (outfit, outfit_z), p if scores.sufficient else None),
            }
        )
    return found


def _remarks(
    infit: tuple[float | None, float | None], outfit: tuple[float | None, float | None], p: float | None
) -> list[str]:
    remarks = []
    for (square, z), what in ((infit, "answers near its difficulty"), (outfit, "answers far from its difficulty")):
        if square is None or z is None or abs(z) < 2:
            continue
        if square > PRODUCTIVE[1]:
            remarks.append(f"More chance than the model allows in {what}.")
        elif square < PRODUCTIVE[0]:
            remarks.append(f"Separates too sharply in {what}: perhaps it repeats other items.")
    if p is not None and p < 0.01:
        remarks.append("The share of right answers does not follow the model's curve.")
    return remarks


def holm(p_values: FloatArray) -> FloatArray:
    """p-values adjusted for their number (Holm 1979, Scandinavian Journal of Statistics 6, 65–70); NaN stays NaN.

    >>> holm(np.array([0.01, 0.04, np.nan, 0.03])).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    found = np.full(len(p_values), np.nan)
    known = np.flatnonzero(np.isfinite(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    stepped = p_values[order] * (len(order) - np.arange(len(order)))
    found[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return found


def _persons(squares: InfitOutfit) -> Document:
    """How many persons answer less regularly than chance explains."""
    z = squares.persons.infit_z
    known = np.isfinite(z)
    return {
        "persons": int(known.sum()),
        "irregular": int((z[known] > 2).sum()),
        "expected": number(0.0228 * float(known.sum()), 1),
    }


def _model(recoded: FloatArray, calibration: Calibration) -> Document:
    found = fit.m2(recoded, calibration)
    return {
        "statistic": found.statistic,
        "chi_square": number(found.chi_square, 3),
        "df": found.df,
        "p_value": number(found.p_value),
        "rmsea": estimate(found.rmsea, words=3),
        "srmsr": number(found.srmsr),
        "cfi": number(found.cfi),
        "n": found.n,
        "source": found.source,
        "reason": found.reason,
    }


def _conditional(recoded: FloatArray, names: Sequence[str]) -> Document | None:
    """With no assumption on persons: the conditional likelihood, and whether high and low scorers find the same items hard."""
    if not np.isfinite(recoded).all():
        return None
    found, halves = irt.conditional(recoded, names=names), irt.andersen(recoded)
    return {
        "log_likelihood": number(found.log_likelihood, 3) if found.converged else None,
        "parameters": found.n_parameters,
        "reason": found.reason,
        "andersen": {
            "chi_square": number(halves.chi_square, 3),
            "df": halves.df,
            "p_value": number(halves.p_value),
            "groups": list(halves.groups),
            "source": halves.source,
            "reason": halves.reason,
        },
    }


def _dependence(recoded: FloatArray, calibration: Calibration) -> Document:
    """Q3 of the pairs that enough persons answered; a pair counts when its whole interval lies above the limit.

    There are hundreds of pairs, so the intervals are those of all at once.
    """
    found = fit.q3(recoded, calibration)
    seen = np.isfinite(recoded).astype(np.float64)
    together = np.rint(seen.T @ seen).astype(int)
    enough = together >= FEWEST_OF_A_PAIR
    raw = np.where(enough, found, np.nan)
    above = fit.adjusted(raw)
    below = np.tril_indices(len(raw), -1)
    known = np.isfinite(raw[below])
    mean = float(raw[below][known].mean()) if known.any() else None
    reach = float(stats.norm.isf((1 - LEVEL) / 2 / max(int(known.sum()), 1)))
    pairs = sorted(
        (
            _pair(float(raw[i, j]), float(above[i, j]), int(together[i, j]), (int(i), int(j)), reach)
            for i, j in zip(below[0][known], below[1][known], strict=True)
        ),
        key=lambda pair: (-pair.low, -pair.above, pair.items),
    )
    drawn = len(raw) <= MOST_DRAWN
    sure = sum(1 for pair in pairs if pair.low > DEPENDENT)
    return {
        "method": "Q3: correlation of residuals at EAP abilities, of pairs that at least "
        f"{FEWEST_OF_A_PAIR} persons answered; intervals: Fisher (1921), 95 % for all pairs at once (Bonferroni)",
        "source": "Yen (1984), Applied Psychological Measurement 8, 125–145; Marais (2013); "
        "Christensen, Makransky & Horton (2017), Applied Psychological Measurement 41, 178–194",
        "pairs": len(pairs),
        "too_few": int((~enough[below] & np.isfinite(found[below])).sum()),
        "fewest": FEWEST_OF_A_PAIR,
        "mean": number(mean),
        "limit": number(DEPENDENT, 1),
        "above_limit": sure,
        "indicated": sum(1 for pair in pairs if pair.above > DEPENDENT),
        "by_chance": number(sum(pair.chance(mean or 0.0) for pair in pairs), 1),
        "largest": [
            {
                "items": [calibration.names[i] for i in pair.items],
                "n": pair.n,
                "q3": number(pair.q3),
                "above_mean": number(pair.above),
                "interval": [number(pair.low), number(pair.high)],
            }
            for pair in pairs[: max(MOST_PAIRS, sure)]
        ],
        "matrix": [[number(float(v), 3) if np.isfinite(v) else None for v in row[:i]] for i, row in enumerate(above)]
        if drawn
        else [],
    }


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two items: their Q3, how far it lies above the mean of all with its interval, and who answered both."""

    q3: float
    above: float
    low: float
    high: float
    n: int
    items: tuple[int, int]

    def chance(self, mean: float) -> float:
        """How likely so few persons lift it over the limit when it is as large as the mean."""
        low, high = np.arctanh(np.clip([mean, mean + DEPENDENT], -1 + 1e-12, 1 - 1e-12))
        return float(stats.norm.sf((high - low) * np.sqrt(self.n - 3)))


def _pair(q3: float, above: float, n: int, items: tuple[int, int], reach: float) -> _Pair:
    centre = np.arctanh(np.clip(q3, -1 + 1e-12, 1 - 1e-12))
    low, high = (float(np.tanh(centre + side * reach / np.sqrt(n - 3))) - (q3 - above) for side in (-1, 1))
    return _Pair(q3, above, low, high, n, items)


def _curves(recoded: FloatArray, calibration: Calibration, items: Sequence[Document], origin: float) -> list[Document]:
    """The items that fit worst, each with the model's curve and what groups of like ability did."""
    ability = irt.estimate(recoded, calibration, "WLE").theta
    measured = np.flatnonzero(np.isfinite(ability))
    if not len(measured):
        return []
    # persons of equal ability stay together, whatever the order of the rows
    rank = np.searchsorted(np.sort(ability[measured]), ability[measured], side="left")
    several = max(min(GROUPS, len(measured) // 8), 1)
    groups = [measured[rank * several // len(measured) == group] for group in range(several)]
    groups = [part for part in groups if len(part)]
    grid = np.arange(-4.0, 4.01, 0.5)
    probability = np.exp(calibration.fitted.at(grid)) if calibration.fitted is not None else np.empty((0, 0, 0))
    worst = sorted(calibration.kept.tolist(), key=lambda j: (-_badness(items[j]), j))[:MOST_CURVES]
    found = []
    for j in sorted(worst):
        place = int(np.flatnonzero(calibration.kept == j)[0])
        most = float(calibration.used[j][-1])
        worth = calibration.used[j] / most
        expected = worth @ probability[place, : len(worth)]
        observed = []
        for part in groups:
            own = recoded[part, j]
            seen = np.isfinite(own)
            if not seen.any():
                continue
            share = float(own[seen].mean()) / most
            around = proportion(share * int(seen.sum()), int(seen.sum()), method="share of the points")
            low, high = around.interval or (0.0, 1.0)
            observed.append(
                {
                    "ability": number(origin + float(ability[part][seen].mean()), 3),
                    "share": number(share, 3),
                    "interval": [number(low, 3), number(high, 3)],
                    "persons": int(seen.sum()),
                }
            )
        found.append(
            {
                "name": calibration.names[j],
                "expected": [
                    {"ability": number(origin + float(x), 2), "share": number(float(y), 3)}
                    for x, y in zip(grid, expected, strict=True)
                ],
                "observed": observed,
                "remarked": bool(items[j]["remarks"]),
            }
        )
    return found


def _badness(item: Document) -> float:
    return max(abs(float(item[name] or 0)) for name in ("infit_z", "outfit_z"))


def _information(calibration: Calibration, origin: float) -> Document:
    """Of the test and, where few enough to draw, of each item, over ability."""
    grid = np.arange(-4.0, 4.01, 0.25)
    items = calibration.information(grid)
    whole = np.nansum(items, axis=1)
    return {
        "curve": [
            {
                "ability": number(origin + float(x), 2),
                "information": number(float(i), 4),
                "standard_error": number(float(1 / np.sqrt(i)), 4),
            }
            for x, i in zip(grid, whole, strict=True)
            if i > 0
        ],
        "items": [
            {"name": calibration.names[j], "information": [number(float(value), 4) for value in items[:, j]]}
            for j in calibration.kept
        ]
        if len(calibration.kept) <= MOST_DRAWN
        else [],
    }
