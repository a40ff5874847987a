"""Generalizability theory: where the variance of scores comes from, and how many stations and assessors are enough."""

from assess.psychometrics.gtheory.components import Components, GStudy, Source
from assess.psychometrics.gtheory.decision import DStudy, decide
from assess.psychometrics.gtheory.design import Design, Effect
from assess.psychometrics.gtheory.planning import Plan, how_many
from assess.psychometrics.gtheory.study import Method, crossed, study

__all__ = [
    "Components",
    "DStudy",
    "Design",
    "Effect",
    "GStudy",
    "Method",
    "Plan",
    "Source",
    "crossed",
    "decide",
    "how_many",
    "study",
]
