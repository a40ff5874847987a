"""Control charts of standardised points, how long each runs without a change, and what makes a point comparable."""

from assess.psychometrics.control_charts.charts import ControlChart, cusum, ewma, shewhart
from assess.psychometrics.control_charts.points import (
    Base,
    Standardised,
    adjusted_point,
    base_of_means,
    correlation_point,
    mean_point,
    robust_points,
    share_point,
)
from assess.psychometrics.control_charts.run_lengths import (
    cusum_limit,
    cusum_run_length,
    ewma_limit,
    ewma_run_length,
    shewhart_limit,
    shewhart_run_length,
)

__all__ = [
    "Base",
    "ControlChart",
    "Standardised",
    "adjusted_point",
    "base_of_means",
    "correlation_point",
    "cusum",
    "cusum_limit",
    "cusum_run_length",
    "ewma",
    "ewma_limit",
    "ewma_run_length",
    "mean_point",
    "robust_points",
    "share_point",
    "shewhart",
    "shewhart_limit",
    "shewhart_run_length",
]
