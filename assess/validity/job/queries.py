"""Shared reads of what is known about the job behind a scheme version."""

import uuid

from assess.validity.job.evidence import JobEvidence, nothing_recorded


def job_evidence(scheme_version_id: uuid.UUID) -> JobEvidence:
    """What is known about the job of a scheme version, as it stands now."""
    return nothing_recorded()
