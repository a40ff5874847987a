"""Correlations of items: product-moment, tetrachoric and polychoric."""

from assess.psychometrics.correlations.pairwise import PairwiseCorrelation, pairwise_correlation, positive_definite
from assess.psychometrics.correlations.polychoric import LatentCorrelations, polychoric, tetrachoric

__all__ = [
    "LatentCorrelations",
    "PairwiseCorrelation",
    "pairwise_correlation",
    "polychoric",
    "positive_definite",
    "tetrachoric",
]
