"""One item's parameters in the words of the field, and as the row that the likelihood reads."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from assess.psychometrics.irt.maximisation import LOGIT_GUESSING
from assess.psychometrics.irt.models import Model
from assess.psychometrics.responses import FloatArray, ResponseError


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownItem:
    """Known parameters of one item.

    Attributes
    ----------
    difficulty
        b, or the thresholds of an item with several categories, lowest first.
    discrimination
        Slope a in the logistic metric.
    guessing
        Lower asymptote, of the 3PL only.
    """

    difficulty: float | tuple[float, ...]
    discrimination: float = 1.0
    guessing: float = 0.0

    @property
    def thresholds(self) -> tuple[float, ...]:
        """The difficulty as a list."""
        return self.difficulty if isinstance(self.difficulty, tuple) else (self.difficulty,)

    def row(self, model: Model) -> FloatArray:
        """Slope, intercepts, and for the 3PL the logit of the guessing parameter.

        Examples
        --------
        >>> from assess.psychometrics.irt.models import MODELS
        >>> KnownItem(difficulty=(-1.0, 1.0), discrimination=2.0).row(MODELS["GPCM"]).tolist()
        [2.0, 2.0, 0.0]
        """
        intercepts = -self.discrimination * np.array(self.thresholds)
        if model.family == "partial credit":
            intercepts = np.cumsum(intercepts)
        row = np.concatenate([[self.discrimination], intercepts])
        if model.family != "guessing":
            return row
        return np.append(row, logit(max(self.guessing, float(expit(LOGIT_GUESSING[0])))))

    def refuse(self, name: str, model: Model) -> None:
        """Refuse what is no item of the model.

        Raises
        ------
        ResponseError
            `not_an_item`.
        """
        steps = np.array(self.thresholds)
        reason = ""
        if not len(steps) or not np.isfinite([*steps.tolist(), self.discrimination, self.guessing]).all():
            reason = "every parameter has to be a finite number"
        elif len(steps) > 1 and not model.polytomous:
            reason = f"the {model.name} has one difficulty, this has {len(steps)} thresholds"
        elif model.fixed_slope and self.discrimination != 1:
            reason = f"the {model.name} has slope 1, this has {self.discrimination:g}"
        elif model.common_slope and self.discrimination <= 0:
            reason = f"the slope of the {model.name} is greater than 0"
        elif model.family == "graded" and (np.diff(steps) * self.discrimination <= 0).any():
            reason = "thresholds of the GRM rise"
        elif not 0 <= self.guessing < 1 or (self.guessing and model.family != "guessing"):
            reason = f"a guessing parameter of {self.guessing:g} is none of the {model.name}"
        if reason:
            raise ResponseError("not_an_item", f"{name}: {reason}")


def rows_of(items: list[KnownItem | None], model: Model, width: int) -> FloatArray:
    """Parameter rows padded to `width`, 0 for an item that is not known."""
    rows = np.zeros((len(items), width))
    for place, item in enumerate(items):
        if item is not None:
            row = item.row(model)
            rows[place, : len(row)] = row
    return rows
