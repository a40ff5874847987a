"""Where a climb begins: at slope 1, or at the slopes that classical item statistics suggest."""

from typing import Literal

import numpy as np
from scipy.special import logit

from assess.psychometrics.irt.families import Family
from assess.psychometrics.irt.table import ResponseTable
from assess.psychometrics.responses import FloatArray

Start = Literal["even", "classical"]
# ability spread out over the population flattens what an item shows by about this much
FLATTENED = 1.2
GUESSED = {"even": 0.15, "classical": 0.05}
SLOPES = (0.3, 3.0)


def starting_values(table: ResponseTable, family: Family, start: Start = "even") -> FloatArray:
    """Rows of parameters, items × parameters.

    "even": slope 1 and intercepts from the shares of each category, a little spread out for the ability integrated over.
    "classical": slopes from the correlation of each item with the others (as if both were normal), little guessing.
    """
    items, highest = len(table.counts), int(table.counts.max())
    parameters = np.zeros((items, highest + (family == "guessing")))
    parameters[:, 0] = 1.0 if start == "even" else _classical_slopes(table)
    real = np.arange(highest) < table.counts[:, None]
    share = np.where(real, table.frequencies[:, :highest] + 0.5, 0.0)
    with np.errstate(divide="ignore"):
        if family == "graded":
            reached = np.cumsum(share[:, ::-1], axis=1)[:, ::-1] / share.sum(axis=1, keepdims=True)
            intercepts = logit(reached[:, 1:])
        else:
            intercepts = np.log(share[:, 1:] / share[:, :1])
    parameters[:, 1:highest] = np.where(real[:, 1:], FLATTENED * intercepts, 0.0)
    if family == "guessing":
        parameters[:, 2] = logit(GUESSED[start])
    return parameters


def _classical_slopes(table: ResponseTable) -> FloatArray:
    """1.7·r/√(1 − r²) with r the correlation with the mean of the other answered items, over what it would be at most."""
    answered = table.categories >= 0
    share = np.where(answered, table.categories, 0) / np.maximum(table.counts - 1, 1)
    number = answered.sum(axis=1, keepdims=True) - answered
    others = (share.sum(axis=1, keepdims=True) - share) / np.maximum(number, 1)
    weight = table.weight[:, None] * (answered & (number > 0))
    total = np.maximum(weight.sum(axis=0), 1.0)
    by_item, by_rest = (x - (weight * x).sum(axis=0) / total for x in (share, others))
    together = (weight * by_item * by_rest).sum(axis=0)
    scale = np.sqrt((weight * by_item**2).sum(axis=0) * (weight * by_rest**2).sum(axis=0))
    r = np.clip(np.divide(together, scale, out=np.zeros_like(scale), where=scale > 1e-12) / 0.8, -0.95, 0.95)
    slope = 1.7 * r / np.sqrt(1 - r**2)
    return np.asarray(np.where(slope < 0, -1, 1) * np.clip(np.abs(slope), *SLOPES))
