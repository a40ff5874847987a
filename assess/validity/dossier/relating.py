"""What the dossier computes from a study's frozen scores: how parts go together, what forms share, who reaches every cut. Pure."""

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from assess.psychometrics.correlations.pairwise import pairwise_correlation
from assess.psychometrics.proportions import correlation, proportion
from assess.validity.datasets.arrays import PartScores, Responses
from assess.validity.dossier.facts import Estimated, RelationFact
from assess.validity.report.written import estimate


def relations(parts: PartScores) -> tuple[RelationFact, ...]:
    """Every pair of parts over the persons who have both scores.

    References
    ----------
    Fisher, R. A. (1915). Biometrika 10, 507–521: the interval by the inverse hyperbolic tangent.
    """
    found = pairwise_correlation(parts.matrix)
    return tuple(
        RelationFact(
            first=parts.parts[one],
            second=parts.parts[other],
            found=estimate(
                correlation(
                    float(found.matrix[one, other]),
                    int(found.together[one, other]),
                    method="correlation of the parts' scores in per cent",
                )
            ),
        )
        for one, other in itertools.combinations(range(len(parts.parts)), 2)
    )


def common_items(responses: Responses | None) -> int | None:
    """How many items were presented to everybody; None where nobody answered items."""
    if responses is None or not responses.matrix.size:
        return None
    return int(np.sum(~np.isnan(responses.matrix).any(axis=0)))


def reach_every_cut(parts: PartScores, document: Mapping[str, Any]) -> Estimated | None:
    """The share of persons whose scores reach the cut of every part, must-pass criteria aside; None where a cut is missing."""
    found = {part["part"]: part["cut"] for part in (document.get("parts") or {}).get("parts", [])}
    if not all(found.get(name) for name in parts.parts):
        return None
    scores = parts.matrix[~np.isnan(parts.matrix).any(axis=1)]
    cuts = np.array([float(found[name]["value"]) for name in parts.parts])
    reached = int(np.sum((scores >= cuts).all(axis=1)))
    return estimate(proportion(reached, len(scores), method="share whose scores reach every cut"))
