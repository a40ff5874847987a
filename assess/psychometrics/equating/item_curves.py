"""Calibrated items as linking and IRT equating read them, on whatever scale they were calibrated on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from assess.psychometrics.responses import FloatArray, ResponseError, as_vector

Curve = Literal["dichotomous", "GRM", "GPCM"]
CURVES: dict[str, Curve] = {
    "dichotomous": "dichotomous", "Rasch": "dichotomous", "1PL": "dichotomous", "2PL": "dichotomous",
    "3PL": "dichotomous", "GRM": "GRM", "GPCM": "GPCM", "PCM": "GPCM", "RSM": "GPCM",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class ItemParameters:
    """Discriminations, difficulties and guessing of some items; made by `item_parameters`.

    Attributes
    ----------
    discrimination, guessing
        One per item.
    difficulty
        items × thresholds, NaN where an item has fewer.
    curve
        "dichotomous" (1 to 3 parameters), "GRM" or "GPCM".
    scaling
        D: the slope in logits is D·discrimination. 1.7 for parameters in the normal metric, otherwise 1.
    """

    discrimination: FloatArray
    difficulty: FloatArray
    guessing: FloatArray
    curve: Curve = "dichotomous"
    scaling: float = 1.0

    def __len__(self) -> int:
        return len(self.discrimination)

    @property
    def maxima(self) -> npt.NDArray[np.int64]:
        """Highest score of each item."""
        return np.asarray(np.isfinite(self.difficulty).sum(axis=1), dtype=np.int64)

    @property
    def lowest_true_score(self) -> float:
        """What pure guessing gives: Σ guessing."""
        return float(self.guessing.sum())

    def chosen(self, items: Sequence[int] | npt.NDArray[np.int64]) -> Self:
        """Only some items, in the given order."""
        picked = np.asarray(items, dtype=np.int64)
        return type(self)(
            self.discrimination[picked], self.difficulty[picked], self.guessing[picked], self.curve, self.scaling
        )

    def transformed(self, slope: float, intercept: float) -> Self:
        """The same items on the scale slope·θ + intercept."""
        return type(self)(
            self.discrimination / slope,
            slope * self.difficulty + intercept,
            self.guessing,
            self.curve,
            self.scaling,
        )

    def probabilities(self, theta: npt.ArrayLike) -> FloatArray:
        """Probability of every category, abilities × items × categories; 0 for categories an item does not have."""
        ability = np.atleast_1d(np.asarray(theta, dtype=np.float64))
        logits = self.scaling * self.discrimination[:, None] * (ability[:, None, None] - self.difficulty)
        real = np.isfinite(self.difficulty)
        if self.curve == "GPCM":
            sums = np.cumsum(np.where(real, logits, 0.0), axis=2)
            sums = np.concatenate([np.zeros((*sums.shape[:2], 1)), sums], axis=2)
            top = sums.max(axis=2, keepdims=True)
            mass = np.exp(sums - top)
            mass[:, :, 1:] *= real
            return np.asarray(mass / mass.sum(axis=2, keepdims=True))
        above = np.where(real, expit(logits), 0.0)
        above = np.where(real, self.guessing[:, None] + (1 - self.guessing[:, None]) * above, 0.0)
        edges = np.concatenate([np.ones((*above.shape[:2], 1)), above, np.zeros((*above.shape[:2], 1))], axis=2)
        return np.asarray(edges[:, :, :-1] - edges[:, :, 1:])

    def expected_scores(self, theta: npt.ArrayLike) -> FloatArray:
        """Expected score of every item, abilities × items."""
        chances = self.probabilities(theta)
        return np.asarray(chances @ np.arange(chances.shape[2]))


def item_parameters(
    discrimination: npt.ArrayLike,
    difficulty: npt.ArrayLike,
    guessing: npt.ArrayLike | None = None,
    *,
    model: str = "dichotomous",
    scaling: float = 1.0,
) -> ItemParameters:
    """Items from plain numbers.

    Parameters
    ----------
    discrimination, guessing
        One per item; guessing 0 when not given.
    difficulty
        One per item, or items × thresholds padded with NaN (GRM: category boundaries; GPCM, PCM, RSM: steps).
    model
        "Rasch", "1PL", "2PL", "3PL", "GRM", "GPCM", "PCM" or "RSM".
    scaling
        D; 1.7 for parameters in the normal metric.

    Raises
    ------
    ResponseError
        `not_items` with the item that has no usable parameters; `not_a_model`; `names_do_not_fit`.

    Examples
    --------
    >>> items = item_parameters([1.0, 2.0], [0.0, 1.0], [0.0, 0.2])
    >>> items.expected_scores([0.0, 1.0]).round(3).tolist()
    [[0.5, 0.295], [0.731, 0.6]]
    """
    if model not in CURVES:
        raise ResponseError("not_a_model", f"model is {model!r}; it is one of {', '.join(CURVES)}")
    slopes = np.atleast_1d(np.asarray(discrimination, dtype=np.float64))
    places = np.asarray(difficulty, dtype=np.float64)
    places = places.reshape(len(places), -1) if places.ndim else places.reshape(1, 1)
    chance = np.zeros(len(slopes)) if guessing is None else np.atleast_1d(np.asarray(guessing, dtype=np.float64))
    if not len(slopes) == len(places) == len(chance):
        counted = f"{len(slopes)} discriminations, {len(places)} difficulties and {len(chance)} guessing parameters"
        raise ResponseError("names_do_not_fit", counted)
    if not scaling > 0:
        raise ResponseError("not_items", f"scaling is {scaling}; D is greater than 0")
    for item in range(len(slopes)):
        present = np.isfinite(places[item])
        if not (np.isfinite(slopes[item]) and slopes[item] > 0):
            reason = f"its discrimination is {slopes[item]:g}; it must be greater than 0"
        elif not present.any() or (np.diff(present.astype(int)) > 0).any():
            reason = "it has no difficulty, or a gap before its last one; padding comes last"
        elif not 0 <= chance[item] < 1:
            reason = f"its guessing parameter is {chance[item]:g}; it lies between 0 and 1"
        elif CURVES[model] == "dichotomous" and present.sum() > 1:
            reason = f"it has {present.sum()} difficulties; use the model GRM or GPCM"
        elif CURVES[model] == "GRM" and (np.diff(places[item][present]) < 0).any():
            reason = "its boundaries do not rise"
        elif CURVES[model] != "dichotomous" and chance[item] > 0:
            reason = "items with several points have no guessing parameter"
        else:
            continue
        raise ResponseError("not_items", f"item {item + 1} cannot be used: {reason}")
    return ItemParameters(slopes, places, chance, CURVES[model], scaling)


def ability_grid(grid: npt.ArrayLike | None, weights: npt.ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    """Abilities and their shares: as given, every point alike without weights, otherwise standard normal from −4 to 4.

    Raises
    ------
    ResponseError
        `names_do_not_fit`, `not_a_weight`.

    Examples
    --------
    >>> at, share = ability_grid(None, None)
    >>> len(at), round(float(share @ at**2), 3)
    (81, 0.999)
    """
    at = np.linspace(-4, 4, 81) if grid is None else as_vector(grid, name="grid")
    if weights is not None:
        mass = as_vector(weights, name="weights")
    elif grid is None:
        mass = np.exp(-(at**2) / 2)
    else:
        mass = np.ones(len(at))
    if len(mass) != len(at) or not len(at):
        raise ResponseError("names_do_not_fit", f"{len(mass)} weights for {len(at)} points of the grid")
    if not (mass >= 0).all() or not mass.sum() > 0:
        raise ResponseError("not_a_weight", "weights of the grid are 0 or more, and not all 0")
    return at, mass / mass.sum()
