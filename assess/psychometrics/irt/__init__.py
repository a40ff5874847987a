"""Item response theory.

`calibrate` and `estimate` serve all models; `anchors_of`, `groups=` and `split_items` put several tests or groups of persons
on one scale; `known` measures with published items; `conditional` and `joint` estimate Rasch items in other ways.
"""

from assess.psychometrics.irt.abilities import Abilities, estimate
from assess.psychometrics.irt.anchors import Anchors, anchors_of
from assess.psychometrics.irt.calibration import Calibration, ItemEstimates, Population
from assess.psychometrics.irt.compared import log_likelihood
from assess.psychometrics.irt.conditional import AndersenTest, ConditionalCalibration, andersen, conditional
from assess.psychometrics.irt.information import (
    PrecisionPlan,
    conditional_sem,
    evenly_spaced_steps,
    item_information,
    plan_precision,
    test_information,
)
from assess.psychometrics.irt.joint import JointCalibration, joint
from assess.psychometrics.irt.known import known
from assess.psychometrics.irt.known_item import KnownItem
from assess.psychometrics.irt.marginal import calibrate
from assess.psychometrics.irt.models import MODELS, Model
from assess.psychometrics.irt.populations import SplitItems, split_items
from assess.psychometrics.irt.rasch import ItemCalibration, RaschCalibration, calibrate_rasch, eap, wle
from assess.psychometrics.irt.small_samples import PRIOR, SmallSample, small_sample
from assess.psychometrics.irt.sum_scores import SumScores, score_distribution_at, sum_scores

__all__ = [
    "MODELS",
    "PRIOR",
    "Abilities",
    "Anchors",
    "AndersenTest",
    "Calibration",
    "ConditionalCalibration",
    "ItemCalibration",
    "ItemEstimates",
    "JointCalibration",
    "KnownItem",
    "Model",
    "Population",
    "PrecisionPlan",
    "RaschCalibration",
    "SmallSample",
    "SplitItems",
    "SumScores",
    "anchors_of",
    "andersen",
    "calibrate",
    "calibrate_rasch",
    "conditional",
    "conditional_sem",
    "eap",
    "estimate",
    "evenly_spaced_steps",
    "item_information",
    "joint",
    "known",
    "log_likelihood",
    "plan_precision",
    "score_distribution_at",
    "small_sample",
    "split_items",
    "sum_scores",
    "test_information",
    "wle",
]
