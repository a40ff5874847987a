"""Equating: what a score on one form is worth on another, with the error of that and a verdict."""

from assess.psychometrics.equating.anchor_equipercentile import (
    braun_holland,
    chained_equipercentile,
    frequency_estimation,
)
from assess.psychometrics.equating.anchor_linear import (
    Anchor,
    chained_linear,
    levine,
    levine_true_score,
    nominal_weights,
    tucker,
)
from assess.psychometrics.equating.circle import circle_arc
from assess.psychometrics.equating.concordance import Equating
from assess.psychometrics.equating.curve_linking import haebara, stocking_lord
from assess.psychometrics.equating.drift import AnchorDrift, AnchorItem, anchor_drift
from assess.psychometrics.equating.equipercentile import equipercentile
from assess.psychometrics.equating.irt_scores import lord_wingersky, observed_score, true_score
from assess.psychometrics.equating.item_curves import ItemParameters, item_parameters
from assess.psychometrics.equating.kernel import kernel
from assess.psychometrics.equating.linking import Linking, mean_mean, mean_sigma
from assess.psychometrics.equating.random_groups import identity, linear, mean
from assess.psychometrics.equating.smoothing import Smoothed, log_linear, log_linear_joint
from assess.psychometrics.equating.sufficiency import PERSONS_NEEDED, Advice, advised_method

__all__ = [
    "PERSONS_NEEDED",
    "Advice",
    "Anchor",
    "AnchorDrift",
    "AnchorItem",
    "Equating",
    "ItemParameters",
    "Linking",
    "Smoothed",
    "advised_method",
    "anchor_drift",
    "braun_holland",
    "chained_equipercentile",
    "chained_linear",
    "circle_arc",
    "equipercentile",
    "frequency_estimation",
    "haebara",
    "identity",
    "item_parameters",
    "kernel",
    "levine",
    "levine_true_score",
    "linear",
    "log_linear",
    "log_linear_joint",
    "lord_wingersky",
    "mean",
    "mean_mean",
    "mean_sigma",
    "nominal_weights",
    "observed_score",
    "stocking_lord",
    "true_score",
    "tucker",
]
