"""How often a pass-or-fail decision would be the same again (consistency), and right (accuracy)."""

from assess.psychometrics.classification.compound import Overall, Part, conjunctive
from assess.psychometrics.classification.lee import lee
from assess.psychometrics.classification.quality import DecisionQuality
from assess.psychometrics.classification.rudner import rudner
from assess.psychometrics.classification.strong_true_score import hanson_brennan, livingston_lewis

__all__ = [
    "DecisionQuality",
    "Overall",
    "Part",
    "conjunctive",
    "hanson_brennan",
    "lee",
    "livingston_lewis",
    "rudner",
]
