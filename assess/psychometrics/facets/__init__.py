"""Many-facet Rasch measurement, rating designs, and how severe each rater looks."""

from assess.psychometrics.facets.anchors import read_anchors, write_anchors
from assess.psychometrics.facets.calibration import FacetCalibration, Method
from assess.psychometrics.facets.connectivity import Connectivity, ExtraMarking, Subset, connectivity
from assess.psychometrics.facets.elements import Element
from assess.psychometrics.facets.fit import MeanSquares, UnexpectedRating
from assess.psychometrics.facets.interactions import Interactions, PairBias, interactions
from assess.psychometrics.facets.many_facet import calibrate
from assess.psychometrics.facets.separation import Separation, separation
from assess.psychometrics.facets.severity import RAW_MEANS_WARNING, RaterSummary, rater_severity

__all__ = [
    "RAW_MEANS_WARNING",
    "Connectivity",
    "Element",
    "ExtraMarking",
    "FacetCalibration",
    "Interactions",
    "MeanSquares",
    "Method",
    "PairBias",
    "RaterSummary",
    "Separation",
    "Subset",
    "UnexpectedRating",
    "calibrate",
    "connectivity",
    "interactions",
    "rater_severity",
    "read_anchors",
    "separation",
    "write_anchors",
]
