"""Does the model fit: items, persons, pairs of items, the whole; and does the test measure one thing?"""

from assess.psychometrics.fit.conditional_covariance import Detect, conditional_covariances, detect
from assess.psychometrics.fit.dimensionality import Dimensionality, essential_unidimensionality
from assess.psychometrics.fit.likelihood_fit import ItemLikelihoodFit, PersonFit, item_zh, lz, lz_star
from assess.psychometrics.fit.limited_information import LimitedInformation, m2
from assess.psychometrics.fit.local_dependence import LocalDependence, local_dependence
from assess.psychometrics.fit.mean_squares import InfitOutfit, MeanSquares, infit_outfit
from assess.psychometrics.fit.one_factor import minres_loadings
from assess.psychometrics.fit.ordering import ht, u3
from assess.psychometrics.fit.parallel import ParallelAnalysis, parallel_analysis
from assess.psychometrics.fit.residual_correlations import adjusted, q3
from assess.psychometrics.fit.score_fit import ScoreFit, score_fit
from assess.psychometrics.fit.sum_score_fit import ItemScoreFit, s_x2

__all__ = [
    "Detect",
    "Dimensionality",
    "InfitOutfit",
    "ItemLikelihoodFit",
    "ItemScoreFit",
    "LimitedInformation",
    "LocalDependence",
    "MeanSquares",
    "ParallelAnalysis",
    "PersonFit",
    "ScoreFit",
    "adjusted",
    "conditional_covariances",
    "detect",
    "essential_unidimensionality",
    "ht",
    "infit_outfit",
    "item_zh",
    "local_dependence",
    "lz",
    "lz_star",
    "m2",
    "minres_loadings",
    "parallel_analysis",
    "q3",
    "s_x2",
    "score_fit",
    "u3",
]
