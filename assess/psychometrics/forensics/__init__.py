"""Unusual answers: reasons to look, never findings; each with its rate of false flags and its power."""

from assess.psychometrics.forensics.answer_changes import AnswerChanges, GroupChanges, answer_changes
from assess.psychometrics.forensics.cumulative_sums import CumulativeSums, cumulative_sums
from assess.psychometrics.forensics.multiplicity import Control
from assess.psychometrics.forensics.pairs import PairTests, gbt, omega
from assess.psychometrics.forensics.rapid_guessing import RapidGuessing, rapid_guessing
from assess.psychometrics.forensics.response_times import ResponseTimes, fit_times
from assess.psychometrics.forensics.similarity import Distribution, Similarity, similarity
from assess.psychometrics.forensics.time_aberrance import TimeAberrance, time_aberrance
from assess.psychometrics.forensics.words import NOT_A_FINDING, ErrorRates

__all__ = [
    "NOT_A_FINDING",
    "AnswerChanges",
    "Control",
    "CumulativeSums",
    "Distribution",
    "ErrorRates",
    "GroupChanges",
    "PairTests",
    "RapidGuessing",
    "ResponseTimes",
    "Similarity",
    "TimeAberrance",
    "answer_changes",
    "cumulative_sums",
    "fit_times",
    "gbt",
    "omega",
    "rapid_guessing",
    "similarity",
    "time_aberrance",
]
