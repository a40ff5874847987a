"""Several forms of one test: who took which, whether their scores mean the same, and what the cut is worth on each.

Forms that many took and that share items are equated with the form that most took; the method is the one that the smaller group
carries (`equating.advised_method`), and with too few persons the answer is not to equate. Where nearly everybody has a form of
their own, drawn from one bank, there is nobody to equate with: the Rasch scale tells what each form asks of somebody at the cut.
"""

from collections import Counter

import numpy as np
from scipy import optimize

from assess.psychometrics import equating
from assess.psychometrics.ctt import mean
from assess.psychometrics.equating import Equating
from assess.psychometrics.irt.steps import curves
from assess.psychometrics.responses import BoolArray, FloatArray, ResponseError
from assess.validity.datasets.arrays import Responses
from assess.validity.report.written import Document, estimate, number
from assess.validity.studies.precision import FURTHEST
from assess.validity.studies.rasch_study import Scale

MOST_FORMS = 6
"""So many forms are named, those that most took first."""

FEWEST_ON_A_FORM = 10
"""A form that fewer took is no group to say anything of."""

LEAST_ANCHOR = 0.2
ANCHOR_SOURCE = (
    "Kolen & Brennan (2014), Test equating, scaling, and linking, ch. 8: an anchor of a fifth of the form, or 20 items"
)
DRAWN_SOURCE = "true scores of forms on one Rasch scale: Kolen & Brennan (2014), ch. 6"
HAIR = 1e-9

Cut = tuple[float, float | None]


def form_document(responses: Responses, scale: Scale, *, cut: Cut | None, seed: int) -> Document | None:
    """What is known of forms; None where everybody took the same items."""
    seen = np.isfinite(responses.matrix)
    sets, member = np.unique(seen, axis=0, return_inverse=True)
    if len(sets) < 2:
        return None
    member = member.reshape(-1)
    counts = Counter(member.tolist())
    # most persons first, and among equals by the items themselves, so that no order of rows is told
    order = sorted(counts, key=lambda one: (-counts[one], sets[one].tolist()))
    named = [one for one in order if counts[one] >= FEWEST_ON_A_FORM][:MOST_FORMS]
    points = np.where(seen, responses.matrix, 0.0).sum(axis=1)
    return {
        "forms": len(sets),
        "taken_once": sum(1 for count in counts.values() if count == 1),
        "persons_by_form": [
            {
                "name": f"form {place}",
                "persons": counts[one],
                "items": int(sets[one].sum()),
                "maximum": number(float(responses.maxima[sets[one]].sum()), 2),
                "mean": estimate(mean(responses.percent[member == one], method="mean score in per cent"), places=2),
            }
            for place, one in enumerate(named, start=1)
        ],
        "links": [
            _link(responses, points, sets, member, (named[0], one), place, cut, seed)
            for place, one in enumerate(named[1:], start=2)
        ],
        "drawn": _drawn(responses, scale, seen, cut),
        "fewest_on_a_form": FEWEST_ON_A_FORM,
        "source": ANCHOR_SOURCE,
    }


def _link(
    responses: Responses,
    points: FloatArray,
    sets: BoolArray,
    member: np.ndarray[tuple[int], np.dtype[np.intp]],
    pair: tuple[int, int],
    place: int,
    cut: Cut | None,
    seed: int,
) -> Document:
    """Scores of one form on the scale of the first."""
    base, other = pair
    shared = sets[base] & sets[other]
    on_x, on_y = member == other, member == base
    anchor = np.where(shared[None, :], np.nan_to_num(responses.matrix), 0.0).sum(axis=1)
    tops = [float(responses.maxima[sets[one]].sum()) for one in (other, base)]
    common = int(shared.sum())
    document: Document = {
        "form": f"form {place}",
        "onto": "form 1",
        "persons": [int(on_x.sum()), int(on_y.sum())],
        "common_items": common,
        "common_share": number(common / int(sets[other].sum()), 3),
        "advice": equating.advised_method(int(on_x.sum()), int(on_y.sum())).reason,
        "maxima": [number(top, 2) for top in tops],
        "method": "",
        "source": "",
        "sufficient": False,
        "reason": "",
        "concordance": [],
        "cut": None,
    }
    if not common:
        return document | {"reason": "the forms share no item, so nothing ties their scores together; do not equate"}
    found = _equated(points[on_x], points[on_y], anchor[on_x], anchor[on_y], tops, seed)
    if found is None:
        reason = (
            f"{document['advice']}; do not equate: with so few persons an equating adds more error than it takes away"
        )
        return document | {"reason": reason}
    doubt = "" if common >= 20 or common >= LEAST_ANCHOR * int(sets[other].sum()) else f"only {common} items are common"
    reason = "; ".join(one for one in (found.reason, doubt) if one)
    return document | {
        "method": found.method,
        "source": found.source,
        "sufficient": found.sufficient and not doubt,
        "reason": reason,
        "concordance": _concordance(found),
        "cut": None if cut is None or not len(found.x) else _cut_on(found, cut[0], tops),
    }


def _equated(
    x: FloatArray, y: FloatArray, x_anchor: FloatArray, y_anchor: FloatArray, tops: list[float], seed: int
) -> Equating | None:
    """By the method that the smaller group carries; None where that is not to equate."""
    family = equating.advised_method(len(x), len(y)).method
    ends = (0, int(np.ceil(tops[0])))
    if family == "identity":
        return None
    try:
        if family == "circle-arc":
            high = (tops[0], tops[1])
            return equating.circle_arc(
                x, y, high=high, x_anchor=x_anchor, y_anchor=y_anchor, scale=ends, seed=seed, resamples=200
            )
        return equating.chained_linear(x, x_anchor, y, y_anchor, scale=ends)
    except ResponseError as error:
        return _refused_by_the_data(len(x), len(y), family, str(error))


def _refused_by_the_data(n_x: int, n_y: int, family: str, reason: str) -> Equating:
    """An equating that the data do not allow."""
    nothing = np.zeros(0)
    return Equating(
        x=nothing,
        yx=nothing,
        standard_error=None,
        n_x=n_x,
        n_y=n_y,
        method=family,
        source="",
        sufficient=False,
        reason=reason,
    )


def _concordance(found: Equating) -> list[Document]:
    errors = found.standard_error
    return [
        {
            "score": number(float(x), 0),
            "worth": number(float(y), 2),
            "se": number(None if errors is None else float(errors[row]), 3),
        }
        for row, (x, y) in enumerate(zip(found.x, found.yx, strict=True))
    ]


def _cut_on(found: Equating, cut: float, tops: list[float]) -> Document:
    """The score of this form that is worth the cut on form 1: where the concordance reaches it."""
    wanted = cut * tops[1] / 100
    rising = np.maximum.accumulate(found.yx)
    reached = rising >= wanted - HAIR
    if not reached.any():
        return {"points": None, "percent": None, "on_form_1": number(wanted, 2), "same": number(cut, 2)}
    score = float(np.interp(wanted, rising, found.x)) if rising[0] < wanted else float(found.x[0])
    return {
        "points": number(score, 2),
        "percent": number(100 * score / tops[0], 2),
        "on_form_1": number(wanted, 2),
        "same": number(cut, 2),
    }


def _drawn(responses: Responses, scale: Scale, seen: BoolArray, cut: Cut | None) -> Document:
    """What each person's own form asks of somebody whose ability is just the cut's: where the average form asks the cut."""
    nothing: Document = {"reason": "", "source": DRAWN_SOURCE, "cut": None, "ability": None}
    if cut is None:
        return nothing | {"reason": "no cut score was given"}
    if scale.form is None or not scale.calibration.converged:
        return nothing | {"reason": scale.calibration.reason or "the items could not be calibrated on one scale"}
    kept = [j for j, own in enumerate(scale.calibration.step_difficulties) if own is not None]
    usable = seen[:, kept]
    whole = (usable.sum(axis=1) == seen.sum(axis=1)) & usable.any(axis=1)
    if not whole.any():
        return nothing | {"reason": "nobody's form is wholly on the common scale"}
    taken = usable[whole].astype(np.float64)
    possible = taken @ responses.maxima[kept]
    base = np.array([float(scale.points[j][0]) for j in kept])
    form = scale.form

    def asked(theta: float) -> FloatArray:
        reached = curves(np.array([theta]), form.layout, form.steps).at_least[0] * form.gain
        expected = base + np.bincount(form.layout.item, weights=reached, minlength=len(kept))
        return np.asarray(100 * (taken @ expected) / possible)

    if not asked(-FURTHEST).mean() < cut[0] < asked(FURTHEST).mean():
        return nothing | {"reason": "no ability on the common scale has this expected score"}
    theta = float(optimize.brentq(lambda at: float(asked(at).mean()) - cut[0], -FURTHEST, FURTHEST))
    own = np.round(asked(theta), 9)
    percent = responses.percent[whole]
    moved = (percent >= own - HAIR) != (np.round(percent, 2) >= round(cut[0], 2) - HAIR)
    return {
        "reason": "",
        "source": DRAWN_SOURCE,
        "cut": number(cut[0], 2),
        "ability": number(theta, 3),
        "persons": len(own),
        "left_out": int((~whole).sum()),
        "lowest": number(float(own.min()), 2),
        "median": number(float(np.median(own)), 2),
        "highest": number(float(own.max()), 2),
        "sd": number(float(own.std(ddof=1)) if len(own) > 1 else None, 2),
        "would_change": int(moved.sum()),
    }
