"""p-values of many tests at once, of which only the smallest are known."""

from typing import Literal

import numpy as np

from assess.psychometrics.responses import FloatArray

Control = Literal["holm", "bonferroni", "fdr"]
SOURCES: dict[Control, str] = {
    "bonferroni": "Dunn (1961), Journal of the American Statistical Association 56, 52–64",
    "holm": "Holm (1979), Scandinavian Journal of Statistics 6, 65–70",
    "fdr": "Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57, 289–300",
}


def adjusted(p_values: FloatArray, tests: int, control: Control) -> FloatArray:
    """Adjusted p-values: at most `level` means flagged at that family-wise error (or false discovery) rate.

    Parameters
    ----------
    p_values
        The smallest of `tests` p-values, in any order; all others are larger. For "fdr" the result is then never too
        small.

    Examples
    --------
    >>> adjusted(np.array([0.01, 0.02, 0.04]), 3, "holm").round(3).tolist()
    [0.03, 0.04, 0.04]
    >>> adjusted(np.array([0.01, 0.02, 0.04]), 3, "fdr").round(3).tolist()
    [0.03, 0.03, 0.04]
    """
    order = np.argsort(p_values, kind="stable")
    rank = np.arange(1, len(order) + 1)
    ascending = p_values[order]
    if control == "bonferroni":
        found = ascending * tests
    elif control == "holm":
        found = np.maximum.accumulate(ascending * (tests - rank + 1))
    else:
        found = np.minimum.accumulate((ascending * tests / rank)[::-1])[::-1]
    result = np.empty_like(ascending)
    result[order] = np.minimum(found, 1.0)
    return result
