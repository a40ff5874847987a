"""Reliability of sum scores: alpha and its relatives, omega, halves, composites, and errors of measurement."""

from assess.psychometrics.reliability.coefficient_alpha import (
    alpha,
    alpha_from,
    alpha_of,
    kr20,
    kr21,
    standard_error_of_measurement,
)
from assess.psychometrics.reliability.composites import composite, spearman_brown, stratified_alpha
from assess.psychometrics.reliability.conditional import ConditionalSem, conditional_sem
from assess.psychometrics.reliability.halves import SplitHalf, split_half
from assess.psychometrics.reliability.hierarchical import HierarchicalOmega, hierarchical_omega
from assess.psychometrics.reliability.lower_bounds import GuttmanBounds, guttman
from assess.psychometrics.reliability.one_factor import omega

__all__ = [
    "ConditionalSem",
    "GuttmanBounds",
    "HierarchicalOmega",
    "SplitHalf",
    "alpha",
    "alpha_from",
    "alpha_of",
    "composite",
    "conditional_sem",
    "guttman",
    "hierarchical_omega",
    "kr20",
    "kr21",
    "omega",
    "spearman_brown",
    "split_half",
    "standard_error_of_measurement",
    "stratified_alpha",
]
