"""Do the items measure one thing: parallel analysis, and how much of what they share is the first dimension."""

from collections.abc import Sequence

import numpy as np

from assess.psychometrics import fit
from assess.psychometrics.responses import FloatArray
from assess.psychometrics.results import not_enough
from assess.validity.report.written import Document, estimate, number

MOST_ITEMS = 100
"""Polychoric correlations of more items take too long for a report; Pearson's answer then."""

FEWEST = 100
"""With fewer persons correlations of single items scatter so far that their eigenvalues say nothing."""

ONE_DIMENSION = 0.7
"""Rodriguez, Reise & Haviland (2016), Psychological Methods 21, 137–150: from here on one dimension serves most uses."""


def dimension_document(recoded: FloatArray, names: Sequence[str], *, seed: int) -> Document:
    """Eigenvalues beside chance, and the explained common variance."""
    persons = int(np.isfinite(recoded).any(axis=1).sum())
    if persons < FEWEST:
        return _too_few(persons)
    parallel = fit.parallel_analysis(recoded, names=names, seed=seed)
    usable = recoded.shape[1] <= MOST_ITEMS
    found = fit.essential_unidimensionality(recoded, correlation="polychoric" if usable else "pearson", names=names)
    return {
        "method": parallel.method,
        "source": parallel.source,
        "n": parallel.n,
        "sufficient": parallel.sufficient,
        "reason": parallel.reason,
        "factors": parallel.factors,
        "components": parallel.components,
        "eigenvalues": [number(float(value)) for value in parallel.component_eigenvalues],
        "chance": [number(float(value)) for value in parallel.component_reference],
        "explained_common_variance": estimate(found.explained_common_variance),
        "eigenvalue_ratio": estimate(found.eigenvalue_ratio),
        "one_dimension": number(ONE_DIMENSION, 1),
    }


def _too_few(persons: int) -> Document:
    reason = f"{persons} persons answered; at least {FEWEST} are needed"
    share, ratio = (
        estimate(not_enough(n=persons, method=method, source="", reason=reason))
        for method in ("explained common variance", "ratio of the first two eigenvalues")
    )
    return {
        "method": "parallel analysis",
        "source": "",
        "n": persons,
        "sufficient": False,
        "reason": reason,
        "factors": None,
        "components": None,
        "eigenvalues": [],
        "chance": [],
        "explained_common_variance": share,
        "eigenvalue_ratio": ratio,
        "one_dimension": number(ONE_DIMENSION, 1),
    }
