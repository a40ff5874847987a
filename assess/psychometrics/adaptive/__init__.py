"""Adaptive tests: a pure function from a history to the next item, and many simulated sessions in lock step."""

from assess.psychometrics.adaptive.audit import AreaCount
from assess.psychometrics.adaptive.bank import Bank, calibrated_bank, item_bank
from assess.psychometrics.adaptive.evidence import Method, Scale
from assess.psychometrics.adaptive.exposure import ExposureControl, sympson_hetter
from assess.psychometrics.adaptive.plan import LikelihoodRatio, Plan
from assess.psychometrics.adaptive.rules import Rule
from assess.psychometrics.adaptive.session import NextItem, ability, next_item
from assess.psychometrics.adaptive.simulation import Simulation, simulate

__all__ = [
    "AreaCount",
    "Bank",
    "ExposureControl",
    "LikelihoodRatio",
    "Method",
    "NextItem",
    "Plan",
    "Rule",
    "Scale",
    "Simulation",
    "ability",
    "calibrated_bank",
    "item_bank",
    "next_item",
    "simulate",
    "sympson_hetter",
]
