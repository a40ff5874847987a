"""A bank of calibrated items: what an adaptive test chooses from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from assess.psychometrics.irt.calibration import Calibration
from assess.psychometrics.irt.families import AbilityCurves, IntArray, by_ability
from assess.psychometrics.responses import FloatArray, ResponseError, as_matrix, as_vector, item_names

Shape = Literal["partial credit", "graded"]
MODELS: dict[str, Shape] = {"PCM": "partial credit", "RSM": "partial credit", "GPCM": "partial credit", "GRM": "graded"}
UNSORTED = "all items"


@dataclass(frozen=True, kw_only=True, eq=False)
class Bank:
    """Items with known parameters; made by `item_bank` or `calibrated_bank`.

    Attributes
    ----------
    shape, parameters, categories
        How `irt` keeps items: slope and intercepts, and the number of categories of each.
    guessing, upper
        Lower and upper asymptote of each two-category item (0 and 1 elsewhere).
    names, contents
        Of each item: what it is called and which content area it belongs to.
    """

    shape: Shape
    parameters: FloatArray
    categories: IntArray
    guessing: FloatArray
    upper: FloatArray
    names: tuple[str, ...]
    contents: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    @property
    def dichotomous(self) -> bool:
        """Whether every item is right or wrong."""
        return bool((self.categories == 2).all())

    @cached_property
    def areas(self) -> tuple[str, ...]:
        """The content areas in the order in which the bank first names them."""
        return tuple(dict.fromkeys(self.contents))

    @cached_property
    def area(self) -> IntArray:
        """The content area of each item, as an index into `areas`."""
        place = {name: number for number, name in enumerate(self.areas)}
        return np.array([place[name] for name in self.contents], dtype=np.int64)

    @property
    def difficulty(self) -> FloatArray:
        """b of each two-category item."""
        return np.asarray(-self.parameters[:, 1] / self.parameters[:, 0])

    def curves(self, theta: FloatArray) -> AbilityCurves:
        """Probabilities of every item at every ability, with derivatives: items × categories × abilities."""
        found = by_ability(self.shape, self.parameters, self.categories, theta)
        return _within(found, self.guessing, self.upper) if self._bounded else found

    def paired(self, items: IntArray, theta: FloatArray) -> AbilityCurves:
        """Probabilities of each listed item at an ability of its own: pairs × categories × 1."""
        found = by_ability(self.shape, self.parameters[items], self.categories[items], theta[:, None])
        return _within(found, self.guessing[items], self.upper[items]) if self._bounded else found

    @cached_property
    def _bounded(self) -> bool:
        return bool((self.guessing > 0).any() or (self.upper < 1).any())

    def index(self, item: int | str) -> int:
        """The place of an item that is given by place or name.

        Raises
        ------
        ResponseError
            `unknown_item`.
        """
        if isinstance(item, str):
            if item not in self.names:
                raise ResponseError("unknown_item", f"the bank has no item {item!r}")
            return self.names.index(item)
        if not 0 <= item < len(self):
            raise ResponseError("unknown_item", f"item {item} is outside the bank of {len(self)}; places count from 0")
        return int(item)


def item_bank(
    discrimination: npt.ArrayLike,
    difficulty: npt.ArrayLike,
    *,
    guessing: npt.ArrayLike = 0.0,
    upper: npt.ArrayLike = 1.0,
    model: str | None = None,
    names: Sequence[str] | None = None,
    contents: Sequence[str] | None = None,
) -> Bank:
    r"""A bank from published parameters.

    Parameters
    ----------
    discrimination
        Slope a of each item, or one for all; in the logistic metric.
    difficulty
        b of each right-or-wrong item, or items × thresholds (NaN where an item has fewer).
    guessing, upper
        Lower asymptote c and upper asymptote d of right-or-wrong items; each one number for all or one per item.
    model
        Of items with thresholds: "PCM", "RSM", "GPCM" or "GRM".
    names, contents
        One per item.

    Raises
    ------
    ResponseError
        `not_a_bank`: no items, a parameter that is not finite, a slope not above 0, asymptotes that are not
        0 ≤ c < d ≤ 1, falling thresholds of a graded item, an unknown model. `names_do_not_fit`.

    Notes
    -----
    Right or wrong: P = c + (d − c)/(1 + exp(−a(θ − b))), the four-parameter logistic (Barton & Lord 1981, ETS RR-81-20),
    of which Rasch, 2PL and 3PL are cases. Thresholds: as in `irt`.

    Examples
    --------
    >>> bank = item_bank([1.0, 2.0], [0.0, 0.5], guessing=0.2)
    >>> bank.curves(np.array([0.0])).information.round(3).tolist()
    [[0.167], [0.408]]
    """
    b = np.asarray(difficulty, dtype=np.float64)
    if b.ndim == 1:
        shape: Shape = "partial credit"
        thresholds = as_vector(b, name="difficulty")[:, None]
        if model is not None and model in MODELS:
            raise ResponseError("not_a_bank", f"{model} items have thresholds: difficulty is then items × thresholds")
    else:
        thresholds = as_matrix(b, name="difficulty")
        if model not in MODELS:
            sentence = f"items with thresholds need a model: {', '.join(MODELS)}; {model!r} is none of them"
            raise ResponseError("not_a_bank", sentence)
        shape = MODELS[model]
    count = len(thresholds)
    if not count:
        raise ResponseError("not_a_bank", "the bank has no items")
    labels = item_names(count, names)
    slope, c, d = (_each(v, count, w) for v, w in ((discrimination, "slope"), (guessing, "c"), (upper, "d")))
    steps = np.isfinite(thresholds).sum(axis=1)
    gaps = np.isfinite(thresholds) != (np.arange(thresholds.shape[1]) < steps[:, None])
    rises = np.diff(np.where(np.isfinite(thresholds), thresholds, np.inf), axis=1, prepend=-np.inf)
    with_steps = b.ndim == 2
    wrong = {
        "has no difficulty": steps == 0,
        "has a gap between its thresholds": gaps.any(axis=1),
        "has a slope that is not above 0; an item that able persons fail more often does not measure": ~(slope > 0),
        "has asymptotes that are not 0 ≤ c < d ≤ 1": ~((c >= 0) & (c < d) & (d <= 1)),
        "has asymptotes, which only right-or-wrong items have": ((c > 0) | (d < 1)) & with_steps,
        "has thresholds that do not rise, as graded ones do": (rises <= 0).any(axis=1) & (shape == "graded"),
    }
    for what, which in wrong.items():
        if which.any():
            raise ResponseError("not_a_bank", f"{labels[int(which.argmax())]} {what}")
    filled = np.where(np.isfinite(thresholds), thresholds, 0.0)
    intercepts = -slope[:, None] * (np.cumsum(filled, axis=1) if shape == "partial credit" else filled)
    return Bank(
        shape=shape,
        parameters=np.column_stack([slope, np.where(np.isfinite(thresholds), intercepts, 0.0)]),
        categories=(steps + 1).astype(np.int64),
        guessing=c,
        upper=d,
        names=labels,
        contents=item_names(count, contents) if contents is not None else (UNSORTED,) * count,
    )


def calibrated_bank(calibration: Calibration, *, contents: Sequence[str] | None = None) -> Bank:
    """A bank of the items of a calibration; items that could not be calibrated are not in it.

    Parameters
    ----------
    contents
        Content area of each item of the calibration, those left out included.

    Raises
    ------
    ResponseError
        `not_calibrated` when the calibration has no result that can be relied on, or an item has a category that
        nobody used; `names_do_not_fit`; `not_a_bank`.
    """
    if not calibration.converged or calibration.fitted is None:
        raise ResponseError("not_calibrated", f"a bank needs parameters to rely on: {calibration.reason}")
    kept = calibration.kept
    unused = [j for j in kept if calibration.used[j][-1] >= len(calibration.used[j])]
    if unused:
        sentence = f"{calibration.names[unused[0]]} has a category that nobody used; recode it before it enters a bank"
        raise ResponseError("not_calibrated", sentence)
    areas = None if contents is None else item_names(len(calibration.names), contents)
    model = calibration.model if calibration.difficulty.ndim == 2 else None
    return item_bank(
        calibration.discrimination[kept],
        calibration.difficulty[kept],
        guessing=calibration.guessing[kept],
        model=model,
        names=[calibration.names[j] for j in kept],
        contents=None if areas is None else [areas[j] for j in kept],
    )


def _each(values: npt.ArrayLike, count: int, what: str) -> FloatArray:
    given = np.asarray(values, dtype=np.float64)
    if given.ndim > 1 or (given.ndim == 1 and len(given) != count):
        raise ResponseError(
            "not_a_bank", f"{what}: {given.size} values for {count} items; give one for all or one each"
        )
    return np.broadcast_to(given, count).copy()


def _within(found: AbilityCurves, guessing: FloatArray, upper: FloatArray) -> AbilityCurves:
    """The curve between two asymptotes: c + (d − c)·P."""
    width = (upper - guessing)[:, None, None]
    floor = np.stack([1 - upper, guessing], axis=1)[:, :, None]
    return AbilityCurves(floor + width * found.probability, width * found.first, width * found.second)
