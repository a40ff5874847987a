"""Energy efficiency: retrofit case sheets, scored and recomputed; buildings, by the hour here and by EnergyPlus."""

from simulator_adapters.energy.case_sheet import (
    AnswerResult,
    CaseResult,
    CaseSheet,
    CaseSheetError,
    Question,
    score_answers,
)
from simulator_adapters.energy.recompute import check_case, least_squares, simple_paybacks

__all__ = [
    "AnswerResult",
    "CaseResult",
    "CaseSheet",
    "CaseSheetError",
    "Question",
    "check_case",
    "least_squares",
    "score_answers",
    "simple_paybacks",
]
