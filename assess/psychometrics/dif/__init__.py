"""Differential item functioning: is an item harder for one group than for persons of another with the same score?"""

from assess.psychometrics.dif.breslow_day import BreslowDay, ItemHomogeneity, breslow_day
from assess.psychometrics.dif.likelihood_ratio import ItemGain, LikelihoodRatio, likelihood_ratio
from assess.psychometrics.dif.logistic import ItemRegression, Kind, Logistic, logistic
from assess.psychometrics.dif.lord import ItemDistance, Lord, LordModel, lord
from assess.psychometrics.dif.mantel_haenszel import ItemOdds, MantelHaenszel, ets_class, mantel_haenszel
from assess.psychometrics.dif.polytomous import ItemCategories, Polytomous, mantel
from assess.psychometrics.dif.purification import Purification
from assess.psychometrics.dif.shrinkage import ItemPosterior, Shrunken, shrunken
from assess.psychometrics.dif.standardisation import ItemDifference, Standardisation, standardisation

__all__ = [
    "BreslowDay",
    "ItemCategories",
    "ItemDifference",
    "ItemDistance",
    "ItemGain",
    "ItemHomogeneity",
    "ItemOdds",
    "ItemPosterior",
    "ItemRegression",
    "Kind",
    "LikelihoodRatio",
    "Logistic",
    "Lord",
    "LordModel",
    "MantelHaenszel",
    "Polytomous",
    "Purification",
    "Shrunken",
    "Standardisation",
    "breslow_day",
    "ets_class",
    "likelihood_ratio",
    "logistic",
    "lord",
    "mantel",
    "mantel_haenszel",
    "shrunken",
    "standardisation",
]
