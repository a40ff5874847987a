"""How the parts of an assessment go together: each pair's correlation over frozen scores, with Fisher's interval. Pure."""

import itertools

from assess.psychometrics.correlations.pairwise import pairwise_correlation
from assess.psychometrics.proportions import correlation
from assess.validity.datasets.arrays import PartScores
from assess.validity.dossier.facts import RelationFact
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
