"""Shared reads of exemplars, sessions and trainings."""

import uuid

from assess.validity.raters.evidence import RaterTraining


def training_of(scheme_version_id: uuid.UUID) -> RaterTraining:
    """The training of every assessor assigned in the scheme version's sittings, as it stands today."""
    return RaterTraining(assessors=())
