"""Seeded, made-up data from stated models: for tests, and for demonstrations that say so."""

from assess.psychometrics.simulate.ratings import (
    RatingModel,
    RatingRecords,
    many_facet_ratings,
    rating_records,
    rotating_assignments,
)
from assess.psychometrics.simulate.responses import (
    at_random,
    by_form,
    partial_credit_responses,
    rasch_responses,
    responses,
)

__all__ = [
    "RatingModel",
    "RatingRecords",
    "at_random",
    "by_form",
    "many_facet_ratings",
    "partial_credit_responses",
    "rasch_responses",
    "rating_records",
    "responses",
    "rotating_assignments",
]
