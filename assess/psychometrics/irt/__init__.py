"""Rasch measurement: calibration of right-or-wrong and partial-credit items, person measures, information."""

from assess.psychometrics.irt.calibration import Calibration, ItemCalibration, calibrate
from assess.psychometrics.irt.information import (
    PrecisionPlan,
    conditional_sem,
    evenly_spaced_steps,
    item_information,
    plan_precision,
    test_information,
)
from assess.psychometrics.irt.persons import PersonMeasures, eap, wle

__all__ = [
    "Calibration",
    "ItemCalibration",
    "PersonMeasures",
    "PrecisionPlan",
    "calibrate",
    "conditional_sem",
    "eap",
    "evenly_spaced_steps",
    "item_information",
    "plan_precision",
    "test_information",
    "wle",
]
