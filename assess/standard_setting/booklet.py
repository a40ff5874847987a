"""The ordered item booklet: score points in the order of the ability that has them with a given probability."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import special

from assess.psychometrics.irt import Calibration
from assess.psychometrics.irt.families import Family, log_probabilities
from assess.psychometrics.irt.models import model_named
from assess.psychometrics.responses import FloatArray, ResponseError, as_vector, item_names

Guessing = Literal["included", "removed"]

RESPONSE_PROBABILITY = 2 / 3
HALVINGS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One page: `category` points or more on `item` (from 0), and the ability that has them with the probability."""

    page: int
    item: int
    name: str
    category: int
    location: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Booklet:
    """The pages in order, and the curve from ability to expected score.

    Attributes
    ----------
    entries
        Page 1 is the easiest. Equal locations stay in the order of the items.
    response_probability
        Such as 1/2 (RP50) or 2/3 (RP67).
    remarks
        Score points without a page, and why.
    """

    entries: tuple[Entry, ...]
    response_probability: float
    remarks: tuple[str, ...]
    family: Family
    parameters: FloatArray
    categories: npt.NDArray[np.int64]
    points: FloatArray

    @property
    def locations(self) -> FloatArray:
        """Of the pages."""
        return np.array([entry.location for entry in self.entries], dtype=np.float64)

    def expected_score(self, theta: npt.ArrayLike) -> FloatArray:
        """Expected points on all items of the booklet together at each ability."""
        abilities = np.atleast_1d(np.asarray(theta, dtype=np.float64))
        probability = np.exp(log_probabilities(self.family, self.parameters, self.categories, abilities))
        return np.asarray(np.einsum("ik,ikt->t", self.points, probability))


def booklet(
    difficulty: npt.ArrayLike,
    *,
    discrimination: npt.ArrayLike | None = None,
    guessing: npt.ArrayLike | None = None,
    model: str = "Rasch",
    response_probability: float = RESPONSE_PROBABILITY,
    guessing_in_probability: Guessing = "included",
    names: Sequence[str] | None = None,
) -> Booklet:
    r"""Order items, or their score points, by where the response probability is reached.

    Parameters
    ----------
    difficulty
        Of the items, or items × thresholds with NaN where an item has fewer categories, as `Calibration.difficulty`.
    discrimination, guessing
        1 and 0 when not given. Logistic metric (no 1.7).
    model
        "Rasch", "1PL", "2PL", "3PL", "PCM", "RSM", "GPCM" or "GRM".
    guessing_in_probability
        3PL: "included", P itself reaches the response probability; "removed", the part (P − c)/(1 − c) does.

    Raises
    ------
    ResponseError
        `not_a_probability`, `names_do_not_fit`, `unknown_model`, `no_location` when guessing alone reaches the
        probability, `not_a_slope` for a discrimination that is not above 0, `not_in_order` for GRM thresholds that do
        not rise.

    Notes
    -----
    Two categories and GRM: b + logit(RP)/a, for the 3PL with guessing included b + ln((RP − c)/(1 − RP))/a. PCM, RSM and
    GPCM: the ability with P(X ≥ k) = RP, by bisection (Mitzel, Lewis, Patz & Green 2001). RSM thresholds are those of
    each item, as in `Calibration`.

    Examples
    --------
    >>> made = booklet([0.5, -1.0, 0.0], names=["A", "B", "C"])
    >>> [(entry.page, entry.name, round(entry.location, 3)) for entry in made.entries]
    [(1, 'B', -0.307), (2, 'C', 0.693), (3, 'A', 1.193)]
    """
    if not 0 < response_probability < 1:
        sentence = f"response_probability is {response_probability}; it lies between 0 and 1, such as 0.67"
        raise ResponseError("not_a_probability", sentence)
    if guessing_in_probability not in get_args(Guessing):
        sentence = (
            f"guessing_in_probability is {guessing_in_probability!r}; it is one of {', '.join(get_args(Guessing))}"
        )
        raise ResponseError("unknown_kind", sentence)
    steps = np.asarray(difficulty, dtype=np.float64)
    steps = steps[:, None] if steps.ndim == 1 else steps
    if steps.ndim != 2:
        raise ResponseError("not_a_table", "difficulty is a list of items or items × thresholds")
    labels = item_names(len(steps), names)
    slope = np.ones(len(steps)) if discrimination is None else as_vector(discrimination, name="discrimination")
    guess = np.zeros(len(steps)) if guessing is None else as_vector(guessing, name="guessing")
    if len(slope) != len(steps) or len(guess) != len(steps):
        sentence = f"{len(steps)} items, {len(slope)} discriminations, {len(guess)} guessing parameters"
        raise ResponseError("names_do_not_fit", sentence)
    usable = np.isfinite(steps).any(axis=1) & np.isfinite(slope)
    remarks = tuple(f"{labels[j]} has no parameters, so it has no page" for j in np.flatnonzero(~usable))
    _refuse(labels, slope, guess, usable, model, response_probability, guessing_in_probability)
    family = model_named(model).family
    parameters, categories, points = _parameters(family, steps[usable], slope[usable], guess[usable])
    if family == "graded":
        _refuse_out_of_order(steps[usable], [labels[j] for j in np.flatnonzero(usable)])
    places = _locations(family, parameters, categories, response_probability, guessing_in_probability)
    kept = np.flatnonzero(usable)
    row, column = np.nonzero(np.arange(1, places.shape[1] + 1) < categories[:, None])
    order = np.argsort(places[row, column], kind="stable")
    entries = tuple(
        Entry(
            page=page,
            item=int(kept[row[place]]),
            name=labels[kept[row[place]]],
            category=int(points[row[place], column[place] + 1]),
            location=float(places[row[place], column[place]]),
        )
        for page, place in enumerate(order, 1)
    )
    return Booklet(
        entries=entries,
        response_probability=response_probability,
        remarks=remarks,
        family=family,
        parameters=parameters,
        categories=categories,
        points=points,
    )


def booklet_of(
    calibration: Calibration,
    *,
    response_probability: float = RESPONSE_PROBABILITY,
    guessing_in_probability: Guessing = "included",
) -> Booklet:
    """The booklet of calibrated items; items that were left out of the calibration have no page."""
    if calibration.fitted is None:
        raise ResponseError("not_calibrated", f"there is no calibration to order by: {calibration.reason}")
    return booklet(
        calibration.difficulty,
        discrimination=calibration.discrimination,
        guessing=calibration.guessing,
        model=calibration.model,
        response_probability=response_probability,
        guessing_in_probability=guessing_in_probability,
        names=calibration.names,
    )


def _refuse(
    names: Sequence[str],
    slope: FloatArray,
    guess: FloatArray,
    usable: npt.NDArray[np.bool_],
    model: str,
    probability: float,
    guessing: Guessing,
) -> None:
    flat = usable & ~(slope > 0)
    if flat.any():
        j = int(flat.argmax())
        sentence = f"{names[j]}: discrimination {slope[j]:g} is not above 0, so no ability has the response probability"
        raise ResponseError("not_a_slope", sentence)
    outside = usable & ~((guess >= 0) & (guess < 1))
    if outside.any():
        j = int(outside.argmax())
        raise ResponseError("not_a_probability", f"{names[j]}: guessing {guess[j]:g} is not between 0 and 1")
    if model_named(model).family == "guessing" and guessing == "included" and (guess[usable] >= probability).any():
        j = int((usable & (guess >= probability)).argmax())
        sentence = f"{names[j]}: guessing {guess[j]:g} alone reaches the response probability {probability:.3g}; use a higher one"
        raise ResponseError("no_location", sentence)


def _refuse_out_of_order(steps: FloatArray, names: Sequence[str]) -> None:
    for name, row in zip(names, steps, strict=True):
        there = row[np.isfinite(row)]
        if (np.diff(there) <= 0).any():
            sentence = (
                f"{name}: the thresholds of a graded item rise with the category; these are {there.round(3).tolist()}"
            )
            raise ResponseError("not_in_order", sentence)


def _parameters(
    family: Family, steps: FloatArray, slope: FloatArray, guess: FloatArray
) -> tuple[FloatArray, npt.NDArray[np.int64], FloatArray]:
    """Slope–intercept rows, number of categories and points of each category; unused thresholds closed up."""
    there = np.isfinite(steps)
    count = there.sum(axis=1)
    width = int(count.max(initial=1))
    order = np.argsort(~there, axis=1, kind="stable")[:, :width]
    packed = np.where(np.arange(width) < count[:, None], np.take_along_axis(steps, order, axis=1), 0.0)
    points = np.column_stack([np.zeros(len(steps)), np.where(np.arange(width) < count[:, None], order + 1, 0)])
    upto = np.cumsum(packed, axis=1) if family == "partial credit" else packed
    parameters = np.column_stack([slope, -slope[:, None] * upto])
    if family == "guessing":
        # a guessing parameter of 0 has no logit; 1e-300 is as good as none
        parameters = np.column_stack([parameters, special.logit(np.maximum(guess, 1e-300))])
    return parameters, count.astype(np.int64) + 1, points.astype(np.float64)


def _locations(
    family: Family,
    parameters: FloatArray,
    categories: npt.NDArray[np.int64],
    probability: float,
    guessing: Guessing,
) -> FloatArray:
    """items × thresholds: the ability with P(X ≥ k) = probability."""
    slope = parameters[:, 0, None]
    if family == "guessing":
        guess = special.expit(parameters[:, 2, None])
        odds = probability / (1 - probability) if guessing == "removed" else (probability - guess) / (1 - probability)
        return np.asarray((np.log(odds) - parameters[:, 1, None]) / slope)
    intercepts = parameters[:, 1:]
    if family == "graded" or intercepts.shape[1] <= 1:
        return np.asarray((special.logit(probability) - intercepts) / slope)
    return _partial_credit_locations(slope, intercepts, categories, probability)


def _partial_credit_locations(
    slope: FloatArray, intercepts: FloatArray, categories: npt.NDArray[np.int64], probability: float
) -> FloatArray:
    items, width = intercepts.shape
    there = np.arange(1, width + 1) < categories[:, None]
    logs = np.column_stack([np.zeros(items), np.where(there, intercepts, -np.inf)])
    k, aim = np.arange(width + 1), float(special.logit(probability))
    steps = -np.diff(np.where(np.isfinite(logs), logs, 0.0), axis=1) / slope
    reach = (abs(aim) + 2 + np.log(width + 1)) / slope
    low = np.broadcast_to(np.where(there, steps, np.inf).min(axis=1, keepdims=True) - width * reach, there.shape)
    high = np.broadcast_to(np.where(there, steps, -np.inf).max(axis=1, keepdims=True) + width * reach, there.shape)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        terms = (slope * middle)[:, :, None] * k + logs[:, None, :]
        upper = np.where(k[None, None, :] >= np.arange(1, width + 1)[None, :, None], terms, -np.inf)
        short = special.logsumexp(upper, axis=2) - special.logsumexp(terms, axis=2) < np.log(probability)
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.asarray((low + high) / 2)
