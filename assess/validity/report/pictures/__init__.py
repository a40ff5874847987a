"""The pictures of a study, as SVG text. Each takes plain figures and a name that is unique on its page."""

from assess.validity.report.drawing import LONGEST_LIST
from assess.validity.report.pictures.checks import check_counts
from assess.validity.report.pictures.control import ControlPoint, control_chart
from assess.validity.report.pictures.curves import (
    ItemCurve,
    Level,
    Line,
    item_curves,
    item_information,
    number_of_conditions,
    test_information,
)
from assess.validity.report.pictures.decisions import Move, hundred, moves
from assess.validity.report.pictures.dimensions import eigenvalues, residual_correlations
from assess.validity.report.pictures.distributions import facet_map, item_map, score_distribution
from assess.validity.report.pictures.estimates import MeanSquare, intervals, mean_squares, shares
from assess.validity.report.pictures.job import CoverageRow, WeightRow, coverage_matrix, weight_comparison
from assess.validity.report.pictures.parts import Bar, Cut, Interval
from assess.validity.report.pictures.precision import precision_curve
from assess.validity.report.pictures.raters import category_use, judged_items, rater_network
from assess.validity.report.pictures.regression import borderline_scatter

__all__ = [
    "LONGEST_LIST",
    "Bar",
    "ControlPoint",
    "CoverageRow",
    "Cut",
    "Interval",
    "ItemCurve",
    "Level",
    "Line",
    "MeanSquare",
    "Move",
    "WeightRow",
    "borderline_scatter",
    "category_use",
    "check_counts",
    "control_chart",
    "coverage_matrix",
    "eigenvalues",
    "facet_map",
    "hundred",
    "intervals",
    "item_curves",
    "item_information",
    "item_map",
    "judged_items",
    "mean_squares",
    "moves",
    "number_of_conditions",
    "precision_curve",
    "rater_network",
    "residual_correlations",
    "score_distribution",
    "shares",
    "test_information",
    "weight_comparison",
]
