"""Rating designs: what is connected with what, and how severe each rater looks."""

from assess.psychometrics.facets.connectivity import Connectivity, ExtraMarking, Subset, connectivity
from assess.psychometrics.facets.severity import RAW_MEANS_WARNING, RaterSummary, rater_severity

__all__ = [
    "RAW_MEANS_WARNING",
    "Connectivity",
    "ExtraMarking",
    "RaterSummary",
    "Subset",
    "connectivity",
    "rater_severity",
]
