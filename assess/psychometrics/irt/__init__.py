"""Item response theory.

`calibrate` and `estimate` serve all models; `calibrate_rasch`, `eap` and `wle` are what the study of a small sitting
uses: Rasch and partial credit items with an interval around every number.
"""

from assess.psychometrics.irt.abilities import Abilities, estimate
from assess.psychometrics.irt.calibration import Calibration, ItemEstimates
from assess.psychometrics.irt.conditional import AndersenTest, ConditionalCalibration, andersen, conditional
from assess.psychometrics.irt.information import (
    PrecisionPlan,
    conditional_sem,
    evenly_spaced_steps,
    item_information,
    plan_precision,
    test_information,
)
from assess.psychometrics.irt.marginal import calibrate
from assess.psychometrics.irt.models import MODELS, Model
from assess.psychometrics.irt.persons import PersonMeasures, eap, wle
from assess.psychometrics.irt.rasch import ItemCalibration, RaschCalibration, calibrate_rasch
from assess.psychometrics.irt.sum_scores import SumScores, score_distribution_at, sum_scores

__all__ = [
    "MODELS",
    "Abilities",
    "AndersenTest",
    "Calibration",
    "ConditionalCalibration",
    "ItemCalibration",
    "ItemEstimates",
    "Model",
    "PersonMeasures",
    "PrecisionPlan",
    "RaschCalibration",
    "SumScores",
    "andersen",
    "calibrate",
    "calibrate_rasch",
    "conditional",
    "conditional_sem",
    "eap",
    "estimate",
    "evenly_spaced_steps",
    "item_information",
    "plan_precision",
    "score_distribution_at",
    "sum_scores",
    "test_information",
    "wle",
]
