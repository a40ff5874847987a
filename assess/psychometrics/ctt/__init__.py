"""Classical item analysis, distractors, and the distribution of scores."""

from assess.psychometrics.ctt.distractors import ItemOptions, Option, distractor_analysis
from assess.psychometrics.ctt.items import ItemAnalysis, item_analysis
from assess.psychometrics.ctt.scores import ScoreDistribution, mean, score_distribution

__all__ = [
    "ItemAnalysis",
    "ItemOptions",
    "Option",
    "ScoreDistribution",
    "distractor_analysis",
    "item_analysis",
    "mean",
    "score_distribution",
]
